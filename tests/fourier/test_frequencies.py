"""Theorem, spectra, filters and bands: laws and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import fft, special

import intertwine as iw
from intertwine import fourier
from intertwine.fourier import (
    band_pass,
    continuous_gap,
    high_pass,
    low_pass,
    notch,
    octave_bands,
    overshoot,
    padding_schemes,
    smooth_component,
    spectrum,
    theorem_gap,
)

EPS = np.finfo(float).eps
RNG = np.random.default_rng(5)
PHOTO = RNG.normal(size=(30, 41)).cumsum(0).cumsum(1)
seeds = st.integers(0, 999)
shapes = st.lists(st.integers(1, 12), min_size=1, max_size=3).map(tuple)


@given(shape=shapes, seed=seeds, norm=st.sampled_from(["backward", "ortho", "forward"]))
@pytest.mark.parametrize("boundary", ["zero", "wrap"])
def test_the_theorem_holds_to_rounding(shape, seed, norm, boundary):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=shape)
    k = rng.normal(size=[int(rng.integers(1, 6)) for _ in shape])
    origin = [int(rng.integers(0, n)) for n in k.shape]
    gap = theorem_gap(x, iw.Kernel(k, origin), norm=norm, boundary=boundary)
    assert gap <= 64 * EPS


def test_the_gap_sees_a_wrong_factor(monkeypatch):
    x, k = RNG.normal(size=9), np.array([1.0, 2.0, 3.0])
    right = fourier.theorem.convolve
    monkeypatch.setattr(fourier.theorem, "convolve", lambda *a, **b: 1.01 * right(*a, **b))
    assert theorem_gap(x, k) > 1e-4


@pytest.mark.parametrize("norm", ["unitary", "plain"])
def test_the_theorem_on_the_line(norm):
    def bell(t):
        return np.exp(-((t - 0.5) ** 2))

    def wide(t):
        return (1 + t) * np.exp(-(t**2) / 3)

    assert continuous_gap(bell, wide, norm=norm) < 1e-13


def test_each_scheme_is_right_and_each_misuse_is_measured():
    x, k = RNG.normal(size=300), iw.Kernel([1.0, 2.0, 3.0, -1.0, 0.5], origin=1)
    pad, wrap, blocks = padding_schemes(x, k, block=32)
    for scheme in (pad, wrap, blocks):
        assert scheme.error < 1e-12 < 0.1 < scheme.misuse_error
    np.testing.assert_allclose(pad.result, np.convolve(x, k.taps), atol=1e-12)
    np.testing.assert_allclose(blocks.result, pad.result, atol=1e-12)
    assert pad.wrong == 2 * 4  # the last K - 1 lie on the first K - 1
    np.testing.assert_allclose(wrap.misused, np.roll(wrap.result, 1), atol=1e-12)
    assert blocks.wrong == -(-304 // (32 - 3))  # the first sample of each block


@given(shape=shapes.filter(lambda s: len(s) < 3), seed=seeds)
def test_parseval_linearity_and_shift(shape, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, *shape))
    ours = spectrum(x, shift=False)
    size = np.abs(x).sum() + np.abs(y).sum()
    assert ours.power.sum() == pytest.approx(np.square(x).sum(), rel=1e-12)
    both = spectrum(2 * x - y, shift=False).values
    np.testing.assert_allclose(
        both, 2 * ours.values - spectrum(y, shift=False).values, atol=64 * EPS * size
    )
    moved = spectrum(np.roll(x, 3, axis=0), shift=False).values
    turn = np.exp(-2j * np.pi * 3 * ours.frequencies[0]).reshape([-1] + [1] * (x.ndim - 1))
    np.testing.assert_allclose(moved, ours.values * turn, atol=256 * EPS * size)


def test_a_spectrum_says_where_and_how_strong():
    time = np.arange(400) / 200
    found = spectrum(3 * np.cos(2 * np.pi * 20 * time + 0.7), rate_hz=200)
    at = np.flatnonzero(found.frequencies[0] == 20)[0]
    assert found.unit == "Hz"
    assert found.values[at] == pytest.approx(3 / 2 * 400 * np.exp(0.7j))
    assert found.phase[at] == pytest.approx(0.7)
    assert found.log()[at] == pytest.approx(0)
    assert spectrum(np.zeros(9)).log().tolist() == [-120.0] * 9
    assert spectrum(PHOTO.astype("float32")).values.dtype == np.complex64


@pytest.mark.parametrize("angle", [0, 30, 60, 90, 150])
def test_profiles_find_a_grating(angle):
    row, column = np.mgrid[:128, :128]
    turn = np.radians(angle)
    wave = np.cos(2 * np.pi * 0.2 * (column * np.cos(turn) - row * np.sin(turn)))
    found = spectrum(wave, window="hann", detrend="mean")
    radial, angular = found.radial_profile(), found.angular_profile(36)
    assert radial.places[radial.power.argmax()] == pytest.approx(0.2, abs=0.01)
    assert angular.places[angular.power.argmax()] == angle
    assert angle in angular.directions


def test_the_rings_hold_the_mean_power_of_noise():
    radial = spectrum(RNG.normal(size=(200, 120))).radial_profile(5)
    assert (np.abs(radial.power - 1) <= 4.5 * radial.error).all()


@pytest.mark.parametrize("shape", [(30, 41), (8, 8), (41,), (2, 5)])
def test_periodic_plus_smooth(shape):
    x = RNG.normal(size=shape).cumsum(-1)
    smooth = smooth_component(x, tuple(range(x.ndim)))
    assert abs(smooth.sum()) < 1e-10
    inside = smooth  # its periodic Laplacian is zero away from the frame
    for axis in range(x.ndim):
        bend = np.roll(smooth, 1, axis) + np.roll(smooth, -1, axis) - 2 * smooth
        inside = bend if axis == 0 else inside + bend
    core = tuple(slice(1, -1) for _ in shape)
    assert np.abs(inside[core]).max(initial=0) < 1e-12 * max(1, np.abs(x).max())
    wave = np.cos(2 * np.pi * np.arange(32) / 32)
    assert np.abs(smooth_component(np.ones((4, 4)), (0, 1))).max() == 0
    assert np.abs(smooth_component(wave, (0,))).max() < 0.03 * 6  # joins almost without a jump


def test_periodic_takes_the_cross_away():
    slope = np.add.outer(np.arange(64.0), 2 * np.arange(64.0))
    cross = [spectrum(slope, detrend=how).power for how in ("mean", "periodic")]
    at = [np.delete(power[32], 32).sum() for power in cross]
    assert at[1] < 1e-3 * at[0]


FILTERS = [
    low_pass(0.12),
    low_pass(0.2, "hard"),
    high_pass(0.1, "butterworth", order=3),
    band_pass(0.05, 0.2),
    notch((0.1, -0.2), 0.03),
    low_pass(0.3) * high_pass(0.1),
    1 - low_pass(0.1),
]


@pytest.mark.parametrize("h", FILTERS, ids=repr)
def test_a_filter_is_a_convolution_with_its_kernel(h):
    wrap = iw.convolve(PHOTO, h.kernel(PHOTO.shape), boundary="wrap")
    np.testing.assert_allclose(h.apply(PHOTO, boundary="wrap"), wrap, atol=1e-9)
    twice = h.kernel(tuple(2 * n for n in PHOTO.shape))
    even = iw.convolve(PHOTO, twice, boundary="symmetric")
    np.testing.assert_allclose(h @ PHOTO, even, atol=1e-9)


@pytest.mark.parametrize("edge", ["gaussian", "hard", "butterworth"])
def test_filters_pass_what_they_say(edge):
    wave = np.cos(2 * np.pi * 0.125 * np.arange(64))
    at = {"gaussian": 2**-0.5, "hard": 1.0, "butterworth": 2**-0.5}[edge]
    np.testing.assert_allclose(
        low_pass(0.125, edge).apply(wave, boundary="wrap"), at * wave, atol=1e-12
    )
    ones = np.full((9, 7), 4.0)
    np.testing.assert_allclose(low_pass(0.1, edge) @ ones, 4, atol=1e-12)
    np.testing.assert_allclose(high_pass(0.1, edge) @ ones, 0, atol=1e-12)
    np.testing.assert_allclose(low_pass(0.1, edge) @ PHOTO + high_pass(0.1, edge) @ PHOTO, PHOTO)


def test_a_notch_takes_its_wave_and_leaves_the_mirrored_one():
    row, column = np.mgrid[:60, :60]
    one, other = (np.cos(2 * np.pi * (0.1 * row + s * 0.2 * column)) for s in (1, -1))
    left = notch((0.1, 0.2), 0.02, "hard").apply(one + other, boundary="wrap")
    np.testing.assert_allclose(left, other, atol=1e-12)


def test_a_filter_has_no_cross_border_ghost():
    """A bright right edge must not glow on the left: mirrored it does not, wrapped it does."""
    step = np.zeros((4, 64))
    step[:, -8:] = 1
    soft = low_pass(0.05)
    assert abs((soft @ step)[:, :4]).max() < 1e-3
    assert soft.apply(step, boundary="wrap")[:, 0].min() > 0.3


def test_ringing():
    gibbs = special.sici(np.pi)[0] / np.pi - 0.5
    assert overshoot(low_pass(0.05, "hard"), 4096) == pytest.approx(gibbs, abs=2e-3)
    assert overshoot(low_pass(0.05)) < 1e-4
    soft, steep = (overshoot(low_pass(0.05, "butterworth", order=n)) for n in (1, 6))
    assert overshoot(low_pass(0.05)) <= soft < steep < gibbs


@pytest.mark.parametrize(
    ("dtype", "result"),
    [("uint8", "f4"), ("int16", "f4"), ("int32", "f8"), ("f4", "f4"), ("f8", "f8"), ("c16", "c16"),
     (">f4", "f4"), ("bool", "f4")],
)  # fmt: skip
def test_types(dtype, result):
    x = (RNG.random((6, 5)) * 3).astype(dtype)
    answer = low_pass(0.2) @ x
    assert answer.dtype == result
    assert answer.shape == x.shape
    np.testing.assert_allclose(answer, low_pass(0.2) @ x.astype("c16"), atol=1e-5)
    colour = np.stack([x, x, x], axis=2)
    stacked = low_pass(0.2).apply(colour, axes=(0, 1))
    np.testing.assert_allclose(stacked[..., 1], answer, atol=1e-5)


def test_octaves_hold_a_wave_and_all_the_power_of_noise():
    wave = 0.5 * np.sin(2 * np.pi * 250 * np.arange(48000) / 16000)
    bands = octave_bands(wave, 16000)
    level = dict(zip(bands.middles_hz, bands.level_db, strict=True))
    assert level[250] == pytest.approx(10 * np.log10(0.125), abs=0.01)
    assert max(v for f, v in level.items() if f != 250) < -60
    noise = octave_bands(RNG.normal(size=2**19), 44100).level_db
    np.testing.assert_allclose(np.diff(noise[2:9]), 3, atol=0.25)
    assert octave_bands(np.zeros(9000), 8000).level_db.max() == -np.inf


BAD = [
    (
        lambda: spectrum([1.0, np.nan]),
        iw.OptionError,
        "`x` has 1 NaN or infinite sample of 2; each",
    ),
    (lambda: spectrum([]), iw.ShapeError, "`x` is empty"),
    (lambda: spectrum(np.zeros((4, 4, 3))), iw.ShapeError, "axes=(0, 1) for an image with"),
    (lambda: spectrum([1.0, 2.0], window="hannn"), iw.OptionError, "Did you mean 'hann'?"),
    (lambda: spectrum([1.0, 2.0], window="kaiser"), iw.OptionError, "no more than its name"),
    (lambda: spectrum([1.0, 2.0], detrend="liner"), iw.OptionError, "Did you mean 'linear'?"),
    (lambda: spectrum([1.0], rate_hz=0), iw.OptionError, "`rate_hz=0` must be a number above 0,"),
    (lambda: spectrum([1.0], shift="yes"), iw.OptionError, "`shift='yes'` must be True or False"),
    (
        lambda: spectrum([1.0], axes=3),
        iw.ShapeError,
        "`axes` names axis 3 but `x` has 1 axis, -1 to 0",
    ),
    (lambda: spectrum(["a"]), iw.DTypeError, "spectrum: `x`"),
    (lambda: spectrum([1.0]).radial_profile(), iw.ShapeError, "of one grey image"),
    (lambda: low_pass(440), iw.OptionError, "`cutoff=440` must be a number above 0 and up to 1"),
    (lambda: low_pass(0.1, "gauss"), iw.OptionError, "Did you mean 'gaussian'?"),
    (lambda: low_pass(0.1, "butterworth", order=0), iw.OptionError, "`order=0` must be an"),
    (lambda: band_pass(0.3, 0.1), iw.OptionError, "`low=0.3` must be below `high=0.1`"),
    (lambda: notch((0.1, 0.7), 0.1), iw.OptionError, "must be from -0.5 to 0.5 on each axis"),
    (lambda: notch((0.1, 0.2), 0.1) @ [1.0], iw.OptionError, "names 2 axes but the data have 1"),
    (
        lambda: low_pass(0.1) @ [np.inf, 1.0],
        iw.OptionError,
        "filter: `x` has 1 NaN or infinite sample of 2",
    ),
    (lambda: low_pass(0.1).apply([1.0], boundary="zero"), iw.OptionError, "not known"),
    (lambda: theorem_gap([1.0], [[1.0]]), iw.ShapeError, "`k` has 2 axes but `x` has 1"),
    (lambda: padding_schemes([1.0], [1.0, 2.0]), iw.ShapeError, "k no more samples than x"),
    (lambda: octave_bands([[1.0]], 8000), iw.ShapeError, "must be one signal"),
]


@pytest.mark.parametrize(("call", "kind", "said"), BAD, ids=[said for *_, said in BAD])
def test_wrong_calls(call, kind, said):
    with pytest.raises(kind) as caught:
        call()
    assert said in str(caught.value)


@pytest.mark.parametrize("shape", [(1,), (2,), (1, 1), (3, 2), (15, 1)])
def test_tiny_data(shape):
    x = np.arange(np.prod(shape), dtype=float).reshape(shape)
    for h in (low_pass(0.1), high_pass(0.1, "hard")):
        assert (h @ x).shape == shape
    found = spectrum(x, detrend="periodic")
    assert np.isfinite(found.values).all()
    if len(shape) == 2:
        assert len(found.radial_profile().places) >= 1


def test_every_public_name_is_there():
    assert dir(fourier) == sorted(fourier.__all__)
    for name in fourier.__all__:
        assert callable(getattr(fourier, name))
    assert fft.fft([1.0]).size == 1
    with pytest.raises(AttributeError, match="no attribute 'spectra_'"):
        fourier.spectra_  # noqa: B018
