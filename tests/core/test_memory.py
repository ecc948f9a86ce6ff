"""Memory of results: kept when they are let go, taken for the next, given back when asked."""

import os
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import intertwine as iw
from intertwine import _core

MIB = 1 << 20

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="memory is kept on Linux only"
)


def block(mib):
    return _core.empty((int(mib * MIB),), np.dtype(np.uint8))


def address(array):
    return array.ctypes.data


@pytest.fixture(autouse=True)
def nothing_kept():
    iw.release_memory()
    assert _core.kept_bytes() == 0
    yield
    iw.release_memory()


def test_results_own_their_memory():
    x = np.arange(1200 * 500, dtype=np.float32).reshape(1200, 500)
    for y in (iw.convolve(x, [[1, 2, 3]]), iw.plan(x, [[1, 2, 3]])(x)):
        assert y.base is None
        assert y.flags.owndata
        assert y.flags.writeable
        assert y.flags.c_contiguous


def test_the_next_result_lies_where_the_last_one_was():
    x, k = np.arange(900 * 700, dtype=np.float32).reshape(900, 700), [[1, 2, 3]]
    y = iw.convolve(x, k)
    place, right = address(y), y.tolist()
    del y
    assert _core.kept_bytes() >= x.nbytes
    y = iw.convolve(x, k)
    assert address(y) == place
    assert y.tolist() == right
    assert _core.kept_bytes() == 0


def test_small_results_are_left_to_numpy():
    del_me = _core.empty((MIB - 1,), np.dtype(np.uint8))
    del del_me
    assert _core.kept_bytes() == 0
    y = block(1)
    del y
    assert _core.kept_bytes() == MIB


def test_no_other_array_takes_part():
    y = block(8)
    del y
    kept = _core.kept_bytes()
    others = [np.empty(8 * MIB, np.uint8), np.zeros(8 * MIB, np.uint8), np.ones(8 * MIB).copy()]
    del others
    assert _core.kept_bytes() == kept


@pytest.mark.parametrize(("asked", "fits"), [(8, True), (6.5, True), (6, False), (8.5, False)])
def test_a_block_fits_with_little_left_over(asked, fits):
    y = block(8)
    place = address(y)
    del y
    z = block(asked)
    assert (address(z) == place) is fits
    assert _core.kept_bytes() == (0 if fits else 8 * MIB)


def test_the_smallest_that_fits_is_taken():
    blocks = [block(n) for n in (12, 10, 14)]
    places = [address(b) for b in blocks]
    blocks.clear()
    y = block(10)
    assert address(y) == places[1]
    z = block(12)
    assert address(z) == places[0]


def test_what_is_kept_is_bounded_and_the_oldest_goes():
    blocks = [block(90) for _ in range(4)]
    places = [address(b) for b in blocks]
    while blocks:
        del blocks[0]
        assert _core.kept_bytes() <= 256 * MIB
    assert _core.kept_bytes() == 180 * MIB
    assert {address(b) for b in [block(90), block(90)]} <= {*places[2:]}
    iw.release_memory()
    blocks = [block(1) for _ in range(40)]
    blocks.clear()
    assert _core.kept_bytes() == 16 * MIB
    iw.release_memory()
    largest = block(257)
    del largest
    assert _core.kept_bytes() == 0


def test_a_block_is_never_handed_out_twice():
    """Arrays of many threads, filled with a number of their own each, held and let go in turns."""

    def work(seed):
        rng, held = np.random.default_rng(seed), []
        for i in range(60):
            mark = (seed * 60 + i) % 251
            y = block(rng.uniform(1, 4))
            y[:: MIB // 4] = mark
            held.append((y, mark))
            if len(held) > 3:
                y, mark = held.pop(int(rng.integers(3)))
                assert (y[:: MIB // 4] == mark).all()
        assert all((y[:: MIB // 4] == mark).all() for y, mark in held)
        return len(held)

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(work, range(6))) == [3] * 6
    assert _core.kept_bytes() <= 16 * 4 * 1.25 * MIB


def test_arrays_can_be_resized():
    y = block(8)
    y[:] = np.arange(y.size) % 251
    first = y[: 2 * MIB].copy()
    for mib in (7.5, 20, 3, 0.25, 2):
        y.resize(int(mib * MIB), refcheck=False)
        assert y.size == int(mib * MIB)
        few = min(y.size, MIB // 4)
        assert (y[:few] == first[:few]).all()
    assert (y[MIB // 4 :] == 0).all()


def test_copies_and_views_keep_their_numbers():
    y = block(4)
    y[:] = 7
    view, copy = y[::1000], y.copy()
    del y
    z = block(4)
    z[:] = 9
    assert (view == 7).all()
    assert (copy == 7).all()
    del view
    assert _core.kept_bytes() == 4 * MIB


def test_tracemalloc_sees_the_arrays_in_use():
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        y = block(30)
        assert tracemalloc.get_traced_memory()[0] - before >= 30 * MIB
        del y
        assert tracemalloc.get_traced_memory()[0] - before < MIB
    finally:
        tracemalloc.stop()


def test_wrong_types_are_refused():
    with pytest.raises(ValueError, match="type: no dtype"):
        _core.empty((3,), np.uint8)
    with pytest.raises(ValueError, match="shape: too many axes"):
        _core.empty((1,) * 65, np.dtype(np.uint8))
    with pytest.raises(ValueError, match="negative dimensions are not allowed"):
        _core.empty((-1,), np.dtype(np.uint8))


def run(script):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, timeout=100,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


system_decides = pytest.mark.skipif(
    "ASAN_OPTIONS" in os.environ, reason="a sanitizer keeps freed memory, and address space"
)

RESIDENT = """
import re, numpy as np, intertwine as iw
def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) / 1024
"""


@system_decides
def test_resident_memory_returns():
    """Results, the work space of all threads, and the spectra that plans keep."""
    before, used, after = map(float, run(RESIDENT + """
x, k = np.ones((2000, 2000), np.float32), np.random.default_rng(0).normal(size=(501, 501))
def work():
    for few, method in ((3, "direct"), (501, "overlap_save")):
        iw.convolve(x, k[:few, :few], method=method, threads=2)
for i in range(2):
    iw.release_memory()
    before = resident()
    work()
used = resident()
iw.release_memory()
print(before, used, resident())
""").split())  # fmt: skip
    assert used - before > 24
    assert after - before < 4


@system_decides
def test_memory_kept_is_let_go_before_memory_runs_out():
    run("""
import resource, numpy as np, intertwine as iw
from intertwine import _core
MIB = 1 << 20
y = [_core.empty((60 * MIB,), np.dtype("u1")) for _ in range(4)]
y.clear()
assert _core.kept_bytes() == 240 * MIB
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + 20 * MIB,) * 2)
y = _core.empty((100 * MIB,), np.dtype("u1"))
y[::4096] = 1
assert _core.kept_bytes() == 0
try:
    _core.empty((900 * MIB,), np.dtype("u1"))
except MemoryError:
    pass
else:
    raise AssertionError("no MemoryError")
assert (y[::4096] == 1).all()
""")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_has_memory_of_its_own():
    run("""
import os, threading, numpy as np
from intertwine import _core
MIB = 1 << 20
def block():
    return _core.empty((2 * MIB,), np.dtype("u1"))
y, stop = block(), threading.Event()
y[:] = 5
z = block()
del z
def turn():
    while not stop.is_set():
        block()
threads = [threading.Thread(target=turn) for _ in range(3)]
for t in threads: t.start()
for i in range(30):
    child = os.fork()
    if child == 0:
        a, b = block(), block()
        a[:], b[:] = 1, 2
        right = (y == 5).all() and (a == 1).all() and (b == 2).all()
        del y, a, b
        os._exit(0 if right and _core.kept_bytes() >= 6 * MIB else 1)
    assert os.waitpid(child, 0)[1] == 0
stop.set()
for t in threads: t.join()
assert (y == 5).all()
""")
