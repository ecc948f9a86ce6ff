"""What a call says that it takes beside data and result is what it takes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import intertwine as iw
from intertwine.engine import copies

PROGRAM = Path(__file__).parent / "work_space.py"

#: Work space comes in huge pages, a few pieces for each call.
PAGES = 8 << 20

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="only Linux tells the peak of a process"
)


def measured(which):
    done = subprocess.run(
        [sys.executable, PROGRAM, which], capture_output=True, text=True, check=True
    )
    return [tuple(case) for case in json.loads(done.stdout)]


@pytest.mark.parametrize("which", ["methods", "layouts"])
def test_what_is_said_is_what_is_taken(which):
    cases = measured(which)
    assert len(cases) > 10
    wrong = [
        f"{name}: {said / 2**20:.1f} MiB said, {taken / 2**20:.1f} taken"
        for name, said, taken in cases
        if not 0.7 * said - PAGES <= taken <= 1.1 * said + PAGES
    ]
    assert not wrong, "\n".join(wrong)


def test_a_copy_of_data_across_memory_is_told():
    k = np.eye(3) + 1
    text = iw.plan((8000, 8000), k, dtype="float32").explain()
    assert ", and 244 MiB for a copy of data in Fortran order." in text
    assert "Fortran" not in iw.plan((8000,), k[0]).explain()
    assert "Fortran" not in iw.plan((50, 60), k).explain()  # fits the caches however it lies


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "complex128"])
def test_only_arrays_across_memory_are_copied(order, dtype):
    x = np.ones((500, 400), dtype, order=order)
    plan = iw.plan(x, np.eye(3) + 1, method="direct")
    across = order == "F"
    planes = 2 if dtype == "complex128" else 1
    assert copies.beside(plan, x, None) == across * x.nbytes // planes  # one plane at a time
    assert copies.beside(plan, x.T[::-1].T, None) == across * x.nbytes // planes
    assert (
        copies.beside(plan, x, np.ones(x.shape, plan.problem.result)) == across * x.nbytes // planes
    )


def test_a_call_whose_copies_do_not_fit_is_refused(monkeypatch):
    from intertwine.base import memory

    x = np.ones((700, 800), order="F")
    k = np.eye(3) + 1
    room = 2 * x.nbytes
    monkeypatch.setattr(memory, "installed", lambda: room)
    monkeypatch.setattr(copies, "most", lambda: room)
    iw.release_memory()
    assert iw.convolve(np.ascontiguousarray(x), k).shape == x.shape
    with pytest.raises(iw.ShapeError) as error:
        iw.convolve(x, k)
    assert "takes 4.27 MiB of memory, and 4.46 MiB to work with" in str(error.value)
    iw.release_memory()
