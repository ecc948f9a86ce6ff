"""Garments are cut out of plain and of busy grounds, then centred and brought to one size."""

import numpy as np
import pytest
from scipy import ndimage

from intertwine.style.foreground import (
    WORKING_SIDE,
    border_colour,
    clean,
    foreground,
    working_copy,
)
from intertwine.style.garments import SPREAD, CutOut, Garments, place
from style_scenes import busy, cap, skirt, trousers


def agreement(mask, true):
    """Intersection over union."""
    return (mask & true).sum() / (mask | true).sum()


@pytest.mark.parametrize("draw", [trousers, skirt, cap])
@pytest.mark.parametrize("ground", [255, 0, 128])
def test_on_a_plain_ground_the_mask_is_the_garment(draw, ground):
    picture = draw(90, 60, ground=ground)
    true = (picture != ground).any(axis=2)
    assert agreement(foreground(picture), true) > 0.93


@pytest.mark.parametrize("draw", [trousers, skirt, cap])
def test_on_a_busy_ground_the_cuts_find_most_of_it(draw):
    picture = draw(120, 80, colour=(20, 30, 70))
    true = (picture != 255).any(axis=2)
    scene = busy(picture)
    assert not border_colour(scene)[1]
    assert agreement(foreground(scene), true) > 0.8


def test_what_touches_the_border_does_not_decide_its_colour():
    picture = np.full((50, 40, 3), 240, np.uint8)
    picture[20:, 10:25] = (200, 0, 0)
    colour, plain = border_colour(picture)
    assert plain
    assert colour.tolist() == [240, 240, 240]
    assert foreground(picture)[-1, 10:25].all()


@pytest.mark.parametrize("value", [0, 17, 255])
def test_everything_counts_where_nothing_stands_out(value):
    assert foreground(np.full((20, 30, 3), value, np.uint8)).all()


def test_hangers_and_crumbs_go_and_holes_are_filled():
    mask = np.zeros((100, 80), bool)
    mask[30:90, 10:70] = True
    mask[25:30, 10:22] = True  # a shoulder
    garment = mask.copy()
    mask[5:30, 39:41] = True  # a hook,
    mask[20:23, 25:55] = True  # the bar below it
    mask[20:30, 26:29] = mask[20:30, 52:54] = True  # and two clips
    mask[2:9, 2:9] = True  # a crumb
    mask[50:60, 30:40] = False  # a pale emblem
    assert np.array_equal(clean(mask), garment)


def test_thin_parts_below_the_top_stay():
    mask = np.zeros((100, 80), bool)
    mask[20:60, 20:60] = True
    mask[40:42, 5:75] = True  # thin sleeves
    mask[60:95, 30:32] = True  # a belt's end
    mask[17:20, 25:28] = True  # a strap that hardly rises
    assert np.array_equal(clean(mask), mask)


def test_small_and_thin_masks_are_not_emptied():
    mask = np.zeros((100, 80), bool)
    mask[20:80, 40] = True
    assert clean(mask).sum() == 60
    assert not clean(np.zeros((5, 4), bool)).any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (2, 3), (400, 3), (3, 400)])
def test_the_smallest_and_longest_pictures_have_garments(shape):
    rng = np.random.default_rng(0)
    for picture in (
        rng.integers(0, 256, shape).astype(np.uint8),
        rng.integers(0, 256, (*shape, 3)).astype(np.uint8),
    ):
        garments = place([CutOut.of(picture)], 28)
        assert garments.pixels.shape == (1, 28, 28, 3)
        assert garments.masks.max() > 0


def test_working_copies_are_rgb_and_not_too_large():
    assert working_copy(np.zeros((800, 400), np.uint8)).shape == (
        WORKING_SIDE,
        WORKING_SIDE // 2,
        3,
    )
    small = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    assert np.array_equal(working_copy(small), small)


def test_garments_come_to_one_place_and_size_wherever_they_stood():
    small = np.full((80, 100, 3), 255, np.uint8)
    small[10:40, 5:25] = skirt(30, 20)
    large = np.full((150, 120, 3), 255, np.uint8)
    large[20:140, 30:110] = np.kron(skirt(30, 20), np.ones((4, 4, 1), np.uint8))
    placed = place([CutOut.of(small), CutOut.of(large)], 56)
    for mask in placed.masks:
        places = np.argwhere(mask > 0.5) - 27.5
        assert np.allclose(places.mean(axis=0), 0, atol=0.5)
        assert np.sqrt((places**2).sum(axis=1).mean()) == pytest.approx(SPREAD * 56, rel=0.03)
    assert agreement(placed.masks[0] > 0.5, placed.masks[1] > 0.5) > 0.93


def test_a_rotated_picture_and_a_rotated_placing_are_one():
    picture = trousers(120, 100, ground=0)
    turned = ndimage.rotate(picture, 15, reshape=False, order=1)  # counter-clockwise
    upright = place([CutOut.of(picture)], 56, [15.0])
    assert agreement(upright.masks[0] > 0.5, place([CutOut.of(turned)], 56).masks[0] > 0.5) > 0.9
    assert agreement(upright.masks[0] > 0.5, place([CutOut.of(picture)], 56).masks[0] > 0.5) < 0.85


def test_whole_pictures_are_placed_as_they_are():
    small = np.random.default_rng(0).integers(0, 256, (28, 28)).astype(np.uint8)
    small[:, :3] = 0
    found = place([CutOut.of(small)], 28, whole=True)
    assert np.array_equal(found.pixels[0, :, :, 1], (small / np.float32(255)).astype(np.float32))
    assert (found.masks == 1).all()
    tall = place([CutOut.of(skirt(56, 28))], 28, whole=True)
    assert (tall.masks[0, :, 7:21] == 1).all()
    assert not tall.masks[0, :, :6].any()


def test_reduced_squares_are_means_of_blocks():
    rng = np.random.default_rng(0)
    garments = Garments(
        rng.random((2, 8, 8, 3), dtype=np.float32), rng.random((2, 8, 8), dtype=np.float32)
    )
    small = garments.reduced(4)
    assert small.masks[1, 2, 3] == pytest.approx(garments.masks[1, 4:6, 6:8].mean(), abs=1e-6)
    assert small.pixels[0, 1, 0, 2] == pytest.approx(
        garments.pixels[0, 2:4, 0:2, 2].mean(), abs=1e-6
    )
    assert garments.reduced(8) is garments
