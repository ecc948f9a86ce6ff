"""Profiles of spectra: no direction where there is none, and every frequency in its own ring."""

import numpy as np
import pytest

import intertwine as iw
from intertwine import fourier, kernels
from intertwine.fourier import spectrum


def isotropic(seed, steepness, size=128):
    """Noise whose power falls with frequency and knows no direction."""
    radius = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.fftfreq(size))
    radius[0, 0] = np.inf
    noise = np.random.default_rng(seed).normal(size=(size, size))
    return np.fft.ifft2(np.fft.fft2(noise) * radius**-steepness).real


@pytest.mark.parametrize("steepness", [0, 0.5, 1])
def test_isotropic_noise_is_flat_within_its_error(steepness):
    profiles = [spectrum(isotropic(seed, steepness)).angular_profile(36) for seed in range(24)]
    power = np.array([p.power / p.power.mean() for p in profiles])
    error = np.array([p.error / p.power.mean() for p in profiles])
    mean, of_mean = power.mean(axis=0), np.sqrt((error**2).sum(axis=0)) / len(power)
    assert (np.abs(mean - 1) <= 4.5 * of_mean).all()  # 36 angles, each once in 150,000


@pytest.mark.parametrize("shape", [(64, 64), (64, 48), (33, 40)])
def test_every_frequency_is_in_its_own_ring(shape):
    x = np.random.default_rng(2).normal(size=shape)
    found = spectrum(x)
    profile = found.radial_profile()
    whole = np.nansum(profile.counts * profile.power)
    assert whole == pytest.approx((x**2).sum(), rel=1e-12)
    column = np.arange(64)
    for cycles in (1, 5, 32):
        wave = np.broadcast_to(np.cos(2 * np.pi * cycles * column / 64), (64, 64))
        profile = spectrum(wave).radial_profile()
        assert profile.places[np.nanargmax(profile.power)] == cycles / 64
        assert np.nansum(profile.counts * profile.power) == pytest.approx((wave**2).sum())


def test_the_text_of_a_spectrum_is_short():
    text = "<Spectrum 64x64, complex128, axes (0, 1), cycles per pixel>"
    assert str(spectrum(np.ones((64, 64)))) == repr(spectrum(np.ones((64, 64)))) == text


@pytest.mark.parametrize("angle", [0, 30, 75, 90, 120, 165])
def test_one_angle_means_one_direction_everywhere(angle):
    row, column = np.mgrid[:128, :128]
    turn = np.deg2rad(angle)
    stripes = np.sin(2 * np.pi / 8 * (column * np.cos(turn) - row * np.sin(turn)))

    def apart(a):
        return abs((a - angle + 90) % 180 - 90)

    profile = spectrum(stripes, window="hann").angular_profile(36)
    assert apart(profile.places[profile.power.argmax()]) <= 2.5
    assert apart(iw.orientation(stripes).angle_deg) < 0.5
    assert apart(kernels.gabor(3.0, 0.15, angle).describe().numbers["angle_deg"]) < 0.01
    assert apart(kernels.motion(15, angle).describe().numbers["angle_deg"]) < 1
    slope = kernels.sobel(axis=1).rotated(angle).describe().numbers["angle_deg"]
    assert abs((slope - angle + 180) % 360 - 180) < 0.01
    answers = [
        np.ptp(iw.convolve(stripes, kernels.gabor(3.0, 0.125, a))[32:96, 32:96])
        for a in (angle, angle + 90)
    ]
    assert answers[0] > 10 * answers[1]


@pytest.mark.parametrize("size", [15, 16])
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_derivatives_of_sinusoids_are_exact(size, order):
    t = 2 * np.pi * np.arange(size) / size
    for cycles in range(1, (size + 1) // 2):
        rate = 2 * np.pi * cycles / size
        exact = rate**order * np.cos(cycles * t + 0.3 + order * np.pi / 2)
        found = fourier.derivative(np.cos(cycles * t + 0.3), order)
        bound = 32 * np.finfo(float).eps * np.pi**order
        np.testing.assert_allclose(found, exact, rtol=0, atol=bound)


def test_the_nyquist_frequency_has_no_odd_derivative():
    x = (-1.0) ** np.arange(8)
    assert fourier.derivative(x).tolist() == [0] * 8
    np.testing.assert_allclose(fourier.derivative(x, 2), -(np.pi**2) * x, rtol=1e-14)


def test_the_mirror_image_has_no_jump_at_the_ends():
    ramp = np.arange(64.0)
    inner = slice(16, 48)
    mirrored = fourier.derivative(ramp, extension="symmetric")[inner]
    wrapped = fourier.derivative(ramp)[inner]
    assert np.abs(mirrored - 1).max() < 0.02 < 1 < np.abs(wrapped - 1).max()


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [16, 17])
def test_mirrored_cosines_are_differentiated_exactly(size, order):
    where = np.arange(size) + 0.5
    for k in range(size):
        rate = np.pi * k / size
        found = fourier.derivative(np.cos(rate * where), order, extension="symmetric")
        exact = rate**order * np.cos(rate * where + order * np.pi / 2)
        bound = 64 * np.finfo(float).eps * np.pi**order
        np.testing.assert_allclose(found, exact, rtol=0, atol=bound)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_derivatives_keep_their_type_and_lose_no_digits_to_an_offset(dtype, order):
    wave = np.sin(2 * np.pi * np.arange(24) / 24)
    wave = (wave * (1 + 2j) if "complex" in dtype else wave).astype(dtype)
    found = fourier.derivative(wave, order)
    assert found.dtype == dtype
    parts = [fourier.derivative(part, order) for part in (wave.real, wave.imag)]
    bound = 64 * np.finfo(dtype).eps * np.pi**order
    np.testing.assert_allclose(found, parts[0] + 1j * parts[1], rtol=0, atol=bound)
    whole = np.round(wave * 8)  # sums with the offset are exact
    lifted = (whole + 2**15).astype(dtype)
    assert np.array_equal(fourier.derivative(lifted, order), fourier.derivative(whole, order))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64", "int64"])
@pytest.mark.parametrize("extension", ["wrap", "symmetric"])
@pytest.mark.parametrize("shape", [(1,), (15,), (16,), (6, 7)])
def test_derivatives_of_equal_samples_are_zero(shape, extension, dtype):
    for order in (1, 2, 7):
        for level in (0.7, -3e4):
            x = np.full(shape, level).astype(dtype)
            assert not fourier.derivative(x, order, extension=extension).any()


def test_derivatives_along_axes_and_what_they_refuse():
    x = np.random.default_rng(0).normal(size=(8, 9, 3))
    both = fourier.derivative(fourier.derivative(x, axes=0), axes=1)
    np.testing.assert_array_equal(fourier.derivative(x, axes=(0, 1)), both)
    x[3] = np.nan
    for arguments, said in [
        ({"axes": 0}, "derivative: `x` has 27 NaN or infinite samples of 216; each would"),
        ({"order": 0, "axes": 0}, "derivative: `order=0` must be an integer from 1 to 64."),
        ({"axes": 3}, "derivative: `axes` names axis 3 but `x` has 3 axes, -3 to 2."),
        ({"extension": "mirror", "axes": 0}, "derivative: `extension='mirror'` is not known."),
    ]:
        data = x if "has 27" in said else np.nan_to_num(x)
        with pytest.raises(iw.IntertwineError) as caught:
            fourier.derivative(data, **arguments)
        assert str(caught.value).splitlines()[0].startswith(said)
