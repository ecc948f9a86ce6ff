"""`translation`: scikit-image's cases with the opposite sign, other axes, confidence."""

import numpy as np
import pytest
from scipy import ndimage

from intertwine.registration import translation
from registration.photos import photo


def _shifted(values, shift):
    return np.fft.ifftn(ndimage.fourier_shift(np.fft.fftn(values), shift)).real


@pytest.mark.parametrize("name", ["camera", "coins", "moon", "grass"])
def test_the_case_of_scikit_image(name):
    a = photo(name)
    found = translation(a, _shifted(a, (-2.4, 1.32)))
    assert found.shift == pytest.approx((-2.4, 1.32), abs=0.02)
    assert found.confidence > 0.99


def test_signals_and_volumes():
    rng = np.random.default_rng(0)
    signal = ndimage.gaussian_filter1d(rng.normal(size=400), 2)
    assert translation(signal, _shifted(signal, 7.3)).shift == pytest.approx((7.3,), abs=0.02)
    volume = ndimage.gaussian_filter(rng.normal(size=(24, 30, 36)), 1.5)
    found = translation(volume, _shifted(volume, (-2.4, 5.32, 1.1)))
    assert found.shift == pytest.approx((-2.4, 5.32, 1.1), abs=0.02)


def test_large_shifts_of_crops_with_noise():
    rng = np.random.default_rng(1)
    picture = photo("astronaut")
    a, b = picture[100:300, 100:300], picture[160:360, 60:260]
    a, b = (x + rng.normal(0, 0.1, x.shape) for x in (a, b))
    assert translation(a, b).shift == pytest.approx((-60, 40), abs=0.1)


def test_unrelated_pictures_have_a_low_confidence():
    names = ("astronaut", "camera", "coins", "chelsea", "coffee", "brick", "gravel", "moon")
    parts = [photo(name)[40:200, 60:220] for name in names]
    sure = [translation(a, b).confidence for i, a in enumerate(parts) for b in parts[:i]]
    assert len(sure) == 28
    assert np.median(sure) < 0.25
    assert max(sure) < 0.5
