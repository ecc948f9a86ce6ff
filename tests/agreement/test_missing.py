"""A NaN, an infinity or a huge value touches the outputs whose window holds it, and no other."""

from functools import lru_cache

import numpy as np
import pytest

import intertwine as iw
import oracles
from cases import BOUNDARIES, EXACT, Case, check, unless_refused

NAMES = EXACT

#: On one axis and two, small and over several tiles; a box so that running sums take part.
FIELDS = [
    Case((40,), (7,), "box"),
    Case((5000,), (31,), "box", boundary="wrap"),
    Case((30, 20), (5, 4), "box", boundary="mirror"),
    Case((130, 150), (9, 6), "box", boundary="zero"),
    Case((40,), (7,), "outer", boundary="constant"),
    Case((30, 20), (5, 4), "outer", boundary="nearest"),
]

SPECKS = {
    "nan": [np.nan],
    "nans": [np.nan] * 9,
    "inf": [np.inf],
    "-inf": [-np.inf],
    "both": [np.inf, -np.inf],
    "1e17": [1e17],
    "1e12": [1e12, -1e12],
}


def _places(case, count):
    """Corners first, then places in the middle."""
    ends = [tuple(0 for _ in case.shape), tuple(n - 1 for n in case.shape)]
    rng = np.random.default_rng(5)
    inner = [tuple(int(rng.integers(n)) for n in case.shape) for _ in range(7)]
    return [*ends, *inner][:count]


def _touched(case, places):
    """Outputs whose window holds one of the places: a count with a kernel of ones."""
    marks = np.zeros(case.shape, int)
    for place in places:
        marks[place] = 1
    options = {**case.options, "cval": 0}
    return oracles.convolve(marks, np.ones(case.size, int), **options, adding=oracles.shifts) > 0


@lru_cache(maxsize=len(FIELDS))
def _strewn(case, dtype, speck):
    """A field of ones with specks, the taps, the outputs far from them, and the answer."""
    places = _places(case, len(SPECKS[speck]))
    x, k = np.ones(case.shape, dtype), case.taps()
    for place, value in zip(places, SPECKS[speck], strict=True):
        x[place] = value
    far = ~_touched(case, places)
    assert far.any()
    assert not far.all()
    return x, k, far, oracles.convolve(x, k, **case.options, adding=oracles.shifts)


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("speck", SPECKS)
def test_far_outputs_do_not_notice(method, dtype, speck):
    seen = 0
    for case in FIELDS:
        x, k, far, want = _strewn(case, dtype, speck)
        calm = unless_refused(iw.plan, np.ones(case.shape, dtype), k, method=method, **case.options)
        if calm is None:
            continue
        seen += 1
        y = iw.convolve(x, k, method=method, **case.options)
        # The bound of a field of ones, as if the spike were not there.
        bound = calm.error * np.abs(k).sum() + np.finfo(dtype).eps * np.abs(want[far])
        assert (np.abs(y[far] - want[far]) <= bound).all()
        np.testing.assert_array_equal(np.isnan(y), np.isnan(want))
        np.testing.assert_array_equal(np.isposinf(y), np.isposinf(want))
        np.testing.assert_array_equal(np.isneginf(y), np.isneginf(want))
    assert seen >= 2


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_infinity_under_a_zero_tap_is_nan(method, boundary):
    taps = np.array([1.0, 0, 2, 0, 3])
    x = np.ones(40, "float64")
    x[[3, 20]] = np.inf, -np.inf
    y = unless_refused(iw.convolve, x, taps, boundary=boundary, method=method)
    if y is None:
        assert method in ("separable", "running_sum")  # no product, no box
        return
    want = oracles.convolve(x, taps, boundary=boundary)
    np.testing.assert_array_equal(np.isnan(y), np.isnan(want))
    assert np.isnan(y[[2, 4, 19, 21]]).all()
    assert y[[1, 3, 5]].tolist() == [np.inf] * 3
    assert y[[18, 20, 22]].tolist() == [-np.inf] * 3


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("cval", [np.nan, np.inf, -np.inf])
def test_a_constant_that_is_not_finite(method, cval):
    x, k = np.linspace(0, 1, 50), np.ones(4)
    x, k = np.outer(x, x), np.ones((4, 3))
    y = iw.convolve(x, k, boundary="constant", cval=cval, mode="full", method=method)
    want = oracles.convolve(x, k, boundary="constant", cval=cval, mode="full")
    np.testing.assert_array_equal(np.isfinite(y), np.isfinite(want))
    np.testing.assert_array_equal(y[[0, 1, 2, -3, -2, -1]], np.full((6, 52), cval))


@pytest.mark.parametrize("method", NAMES)
def test_ignoring_equals_masking(method):
    rng = np.random.default_rng(1)
    x = rng.random((40, 30))
    k = np.full((3, 5), 0.25)
    mask = rng.random(x.shape) < 0.7
    holes = np.where(mask, x, np.nan)
    call = {"boundary": "mirror", "method": method}
    by_mask = iw.convolve(x, k, mask=mask, **call)
    np.testing.assert_array_equal(iw.convolve(holes, k, nan="ignore", **call), by_mask)
    hidden = np.ma.MaskedArray(x, mask=~mask)
    np.testing.assert_array_equal(iw.convolve(hidden, k, **call), by_mask)
    np.testing.assert_array_equal(iw.plan(hidden, k, **call)(hidden), by_mask)
    row = mask[0] | True
    np.testing.assert_array_equal(iw.convolve(hidden, k, mask=row, **call), by_mask)


def test_ignoring_keeps_a_constant_constant():
    x = np.full((20, 30), 2.5)
    x[4:7, 10:12] = np.nan
    y = iw.convolve(x, [[1, 2, 3], [4, 5, 6]], nan="ignore", boundary="renormalize")
    np.testing.assert_allclose(y, 21 * 2.5, rtol=8 * np.finfo(float).eps)


def test_where_nothing_is_present_the_answer_is_nan():
    y = iw.convolve([1.0, np.nan, np.nan, np.nan, np.nan, 2.0], [1.0, 1.0, 1.0], nan="ignore")
    np.testing.assert_array_equal(np.isnan(y), [False, False, True, True, False, False])
    assert y[[0, 1, 4, 5]].tolist() == [3, 3, 6, 6]


@pytest.mark.parametrize("option", [{"nan": "ignore"}, {"boundary": "renormalize"}, {"mask": True}])
def test_kernels_that_sum_to_zero_have_no_weight_to_divide_by(option):
    if "mask" in option:
        option = {"mask": np.array([True, True, False, True])}
    with pytest.raises(iw.OptionError, match=r"the taps sum to 0 \(sum of \|taps\| 2\)"):
        iw.convolve(np.arange(4.0), [1, 0, -1], **option)


def test_raising_names_the_first():
    x = np.ones((3, 4))
    x[1, 2] = np.nan
    x[2, 3] = np.inf
    with pytest.raises(iw.OptionError, match=r"2 NaN or infinite samples of 12.*\(1, 2\)"):
        iw.convolve(x, np.ones((2, 2)), nan="raise")
    assert iw.convolve(x, np.ones((2, 2)), nan="raise", mask=np.isfinite(x)).shape == (3, 4)


@pytest.mark.parametrize("method", NAMES)
def test_nan_in_each_half_of_a_complex_number(method):
    for dtype, kind in (("complex64", "box"), ("complex128", "outer")):
        case = Case((9, 12), (3, 4), kind, dtype=dtype, specks=2)
        assert check(case, method) or (kind, method) == ("outer", "running_sum")


@pytest.mark.parametrize("taps", [[1, 2, 3], [1.5 - 2j, 0, 3j]])
def test_a_mask_that_leaves_nothing_out_is_no_mask(taps):
    x = np.array([1.0, 5.0, np.inf, 2.0, np.nan, -np.inf, 7.0, 3.0])
    for call in (iw.convolve, oracles.convolve):
        np.testing.assert_array_equal(
            call(x, np.array(taps), boundary="mirror", mask=np.ones(8, bool)),
            call(x, np.array(taps), boundary="mirror"),
        )


@pytest.mark.parametrize("method", ["auto", "overlap_save", "direct"])
def test_little_weight_does_not_enlarge_what_transforms_round(method):
    far = np.hypot(*np.mgrid[-75:75, -75:75])
    x = np.where(far < 20, np.random.default_rng(0).integers(100, 201, far.shape), np.nan)
    k = np.exp(-np.hypot(*np.mgrid[-40:41, -40:41]) / 4)
    want = iw.convolve(x, k, nan="ignore", method="direct")
    for dtype, relative in (("float32", 4e-7), ("float64", 1e-7)):
        data = x.astype(dtype)
        mask, filled = np.isfinite(x), np.where(far < 20, data, data.dtype.type(7))
        for y in (
            iw.convolve(data, k, nan="ignore", method=method),
            iw.convolve(filled, k, mask=mask, method=method),
            iw.plan(data, k, nan="ignore", method=method)(data),
        ):
            np.testing.assert_allclose(y / k.sum(), want / k.sum(), rtol=relative)


@pytest.mark.parametrize("method", ["auto", "overlap_save", "running_sum"])
def test_few_samples_at_renormalised_ends(method):
    x = np.random.default_rng(1).uniform(0, 255, (3000, 4)).astype("float32")
    k = np.ones(20_001) / 20_001
    options = {"axes": 0, "boundary": "renormalize", "mode": "full"}
    p = iw.plan(x, k, method=method, **options)
    assert "Sums run in float64" in p.explain()
    want = iw.convolve(x.astype(float), k, method="direct", **options)
    np.testing.assert_allclose(p(x), want, rtol=4e-7)
    centred = iw.plan(x, k[:201], **{**options, "mode": "same"})
    assert "Sums run in float32" in centred.explain()  # half of the weight is always there


def by_pairs(x, k, origin):
    """``sum(k) sum k x / sum k`` over pairs that are both there; nothing outside counts."""
    there = np.isfinite(k)
    found = []
    for n in range(len(x)):
        pairs = [(j, n + j - origin) for j in range(len(k)) if 0 <= n + j - origin < len(x)]
        both = [(j, i) for j, i in pairs if there[j] and np.isfinite(x[i])]
        weight = sum(k[j] for j, _ in both)
        total = sum(k[j] * x[i] for j, i in both)
        found.append(k[there].sum() * total / weight if weight else np.nan)
    return np.array(found)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [7, 40, 300])
def test_a_series_with_gaps_meets_itself(size, dtype):
    draw = np.random.default_rng(size)
    x = draw.uniform(1, 2, size).astype(dtype)
    x[draw.integers(0, size, size // 5 + 1)] = np.nan
    x[draw.integers(0, size)] = np.inf
    found = iw.correlate(x, x, boundary="renormalize", nan="ignore")
    assert found.dtype == dtype
    expected = by_pairs(x.astype(float), x.astype(float), size // 2)
    bound = 4 * np.finfo(dtype).eps * size * np.nanmax(expected)  # sums of size products
    np.testing.assert_allclose(found, expected, rtol=0, atol=bound)
    again = iw.plan(x, ~iw.Kernel(np.where(np.isfinite(x), x, 0), origin=size // 2),
                    boundary="renormalize", nan="ignore")(x)  # fmt: skip
    np.testing.assert_array_equal(found, again)


def test_taps_are_missing_for_nobody_else():
    x, k = np.arange(4.0), np.array([1.0, np.nan, 2.0])
    assert iw.correlate(x, k, nan="ignore").tolist() == iw.correlate(x, [1.0, 0, 2]).tolist()
    assert iw.convolve([1, 2, 3], k, nan="ignore").tolist() == [4.0, 5.0, 7.0]
    for nan in ("propagate", "raise"):
        with pytest.raises(iw.OptionError, match="`k` has 1 NaN or infinite tap of 3"):
            iw.convolve(x, k, nan=nan)
    with pytest.raises(iw.OptionError, match="`k` has 2 NaN or infinite taps of 2"):
        iw.convolve(x, [np.nan, np.inf], nan="ignore")
