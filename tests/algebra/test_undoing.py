"""Fractional powers, inverses and minimum phase."""

import numpy as np
import pytest
from hypothesis import given, settings

from algebra.drawn import kernels
from intertwine import Kernel
from intertwine import kernels as named
from intertwine.base.errors import OptionError, ShapeError

few = settings(max_examples=15)


def gentle(k):
    """A kernel near the identity, whose spectrum neither vanishes nor winds."""
    unit = Kernel(np.ones((1,) * k.ndim))
    return unit + 0.25 / max(1.0, k.norm(1)) * Kernel(k.taps.astype(float), k.origin)


@few
@given(kernels(("int32", "float64"), ndim=1) | kernels(("int32", "float64"), ndim=2, longest=3))
def test_fractions_of_a_power_compose(k):
    k = gentle(k)
    half, third = k.power(0.5), k.power(1 / 3)
    assert (half * half).isclose(k, 1e-11)
    assert (third * third * third).isclose(k, 1e-11)
    assert (k.power(-0.25) * k.power(0.25)).isclose(Kernel(np.ones((1,) * k.ndim)), 1e-11)
    assert k.power(2) == k * k


@few
@given(kernels(("int32", "float64"), ndim=1) | kernels(("int32", "float64"), ndim=2, longest=3))
def test_the_inverse_undoes(k):
    k = gentle(k)
    assert (k * k.inverse()).isclose(Kernel(np.ones((1,) * k.ndim)), 1e-11)
    assert k.inverse().isclose(k.power(-1), 1e-11)


def test_inverses_in_closed_form():
    inverse = Kernel([1, -0.5], origin=0).inverse()
    start = inverse.origin[0]
    np.testing.assert_allclose(inverse.taps[start : start + 20], 0.5 ** np.arange(20), atol=1e-15)
    late = Kernel([-0.5, 1], origin=0)  # undone by looking ahead
    assert (late * late.inverse()).isclose(Kernel([1]), 1e-12)


def test_half_a_gaussian_is_a_narrower_one():
    half = named.gaussian(1.0).power(0.5)
    assert half.moments(2).variance[0] == pytest.approx(0.5, rel=1e-3)
    assert half.sum == pytest.approx(1)
    turned = Kernel([1, 0.3j]).power(0.5)
    assert (turned * turned).isclose(Kernel([1, 0.3j]), 1e-12)


def test_regularised_inverses():
    k = Kernel([0.25, 0.5, 0.25])
    near = k.inverse(1e-3, shape=64).spectrum(64).response
    response = k.spectrum(64).response
    np.testing.assert_allclose(near, response / (abs(response) ** 2 + 1e-3), atol=1e-12)
    wiener = k.wiener(100.0)
    response = k.spectrum(256).response
    np.testing.assert_allclose(
        wiener.spectrum(256).response, response / (abs(response) ** 2 + 0.01), atol=1e-11
    )


@pytest.mark.parametrize(
    ("taps", "early"),
    [
        ([1, 2], [2, 1]),
        ([0, 1, 2, 0], [2, 1]),
        ([-3], [3]),
        ([2, 1], [2, 1]),
        ([1, 2, 1], [1, 2, 1]),
        ([2, 7, 3], [6, 5, 1]),
        ([1, 3j], [3, 1j]),
    ],
)
def test_minimum_phase_in_closed_form(taps, early):
    made = Kernel(taps).minimum_phase()
    assert made.origin == (0,)
    assert made.isclose(Kernel(early, origin=0), 1e-7)


@pytest.mark.parametrize("size", [5, 20, 60, 300])
def test_minimum_phase_keeps_the_gain_and_comes_first(size):
    taps = np.random.default_rng(size).normal(size=size)
    taps[size // 2] += 4 * np.sqrt(size)
    k = Kernel(taps)
    early = k.minimum_phase()
    np.testing.assert_allclose(early.spectrum(1024).gain, k.spectrum(1024).gain, rtol=1e-6)
    assert (np.cumsum(early.taps**2) >= np.cumsum(k.taps**2)[: early.size] - 1e-6).all()
    assert early.taps[0] == pytest.approx(np.exp(np.log(k.spectrum(8192).gain).mean()))


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: Kernel([1, 2, 1]).power(0.5),
            OptionError,
            "power: the spectrum vanishes: at -0.5 cycles per sample its gain is 0, against 4 at "
            "most.\n  Only whole powers of such a kernel exist; blur less, or add a little "
            "identity.",
        ),
        (
            lambda: Kernel([1, 2, 1]).inverse(),
            OptionError,
            "inverse: the spectrum vanishes: at -0.5 cycles per sample its gain is 0, against 4 at "
            "most.\n  Pass for example regularization=1e-3.",
        ),
        (
            lambda: Kernel([0, 1, 0.2], origin=0).power(0.5),
            OptionError,
            "power: along axis 0 the spectrum turns 1 time around 0: the kernel moves the signal "
            "by about 1 sample, and part of such a move is no kernel.\n"
            "  Take the move out first: origin 1 on that axis.",
        ),
        (
            lambda: Kernel([-1, 0.2]).power(0.5),
            OptionError,
            "power: the sum of the taps is -0.8, below 0, and has no real power.\n"
            "  Take the power of -k.",
        ),
        (
            lambda: Kernel([[1]]).minimum_phase(),
            ShapeError,
            "minimum_phase: the kernel has 2 axes, and zeros of more than one variable are no "
            "points that could be mirrored.\n"
            "  Take the factors: [line.minimum_phase() for line in k.separable().terms[0]].",
        ),
        (lambda: Kernel([0]).minimum_phase(), OptionError, "minimum_phase: every tap is 0."),
        (
            lambda: Kernel([0]).wiener(1),
            OptionError,
            "wiener: every tap is 0, and nothing can be found again after that.",
        ),
        (
            lambda: Kernel([1]).wiener(0),
            OptionError,
            "wiener: `snr=0` must be a finite number above 0.",
        ),
        (
            lambda: Kernel([1]).inverse(float("inf")),
            OptionError,
            "inverse: `regularization=inf` must be a finite number from 0 up.",
        ),
        (
            lambda: Kernel(named.box(40).taps).minimum_phase(),
            OptionError,
            "minimum_phase: the spectrum vanishes",
        ),
    ],
)
def test_refusals(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    assert str(caught.value).startswith(text)
