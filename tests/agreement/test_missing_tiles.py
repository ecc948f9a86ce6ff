"""NaN and infinities over many tiles of results: what `direct` gives by itself, others add."""

from functools import reduce

import numpy as np
import pytest

import intertwine as iw

SHAPES = [
    ((5000,), (37,), {}),
    ((150, 1300), (9, 6), {}),
    ((150, 1300), (9, 6), {"stride": (2, 3)}),
    ((150, 1300), (9, 6), {"dilation": (5, 4)}),
    ((150, 1300), (70, 530), {"mode": "valid"}),  # windows larger than the usual tile
    ((150, 700, 3), (4, 5), {"axes": (0, 1)}),
    ((3, 150, 700), (4, 5), {"axes": (1, 2)}),
    ((21, 40, 600), (3, 6, 5), {"mode": "full"}),
]
SPECKS = {
    "one nan": [np.nan],
    "nans": [np.nan] * 40,
    "infinities": [np.inf] * 5 + [-np.inf] * 4,
    "all": [np.nan, np.inf, -np.inf] * 12,
}


def kernel(rng, size, taps):
    """A product, so that every method takes it; of positive taps, or of all signs and zeros."""
    lines = [rng.uniform(0.5, 1, n) for n in size]
    if taps == "box":
        lines = [np.full(n, 0.5) for n in size]
    if taps == "signed":
        lines = [line * rng.choice([-1, 0, 1], line.size, p=[0.3, 0.1, 0.6]) for line in lines]
    return reduce(np.multiply.outer, lines)


def same_missing(y, want):
    np.testing.assert_array_equal(np.isnan(y), np.isnan(want))
    np.testing.assert_array_equal(np.isposinf(y), np.isposinf(want))
    np.testing.assert_array_equal(np.isneginf(y), np.isneginf(want))


@pytest.mark.parametrize(("shape", "size", "options"), SHAPES)
@pytest.mark.parametrize("taps", ["positive", "signed", "box"])
@pytest.mark.parametrize("specks", SPECKS)
@pytest.mark.parametrize(
    ("dtype", "boundary"),
    [("float32", "mirror"), ("float64", "zero"), ("float16", "wrap"), ("float32", "nearest")],
)
def test_as_direct_gives_it(shape, size, options, taps, specks, dtype, boundary):
    rng = np.random.default_rng(4)
    x, k = rng.uniform(0.5, 1, shape).astype(dtype), kernel(rng, size, taps)
    values = SPECKS[specks]
    x.flat[rng.choice(x.size, len(values), replace=False)] = values
    x.flat[-1] = values[0]
    options = {"boundary": boundary, **options}
    method = {"positive": "separable", "box": "running_sum"}.get(taps, "overlap_save")
    if len(shape) == 1 or ("dilation" in options and method == "running_sum"):
        method = "overlap_save"
    want = iw.convolve(x, k, method="direct", **options)
    plan = iw.plan(x, k, method=method, **options)
    same_missing(plan(x, threads=1), want)
    same_missing(plan(x, threads=5), want)


@pytest.mark.parametrize("cval", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("boundary", ["constant", ("constant", "mirror"), ("zero", "constant")])
@pytest.mark.parametrize("taps", ["positive", "signed"])
def test_what_lies_outside(cval, boundary, taps):
    rng = np.random.default_rng(5)
    x, k = rng.uniform(0.5, 1, (150, 1300)).astype("float32"), kernel(rng, (9, 6), taps)
    x[70, 700] = np.nan
    options = {"boundary": boundary, "cval": cval, "mode": "full"}
    want = iw.convolve(x, k, method="direct", **options)
    same_missing(iw.convolve(x, k, method="separable", **options), want)
    same_missing(iw.convolve(x, k, method="overlap_save", **options), want)


def test_samples_and_results_that_do_not_lie_in_order():
    rng = np.random.default_rng(6)
    whole, k = (
        rng.uniform(0.5, 1, (1400, 2, 160)).astype("float32"),
        kernel(rng, (5, 4), "positive"),
    )
    x = whole[::-1, 1].T
    x[100, 900], x[3, 4] = np.nan, np.inf
    out = np.zeros((1400, 160, 2), "float32")[..., 1].T
    iw.convolve(x, k, method="separable", out=out)
    same_missing(out, iw.convolve(x.copy(), k, method="direct"))


@pytest.mark.parametrize("kernels", [(3,), (4, 1)])
def test_banks_on_channels_of_their_own_and_on_all(kernels):
    rng = np.random.default_rng(7)
    x, k = rng.uniform(0.5, 1, (90, 700, 3)), rng.uniform(-1, 1, (*kernels, 7, 6))
    x[40, 600, 1], x[0, 0, 2] = np.nan, np.inf
    y, want = (iw.convolve(x, k, axes=(0, 1), method=m) for m in ("overlap_save", "direct"))
    same_missing(y, want)
    assert np.isnan(y).any()
    assert np.isinf(y).any()


def test_windows_too_large_for_one_tile_of_marks():
    size = (49, 53, 51, 47)
    x, k = np.ones((50, 52, 51, 49), "float32"), iw.kernels.box(size)
    place = (3, 50, 25, 0)
    x[place] = np.nan
    near = [
        np.abs(np.arange(n) - at) <= width // 2
        for n, at, width in zip(x.shape, place, size, strict=True)
    ]
    y = iw.convolve(x, k, boundary="zero", method="separable")
    np.testing.assert_array_equal(np.isnan(y), reduce(np.logical_and.outer, near))
