"""`deskew` on a photographed page and on pages drawn here."""

import numpy as np
import pytest
from benchmarks.page_drawing import drawn
from scipy import ndimage

import intertwine as iw
from registration.photos import off


def _page(angle_deg, size=(500, 400)):
    """A white page with lines of words, drawn large at an angle and reduced."""
    from PIL import Image, ImageDraw

    image = Image.new("L", (4 * size[1], 4 * size[0]), 235)
    draw, rng = ImageDraw.Draw(image), np.random.default_rng(5)
    for top in range(200, 4 * size[0] - 200, 72):
        left = 160
        while left < 4 * size[1] - 400:
            for _ in range(rng.integers(2, 9)):
                tall = int(rng.choice([26, 40]))
                draw.rectangle((left, top - tall, left + 14, top), fill=30)
                left += 24
            left += 40
    turned = image.rotate(angle_deg, Image.Resampling.BICUBIC, fillcolor=235)
    return np.asarray(turned.resize(size[::-1], Image.Resampling.BOX))


@pytest.mark.parametrize("angle", [0.0, 0.3, -2.5, 7.77, -19.5])
def test_drawn_pages(angle):
    page = _page(angle)
    done = iw.deskew(page)
    assert done.found
    assert off(done.angle_deg, angle) < 0.05
    assert (done.image.shape, done.image.dtype) == (page.shape, page.dtype)
    assert abs(iw.deskew(done.image).angle_deg) < 0.05
    assert (done.image[[0, 0, -1, -1], [0, -1, 0, -1]] == 235).all()


@pytest.mark.parametrize("resize", [False, True])
@pytest.mark.parametrize("outside", ["edge", "constant"])
def test_the_photographed_page(resize, outside):
    """Its lines are bent, and level from end to end as they are: what is found is the turn."""
    from skimage import data, transform

    page = data.page()
    angles = np.random.default_rng(2).uniform(-20, 20, 20)
    found = [
        iw.deskew(transform.rotate(page, t, resize=resize, mode=outside)).angle_deg for t in angles
    ]
    errors = np.abs(found - angles)
    assert np.median(errors) <= 0.1
    assert errors.max() <= 0.3


@pytest.mark.parametrize(("angle", "rise"), [(0.0, 9.0), (7.77, -6.0), (-12.3, 4.0)])
def test_bent_lines_are_level_from_end_to_end(angle, rise):
    """Lines along a parabola: their mean slope is that of the page, their halves' differ."""
    straight = _page(0.0).astype(float)
    row, column = np.mgrid[:500, :400]
    across = (column - 199.5) / 200
    bent = ndimage.map_coordinates(straight, [row + rise * across**2, column], order=1, cval=235)
    done = iw.deskew(ndimage.rotate(bent, angle, reshape=False, order=1, cval=235))
    steepest = np.rad2deg(2 * rise / 200)
    assert off(done.angle_deg, angle) < abs(steepest) / 12
    assert 0.5 < done.bend_deg / steepest < 1.5


def test_straight_lines_have_no_bend():
    noise = np.random.default_rng(3).normal(0, 40, (500, 400))
    assert iw.deskew(_page(5.0)).bend_deg == 0
    assert iw.deskew(_page(5.0) + noise).bend_deg == 0


def test_pages_turned_to_the_end_of_the_range():
    assert iw.deskew(_page(20.0)).angle_deg == pytest.approx(20, abs=0.05)
    done = iw.deskew(_page(25.0))
    assert not done.found
    assert done.beyond_deg == pytest.approx(25, abs=0.05)


def test_what_has_no_lines_is_left_alone():
    noise = np.random.default_rng(0).integers(0, 256, (120, 150, 3)).astype(np.uint8)
    done = iw.deskew(noise)
    assert not done.found
    assert done.angle_deg == 0
    assert (done.image == noise).all()
    assert done.image is not noise


def test_colours_and_fill():
    page = np.repeat(_page(6.0)[..., None], 3, axis=2)
    page[..., 2] //= 2
    background = iw.deskew(page).image[0, 0]
    assert background.tolist() == [235, 235, 117]
    assert iw.deskew(page, fill=(1, 2, 3)).image[0, 0].tolist() == [1, 2, 3]
    assert iw.deskew(page, fill=0).image[0, 0].tolist() == [0, 0, 0]


def _bars(lengths, angle_deg, top=130):
    """Bars of 14 rows, 40 rows apart, on a page of A4 at 100 dpi."""
    page = np.full((1170, 830), 255, np.uint8)
    for number, length in enumerate(lengths):
        page[top + 40 * number : top + 14 + 40 * number, 100 : 100 + length] = 0
    return ndimage.rotate(page, angle_deg, reshape=False, order=1, cval=255)


@pytest.mark.parametrize("angle", [5.0, -8.0])
def test_text_on_half_a_page_gives_its_own_angle(angle):
    done = iw.deskew(_bars([230] * 20, angle))
    assert done.found
    assert off(done.angle_deg, angle) < 0.05
    assert done.bend_deg == 0


def test_three_short_lines_are_found():
    done = iw.deskew(_bars([300, 250, 280], -3.0))
    assert done.found
    assert off(done.angle_deg, -3.0) < 0.05


@pytest.mark.parametrize(
    ("count", "length", "angle"), [(7, 91, -9.6), (20, 83, 14.4), (4, 102, 8.7)]
)
def test_short_bars_below_each_other_are_sure(count, length, angle):
    """Their left edges make a sharper profile than they do; they are lines all the same."""
    done = iw.deskew(_bars([length] * count, angle))
    assert done.found
    assert off(done.angle_deg, angle) < 0.1
    assert done.uncertainty_deg < 0.2


def _written(rows, angle_deg):
    """Rows of text in the font of Pillow, one below the other."""
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("L", (1240, 1754), 255)
    for number, row in enumerate(rows):
        ImageDraw.Draw(page).text((240, 300 + 76 * number), row, 0, ImageFont.load_default(44))
    turned = page.rotate(angle_deg, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    return np.asarray(turned.reduce(2))


@pytest.mark.parametrize("angle", [7.8, -0.45, -8.7, 4.7])
def test_few_words_a_line_are_lines_not_columns(angle):
    rows = [
        "the of and",
        "to in",
        "a is that",
        "for",
        "it as was",
        "with be",
        "on",
        "i",
        "this are",
    ]
    done = iw.deskew(_written(rows, angle))
    assert done.found
    assert off(done.angle_deg, angle) < 0.1


@pytest.mark.parametrize("angle", [88.0, -90.0])
def test_a_page_on_its_side_is_refused_though_all_its_lines_are_alike(angle):
    done = iw.deskew(_written(["all lines of this page are alike"] * 14, angle))
    assert not done.found
    assert off((done.beyond_deg - angle + 90) % 180, 90) < 0.1


@pytest.mark.parametrize("angle", [60.0, 75.0])
def test_lines_far_beyond_the_range_are_refused(angle):
    page = _bars([230] * 20, angle)
    done = iw.deskew(page)
    assert not done.found
    assert off(done.beyond_deg, angle) < 0.1
    assert (done.image == page).all()


def test_a_blank_page_is_left_alone():
    page = np.full((100, 90), 7.0)
    done = iw.deskew(page)
    assert (done.found, done.angle_deg, done.beyond_deg) == (False, 0.0, None)
    assert (done.image == page).all()


@pytest.mark.parametrize("name", ["rocket", "clock", "coins"])
def test_photos_have_no_lines(name):
    from skimage import data

    assert not iw.deskew(getattr(data, name)()).found


@pytest.mark.parametrize(
    ("layout", "scan", "angle"),
    [
        ("poem", "shadow", 11.3),
        ("table", "dark", -6.2),
        ("left half", "border", -12.9),
        ("three columns", "noise", 4.4),
        ("letter of three lines", "holes", 7.1),
    ],
)
def test_pages_as_they_are_scanned(layout, scan, angle):
    """A few of those that ``python -m benchmarks.pages`` draws, in the font of Pillow."""
    page = drawn(7, "Latin", layout, scan, angle, fonts=False)
    done = iw.deskew(page.image)
    assert done.found
    assert off(done.angle_deg, angle) < 0.1
    assert off(done.angle_deg, angle) < 10 * done.uncertainty_deg
