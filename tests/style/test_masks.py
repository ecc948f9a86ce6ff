"""Masks by OpenCV are those of SciPy's definitions, at the borders too."""

import numpy as np
import pytest
from scipy import ndimage

from intertwine.style.masks import contact, filled, large_parts, main_parts, opened, parts

SHAPES = [(1, 1), (1, 9), (8, 1), (23, 31), (40, 17)]


def masks(shape):
    rng = np.random.default_rng(0)
    return [rng.random(shape) < share for share in (0.0, 0.35, 0.6, 0.9, 1.0)]


@pytest.mark.parametrize("shape", SHAPES)
def test_parts_hang_together_by_sides(shape):
    for mask in masks(shape):
        labels, areas = parts(mask)
        expected, count = ndimage.label(mask)
        assert len(areas) == count + 1
        assert areas[0] == 0
        for number in range(1, count + 1):
            where = expected == number
            assert (labels[where] == labels[where][0]).all()
            assert areas[labels[where][0]] == where.sum()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [2, 3, 4])
def test_opened_masks(shape, size):
    for mask in masks(shape):
        expected = ndimage.binary_opening(mask, np.ones((size, size), bool))
        assert np.array_equal(opened(mask, size), expected)


@pytest.mark.parametrize("shape", SHAPES)
def test_filled_masks(shape):
    for mask in masks(shape):
        assert np.array_equal(filled(mask), ndimage.binary_fill_holes(mask))


def test_large_and_main_parts():
    mask = np.zeros((9, 12), bool)
    mask[1:4, 1:5] = True  # 12 pixels
    mask[6:8, 2:5] = True  # 6
    mask[5, 8] = mask[6, 9] = True  # 1 and 1: they touch by a corner only
    assert large_parts(mask, 2).sum() == 18
    assert large_parts(mask, 0).sum() == 20
    assert main_parts(mask, 0.5).sum() == 18
    assert main_parts(mask, 0.51).sum() == 12
    assert not main_parts(np.zeros((3, 2), bool), 0.5).any()


@pytest.mark.parametrize("shape", SHAPES)
def test_contact_is_the_fraction_of_what_lies_around(shape):
    rng = np.random.default_rng(1)
    mask, one = ndimage.binary_opening(rng.random(shape) < 0.7, np.ones((2, 2))), rng.random(shape)
    labels, areas = parts(mask)
    other, one = (one > 0.6) & ~mask, (one < 0.5) & ~mask
    found = contact(labels, len(areas), one, other)
    for number in range(1, len(areas)):
        around = ndimage.binary_dilation(labels == number, np.ones((5, 5))) & ~mask
        nearer = ndimage.grey_dilation(labels, (5, 5))  # between two parts the later one counts
        around &= nearer == number
        near, beside = (around & one).sum(), (around & other).sum()
        assert found[number] == near / max(near + beside, 1)
