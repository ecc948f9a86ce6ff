"""Slopes and second derivatives answer ramps and squares exactly."""

import math

import numpy as np
import pytest
from scipy import ndimage

from intertwine import kernels
from kernels.grids import about_middle, inner, ramp

EPS = np.finfo(float).eps


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize(
    ("build", "weight"), [(kernels.sobel, 4), (kernels.scharr, 16), (kernels.prewitt, 3)]
)
def test_slopes_answer_a_ramp_exactly(build, weight, ndim):
    shape = (5, 6, 7)[:ndim]
    for axis in range(ndim):
        k = build(axis, ndim=ndim)
        assert k.dtype == np.int64
        assert build(axis - ndim, ndim=ndim) == k
        for other in range(ndim):
            answer = inner(ndimage.convolve(ramp(shape, other) * 5, k.taps))
            assert (answer == (5 * 2 * weight ** (ndim - 1) if other == axis else 0)).all()


def test_roberts_as_documented():
    x = np.array([[3, 1, -4], [1, 5, -9], [2, 6, 5]])
    down_right = kernels.roberts(0) @ x
    down_left = kernels.roberts(1) @ x
    assert np.array_equal(down_right[1:, 1:], x[1:, 1:] - x[:-1, :-1])
    assert np.array_equal(down_left[1:, 1:], x[1:, :-1] - x[:-1, 1:])


# Second derivatives.


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_laplacian_is_the_neighbours_less_the_middle(ndim):
    for connectivity in range(1, ndim + 1):
        k = kernels.laplacian(ndim=ndim, connectivity=connectivity)
        near = ndimage.generate_binary_structure(ndim, connectivity).astype(int)
        near[(1,) * ndim] -= near.sum()
        assert np.array_equal(k.taps, near)
        assert k.dtype == np.int64
    square = sum(ramp((5, 6, 7)[:ndim], axis) ** 2 for axis in range(ndim))
    answer = inner(ndimage.convolve(square, kernels.laplacian(ndim=ndim).taps))
    assert (answer == 2 * ndim).all()


def test_log_is_the_textbooks_but_for_its_sum():
    sigma = 2.0
    k = kernels.log(sigma, truncate=8)
    squared = (about_middle(k) ** 2).sum(axis=0)
    bell = np.exp(-squared / (2 * sigma**2)) / (2 * math.pi * sigma**2)
    textbook = (squared - 2 * sigma**2) / sigma**4 * bell
    assert np.abs(k.taps - textbook).max() <= 1e-12 * np.abs(textbook).max()


@pytest.mark.parametrize("sigma", [0.4, 1.0, 2.0, (3.0, 1.5)])
def test_log_and_dog_sum_to_zero_within_a_rounding_of_the_middle_tap(sigma):
    for k in (kernels.log(sigma), kernels.dog(sigma)):
        assert abs(k.sum) <= EPS / 2 * abs(k.taps[k.origin])


def test_log_is_positive_in_a_pit_and_dog_negative():
    y, x = np.indices((33, 33)) - 16
    pit = y**2 + 2.0 * x**2
    assert (kernels.log((1.5, 1.5)) @ pit)[16, 16] == pytest.approx(6, rel=1e-2)
    assert (kernels.dog(1.5) @ pit)[16, 16] < 0


def test_dog_is_a_difference_of_gaussians():
    k = kernels.dog((1.0, 2.0), ratio=2.0)
    wide = kernels.gaussian((2.0, 4.0))
    narrow = np.zeros(wide.shape)
    narrow[4:13, 8:25] = kernels.gaussian((1.0, 2.0)).taps
    tail = math.erfc(4 / math.sqrt(2))  # the narrow Gaussian's taps beyond four sigmas
    assert k.shape == wide.shape
    assert np.abs(k.taps - (narrow - wide.taps)).max() <= tail
