"""Kernels longer than the data: shortened by the border's own rule, with every method."""

import numpy as np
import pytest

import intertwine as iw
from cases import BOUNDARIES, check_all, grid, planned
from intertwine.engine import candidates
from intertwine.engine.shorten import shortened

MOVED = {"boundary": list(BOUNDARIES), "mode": ["same", "full"]}

CASES = [
    *grid(((4,), (9,)), ((3,), (50,)), ((1,), (6,)), **MOVED, kind=["lopsided", "signed", "box"]),
    *grid(((4,), (30,)), **MOVED, kind=["lopsided", "signed"], specks=[1, 2, 3]),
    *grid(((5,), (33,)), **MOVED, stride=2, dilation=[1, 2, 5], flip=[True, False]),
    *grid(((3, 4), (13, 21)), **MOVED, kind=["signed", "outer"], dtype=["float32", "int16"]),
    *grid(((3, 4), (13, 21)), boundary=list(BOUNDARIES), kind="signed", specks=[1, 3]),
    *grid(((6, 3), (15,)), axes=[(1,)], boundary=list(BOUNDARIES), dtype=["uint8", "complex64"]),
    *grid(
        ((6, 3), (15,)), axes=[(1,)], boundary=list(BOUNDARIES), specks=3, kind="signed",
        dtype=["float32", "complex64"], taps_dtype=["float64", "complex128"],
    ),
    *grid(((4,), (30,)), boundary=list(BOUNDARIES), nan="ignore", specks=3),
    *grid(((2, 3, 2), (5, 9, 7)), boundary=list(BOUNDARIES), mode="same"),
    *grid(((40,), (701,)), boundary=list(BOUNDARIES), dtype="float32", kind=["box", "signed"]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_long_kernels_agree_with_the_loops(case):
    assert {"reference", "direct"} <= {*check_all(case)}


#: How many of the cases a method that takes few must have had at least, and with short kernels.
TAKEN = {
    "separable": (64, 50),
    "running_sum": (240, 150),
    "overlap_save": (434, 120),
}


@pytest.mark.parametrize("method", TAKEN)
def test_how_many_cases_a_method_had(method):
    plans = [plan for case in CASES if (plan := planned(case, method))]
    short = sum(plan.chosen.short is not None for plan in plans)
    cases, shortened = TAKEN[method]
    assert len(plans) >= cases
    assert short >= shortened


@pytest.mark.parametrize(
    ("boundary", "mode", "left"),
    [
        ("wrap", "same", 7),
        ("symmetric", "same", 14),
        ("mirror", "same", 12),
        ("nearest", "same", 13),
        ("zero", "same", 13),
        ("renormalize", "same", 13),
        ("constant", "same", 15),
        ("wrap", "full", 7),
    ],
)
def test_as_many_taps_are_left_as_the_border_can_tell(boundary, mode, left):
    plan = iw.plan((7,), np.arange(1, 1002), boundary=boundary, mode=mode, dtype="int32")
    assert shortened(plan.problem).problem.axes[0].k == left


@pytest.mark.parametrize("k", [14, 15])
def test_kernels_of_a_period_stay_as_they_are(k):
    short = shortened(iw.plan((7,), np.arange(1.0, k + 1)).problem)
    assert (short is None) == (k == 14)


def test_a_very_wide_box_takes_little_room():
    plan = iw.plan((50, 60), np.ones((1200, 1300)), dtype="float32")
    assert plan.chosen.short.problem.kernel_size == 100 * 120
    said = "  Taps that always meet the same samples (or none) become one: 100 x 120 taps are left."
    assert said in plan.explain().splitlines()


def test_taps_that_outgrow_float32_together_are_not_added_up():
    x = np.array([1e-9, 2e-9, 3e-9], "float32")
    k = np.full(30, 3e38)
    assert shortened(iw.plan(x, k, boundary="wrap").problem) is None
    np.testing.assert_allclose(iw.convolve(x, k, boundary="wrap"), 1.8e31, rtol=30 * 2.0**-24)


def test_large_whole_taps_are_added_up_in_float64_for_float_results():
    k = np.full(9, 2**62)
    got = iw.convolve(np.array([1, 2, 3]), k, boundary="wrap", dtype=np.float64)
    np.testing.assert_array_equal(got, 18.0 * 2.0**62)


def test_a_large_product_beyond_its_border_is_shortened_line_by_line():
    x = np.random.default_rng(1).uniform(-1, 1, (310, 230)).astype("float32")
    line = np.r_[1.0, 3:8, np.full(1100, 2.0)]
    k = np.outer(line, line[::-1])
    assert k.size > candidates.MOST_ASKED
    plan = iw.plan(x, k, boundary="symmetric")
    said = plan.explain().splitlines()
    assert plan.method == "separable"
    assert said[-1] == (
        "  reference     cannot: not asked about the 1,223,236 taps of a product; "
        "method='reference' asks"
    )
    named = iw.plan(x, k, boundary="symmetric", method="overlap_save")
    bound = (plan.error + named.error) * k.sum() * np.abs(x).max()
    assert np.abs(plan(x) - named(x)).max() <= bound
    few = iw.plan(x[:200], k, boundary="symmetric")
    assert "not asked" not in few.explain()


@pytest.mark.parametrize("boundary", ["nearest", "constant", "symmetric", "zero"])
@pytest.mark.parametrize("dtype", ["int32", "uint32", "int64"])
def test_whole_numbers_stay_exact(boundary, dtype):
    rng = np.random.default_rng(5)
    high = 2**38 if dtype == "int64" else np.iinfo(dtype).max
    cval = {"cval": 734} if boundary == "constant" else {}
    for n, ends in ((1000, ()), (300, (2000, 700))):
        x = rng.integers(0 if dtype == "uint32" else -high, high, n, dtype)
        taps = np.ones(50_000, int)
        taps[: sum(ends[:1])] = 3
        k = iw.Kernel(taps, origin=20_000)
        got = iw.convolve(x, k, boundary=boundary, **cval)
        want = iw.convolve(x, k, boundary=boundary, method="direct", **cval)
        np.testing.assert_array_equal(got, want)


def test_boxes_that_cancel_are_summed_another_way():
    x = np.random.default_rng(6).integers(-(2**31), 2**31, 4000, "int32")
    k = np.repeat([-1, 1000], [3000, 10])  # 3010 times 1000, less 3000 times 1001
    assert "its boxes cancel, and their sums alone may not be exact" in iw.plan(x, k).explain()
    np.testing.assert_array_equal(iw.convolve(x, k), iw.convolve(x, k, method="direct"))
