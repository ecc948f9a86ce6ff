"""Angles and scales: a person's face wherever it is turned, enlarged, brightened."""

import numpy as np
import pytest
import skimage.data
from scipy import ndimage

import intertwine as iw

PHOTO = skimage.data.astronaut() @ [0.299, 0.587, 0.114] / 255
TOP, LEFT, HEIGHT, WIDTH = 60, 180, 100, 90
FACE = PHOTO[TOP : TOP + HEIGHT, LEFT : LEFT + WIDTH]
MIDDLE = np.array([TOP + (HEIGHT - 1) / 2, LEFT + (WIDTH - 1) / 2])


def turning(degrees):
    sine, cosine = np.sin(np.deg2rad(degrees)), np.cos(np.deg2rad(degrees))
    return np.array([[cosine, -sine], [sine, cosine]])  # rows down: counter-clockwise as seen


def photo_turned(angle, scale, centre):
    """The photo with its face turned and enlarged, its middle at `centre`."""
    back = turning(angle).T / scale
    soft = ndimage.gaussian_filter(PHOTO, 0.3 / scale) if scale < 1 else PHOTO
    return ndimage.affine_transform(soft, back, MIDDLE - back @ centre, (512, 512), order=3,
                                    mode="mirror")  # fmt: skip


def template_turned(angle, scale, side):
    """A template cut out of the turned and enlarged photo around the face."""
    middle = (np.array([side, side]) - 1) / 2
    back = turning(angle).T / scale
    soft = ndimage.gaussian_filter(PHOTO, 0.3 / scale) if scale < 1 else PHOTO
    return ndimage.affine_transform(soft, back, MIDDLE - back @ middle, (side, side), order=3,
                                    mode="mirror")  # fmt: skip


def off(hits, centre, angle, scale):
    turned = (hits.angle[0] - angle + 180) % 360 - 180
    return np.abs(hits.centre[0] - centre).max(), abs(turned), 100 * abs(hits.scale[0] / scale - 1)


def trial(seed):
    """One case of each kind: the photo turned, or the template."""
    rng = np.random.default_rng(seed)
    angle, scale = rng.uniform(0, 359), rng.uniform(0.7, 1.4)
    gain, level = rng.uniform(0.5, 1.5), rng.uniform(-0.3, 0.3)
    if seed % 2:
        centre = 256 + rng.uniform(-60, 60, 2)
        data = gain * photo_turned(angle, scale, centre) + level
        data += rng.normal(0, 0.01, data.shape)
        hits = iw.find(FACE, data, angles=(0, 360), scales=(0.7, 1.4))
        return off(hits, centre, angle, scale)
    pattern = gain * template_turned(angle, scale, int(80 * scale)) + level
    hits = iw.find(pattern, PHOTO, angles=(0, 360), scales=(0.7, 1.45))
    return off(hits, MIDDLE, -angle, 1 / scale)


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_faces(seed):
    place, angle, scale = trial(seed)
    assert place < 1
    assert angle < 1
    assert scale < 2


@pytest.mark.slow
def test_sixty_faces():
    """Half a second a search; all 60 within .02 samples, .02 degrees and .02 % when last run."""
    found = sum(
        place < 1 and angle < 1 and scale < 2 for place, angle, scale in map(trial, range(60))
    )
    assert found >= 57


def test_counter_clockwise_as_seen_like_pillow():
    from PIL import Image

    turned = Image.fromarray((PHOTO * 255).astype(np.uint8)).rotate(25, Image.Resampling.BICUBIC)
    hits = iw.find(PHOTO[200:280, 200:280], np.asarray(turned), angles=(-60, 60))
    assert hits.angle[0] == pytest.approx(25, abs=0.3)
    assert hits.scale[0] == 1


def test_a_long_pattern_is_laid_whole():
    """A strip's disk would be a small part of it: its own rectangle counts."""
    centre = np.array([230.0, 270.0])
    strip, middle = PHOTO[90:114, 170:280], (90 + 23 / 2, 170 + 109 / 2)
    hits = iw.find(strip, photo_turned(70, 1.1, centre), angles=(0, 360), scales=(0.9, 1.2))
    place = centre + 1.1 * turning(70) @ (middle - MIDDLE)
    assert off(hits, place, 70, 1.1) < (0.1, 1, 2)


def test_places_without_contrast_have_no_coarse_score():
    scene = np.zeros((240, 240))
    scene[100:160, 80:140] = ndimage.gaussian_filter(
        np.random.default_rng(0).standard_normal((60, 60)), 2
    )
    hits = iw.find(scene[100:160, 80:140], scene, angles=(-20, 20))
    assert np.abs(hits.centre[0] - (129.5, 109.5)).max() < 1e-3
    assert np.isnan(hits.surface[0, 0])
    assert not np.isinf(hits.surface).any()


def test_only_scales():
    data = photo_turned(0, 1.15, np.array([200.0, 210.0]))
    hits = iw.find(FACE, data, scales=(0.8, 1.3))
    assert off(hits, (200, 210), 0, 1.15) < (0.5, 1e-9, 1)
    assert hits.angle[0] == 0


def test_a_listed_angle_is_a_start_and_colours_count():
    photo = skimage.data.astronaut()
    turned = np.rot90(photo)  # counter-clockwise
    hits = iw.find(photo[60:160, 180:270], turned, angles=[0, 90, 180, 270])
    assert hits.angle[0] == pytest.approx(90, abs=0.05)
    assert hits.score[0] > 0.999
    assert np.abs(hits.position[0] - (511 - 180, 60)).max() < 0.1  # the first sample's new place


def test_corners_frame_the_face():
    centre = np.array([240.0, 260.0])
    hits = iw.find(FACE, photo_turned(30, 1.2, centre), angles=(0, 90), scales=(1, 1.4))
    box = np.array([(0, 0), (0, WIDTH - 1), (HEIGHT - 1, WIDTH - 1), (HEIGHT - 1, 0)])
    expected = centre + 1.2 * (box - (box[2] / 2)) @ turning(30).T
    assert np.abs(hits.corners()[0] - expected).max() < 0.5


def test_a_threshold_takes_all_of_them():
    rng = np.random.default_rng(5)
    scene = 0.1 * rng.standard_normal((300, 400))
    shape = ndimage.gaussian_filter(rng.standard_normal((31, 31)), 2) * 5
    shown = []
    for angle, (row, column) in {
        0: (60, 70),
        90: (200, 90),
        180: (110, 300),
        270: (230, 320),
    }.items():
        scene[row - 15 : row + 16, column - 15 : column + 16] += np.rot90(shape, angle // 90)
        shown.append((row, column, angle))
    hits = iw.find(shape, scene, angles=(0, 360), threshold=0.8)
    assert len(hits) == 4
    for row, column, angle in shown:
        near = np.abs(hits.centre - (row, column)).max(1).argmin()
        assert np.abs(hits.centre[near] - (row, column)).max() < 0.5
        assert abs((hits.angle[near] - angle + 180) % 360 - 180) < 1
