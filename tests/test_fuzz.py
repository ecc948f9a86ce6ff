"""Whatever the arguments: a call ends in a result or in an IntertwineError."""

import contextlib

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import intertwine as iw
from strategies import anything, arrays

OPTIONS = [
    "axes", "mode", "boundary", "cval", "nan", "mask", "dtype", "stride", "dilation", "method",
    "precision", "out", "threads",
]  # fmt: skip

FITTING = {
    "axes": st.sampled_from([0, -1, (0,), (0, 1), (1, 0), [0, 1]]),
    "mode": st.sampled_from(["same", "full", "valid", ("full", "same")]),
    "boundary": st.sampled_from(["wrap", "constant", "zero", ("mirror", "renormalize")]),
    "cval": st.floats() | st.integers(-5, 5),
    "nan": st.sampled_from(["ignore", "raise", "propagate"]),
    "mask": st.sampled_from([[True], [[True, False]], np.ones((2, 2), bool)]),
    "dtype": st.sampled_from(["f4", "f8", "i8", "c8", "u1", bool, complex]),
    "stride": st.integers(1, 9),
    "dilation": st.integers(1, 9),
    "method": st.sampled_from(["auto", "direct", "separable", "running_sum", "overlap_save"]),
    "precision": st.floats(1e-17, 1),
    "out": arrays(),
    "threads": st.integers(1, 4),
}


def _options(draw, names):
    chosen = draw(st.lists(st.sampled_from(names), unique=True, max_size=3))
    return {name: draw(anything() | FITTING[name]) for name in chosen}


def _ends_well(call, *arguments, **options):
    """Return the result, or None where the arguments were refused by name."""
    with np.errstate(all="ignore"), contextlib.suppress(iw.IntertwineError):
        return call(*arguments, **options)
    return None


@settings(max_examples=150)
@given(st.data(), st.sampled_from([iw.convolve, iw.correlate]))
def test_calls(data, call):
    x, k = data.draw(arrays() | anything()), data.draw(arrays() | anything())
    y = _ends_well(call, x, k, **_options(data.draw, OPTIONS))
    assert y is None or isinstance(y, np.ndarray)


@settings(max_examples=150)
@given(st.data())
def test_one_wrong_option(data):
    x = np.arange(12.0).reshape(3, 4)
    y = _ends_well(iw.convolve, x, np.ones((2, 2)), **_options(data.draw, OPTIONS))
    assert y is None or isinstance(y, np.ndarray)


@settings(max_examples=100)
@given(st.data())
def test_plans(data):
    shape = data.draw(anything() | st.lists(st.integers(0, 9), max_size=3).map(tuple))
    k = data.draw(arrays() | anything())
    p = _ends_well(iw.plan, shape, k, **_options(data.draw, OPTIONS[:-2]))
    if p is not None:
        assert p.method in p.explain()
        assert p.problem.out_size >= 0


@settings(max_examples=100)
@given(st.data())
def test_plan_calls(data):
    p = iw.plan((3, 4), np.ones((2, 2)), mask=data.draw(st.none() | st.just([True])))
    x = data.draw(anything() | st.just(np.ones((3, 4))))
    y = _ends_well(p, x, **_options(data.draw, ["mask", "out", "threads"]))
    assert y is None or y.shape == (3, 4)


@settings(max_examples=40)
@given(anything())
def test_set_memory_limit(value):
    try:
        assert _ends_well(iw.set_memory_limit, value) is None
    finally:
        iw.set_memory_limit(None)


@settings(max_examples=40)
@given(anything())
def test_set_threads(value):
    try:
        assert _ends_well(iw.set_threads, value) is None
    finally:
        iw.set_threads(None)
