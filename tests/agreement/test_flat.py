"""Taps that sum to zero make exactly zero of equal samples, whatever these are."""

from itertools import product

import numpy as np
import pytest

import intertwine as iw
import oracles
from cases import EXACT, unless_refused
from intertwine import kernels as K

LEVELS = [0.7, 1 / 3, 1e-3, 1e30, -5.5e7]
DTYPES = ["float16", "float32", "float64", "complex64", "complex128"]
COPIES = ["symmetric", "nearest", "mirror", "wrap"]

RNG = np.random.default_rng(3)


def summing_to_zero(*shape):
    """Whole numbers at random, the middle one less their sum."""
    taps = RNG.integers(-9, 10, shape)
    taps[tuple(n // 2 for n in shape)] -= taps.sum()
    return taps


def opposite(*shape):
    """Decimals at random, opposite to their mirror image along the first axis."""
    taps = RNG.uniform(-1, 1, shape).round(2)
    return taps - taps[::-1]


LINES = {
    "slope": [-0.5, 0, 0.5],
    "curvature": [1, -2, 1],
    "tenths": [0.1, -0.2, 0.1],
    "fourth order": [-1, 16, -30, 16, -1],
    "haar": [1] * 4 + [-1] * 4,
    "slope of a bell": np.arange(-6, 7) * np.exp(-(np.arange(-6.0, 7) ** 2) / 8),
    "long": opposite(200),
    "uneven": summing_to_zero(7),
}

PICTURES = {
    **{name: getattr(K, name)() for name in ("sobel", "scharr", "prewitt", "roberts", "laplacian")},
    "sobel across": K.sobel(axis=1),
    "eight neighbours": [[1, 1, 1], [1, -8, 1], [1, 1, 1]],
    "nine points": [[1, 4, 1], [4, -20, 4], [1, 4, 1]],
    "kirsch": [[5, 5, 5], [-3, 0, -3], [-3, -3, -3]],
    "emboss": [[-2, -1, 0], [-1, 0, 1], [0, 1, 2]],
    "haar": np.kron([[1, -1], [-1, 1]], np.ones((4, 4))),
    "hat": summing_to_zero(5, 5),
    "uneven": summing_to_zero(4, 3),
    "opposite": opposite(6, 5),
    "across": opposite(5, 7).T,
    "large": summing_to_zero(21, 21),
}

VOLUMES = {
    "sobel": K.sobel(axis=0, ndim=3),
    "sobel across": K.sobel(axis=2, ndim=3),
    "laplacian": K.laplacian(ndim=3),
    "uneven": summing_to_zero(3, 4, 3),
    "opposite": opposite(3, 3, 5),
}

SHAPES = {1: [(5,), (300,)], 2: [(7, 6), (20, 70)], 3: [(9, 8, 20)]}
KERNELS = [(1, LINES), (2, PICTURES), (3, VOLUMES)]


def taps_of(kernel):
    return np.asarray(getattr(kernel, "taps", kernel))


@pytest.mark.parametrize("method", ["auto", *EXACT])
@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_flat_data_give_zero(method, ndim):
    """Of every kind of data; what lies outside repeats the samples."""
    applied = 0
    cases = list(enumerate(product(SHAPES[ndim], LEVELS, DTYPES)))
    for first, (name, kernel) in enumerate(dict(KERNELS)[ndim].items()):
        for i, (shape, level, dtype) in cases[first % 4 :: 4]:
            if dtype == "float16" and abs(level) > 65504:
                continue
            x, boundary = np.full(shape, level, dtype), COPIES[i % len(COPIES)]
            if "complex" in dtype:
                x.imag = -level / 3
            y = unless_refused(iw.convolve, x, kernel, boundary=boundary, method=method)
            if y is not None:
                applied += 1
                assert not y.any(), (name, shape, level, dtype, boundary)
    assert applied or method in ("running_sum", "separable")


@pytest.mark.parametrize("method", ["direct", "reference"])
def test_flat_areas_give_zero(method):
    """Of pictures that are not flat elsewhere, and end in zeros or in another number."""
    for (ndim, kernels), boundary in product(KERNELS, ["zero", "constant", "wrap"]):
        for name, kernel in kernels.items():
            size = taps_of(kernel).shape
            if max(size) > 20:
                continue
            x = RNG.normal(0, 1, tuple(2 * n + 9 for n in size)).astype("float32")
            inside = tuple(slice(1, n + 7) for n in size)
            x[inside] = 0.7
            cval = 3.0 if boundary == "constant" else 0.0
            y = iw.convolve(x, kernel, boundary=boundary, cval=cval, method=method)
            flat = tuple(slice(n // 2 + 1, n // 2 + 8) for n in size)
            assert not y[flat].any(), (ndim, name, boundary)
            assert y.any()


@pytest.mark.parametrize(
    "kernel", [K.sobel(axis=0), K.scharr(axis=1), opposite(7, 1) @ opposite(9, 1).T]
)
def test_flat_areas_give_zero_by_lines(kernel):
    x = RNG.normal(0, 1, (90, 80)).astype("float32")
    x[20:70, 10:60] = 0.7
    y = iw.convolve(x, kernel, boundary="zero", method="separable")
    assert not y[25:65, 15:55].any()


@pytest.mark.parametrize(
    ("method", "dtype"),
    [("direct", "float32"), ("direct", "float64"), ("separable", "float32")],
)
def test_differences_keep_to_the_bound_and_to_what_is_not_finite(method, dtype):
    for (_, kernels), odd in product(KERNELS, [0.0, np.inf, np.nan, "largest"]):
        for name, kernel in kernels.items():
            taps = taps_of(kernel).astype(float)
            if taps.size > 100:
                continue
            x = RNG.uniform(-1, 1, tuple(n + 8 for n in taps.shape)).astype(dtype)
            scale = np.abs(x).max()
            if odd == "largest":  # differences of which overflow
                x, scale = np.sign(x) * np.finfo(dtype).max, np.finfo(dtype).max
                taps = taps / np.abs(taps).sum() / 4
            else:
                x[tuple(n // 2 for n in x.shape)] = odd
            p = unless_refused(iw.plan, x, taps, method=method)
            if p is None:
                continue
            with np.errstate(invalid="ignore", over="ignore"):
                y, want = p(x), oracles.convolve(x, taps, adding=oracles.shifts)
            assert np.array_equal(np.isfinite(y), np.isfinite(want)), (name, odd)
            there = np.isfinite(want)
            assert np.array_equal(y[~there], want[~there], equal_nan=True), (name, odd)
            error = np.abs(y[there].astype(want.dtype) - want[there]).max(initial=0)
            assert error <= p.error * np.abs(taps).sum() * float(scale), (name, odd)


def test_banks_of_kernels_that_sum_to_zero_and_others():
    taps = np.stack([taps_of(K.sobel(axis=0)), taps_of(K.sharpen()), taps_of(K.laplacian())])
    x = np.full((3, 40, 50), 0.7, "float32")
    for method in ["direct", "overlap_save"]:
        y = iw.convolve(x, taps, axes=(1, 2), method=method)
        assert not y[0].any()
        assert not y[2].any()
        assert y[1].all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_part_of_a_picture_gives_the_same_bits(dtype):
    """Whichever loop takes its differences: narrow rows, few rows, ends of rows."""
    x = RNG.normal(size=(50, 150)).astype(dtype)
    for name, kernel in PICTURES.items():
        taps = taps_of(kernel) * 0.3
        whole = iw.convolve(x, taps, mode="valid", method="direct")
        for _ in range(10):
            high, wide = (
                int(RNG.integers(n, n + most)) for n, most in zip(taps.shape, (9, 60), strict=True)
            )
            row, column = int(RNG.integers(50 - high)), int(RNG.integers(150 - wide))
            part = x[row : row + high, column : column + wide].copy()
            y = iw.convolve(part, taps, mode="valid", method="direct")
            same = whole[row : row + y.shape[0], column : column + y.shape[1]]
            assert np.array_equal(y, same), (name, part.shape)
