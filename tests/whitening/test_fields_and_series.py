"""Whitening by convolution, and how near to white data are."""

import numpy as np
import pytest
from scipy import fft, signal, stats

import intertwine as iw


def ring_ratio(image, width=0.05):
    """Largest over smallest mean power of the rings from .05 to .45 cycles."""
    window = np.outer(*(np.hanning(n + 2)[1:-1] for n in image.shape))
    power = np.abs(fft.fft2((image - image.mean()) * window)) ** 2
    radius = np.hypot(*np.meshgrid(*(fft.fftfreq(n) for n in image.shape), indexing="ij"))
    edges = np.arange(0.05, 0.45, width)
    rings = [power[(radius >= low) & (radius < low + width)].mean() for low in edges]
    return max(rings) / min(rings)


@pytest.mark.parametrize("name", ["camera", "coins"])
def test_a_photo_becomes_white(name):
    data = pytest.importorskip("skimage.data")
    photo = getattr(data, name)().astype(float)
    kernel = iw.whitening_kernel(photo, 21)
    white = iw.convolve(photo - photo.mean(), kernel)
    assert ring_ratio(photo) > 46
    assert ring_ratio(white) < 1.1
    assert np.array_equal(kernel.taps, kernel.taps[::-1, ::-1])


def test_the_kernel_of_a_known_field():
    noise = np.random.default_rng(0).normal(size=(300, 300))
    blur = np.array([[0.0, 0.2, 0.0], [0.2, 1.0, 0.2], [0.0, 0.2, 0.0]])
    image = 3 * iw.convolve(noise, blur, boundary="wrap") + 50
    white = iw.convolve(image - image.mean(), iw.whitening_kernel([image, image.T], (15, 17)))
    assert ring_ratio(white) < 1.15 < 2 < ring_ratio(image)
    assert np.corrcoef(white.ravel(), noise.ravel())[0, 1] > 0.99  # symmetric taps: no shift
    assert white.var() == pytest.approx(1, abs=0.05)


def test_a_series_becomes_white():
    series = signal.lfilter([1.0], [1.0, -1.2, 0.5], np.random.default_rng(1).normal(size=600)) + 5
    white = iw.whiten(series, "ar")
    assert white.shape == series.shape
    assert not iw.is_white(series)
    assert iw.is_white(white)


@pytest.mark.parametrize(
    ("kind", "shape"), [("series", 80), ("image", (24, 30)), ("table", (60, 5))]
)
def test_noise_is_called_correlated_as_seldom_as_the_test_says(kind, shape):
    rng = np.random.default_rng(2)
    p = np.array([iw.is_white(rng.normal(size=shape), kind).pvalue for _ in range(400)])
    assert stats.kstest(p, "uniform").pvalue > 0.001


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        ("table", (20, 15)),
        ("table", (12, 9)),
        ("table", (90, 40)),
        ("image", (8, 8)),
        ("image", (16, 16)),
    ],
)
def test_small_data_raise_no_more_false_alarms_than_the_level(kind, shape):
    rng = np.random.default_rng(6)
    p = np.array([iw.is_white(rng.normal(size=shape), kind).pvalue for _ in range(400)])
    for level in (0.01, 0.05):
        assert stats.binom.sf((p <= level).sum() - 1, p.size, level) > 0.001
    assert stats.kstest(p, "uniform").pvalue > 0.001


def test_few_numbers_show_a_strong_correlation():
    rng = np.random.default_rng(7)
    table = rng.normal(size=(12, 9))
    table[:, 4] += 8 * table[:, 2]
    assert iw.is_white(table).pvalue < 0.05
    assert iw.is_white(np.add.outer(np.arange(8.0), np.arange(8.0)), "image").pvalue < 1e-9


def test_what_is_not_white_is_told():
    rng = np.random.default_rng(3)
    table = rng.normal(size=(200, 3))
    assert iw.is_white(table)
    table[:, 2] = table[:, 0]
    found = iw.is_white(table)
    assert not found
    assert str(found).startswith("Not white: ")
    assert "columns 0 and 2 correlate by +1.000" in str(found)
    shifted = iw.is_white(rng.normal(3, 1, 400))
    assert not shifted
    assert shifted.is_uncorrelated
    assert not iw.is_white(rng.normal(0, 2, 400))


def test_dead_frequencies_are_told_and_not_amplified():
    i, j = np.indices((128, 128))
    for waves in ((i + j) % 2 * 1.0, np.sin(i / 3 + j / 5)):
        with pytest.raises(iw.OptionError, match="the images are made of few waves"):
            iw.whitening_kernel(waves, 5)
    smooth = np.random.default_rng(0).normal(size=(128, 128))
    power = np.hypot(*np.meshgrid(*[fft.fftfreq(128)] * 2)) < 0.44  # 61 % of the plane
    smooth = fft.ifft2(fft.fft2(smooth) * power).real
    with pytest.warns(UserWarning, match="of the frequencies hold next to nothing: the kernel"):
        kernel = iw.whitening_kernel(smooth, 21)
    radius = np.hypot(*np.meshgrid(*[fft.fftfreq(128)] * 2))
    gain = np.abs(fft.fft2(kernel.taps, (128, 128))) * smooth.std()
    # Without a weight there the gain of the dead was 9000 in the mean.
    assert gain[radius > 0.5].mean() < 40 * gain[radius < 0.4].mean()
    assert np.abs(kernel.taps).max() * smooth.std() < 10


def test_refusals():
    with pytest.raises(iw.OptionError, match="are constant, with no spectrum to flatten"):
        iw.whitening_kernel(np.ones((64, 64)))
    with pytest.raises(iw.OptionError, match="has 20 taps along an axis, which have no middle"):
        iw.whitening_kernel(np.ones((64, 64)), 20)
    with pytest.raises(iw.ShapeError, match="is too small for 21 x 21 taps"):
        iw.whitening_kernel(np.ones((30, 64)))
    with pytest.raises(iw.ShapeError, match="are too few to correlate"):
        iw.is_white(np.ones((3, 4)))
