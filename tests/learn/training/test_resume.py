"""A training that is killed goes on to the same weights, to the bit."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
]


LEFT = ["card.json", "confusion.png", "model.safetensors"]


def killed(folder, epochs, moments):
    """What killed.py prints: the two checksums, the number of kills, the files that are left."""
    here = Path(__file__)
    path = os.pathsep.join([str(here.parents[2]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, here.parent / "killed.py", folder, str(epochs), *moments],
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    calm, other, count, *left = done.stdout.split()
    return calm, other, int(count), left


def test_killed_three_times(tmp_path):
    """In the first epoch, in the middle of a write, and between two checkpoints of a later one."""
    calm, other, count, left = killed(tmp_path, 4, ["step:3", "write:4", "step:9"])
    assert count == 3
    assert other == calm
    assert left == LEFT


@pytest.mark.slow
def test_killed_twenty_times(tmp_path):
    rng = np.random.default_rng(0)
    moments = [f"step:{n}" for n in rng.integers(1, 12, 8)]
    moments += [f"write:{n}" for n in rng.integers(1, 4, 6)]
    moments += [f"after:{s:.3f}" for s in rng.uniform(0.02, 0.2, 6)]
    rng.shuffle(moments)
    calm, other, count, left = killed(tmp_path, 50, moments)
    assert count == 20
    assert other == calm
    assert left == LEFT
