"""Outputs of whose kernel too little is present are NaN; what lies outside obeys `nan=`, too."""

from itertools import cycle, product

import numpy as np
import pandas as pd
import pytest

import banks
import intertwine as iw
import oracles
from cases import BOUNDARIES, EXACT, Case, answer, bounds, check, near, unless_refused

NAMES = EXACT

#: Kernels without a negative tap, of both signs, complex, and one that every method takes.
KERNELS = [
    {"kind": "box"},
    {"kind": "outer"},
    {"kind": "signed"},
    {"taps_dtype": "complex128"},
]


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("least", [0.5, 1.0])
def test_too_little_weight_is_nan(method, least):
    missing = cycle(({"specks": 3, "nan": "ignore"}, {"masked": True, "dtype": "float32"}))
    checked = nans = 0
    for boundary, kernel in product(BOUNDARIES, KERNELS):
        more = {**kernel, **next(missing)}
        case = Case((9, 7), (3, 4), boundary=boundary, min_weight=least, **more)
        checked += check(case, method)
        nans += int(np.isnan(answer(case)[0]).sum())
    assert checked >= len(BOUNDARIES)
    assert nans > 0


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("dtype", ["float16", "float32", "complex64", "uint8"])
def test_renormalised_ends_have_a_least_weight(method, dtype):
    cases = [
        Case((12, 9), (5, 4), kind, boundary=border, mode=mode, dtype=dtype, min_weight=least)
        for kind in ("box", "signed")
        for border in ("renormalize", ("renormalize", "zero"), ("mirror", "renormalize"))
        for mode in ("same", "full")
        for least in (0.4, 0.9)
    ]
    checked = [case for case in cases if check(case, method)]
    assert len(checked) >= 12 * (method in ("direct", "overlap_save", "reference"))
    high = [case for case in checked if case.min_weight == 0.9]
    assert all(np.isnan(case.call(case.x(), case.k(), **case.options)).any() for case in high)


@pytest.mark.parametrize("missing", [{"masked": True}, {"boundary": "renormalize"}], ids=str)
@pytest.mark.parametrize("kind", ["box", "signed"])
def test_each_kernel_of_a_bank_by_its_own_weight(missing, kind):
    case = Case((9, 8, 3), (4, 3), kind, axes=(0, 1), min_weight=0.7, **missing)
    assert banks.check(banks.Bank(case, (3,)), "direct")


@pytest.mark.parametrize("window", [1, 4, 7, 10])
def test_pandas_counts_periods(window):
    rng = np.random.default_rng(3)
    x = np.where(rng.random(60) < 0.4, np.nan, rng.normal(size=60))
    k = iw.Kernel(np.ones(window) / window, origin=0)  # a window that ends at its output
    for periods in range(1, window + 1):
        want = pd.Series(x).rolling(window, min_periods=periods).mean()
        y = iw.convolve(x, k, boundary="renormalize", nan="ignore", min_weight=periods / window)
        np.testing.assert_allclose(y, want, rtol=1e-12, atol=1e-12)


def test_rounding_does_not_decide():
    x = np.array([np.nan, np.nan, 1.0, 1.0, 1.0, 1.0, 1.0])
    for k in (np.full(5, 0.1), np.full(5, 1 / 3)):
        y = iw.convolve(x, k, nan="ignore", min_weight=0.6)
        assert np.isnan(y).tolist() == [True, True, False, False, False, False, False]


def test_no_least_weight_is_next_to_nothing():
    x = np.array([1.0, np.nan, np.nan, 2.0, np.nan])
    for policy in ({"nan": "ignore"}, {"mask": np.isfinite(x)}):
        plain = iw.convolve(x, [1.0, 2.0, 1.0], **policy)
        for least in (None, 0, 0.0, np.float32(0)):
            y = iw.convolve(x, [1.0, 2.0, 1.0], **policy, min_weight=least)
            np.testing.assert_array_equal(y, plain)


def test_calls_that_differ_in_it_do_not_share_a_plan():
    x = np.array([1.0, np.nan, 3.0, 4.0])
    wanted = [[False] * 4, [False, False, False, False], [True, True, True, False]]
    for _ in range(2):
        for least, nans in zip((None, 0.5, 0.7), wanted, strict=True):
            y = iw.convolve(x, [1.0, 1.0, 1.0], nan="ignore", min_weight=least)
            assert np.isnan(y).tolist() == nans
    plan = iw.plan(x, [1.0, 1.0, 1.0], nan="ignore", min_weight=0.7)
    assert np.isnan(plan(x)).tolist() == wanted[2]
    assert "NaN where that is less than 0.7 of the whole" in plan.explain()


OUTSIDE = [np.nan, np.inf, -np.inf]


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("cval", OUTSIDE)
@pytest.mark.parametrize("dtype", ["float16", "complex128", "uint8"])
def test_a_number_outside_that_is_missing_is_left_out(method, cval, dtype):
    seen = 0
    for kind in ("box", "outer"):
        for border in ("constant", ("constant", "mirror"), ("zero", "constant")):
            for mode in ("same", "full"):
                case = Case((9, 8), (4, 3), kind, boundary=border, mode=mode, dtype=dtype)
                x, k = case.x(), case.taps()
                options = {"boundary": border, "mode": mode, "cval": cval, "nan": "ignore"}
                plan = unless_refused(iw.plan, x, k, method=method, **options)
                if plan is None:
                    continue
                seen += 1
                want, factor = oracles.mix(True, x, k, **options)
                assert np.isfinite(want).all()
                bound = bounds(plan, want, factor, x, k, 0)
                for plane in ("real", "imag"):
                    near(getattr(plan(x), plane), getattr(want, plane), bound)
                words = (border, border) if isinstance(border, str) else border
                inside = tuple("renormalize" if b == "constant" else b for b in words)
                same = iw.convolve(x, k, method=method, mode=mode, boundary=inside, nan="ignore")
                np.testing.assert_array_equal(plan(x), same)
    assert seen >= 2


@pytest.mark.parametrize(
    ("dtype", "cval"),
    [*product(["float32", "complex64", "uint8"], OUTSIDE), ("complex64", complex(0, np.nan))],
)
def test_a_number_outside_that_is_missing_is_refused(dtype, cval):
    x = np.ones((4, 5), dtype)
    number = cval if isinstance(cval, complex) else float(cval)
    with pytest.raises(iw.OptionError) as error:
        iw.convolve(x, np.ones((2, 2)) / 4, boundary="constant", cval=cval, nan="raise")
    assert str(error.value) == (
        f"convolve: `cval={number}` is not finite, and nan='raise' refuses what lies outside, "
        f"too.\n  Pass a finite cval, boundary='renormalize' to count only what is inside, or "
        f"nan='propagate' to let it show."
    )


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan, "half", True, 1j])
def test_what_is_no_fraction(value):
    with pytest.raises(iw.OptionError, match=r"must be a number from 0 to 1, the fraction of sum"):
        iw.convolve([1.0, 2.0], [1.0], nan="ignore", min_weight=value)


@pytest.mark.parametrize("call", [iw.convolve, iw.correlate, iw.plan])
def test_a_least_weight_where_nothing_can_be_missing(call):
    with pytest.raises(iw.OptionError) as error:
        call(np.ones(4), [1.0, 1.0], min_weight=0.5)
    assert str(error.value) == (
        f"{call.__name__}: `min_weight=0.5` has no effect where nothing can be missing.\n"
        f"  Pass nan='ignore', a mask or boundary='renormalize', or leave min_weight out."
    )
    y = iw.convolve(np.arange(4), [1, 1], nan="ignore", min_weight=0.5)  # integers have no NaN
    assert y.tolist() == [0, 1, 3, 5]
