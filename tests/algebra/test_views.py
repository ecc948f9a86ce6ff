"""Spectrum, moments, factors, norms and symmetries: theorems, and figures known in closed form."""

import math

import numpy as np
import pytest
from hypothesis import given, settings

import intertwine as iw
from algebra.drawn import families, kernels, signal
from intertwine import Kernel
from intertwine import kernels as named
from intertwine.base.errors import OptionError, ShapeError

few = settings(max_examples=40)
NUMBERS = ("int32", "float64", "complex128")
EPS = np.finfo(float).eps


@few
@given(families(2, NUMBERS))
def test_the_spectrum_of_a_composition_is_the_product(pair):
    k, h = pair
    product = k * h
    shape = tuple(n + 3 for n in product.shape)
    together = k.spectrum(shape).response * h.spectrum(shape).response
    bound = 64 * EPS * k.norm(1) * h.norm(1)
    np.testing.assert_allclose(product.spectrum(shape).response, together, rtol=0, atol=bound)


@few
@given(kernels(NUMBERS))
def test_convolution_theorem(k):
    x = signal(k, dtype=complex if k.dtype.kind == "c" else float)
    y = iw.convolve(x, k, boundary="wrap", method="direct")
    waves = np.fft.ifftn(np.fft.fftn(x) * k.spectrum(x.shape).response)
    bound = 256 * EPS * k.norm(1) * np.abs(x).max() * math.sqrt(x.size)
    np.testing.assert_allclose(waves, y, rtol=0, atol=bound)


@few
@given(kernels(NUMBERS))
def test_parseval_and_wiener_khinchin(k):
    energy = (k.spectrum(tuple(n + 2 for n in k.shape)).gain ** 2).mean()
    assert energy == pytest.approx(k.noise_gain, rel=1e-12, abs=1e-12)
    own = k.autocorrelation()
    power = k.spectrum(own.shape).gain ** 2
    bound = 64 * EPS * k.norm(1) ** 2
    np.testing.assert_allclose(own.spectrum(own.shape).response, power, rtol=0, atol=bound)


@few
@given(kernels(NUMBERS))
def test_the_spectrum_is_the_sum_it_is_defined_by_on_short_grids_too(k):
    shape = tuple(max(1, n - 2) for n in k.shape)
    expected = np.zeros(shape, complex)
    for index in np.ndindex(k.shape):
        n = np.subtract(index, k.origin)
        for f in np.ndindex(shape):
            turn = sum(a * b / size for a, b, size in zip(n, f, shape, strict=True))
            expected[f] += k.taps[index] * np.exp(-2j * np.pi * turn)
    response = k.spectrum(shape).response
    np.testing.assert_allclose(response, expected, rtol=0, atol=1e-12 * max(1, k.norm(1)))


def test_phase_and_delay_are_counted_from_the_origin():
    shifted = Kernel([0, 0, 0, 1], origin=0).spectrum(16)
    f = shifted.frequencies[0]
    np.testing.assert_allclose(shifted.group_delay[0], 3, atol=1e-12)
    np.testing.assert_allclose(np.exp(1j * shifted.phase), np.exp(-6j * np.pi * f), atol=1e-12)
    gaussian = named.gaussian((1.0, 2.0)).spectrum()
    assert (gaussian.phase[gaussian.gain > 1e-3] == 0).all()
    fir = Kernel([1.0, 2, 3, 2.5], origin=0)
    w = 2 * np.pi * np.linspace(0, 0.4, 50)
    phase = np.unwrap(np.angle(np.exp(-1j * np.outer(w, np.arange(4))) @ fir.taps))
    slope = -np.gradient(phase, w)[1:-1]
    exact = np.interp(
        w[1:-1], 2 * np.pi * np.arange(256) / 512, fir.spectrum(512).group_delay[0][:256]
    )
    np.testing.assert_allclose(exact, slope, atol=2e-2)
    assert np.isnan(Kernel([1, 0, 1]).spectrum(4).group_delay[0][1])


@few
@given(families(2, ("int32", "uint8", "float64")))
def test_cumulants_add_under_composition(pair):
    k, h = (2 * each + Kernel(np.full((1,) * each.ndim, 1000)) for each in pair)
    size = max(1.0, *map(abs, (k * h).moments(3).cumulants.ravel().tolist()))
    total = k.moments(3).cumulants + h.moments(3).cumulants
    np.testing.assert_allclose((k * h).moments(3).cumulants, total, rtol=0, atol=1e-10 * size)


@few
@given(kernels(("int32", "float64")))
def test_raw_moments_are_their_sums(k):
    raw = k.moments(2).raw
    for power in np.ndindex(raw.shape):
        terms = (
            tap
            * math.prod(int(n) ** p for n, p in zip(np.subtract(at, k.origin), power, strict=True))
            for at, tap in np.ndenumerate(k.taps)
        )
        assert raw[power] == sum(terms)


def test_moments_in_closed_form():
    ten = Kernel([0.25, 0.5, 0.25]) ** 10
    assert ten.moments(2).variance == (5.0,)
    assert ten.moments().excess_kurtosis == (pytest.approx(-0.1, abs=1e-15),)
    lopsided = Kernel([0.1, 0.2, 0.7]).moments(2)
    assert lopsided.mean == (pytest.approx(0.6),)
    assert lopsided.variance == (pytest.approx(0.44),)
    assert named.gaussian(0.3).moments(2).variance[0] == pytest.approx(0.007673, abs=1e-6)
    assert named.gaussian(0.5).moments(2).variance[0] == pytest.approx(0.215013, abs=1e-6)
    covariance = Kernel([[1, 0, 0], [0, 2, 0], [0, 0, 1]]).moments(2).covariance
    np.testing.assert_allclose(covariance, [[0.5, 0.5], [0.5, 0.5]])
    assert Kernel([2**60, 1, 2**60]).moments(4).raw.tolist() == [2**61 + 1, 0, 2**61, 0, 2**61]


@pytest.mark.parametrize(
    ("k", "rank"),
    [
        (named.sobel(), 1),
        (named.laplacian(), 2),
        (named.log(2.0), 2),
        (named.gabor(2.0, 0.2, 30), 2),
        (named.disk(9), 7),
        (named.laplacian(ndim=3), 2),
        (Kernel([3]), 1),
        (Kernel([[0, 0]]), 0),
        (Kernel(named.gaussian(2.0, ndim=2).taps.astype(np.float32)), 1),
    ],
)
def test_ranks(k, rank):
    assert k.rank == rank
    assert k.is_separable == (rank <= 1)


@few
@given(kernels(NUMBERS))
def test_factors_add_up_to_the_kernel(k):
    found = k.separable()
    assert found.error <= 1e-12
    assert found.kernel.isclose(k, 1e-10, 1e-10)
    assert all(line.ndim == 1 for term in found.terms for line in term)


def test_a_coarse_tolerance_needs_fewer_factors_and_keeps_its_word():
    k = named.disk(9)
    for tol in (1e-12, 0.2, 0.5):
        found = k.separable(tol)
        assert found.error <= max(tol, 1e-12)
        missing = np.abs((found.kernel - k).taps).sum() / k.norm(1)
        assert found.error == pytest.approx(missing, rel=1e-6, abs=1e-14)
    assert k.separable(0.5).rank < 7


@few
@given(kernels(NUMBERS))
def test_young(k):
    x = signal(k, 3)
    y = iw.convolve(x, k, mode="full", boundary="zero", method="direct")
    for q, r in ((1, 1), (1, 2), (2, 2), (2, math.inf), (1, math.inf), (math.inf, math.inf)):
        size = np.linalg.norm(x.ravel(), q)
        assert np.linalg.norm(y.ravel(), r) <= k.gain_bound(q, r) * size * (1 + 1e-12) + 1e-12


def test_norms():
    k = Kernel([3, -4])
    assert (k.norm(1), k.norm(), k.norm(math.inf)) == (7, pytest.approx(5), 4)
    assert k.noise_gain == pytest.approx(25)
    assert Kernel([1e300, 1e300]).norm(2) == pytest.approx(math.sqrt(2) * 1e300)
    assert Kernel([0.0]).norm(3) == 0


def test_yes_or_no():
    assert Kernel([1, 2, 1]).is_symmetric
    assert not Kernel([1, 2, 1], origin=0).is_symmetric
    assert Kernel([1, 2, 1, 0], origin=1).is_symmetric
    assert named.sobel().is_antisymmetric
    assert named.laplacian().is_zero_sum
    assert named.gaussian(1.5).is_normalized
    assert named.gaussian(1.5).is_nonnegative
    assert not named.log(1.5).is_nonnegative
    assert Kernel([-1j, 2, 1j]).is_hermitian
    assert not Kernel([-1j, 2, 1j]).is_symmetric
    assert Kernel([1, 2], origin=0).is_causal
    assert not Kernel([1, 2], origin=1).is_causal


def test_yes_or_no_of_taps_whose_sum_overflows():
    huge = Kernel([1e308, 1.5e308, 0.5e308])
    answers = ("zero_sum", "normalized", "symmetric", "antisymmetric", "hermitian")
    assert not [word for word in answers if getattr(huge, f"is_{word}")]
    assert Kernel([1e308, 1.5e308, 1e308]).is_symmetric
    slope = Kernel([1.5e308, 0, -1.5e308])
    # Against 3e308, a sum of 0 and a sum of 1 differ by less than rounding: both are true.
    said = [word for word in answers if getattr(slope, f"is_{word}")]
    assert said == ["zero_sum", "normalized", "antisymmetric"]


def test_a_prediction_error_filter_has_a_geometric_mean_of_one():
    gain = Kernel([1, 0.6], origin=0).spectrum(512).gain
    assert np.exp(np.log(gain**2).mean()) == pytest.approx(1, abs=1e-14)


def test_pictures():
    for k in (named.sobel(), named.gaussian(2.0), Kernel([1, 1j]), named.laplacian(ndim=3)):
        assert k._repr_png_().startswith(b"\x89PNG")
        assert "<img" in k._repr_html_()
        assert k.spectrum(16).plot() is not None
    assert "<b>" not in Kernel([1], name="<b>")._repr_html_()


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: named.sobel().moments().mean,
            OptionError,
            "moments: the taps add up to 0, so that they have no mean.\n"
            "  Read .raw instead: what the kernel answers to polynomials.",
        ),
        (
            lambda: Kernel([1, 2]).moments(2).excess_kurtosis,
            OptionError,
            "moments: order 2 was asked for, and this needs 4.\n  Write k.moments(4).",
        ),
        (
            lambda: Kernel([1]).moments(-1),
            OptionError,
            "moments: `order=-1` must be an integer from 0 to 60.",
        ),
        (
            lambda: Kernel([1]).norm(0.5),
            OptionError,
            "norm: `p=0.5` must be a number from 1 to inf.",
        ),
        (
            lambda: Kernel([1]).gain_bound(3, 2),
            OptionError,
            "gain_bound: q=3 is above r=2; a kernel has no such bound on a long signal.\n"
            "  Pass q <= r.",
        ),
        (
            lambda: Kernel([[1]]).spectrum((4, 4, 4)),
            ShapeError,
            "spectrum: `shape` (4, 4, 4) names 3 axes, but the kernel has 2.",
        ),
        (
            lambda: Kernel([1]).separable("x"),
            OptionError,
            "separable: `tol='x'` must be a finite number from 0 up.",
        ),
    ],
)
def test_refusals(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    assert str(caught.value) == text


def test_taps_of_both_signs_are_no_density():
    found = named.sharpen().moments()
    for name in ("variance", "covariance", "skewness", "excess_kurtosis"):
        with pytest.raises(OptionError) as caught:
            getattr(found, name)
        assert str(caught.value) == (
            "moments: the taps have both signs, so that they are not a density and have no "
            "variance.\n  Read .cumulants instead: they add when kernels are composed."
        )
    assert found.cumulants[2, 0] == -2
    turned = named.gaussian((3.0, 1.0)).rotated(30)  # with ripples below 0
    assert turned.moments().covariance[0, 1] == pytest.approx(3.46, abs=0.01)
