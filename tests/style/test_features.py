"""What each view sees, and what it does not."""

import numpy as np
import pytest

from intertwine.style import colour, detail, shape, texture
from intertwine.style.edges import DIRECTIONS, by_direction, pooled, shares, slopes
from intertwine.style.garments import CutOut, Garments, place
from intertwine.style.prints import printed
from style_scenes import cap, skirt, trousers

VIEWS = {
    "shape": shape.features,
    "colour": colour.features,
    "texture": texture.features,
    "detail": detail.features,
}


def of(*pictures, side=112):
    return place([CutOut.of(picture) for picture in pictures], side)


def cosine(a, b):
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_slopes_of_a_ramp():
    y, x = np.indices((9, 9), np.float32)
    down, right = slopes((3 * y - 2 * x)[np.newaxis])
    assert (down[0, 1:-1, 1:-1] == 3).all()
    assert (right[0, 1:-1, 1:-1] == -2).all()
    wide, _ = slopes((3 * y - 2 * x)[np.newaxis], 2)
    assert (wide[0, 2:-2, 2:-2] == 3).all()


def test_pictures_of_a_stack_do_not_mix():
    rng = np.random.default_rng(0)
    stack = rng.random((3, 12, 12), dtype=np.float32)
    for together, alone in zip(slopes(stack), slopes(stack[1:2]), strict=True):
        assert np.array_equal(together[1:2], alone)


@pytest.mark.parametrize("k", range(DIRECTIONS))
def test_an_edge_counts_for_its_own_direction_most(k):
    angle = np.pi * k / DIRECTIONS
    magnitude, parts = by_direction(
        np.full((1, 1, 1), 2 * np.sin(angle), np.float32),
        np.full((1, 1, 1), 2 * np.cos(angle), np.float32),
    )
    assert magnitude[0, 0, 0] == pytest.approx(2, rel=1e-6)
    assert parts[:, 0, 0, 0].argmax() == k
    for j in range(DIRECTIONS):
        expected = abs(np.cos(angle - np.pi * j / DIRECTIONS)) ** 24
        assert parts[j, 0, 0, 0] == pytest.approx(expected, abs=1e-5)


def test_pooling_sums_under_tents():
    rng = np.random.default_rng(0)
    x = rng.random((2, 12, 12), dtype=np.float32)
    found = pooled(x, 3)  # cells of 4, centred on 1.5, 5.5, 9.5
    for row in range(3):
        for column in range(3):
            total = 0.0
            for i in range(12):
                for j in range(12):
                    down = 1 - abs(i - (4 * row + 1.5)) / 4
                    across = 1 - abs(j - (4 * column + 1.5)) / 4
                    total += max(down, 0) * max(across, 0) * x[1, i, j]
            assert found[1, row, column] == pytest.approx(total, rel=1e-5)


def test_shares_have_length_one():
    grid = np.array([[[1.0, 3.0]], [[0.0, 0.0]]], np.float32)
    assert shares(grid).tolist() == [[0.5, np.sqrt(np.float32(0.75))], [0, 0]]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("side", [28, 112])
def test_features_do_not_depend_on_what_comes_with_a_picture(view, side):
    pictures = [trousers(), skirt(), cap(), skirt(70, 50), trousers(40, 30)]
    together = VIEWS[view](of(*pictures, side=side))
    assert together.dtype == np.float32
    for number, picture in enumerate(pictures):
        assert np.array_equal(VIEWS[view](of(picture, side=side))[0], together[number])


def test_shape_does_not_see_colours():
    a, b, c = shape.features(of(skirt(), skirt(colour=(10, 90, 160)), trousers()))
    assert cosine(a, b) > 0.999 > 0.9 > cosine(a, c)


def test_mirrored_features_are_features_of_mirrored_pictures():
    a, b = shape.features(of(cap(61, 41), cap(61, 41)[:, ::-1]))
    assert cosine(a, b) < 0.95
    assert cosine(shape.mirrored(a[np.newaxis])[0], b) > 0.9999


def test_edges_may_be_those_of_other_pictures_than_the_silhouette():
    garments, others = of(skirt(), side=28), of(trousers(), side=28)
    mixed = shape.features(garments, others)
    silhouettes = (4**2 + 7**2) * DIRECTIONS
    assert np.array_equal(mixed[:, :silhouettes], shape.features(garments)[:, :silhouettes])
    assert np.array_equal(mixed[:, silhouettes:], shape.features(others)[:, silhouettes:])


def test_sums_of_cells_keep_the_total_and_the_places():
    values = np.zeros(sum(cells**2 * DIRECTIONS for _, cells in shape.GRIDS))
    cells = shape.GRIDS[0][1]
    values[(1 * cells + 2) * DIRECTIONS + 5] = 3  # row 1, column 2 of the first grid
    maps = shape.cell_sums(values)
    assert [m.shape for m in maps] == [(cells, cells) for _, cells in shape.GRIDS]
    assert maps[0][1, 2] == 3
    assert sum(m.sum() for m in maps) == 3


def test_colour_does_not_see_shapes():
    red, other_red, blue = colour.features(
        of(
            skirt(colour=(200, 30, 30)),
            trousers(colour=(200, 30, 30)),
            skirt(colour=(30, 30, 200)),
        )
    )
    assert cosine(red, other_red) > 0.95 > 0.3 > cosine(red, blue)


def test_a_colour_between_two_bins_counts_for_both():
    pixels = np.full((1, 28, 28, 3), 0.5, np.float32)  # L* = 53.4, no hue
    histogram = colour.features(Garments(pixels, np.ones((1, 28, 28), np.float32)))[0] ** 2
    filled = np.flatnonzero(histogram > 0.01)
    assert filled.tolist() == [(2 * 7 + 3) * 7 + 3, (3 * 7 + 3) * 7 + 3]
    assert histogram[filled].tolist() == pytest.approx([1 - 0.1356, 0.1356], abs=0.01)


def test_texture_tells_stripes_from_plain_cloth_wherever_they_are():
    plain, stripes = skirt(120, 100), skirt(120, 100)
    stripes[::6][(stripes[::6] != 255).any(axis=2)] = (230, 200, 60)
    moved = skirt(120, 100)
    moved[3::6][(moved[3::6] != 255).any(axis=2)] = (230, 200, 60)
    a, b, c = texture.features(of(plain, stripes, moved))
    assert not a.any()
    assert cosine(b, c) > 0.99
    assert b.max() > 0.1


def test_detail_counts_buttons():
    def coat(buttons):
        picture = np.full((150, 120, 3), 255, np.uint8)
        picture[10:140, 20:100] = (60, 60, 90)
        for row in np.linspace(30, 120, buttons).astype(int):
            picture[row : row + 5, 58:63] = (230, 220, 200)
        return picture

    two, three = detail.features(of(coat(2), coat(3)))
    again = detail.features(of(np.where(coat(3) == 90, np.uint8(140), coat(3))))[0]
    assert cosine(three, again) > cosine(two, again) + 0.1


def test_prints_change_the_cloth_and_nothing_beside_it():
    garments = of(*[skirt(colour=(200, 30, 30))] * 12)
    other = printed(garments, range(12))
    outside = garments.masks == 0
    assert np.array_equal(other.pixels[outside], garments.pixels[outside])
    assert np.array_equal(other.masks, garments.masks)
    changed = np.abs(other.pixels - garments.pixels).max(axis=(1, 2, 3))
    assert changed.min() > 0.1
    again = printed(of(skirt(colour=(200, 30, 30))), [5])
    assert np.array_equal(again.pixels[0], other.pixels[5])
    assert other.pixels.min() >= 0
    assert other.pixels.max() <= 1


@pytest.mark.parametrize("level", [0.7, 1 / 3, 1e-3])
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_flat_areas_have_no_edges(level, dilation):
    """Not even those of rounding, which `shares` would make as large as any."""
    grey = np.full((2, 40, 40), level, np.float32)
    grey[1, :, 30:] = 1
    down, right = slopes(grey, dilation)
    assert not down.any()
    assert not right[:, :, : 30 - dilation].any()
    assert right[1].any()
