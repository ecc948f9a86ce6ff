"""Calls that ask for more memory than there is; a machine of 16 GiB stands for all."""

import numpy as np
import pytest

import intertwine as iw
from intertwine.base import memory

LINE = np.arange(6.0)
GRAY = np.zeros((4, 6), np.float32)
WIDE = np.broadcast_to(np.uint8(1), (1 << 20, 1 << 20))
FULL = {"mode": "full", "boundary": "zero"}
REFUSED = [
    ("iw.convolve(LINE, [1, 2, 3], dilation=1 << 31, **FULL)",
     "convolve: the result of shape (4294967302,) (float64) takes 32 GiB of memory, and 128 GiB to "
     "work with; this machine has 16 GiB.\n  Pass mode='same', or a smaller dilation."),
    ("iw.correlate(GRAY, np.ones((3, 3)), dilation=(1 << 16, 1 << 17), **FULL)",
     "correlate: the result of shape (131076, 262150) (float32) takes 128 GiB of memory; this "
     "machine has 16 GiB.\n  Pass mode='same', or a smaller dilation."),
    ("iw.plan((6,), [1, 2, 3], dilation=1 << 31, **FULL)(LINE)",
     "plan: the result of shape (4294967302,) (float64) takes 32 GiB of memory, and 128 GiB to "
     "work with; this machine has 16 GiB.\n  Pass mode='same', or a smaller dilation."),
    ("iw.convolve(np.zeros((1 << 20, 1)), np.ones((1, 3000)), **FULL)",
     "convolve: the result of shape (1048576, 3000) (float64) takes 23.4 GiB of memory; this "
     "machine has 16 GiB.\n  Pass mode='same', or a shorter kernel."),
    ("iw.convolve(np.zeros(1 << 20), np.arange(6000.0).reshape(3000, 2), axes=0)",
     "convolve: the result of shape (3000, 1048576) (float64) takes 23.4 GiB of memory; this "
     "machine has 16 GiB.\n  Pass fewer kernels at a time, or work on parts of x."),
    ("iw.convolve(WIDE, [[1, 2]])",
     "convolve: the result of shape (1048576, 1048576) (uint16) takes 2048 GiB of memory; this "
     "machine has 16 GiB.\n  Work on parts of x, or pass a larger stride."),
    ("iw.convolve(LINE, [iw.Kernel(np.ones(1 << 21))] + [iw.Kernel([1, 2])] * 2000, axes=0)",
     "convolve: the bank of kernels of shape (2001, 2097152) (float64) takes 31.3 GiB of memory; "
     "this machine has 16 GiB.\n  Pass the long kernels and the short ones in two calls."),
    ("iw.Kernel([[1, 2]]).embedded((1 << 20, 1 << 20))",
     "Kernel: the taps of shape (1048576, 1048576) (int64) takes 8192 GiB of memory; this machine "
     "has 16 GiB.\n  Pass a smaller shape, or kernels that lie closer."),
    ("iw.Kernel(np.ones(1 << 20)).outer(iw.Kernel([0.5] * 5000))",
     "outer: the taps of shape (1048576, 5000) (float64) takes 39.1 GiB of memory; this machine "
     "has 16 GiB.\n  Convolve with one kernel after the other."),
]  # fmt: skip


@pytest.fixture
def _sixteen_gibibytes(monkeypatch):
    monkeypatch.setattr(memory, "installed", lambda: float(16 << 30))


@pytest.mark.usefixtures("_sixteen_gibibytes")
@pytest.mark.parametrize(("call", "message"), REFUSED, ids=[call for call, _ in REFUSED])
def test_refusals(call, message):
    with pytest.raises(iw.ShapeError) as caught:
        eval(call, globals())
    assert str(caught.value) == message


def test_what_is_said_where_the_machine_does_not_tell(monkeypatch):
    monkeypatch.setattr(memory, "installed", lambda: float("inf"))
    with pytest.raises(iw.ShapeError) as caught:
        iw.convolve(np.broadcast_to(np.uint8(1), 2**50), [1])
    assert str(caught.value) == (
        "convolve: the result of shape (1125899906842624,) (uint8) takes 1048576 GiB of "
        "memory.\n  Work on parts of x, or pass a larger stride."
    )


def test_room_for_the_work_counts_where_the_result_is_given(monkeypatch):
    chosen = iw.plan((6,), [1, 2, 3], method="reference")
    assert chosen.work_bytes == 4 * 8 * 6
    monkeypatch.setattr(memory, "installed", lambda: float(chosen.work_bytes - 1))
    out = np.full(6, 7.0)
    with pytest.raises(iw.ShapeError) as caught:
        iw.convolve(LINE, [1, 2, 3], method="reference", out=out)
    assert str(caught.value) == (
        "convolve: the result of shape (6,) (float64) takes 48 bytes of memory, and 192 bytes to "
        "work with; this machine has 191 bytes.\n  Work on parts of x, or pass a larger stride."
    )
    assert (out == 7).all()


@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.parametrize("masked", [None, True])
def test_room_for_the_work_counts_beside_a_result_that_fits(monkeypatch, more, masked):
    """A byte less than result and work take together is too little, as many bytes are enough."""
    mask = {"mask": np.arange(600) % 7 > 0} if masked else {}
    x, plan = np.ones(600), iw.plan((600,), [1.0, 2.0, 3.0], method="reference", mask=masked)
    monkeypatch.setattr(memory, "installed", lambda: float(8 * 600 + plan.work_bytes - more))
    iw.release_memory()
    call = {"method": "reference", **mask}
    if not more:
        assert iw.convolve(x, [1.0, 2.0, 3.0], **call).shape == (600,)
        return
    with pytest.raises(iw.ShapeError, match="to work with; this machine has"):
        iw.convolve(x, [1.0, 2.0, 3.0], **call)
    with pytest.raises(iw.ShapeError, match="to work with; this machine has"):
        iw.plan(x, [1.0, 2.0, 3.0], method="reference", mask=masked)(x, **mask)


def test_memory_that_runs_out_on_the_way(monkeypatch):
    monkeypatch.setattr(memory, "installed", lambda: float("inf"))
    huge = np.broadcast_to(1.0, (1 << 27, 1 << 27))
    with pytest.raises(iw.ShapeError) as caught:
        iw.convolve(huge, np.ones((3, 3)), stride=1 << 25, nan="ignore")
    assert str(caught.value) == (
        "convolve: memory ran out: Unable to allocate 16.0 PiB for an array with shape "
        "(134217728, 134217728) and data type bool.\n"
        "  Work on parts of x, or let go of other arrays."
    )


def test_this_machine_tells():
    memory.installed.cache_clear()
    assert 1 << 28 < memory.installed() < 1 << 50


def test_memory_that_runs_out_in_planning(monkeypatch):
    monkeypatch.setattr(memory, "installed", lambda: float("inf"))
    with pytest.raises(iw.ShapeError) as caught:
        iw.convolve(LINE, [1, 2, 3], dilation=1 << 40, boundary="renormalize", mode="full")
    first, advice = str(caught.value).split("\n")
    assert first.startswith("convolve: memory ran out while the call was planned: Unable to ")
    assert advice == "  Work on parts of x, or pass a shorter kernel or a smaller dilation."
