"""`deskew` on a photographed page and on pages drawn here."""

import numpy as np
import pytest

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


def test_the_photographed_page():
    """Its lines are bent: its own tilt, as it is, is what the turns are counted from."""
    from skimage import data, transform

    page = data.page()
    own = iw.deskew(page).angle_deg
    assert abs(own) < 0.5
    angles = np.random.default_rng(2).uniform(-20, 20, 20)
    errors = [
        off(iw.deskew(transform.rotate(page, t, mode="edge"), within_deg=22).angle_deg, t + own)
        for t in angles
    ]
    assert np.median(errors) <= 0.1
    assert max(errors) <= 0.15


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
