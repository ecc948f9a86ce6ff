"""Threads: from many callers at once, and in a forked child."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import intertwine as iw


def test_many_callers_at_once_get_their_own_answers():
    rng = np.random.default_rng(5)
    inputs = [rng.normal(size=(200, 210)).astype(np.float32) for _ in range(8)]
    plan = iw.plan(inputs[0], rng.normal(size=(9, 11)))
    alone = [plan(x, threads=1) for x in inputs]
    with ThreadPoolExecutor(8) as callers:
        together = list(callers.map(lambda x: plan(x, threads=4), inputs * 4))
    for i, y in enumerate(together):
        np.testing.assert_array_equal(y, alone[i % 8])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_has_threads_of_its_own():
    script = """
import os, numpy as np, intertwine as iw
x = np.random.default_rng(0).normal(size=(300, 300)); k = np.arange(9.0).reshape(3, 3)
y = iw.convolve(x, k, threads=4)
child = os.fork()
if child == 0:
    os._exit(0 if np.array_equal(iw.convolve(x, k, threads=4), y) else 1)
assert os.waitpid(child, 0)[1] == 0
assert np.array_equal(iw.convolve(x, k, threads=4), y)
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_environment_sets_the_threads():
    script = "from intertwine.engine.threads import resolve; print(resolve(None))"
    for variables, threads in [
        ({"OMP_NUM_THREADS": "3"}, 3),
        ({"OMP_NUM_THREADS": "3", "INTERTWINE_NUM_THREADS": "5"}, 5),
    ]:
        environment = {k: v for k, v in os.environ.items() if not k.endswith("NUM_THREADS")}
        done = subprocess.run(
            [sys.executable, "-c", script], env={**environment, **variables}, text=True,
            capture_output=True, check=True,
        )  # fmt: skip
        assert int(done.stdout) == threads
