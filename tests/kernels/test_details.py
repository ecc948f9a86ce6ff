"""Sharpening, relief and edges: what stands out of its neighbours."""

import numpy as np
import pytest
from scipy import ndimage

from intertwine import kernels

EPS = np.finfo(float).eps


def test_sharpen_adds_what_the_laplacian_takes():
    for amount, dtype in [(1, np.int64), (3, np.int64), (0.5, np.float64)]:
        for ndim, connectivity in [(1, 1), (2, 1), (2, 2), (3, 3)]:
            k = kernels.sharpen(amount, ndim=ndim, connectivity=connectivity)
            laplacian = kernels.laplacian(ndim=ndim, connectivity=connectivity)
            rest = -amount * laplacian.taps
            rest[k.origin] += 1
            assert np.array_equal(k.taps, rest)
            assert k.dtype == dtype
            assert not np.signbit(k.taps[k.taps == 0]).any()


def test_unsharp_adds_what_the_gaussian_takes():
    x = np.random.default_rng(3).normal(size=(20, 21))
    blurred = ndimage.gaussian_filter(x, (1.0, 1.5), mode="wrap")
    answer = ndimage.convolve(x, kernels.unsharp((1.0, 1.5), 0.7).taps, mode="wrap")
    assert answer == pytest.approx(x + 0.7 * (x - blurred), abs=1e-13)


def test_emboss_turns_with_its_light():
    assert kernels.emboss(0).taps.tolist() == [[-1, 0, 1], [-2, 1, 2], [-1, 0, 1]]
    assert kernels.emboss().taps.tolist() == [[2, 1, 0], [1, 1, -1], [0, -1, -2]]
    for angle in range(-360, 720, 45):
        k = kernels.emboss(angle)
        assert k == kernels.emboss(float(angle + 360))
        assert np.array_equal(np.rot90(k.taps), kernels.emboss(angle + 90).taps)
        assert k.dtype == np.int64


def test_emboss_lights_the_side_that_faces_the_light():
    bump = np.zeros((5, 9), int)
    bump[:, 3:6] = 1
    from_the_right = (kernels.emboss(0) @ bump)[2] - bump[2]
    assert from_the_right.tolist() == [0, 0, -4, -4, 0, 4, 4, 0, 0]


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_edge_is_the_middle_less_the_mean_around(ndim):
    k = kernels.edge(ndim=ndim)
    x = np.random.default_rng(5).integers(0, 99, (3,) * ndim).astype(float)
    around = (x.sum() - x[k.origin]) / (x.size - 1)
    assert (k.taps * x).sum() == pytest.approx(x[k.origin] - around, abs=99 * x.size * EPS)


def test_edge_in_two_axes():
    eighth = [-0.125] * 3
    assert kernels.edge().taps.tolist() == [eighth, [-0.125, 1, -0.125], eighth]
