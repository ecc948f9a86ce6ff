"""SciPy as a second opinion: scipy.ndimage in all its modes, scipy.signal in its three."""

import numpy as np
import pytest
from scipy import ndimage, signal

import intertwine as iw

WORDS = {
    "reflect": "symmetric",
    "grid-mirror": "symmetric",
    "mirror": "mirror",
    "nearest": "nearest",
    "wrap": "wrap",
    "grid-wrap": "wrap",
    "constant": "constant",
    "grid-constant": "constant",
}

SHAPES = [((17,), (5,)), ((9, 12), (3, 7)), ((6, 5, 7), (3, 1, 5)), ((4, 5, 3, 6), (3, 3, 1, 3))]


def _data(shape, size):
    rng = np.random.default_rng(len(shape))
    return rng.integers(-50, 50, shape).astype(float), rng.integers(-9, 9, size).astype(float)


def _cval(word):
    return {"boundary": WORDS[word], "cval": 3.0 if WORDS[word] == "constant" else 0.0}


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(("shape", "size"), SHAPES)
def test_ndimage_convolve_and_correlate(word, shape, size):
    x, k = _data(shape, size)
    theirs = ndimage.convolve(x, k, mode=word, cval=3.0)
    np.testing.assert_array_equal(iw.convolve(x, k, **_cval(word)), theirs)
    theirs = ndimage.correlate(x, k, mode=word, cval=3.0)
    np.testing.assert_array_equal(iw.correlate(x, k, **_cval(word)), theirs)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("shift", [(-1, 2), (1, -3), (0, 3)])
def test_ndimage_origins(word, shift):
    x, k = _data((9, 12), (3, 7))
    theirs = ndimage.convolve(x, k, mode=word, cval=3.0, origin=shift)
    ours = iw.convolve(
        x,
        iw.Kernel(k, tuple(n // 2 + o for n, o in zip(k.shape, shift, strict=True))),
        **_cval(word),
    )
    np.testing.assert_array_equal(ours, theirs)
    theirs = ndimage.correlate(x, k, mode=word, cval=3.0, origin=shift)
    mirrored = ~iw.Kernel(k, tuple(n // 2 + o for n, o in zip(k.shape, shift, strict=True)))
    np.testing.assert_array_equal(iw.convolve(x, mirrored, **_cval(word)), theirs)


@pytest.mark.parametrize("word", ["reflect", "mirror", "nearest", "wrap"])
def test_ndimage_kernels_larger_than_the_data(word):
    x, k = _data((4, 3), (9, 7))
    theirs = ndimage.convolve(x, k, mode=word)
    np.testing.assert_array_equal(iw.convolve(x, k, boundary=WORDS[word]), theirs)


@pytest.mark.parametrize("size", [(3,), (4,), (5, 4), (2, 7), (4, 4, 3), (2, 3, 2, 2)])
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_signal_convolve_and_correlate(size, mode):
    x, k = _data((9, 8, 7, 5)[: len(size)], size)
    call = {"mode": mode, "boundary": "zero"}
    theirs = signal.convolve(x, k, mode=mode, method="direct")
    np.testing.assert_array_equal(iw.convolve(x, k, **call), theirs)
    theirs = signal.correlate(x, k, mode=mode, method="direct")
    np.testing.assert_array_equal(iw.correlate(x, k, **call), theirs)


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_signal_conjugates_in_correlation(mode):
    x, k = _data((11,), (4,))
    x, k = x + 1j * x[::-1], k + 2j * k[::-1]
    theirs = signal.correlate(x, k, mode=mode, method="direct")
    np.testing.assert_array_equal(iw.correlate(x, k, mode=mode, boundary="zero"), theirs)


@pytest.mark.parametrize(
    ("boundary", "word"), [("symmetric", "symm"), ("wrap", "wrap"), ("zero", "fill")]
)
@pytest.mark.parametrize("size", [(3, 5), (4, 2)])
def test_signal_convolve2d(boundary, word, size):
    x, k = _data((9, 12), size)
    theirs = signal.convolve2d(x, k, mode="same", boundary=word)
    np.testing.assert_array_equal(iw.convolve(x, k, boundary=boundary), theirs)


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("size", [1, 2, 5, 6])
def test_numpy(mode, size):
    x, k = _data((9,), (size,))
    np.testing.assert_array_equal(
        iw.convolve(x, k, mode=mode, boundary="zero"), np.convolve(x, k, mode)
    )
    np.testing.assert_array_equal(
        iw.correlate(x, k, mode=mode, boundary="zero"), np.correlate(x, k, mode)
    )


def test_uniform_filters_known_fault_does_not_exist_here():
    x = np.ones(100)
    x[20] = np.nan
    assert np.isnan(ndimage.uniform_filter1d(x, 5)).sum() > 5  # one NaN, smeared to the end
    assert np.isnan(iw.convolve(x, np.full(5, 0.2))).sum() == 5
