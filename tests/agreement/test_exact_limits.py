"""Whole numbers are exact on both sides of every limit up to which a type holds them all.

float32 holds every whole number up to 2^24, float64 up to 2^53: sums that may reach that far run
in them, the next larger ones do not.
"""

import numpy as np
import pytest

import intertwine as iw
import oracles
from cases import EXACT, unless_refused

#: Samples, the largest absolute sum of taps that one type holds, that type, and the next.
LIMITS = [
    ("bool", 2**24, "float32", "float64"),
    ("uint8", 2**24 // 255, "float32", "float64"),
    ("int8", 2**24 // 128, "float32", "float64"),
    ("uint16", 2**24 // 65535, "float32", "float64"),
    ("int16", 2**24 // 32768, "float32", "float64"),
    ("bool", 2**53, "float64", "int64"),
    ("uint8", 2**53 // 255, "float64", "int64"),
    ("uint16", 2**53 // 65535, "float64", "int64"),
    ("int32", 2**53 // 2**31, "float64", "int64"),
    ("uint32", 2**53 // (2**32 - 1), "float64", "int64"),
    ("int64", 2**53 // 2**40, "float64", "int64"),
]

#: Kernels of a whole sum, for every method one that it takes.
KERNELS = {
    "one": lambda total: [total],
    "lopsided": lambda total: [1, total - 3, 2],
    "signed": lambda total: [1, 3 - total, 2],
    "box": lambda total: np.full((5, 3), total // 15),
    "product": lambda total: np.outer([1, 2, 4], [1, total // 7 - 1]),
    "long": lambda total: np.r_[np.ones(99, int), total - 99],
}

#: What the sum of taps must gain to be beyond the limit, whatever is lost by dividing it.
BEYOND = {"one": 1, "lopsided": 1, "signed": 1, "box": 15, "product": 7, "long": 1}

#: Cases that a method must have had on each side of the limits.
LEAST = {"reference": 66, "direct": 66, "separable": 16, "running_sum": 8, "overlap_save": 33}


def samples(dtype, ndim):
    """The extremes of a type, or of 41 bits, and their neighbours: odd sums among them."""
    rng = np.random.default_rng(3)
    shape = (60, 41)[:ndim] if ndim > 1 else (300,)
    if dtype == "bool":
        return rng.random(shape) < 0.9
    low, high = (1 - 2**40, 2**40 - 1) if dtype == "int64" else _limits(dtype)
    levels = np.array([low, low + 1, high - 1, high], dtype)
    x = rng.choice(levels, shape)
    x[: len(x) // 3], x[-len(x) // 3 :] = low, high
    return x


def _limits(dtype):
    return np.iinfo(dtype).min, np.iinfo(dtype).max


def summed(x, k, method):
    """The type that sums run in; None where the method does not apply. The answer is exact."""
    plan = unless_refused(iw.plan, x, k, method=method, boundary="nearest")
    if plan is None:
        return None
    want = oracles.convolve(x, k, boundary="nearest", adding=oracles.shifts)
    np.testing.assert_array_equal(plan(x), want.astype(plan.problem.result), method)
    return plan.problem.compute


@pytest.mark.parametrize("side", ["below", "beyond"])
@pytest.mark.parametrize("method", EXACT)
def test_limits_of_floats(method, side):
    seen = 0
    for dtype, total, within, next_ in LIMITS:
        for name, make in KERNELS.items():
            k = np.array(make(total + BEYOND[name] if side == "beyond" else total))
            compute = summed(samples(dtype, k.ndim), k, method)
            seen += compute is not None
            assert compute in (None, within if side == "below" else next_), (dtype, name)
    assert seen >= LEAST[method], seen


@pytest.mark.parametrize("method", EXACT)
def test_the_first_sum_beyond_float32(method):
    """255 * 100001 is odd and above 2^24: float32 has no such number."""
    for k in ([100_001], [100_000, 1], np.full((3, 3), 11_113), np.outer([1, 2], [3, 33_334])):
        x = np.full((9, 8)[: np.ndim(k)], 255, np.uint8)
        y = unless_refused(iw.convolve, x, k, method=method)
        assert y is None or (y == 255 * int(np.sum(k))).all()


@pytest.mark.parametrize(("taps", "compute"), [(65_793, "float32"), (65_794, "float64")])
def test_float_results_of_whole_numbers(taps, compute):
    """An answer in float32 is exact as long as its sums are."""
    x = np.full(5, 255, np.uint8)
    plan = iw.plan(x, [taps], dtype="float32")
    assert plan.problem.compute == compute
    assert (plan(x) == np.float32(255 * taps)).all()


@pytest.mark.parametrize(("tap", "applies"), [(2016, True), (2017, False)])
def test_boxes_that_cancel_may_reach_2_to_53_together(tap, applies):
    """One box of 1056 taps, less one of 1024 that are larger by 1: the sums of either count."""
    together = 1056 * tap + 1024 * (tap + 1)
    assert (together * 2**31 <= 2**53) == applies
    k = np.repeat([-1, tap], [1024, 32])
    x = np.random.default_rng(4).choice(np.array([-(2**31), 2**31 - 1, 1], np.int32), 4000)
    plan = unless_refused(iw.plan, x, k, method="running_sum")
    assert (plan is not None) == applies
    if applies:
        np.testing.assert_array_equal(plan(x), iw.convolve(x, k, method="direct"))


@pytest.mark.parametrize(
    ("made_for", "least", "largest"),
    [([5, 1000], 0, 1023), ([-5, 1000], -8, 1023), ([-1000, 3], -1024, 3)],
)
def test_plans_for_64_bits_take_their_range_and_nothing_beyond(made_for, least, largest):
    """The range of the data that a plan was made from, widened to powers of two."""
    plan = iw.plan(np.array(made_for), [1, 2])
    for value in (least, largest):
        x = np.array([value, value])
        assert plan(x).tolist() == [3 * value, 3 * value]
    for value in (least - 1, largest + 1):
        with pytest.raises(
            iw.DTypeError, match=rf"but this plan is exact for {least} to {largest}"
        ):
            plan(np.array([0, value]))
