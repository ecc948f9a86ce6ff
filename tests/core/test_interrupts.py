"""Signals reach a call while it works, and the process may end meanwhile."""

import subprocess
import sys

import pytest

#: A call that takes seconds on any machine, in many tiles; `out` shows which were written.
LONG = """
import os, signal, sys, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
import numpy as np, intertwine as iw
x = np.random.default_rng(7).normal(size=(2500, 2500)).astype("f4")
k = np.random.default_rng(8).normal(size=(61, 61))
small = iw.convolve(x[:90, :90], k[:5, :5])
plan = iw.plan(x, np.tile(k, (4, 4)), method="direct")
out = np.full(x.shape, np.nan, "f4")
"""


def run(script):
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", LONG + script], capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_ends_a_call_before_its_last_tile(threads):
    run(f"""
threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    plan(x, out=out, threads={threads})
except KeyboardInterrupt:
    pass
else:
    sys.exit("nothing was raised")
assert np.isnan(out).any(), "all was computed"
for threads in (1, 2):
    assert np.array_equal(iw.convolve(x[:90, :90], k[:5, :5], threads=threads), small)
""")


#: Work in tiles that each take long, save for those of one output.
DRAWN = """
geometry = iw._core.Geometry([2, 2, 1, 0, 1, 1, 0, 4097, 4097, 3, -1, 1, 1, 2], [0, 1], False)
taps = {taps}
places, chances = np.arange(taps) % 3, np.full(taps, 1 / taps)
last = np.linspace(0, 2**32 - 1, taps).astype("u4")
sampler = iw._core.Sampler(geometry, [1, 4096], [(places, chances, last, 1.0)])
drawn, out = x.ravel()[: 2 * 4097].reshape(2, 4097), np.full((2, 4097), np.nan)
threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    sampler.{work}
except KeyboardInterrupt:
    pass
else:
    sys.exit("nothing was raised")
assert np.isnan(out[1, :4096]).all(), "all was computed"
assert np.array_equal(iw.convolve(x[:90, :90], k[:5, :5], threads=2), small)
"""


@pytest.mark.parametrize(
    ("taps", "work"),
    [
        (3, "draw(drawn, out, 0.0, 1, 4_000_000, False, 1, 3, 1)"),
        (3, "draw(drawn, out, 0.0, 1, 4_000_000, False, 1, 3, 2)"),
        (5 * 10**6, "variance(drawn, out, 0.0, 1, 3, 2)"),
    ],
    ids=["draw", "draw on two threads", "variance"],
)
def test_ctrl_c_ends_draws_in_the_midst_of_a_tile(taps, work):
    """Of tiles 1 to 3 the middle one is long: on two threads, who called waits for the other."""
    run(DRAWN.format(taps=taps, work=work))


@pytest.mark.parametrize(
    ("rows", "n", "work"),
    [
        (1, 200_000, "_core.rational_filter(x, lags, taps, lags, taps, out, 1)"),
        (8, 1 << 18, "_core.rational_filter(x, lags, taps, lags, taps, out, 1)"),
        (9, 9, "terms.run(x, out, 0.0, False, 1)"),
    ],
    ids=["filter of a row", "filter of rows", "product of many terms"],
)
def test_ctrl_c_ends_what_is_one_piece_of_work(rows, n, work):
    run(f"""
_core, lags, taps = iw._core, np.arange(1, 4001), np.full(4000, 1e-9)
x, out = np.ones(({rows}, {n})), np.full(({rows}, {n}), np.nan)
geometry = _core.Geometry([9, 9, 3, 0, 1, 1, 2] * 2, [0, 1], False)
terms = _core.Separable(geometry, np.ones((50_000, 6)), [9, 9], 9, "float64")
threading.Timer(0.02, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    {work}
except KeyboardInterrupt:
    pass
else:
    sys.exit("nothing was raised")
assert np.isnan(out).any(), "all was computed"
""")


def test_ctrl_c_ends_running_sums_in_the_midst_of_a_tile():
    """Along many axes one result is summed from millions of samples."""
    run("""
axes = 11
geometry = iw._core.Geometry([1, 1, 5, 0, 1, 1, 2] * axes, list(range(axes)), False)
sums = iw._core.RunningSum(geometry, [1.0], [0] * axes, [3] * axes, "float32")
out = np.full((1,) * axes, np.nan, "f4")
threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    sums.run(np.ones((1,) * axes, "f4"), out, 0.0, False, 1)
except KeyboardInterrupt:
    pass
else:
    sys.exit("nothing was raised")
assert np.isnan(out).all(), "all was computed"
""")


def test_whatever_a_handler_raises_comes_through_a_transform_that_is_being_made():
    run("""
class Late(Exception):
    pass
def late(*_):
    raise Late
signal.signal(signal.SIGALRM, late)
signal.setitimer(signal.ITIMER_REAL, 0.1)
bank = np.random.default_rng(8).normal(size=(400, 61, 61))
try:
    while True:
        iw.convolve(x[:512, :512], bank + np.random.default_rng().normal(), method="overlap_save",
                    axes=(0, 1))
except Late:
    pass
assert np.array_equal(iw.convolve(x[:90, :90], k[:5, :5]), small)
""")


@pytest.mark.parametrize("threads", [1, 2])
def test_handlers_may_convolve_and_release_memory(threads):
    """They have work space of their own: the answer of the call around them stays."""
    run(f"""
x = x[:900]
expected = iw.convolve(x, k, method="overlap_save", threads=1)
seen = []
def handler(*_):
    seen.append(np.array_equal(iw.convolve(x[:90, :90], k[:5, :5], threads=2), small))
    iw.convolve(x[:300, :300], k, method="overlap_save", threads=2)
    iw.release_memory()
    signal.setitimer(signal.ITIMER_REAL, 0.02)
signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.02)
while len(seen) < 12:
    assert np.array_equal(iw.convolve(x, k, method="overlap_save", threads={threads}), expected)
signal.setitimer(signal.ITIMER_REAL, 0)
assert all(seen)
""")


@pytest.mark.parametrize(
    "work",
    ["plan(x, threads=2)", "iw.convolve(x[:90, :90], k[:5, :5], threads=2)"],
    ids=["long", "short"],
)
def test_a_thread_inside_a_call_does_not_stop_the_end_of_the_process(work):
    done = run(f"""
def forever():
    while True:
        {work}
for _ in range(3):
    threading.Thread(target=forever, daemon=True).start()
time.sleep(0.3)
""")
    assert done.stderr == ""
