"""Boxes, Gaussians and binomials by formula, by moments, and by SciPy."""

import math

import numpy as np
import pytest
from scipy import ndimage

from intertwine import Kernel, kernels
from kernels.grids import about_middle

EPS = np.finfo(float).eps


def test_a_number_is_one_axis_unless_ndim_says_more():
    for build, value in [(kernels.box, 3), (kernels.gaussian, 0.5), (kernels.binomial, 4)]:
        assert build(value).ndim == 1
        assert build(value, ndim=3) == build((value,) * 3)
        assert build([value]) == build(value)
    for build in (kernels.log, kernels.dog, kernels.unsharp):
        assert build(1.0).ndim == 2
        assert build(1.0) == build((1.0, 1.0)) == build(1.0, ndim=2)
        assert build((1.0, 2.0, 1.5)).ndim == 3


def test_box():
    assert kernels.box((2, 3)) == Kernel(np.full((2, 3), 1 / 6))
    ones = kernels.box((2, 3), normalize=False)
    assert ones == Kernel(np.ones((2, 3)))
    assert ones.dtype == np.int64


@pytest.mark.parametrize("sigma", [0.8, 2.0, 7.3])
def test_gaussian_moments(sigma):
    k = kernels.gaussian(sigma, truncate=10)
    (n,) = about_middle(k)
    assert k.taps.tolist() == k.taps[::-1].tolist()
    # Poisson summation: the sampled moments miss the true ones by terms of exp(-2 pi^2 sigma^2).
    alias = 2 * math.exp(-2 * (math.pi * sigma) ** 2) * (2 * math.pi * sigma) ** 4
    bound = alias + 1e-12
    assert (k.taps * n**2).sum() / sigma**2 == pytest.approx(1, rel=bound)
    assert (k.taps * n**4).sum() / sigma**4 == pytest.approx(3, rel=bound)


@pytest.mark.parametrize("order", [0, 1, 2, 3, 5])
@pytest.mark.parametrize(("sigma", "truncate"), [(2.0, 4.0), (3.3, 2.5)])
def test_gaussian_and_its_derivatives_are_scipys(order, sigma, truncate):
    impulse = np.zeros(61)
    impulse[30] = 1
    answer = ndimage.gaussian_filter1d(impulse, sigma, order=order, truncate=truncate)
    k = kernels.gaussian(sigma, order=order, truncate=truncate)
    middle = slice(30 - k.origin[0], 31 + k.origin[0])
    assert np.abs(k.taps - answer[middle]).max() <= 64 * EPS * np.abs(answer).max()
    assert answer.sum() == pytest.approx(answer[middle].sum())  # nothing lies beyond the kernel


def test_gaussian_derivatives_have_the_sign_of_the_slope():
    x = np.arange(40.0)
    slope = ndimage.convolve(x, kernels.gaussian(2.0, order=1, truncate=8).taps)
    assert slope[20] == pytest.approx(1, rel=1e-9)
    bend = ndimage.convolve(x**2, kernels.gaussian(2.0, order=2, truncate=8).taps)
    assert bend[20] == pytest.approx(2, rel=1e-9)


def test_gaussian_orders_go_with_their_axes():
    k = kernels.gaussian((2.0, 1.0), order=(0, 1))
    lines = kernels.gaussian(2.0).taps, kernels.gaussian(1.0, order=1).taps
    assert np.array_equal(k.taps, np.multiply.outer(*lines))


@pytest.mark.parametrize("order", [0, 1, 7, 20, 62])
def test_binomial_is_a_repeated_box(order):
    line = np.ones(1, np.int64)
    for _ in range(order):
        line = np.convolve(line, [1, 1])
    assert kernels.binomial(order, normalize=False).taps.tolist() == line.tolist()
    (n,) = np.indices((order + 1,))
    weights = kernels.binomial(order).taps
    assert (weights * (n - order / 2) ** 2).sum() == pytest.approx(order / 4)
