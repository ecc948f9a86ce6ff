"""Patterns of which a part is hidden, turned and scaled ones too."""

import numpy as np
import pytest
import skimage.data
from scipy import ndimage

import intertwine as iw
from intertwine.matching import patches

PHOTO = skimage.data.camera()
TOP, LEFT, SIDE = 90, 200, 72


def scene(seed, hidden=True):
    """The part turned and scaled in a scene of its own, half of its side squared hidden there."""
    rng = np.random.default_rng(seed)
    angle, scale = rng.uniform(10, 60), rng.uniform(0.8, 1.25)
    sine, cosine = np.sin(np.deg2rad(angle)), np.cos(np.deg2rad(angle))
    back = np.array([[cosine, sine], [-sine, cosine]]) / scale
    middle, centre = np.array([TOP, LEFT]) + (SIDE - 1) / 2, rng.uniform(80, 140, 2)
    picture = ndimage.affine_transform(PHOTO.astype(float), back, middle - back @ centre,
                                       (220, 220), order=3, mode="nearest")  # fmt: skip
    if hidden:
        grid = np.indices((220, 220)).reshape(2, -1) - centre[:, None]
        at = (back @ grid).reshape(2, 220, 220) - rng.uniform(-SIDE / 2, 0, 2)[:, None, None]
        picture[((at >= 0) & (at < SIDE / 2)).all(0)] = rng.choice([10, 250])
    return picture, centre, angle, scale


PART = PHOTO[TOP : TOP + SIDE, LEFT : LEFT + SIDE]


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))]
)
def test_a_quarter_is_hidden(seed):
    picture, centre, angle, scale = scene(seed)
    hits = iw.find(PART, picture, angles=(0, 70), scales=(0.7, 1.4), covered=0.25)
    assert np.abs(hits.centre[0] - centre).max() < 0.5
    assert abs(hits.angle[0] - angle) < 0.5
    assert abs(hits.scale[0] / scale - 1) < 0.01
    assert hits.score[0] > 0.9


def test_upright_and_whole_it_is_a_copy_still():
    hits = iw.find(PART, PHOTO[60:200, 160:300], covered=0.25)
    assert (hits.score[0], hits.angle[0], hits.scale[0]) == (1, 0, 1)
    assert hits.position.tolist() == [[30, 40]]


def test_the_patches_that_are_hidden_are_left_out():
    rng = np.random.default_rng(0)
    own = rng.standard_normal((1, 64, 48))
    seen = 3 * own + 7
    seen[0, 16:48, 12:36] = 50.0
    counts = np.ones(own.shape, bool)
    labels = patches.labels((64, 48))
    kept = patches.uncovered(own, seen, counts, labels, 0.25)
    assert not kept[0, 16:48, 12:36].any()
    assert kept.mean() == 1 - 0.375
    assert patches.score(own, seen, kept, labels) == pytest.approx(1, abs=1e-12)
    assert patches.score(own, rng.standard_normal(own.shape), kept, labels) < 0.2
