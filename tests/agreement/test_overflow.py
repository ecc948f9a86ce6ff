"""Infinities beside sums that overflow the result's type: one rule for every method.

An infinity counts for more than what finite samples sum to, also where that is beyond the largest
number of the result's type. Finite samples alone give an infinity there.
"""

import numpy as np
import pytest

import intertwine as iw
import oracles
from cases import BOUNDARIES, EXACT, unless_refused

TOPS = {"float16": 6e4, "float32": 3e38, "float64": 1.7e308}

#: Kernels of sum one (nothing overflows that the data do not) and others; a box, a product, signs.
KERNELS = {
    "box": np.ones(3),
    "line": np.array([1.0, 2, 1]),
    "signed": np.array([1.0, -1, 2]),
    "zero": np.array([1.0, 0, 2]),
    "square": np.ones((3, 3)),
    "product": np.outer([1.0, 2, 1], [2.0, 1]),
    "signs": np.outer([1.0, 2, 1], [-2.0, 1]),
}


def samples(shape, top, seed):
    """A few huge samples among small ones, and one or two that are not finite."""
    rng = np.random.default_rng(seed)
    x = rng.integers(1, 4, shape).astype(np.float64)
    flat = x.reshape(-1)
    places = rng.permutation(flat.size)
    flat[places[: flat.size // 3]] = top
    odd = [(np.inf,), (-np.inf,), (np.nan,), (np.inf, -np.inf), (-np.inf, np.nan)][seed % 5]
    flat[places[-len(odd) :]] = odd
    return x


def classes(x, k, dtype, **options):
    """The answer, and where sums on the way fit `dtype`: those of boxes, which may cancel, too."""
    want = oracles.convolve(x, k, **options)
    sizes = np.abs(np.where(np.isfinite(x), x, 0))
    held = oracles.convolve(sizes, np.ones(k.shape), **options)
    fits = 4 * np.abs(k).max() * held <= np.finfo(dtype).max
    return want, fits


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("name", KERNELS)
def test_an_infinity_counts_for_more_than_overflow_in_float16(method, name):
    k, met = KERNELS[name], 0
    for seed in range(5):
        x = samples((40,) if k.ndim == 1 else (12, 11), TOPS["float16"], seed).astype("float16")
        for boundary in BOUNDARIES if seed == 1 else ("zero", "mirror"):
            options = {"boundary": boundary, "mode": "full" if seed % 2 else "same"}
            if boundary == "renormalize" and name == "signs":
                continue  # the taps sum to less than nothing: weights change signs
            y = unless_refused(iw.convolve, x, k, method=method, **options)
            if y is None:
                assert method in ("separable", "running_sum")
                return
            want = oracles.held(oracles.convolve(x.astype(float), k, **options), np.float16)
            np.testing.assert_array_equal(np.isnan(y), np.isnan(want))
            np.testing.assert_array_equal(np.isposinf(y), np.isposinf(want))
            np.testing.assert_array_equal(np.isneginf(y), np.isneginf(want))
            met += np.isinf(want).sum()
    assert met > 40


@pytest.mark.parametrize("method", EXACT)
def test_the_case_that_told_methods_apart(method):
    x = np.array([1, 6e4, 6e4, -np.inf, 2], "float16")
    y = unless_refused(iw.convolve, x, np.ones(3), boundary="zero", method=method)
    if y is None:
        assert method == "separable"  # one axis
        return
    assert y.tolist() == [6e4, np.inf, -np.inf, -np.inf, -np.inf]


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("name", KERNELS)
def test_where_sums_themselves_overflow_nothing_looks_finite(method, dtype, name):
    """Sums run in the type of the result here: where they overflow, infinities may meet."""
    k, real = KERNELS[name], {"c8": "float32", "c16": "float64"}.get(np.dtype(dtype).str[1:], dtype)
    with np.errstate(over="ignore"):
        for seed in range(5):
            top = TOPS[real] / (1 if seed % 3 else 64)
            x = samples((40,) if k.ndim == 1 else (12, 11), top, seed)
            data = x.astype(dtype)
            y = unless_refused(iw.convolve, data, k, boundary="zero", method=method)
            if y is None:
                assert method in ("separable", "running_sum")
                return
            want, fits = classes(x, k, real, boundary="zero")
            odd = ~np.isfinite(oracles.held(want, real))
            np.testing.assert_array_equal(np.isnan(y.real)[fits], np.isnan(want)[fits])
            np.testing.assert_array_equal(np.isinf(y.real)[fits], np.isinf(want)[fits])
            signs = fits & np.isinf(want)
            np.testing.assert_array_equal(np.sign(y.real)[signs], np.sign(want)[signs])
            assert not np.isfinite(y.real[odd]).any()


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("sign", [1, -1])
def test_finite_samples_beyond_the_largest_number_give_an_infinity(method, dtype, sign):
    x = np.full((12, 11), sign * TOPS[dtype], dtype)
    k = np.outer([1.0, 2, 1], [1.0, 1]) if method != "running_sum" else np.ones((3, 2))
    y = iw.convolve(x, k, method=method)
    np.testing.assert_array_equal(y, np.full(x.shape, sign * np.inf))


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("cval", [np.inf, -np.inf, np.nan])
def test_an_infinity_outside_counts_for_more_too(method, cval):
    x = np.full((6, 7), -np.sign(cval) * 6e4 if cval == cval else 6e4).astype("float16")
    options = {"boundary": "constant", "cval": cval}
    k = np.ones((3, 2))
    want = oracles.held(oracles.convolve(x.astype(float), k, **options), np.float16)
    np.testing.assert_array_equal(iw.convolve(x, k, method=method, **options), want)


@pytest.mark.parametrize("method", EXACT)
def test_infinities_of_both_planes_meet(method):
    """Products of complex planes add their infinities: of opposite signs they give NaN."""
    x = np.array([1 + 1j, complex(np.inf, np.inf), 2, complex(np.inf, -np.inf), 3] * 3)
    k = np.array([1 + 1j, 1 + 1j, 1 + 1j])
    y = unless_refused(iw.convolve, x, k, boundary="zero", method=method)
    if y is None:
        assert method == "separable"
        return
    want = oracles.convolve(x, k, boundary="zero")
    for plane in ("real", "imag"):
        np.testing.assert_array_equal(np.isnan(getattr(y, plane)), np.isnan(getattr(want, plane)))
        np.testing.assert_array_equal(np.isinf(getattr(y, plane)), np.isinf(getattr(want, plane)))


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize("dtype", ["int16", "int64", "uint8"])
@pytest.mark.parametrize("cval", [np.nan, np.inf, -np.inf])
def test_what_lies_outside_integers_may_be_no_number(method, dtype, cval):
    """Integers hold none themselves: only what is outside them touches the results near it."""
    x = np.random.default_rng(4).integers(0, 9, (13, 40)).astype(dtype)
    options, applied = {"boundary": "constant", "cval": cval}, 0
    for k in (np.ones((1, 3)), np.outer([1.0, 2, 1], [2.0, 1]), np.array([[1.0, -1, 2]])):
        y = unless_refused(iw.convolve, x, k, method=method, **options)
        if y is None:
            continue
        applied += 1
        want = oracles.convolve(x.astype(float), k, **options)
        bound = oracles.tolerance(k.size, y.dtype) * np.abs(k).sum() * x.max()
        np.testing.assert_allclose(y, want, rtol=0, atol=bound)
    assert applied >= 1
