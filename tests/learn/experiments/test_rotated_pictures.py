"""Rotated pictures, features that do not mind, and what spectra say of a first layer."""

import numpy as np
import pytest
from scipy import ndimage

from intertwine.learn.experiments.rotated import Split, any_angle, rotate
from intertwine.learn.experiments.traditional import fourier_rings

IMAGES = np.random.default_rng(3).integers(0, 256, (5, 12, 12), dtype=np.uint8)


@pytest.mark.parametrize("angle", [-170.0, 13.0, 45.0, 90.0, 201.5])
def test_rotation_agrees_with_scipy(angle):
    for found, image in zip(rotate(IMAGES, angle), IMAGES, strict=True):
        wanted = ndimage.rotate(
            image.astype(float), angle, reshape=False, order=1, mode="grid-constant"
        )
        # Levels are rounded, a half either way.
        assert abs(found - wanted).max() <= 0.5 + 1e-9


@pytest.mark.parametrize("quarters", [0, 1, 2, 3, 4, -1])
def test_right_angles_only_move_samples(quarters):
    wanted = np.rot90(IMAGES, quarters, axes=(1, 2))
    assert (rotate(IMAGES, 90 * quarters) == wanted).all()


def test_each_picture_has_an_angle_of_its_own():
    angles = np.arange(5) * 31.0
    one_by_one = [rotate(IMAGES[i : i + 1], angles[i])[0] for i in range(5)]
    assert (rotate(IMAGES, angles) == one_by_one).all()


def test_parts_share_no_picture_and_follow_the_seed():
    images = np.arange(100, dtype=np.uint8).reshape(-1, 1, 1)
    split = Split.of(images, images.ravel(), 50, 20, 30, seed=4)
    parts = [part[1] for part in (split.train, split.validation, split.test)]
    assert sorted(np.concatenate(parts)) == list(range(100))
    again = Split.of(images, images.ravel(), 50, 20, 30, seed=4)
    other = Split.of(images, images.ravel(), 50, 20, 30, seed=5)
    assert (again.test[1] == split.test[1]).all()
    assert (other.test[1] != split.test[1]).any()


def test_draws_of_one_seed_differ_between_parts():
    assert (any_angle(IMAGES, 0, 0) == any_angle(IMAGES, 0, 0)).all()
    assert (any_angle(IMAGES, 0, 0) != any_angle(IMAGES, 0, 1)).any()


def test_rings_of_the_spectrum_mind_neither_shifts_nor_right_angles():
    pictures = np.zeros((5, 28, 28), np.uint8)
    pictures[:, 8:20, 8:20] = IMAGES
    known = fourier_rings(pictures)
    # A transform's rounding grows with its stages; the harmonics add up 64 logarithms.
    tolerance = np.finfo(np.float32).eps * np.log2(64 * 64) * 64 * known.max()
    for moved in (np.roll(pictures, (3, -5), (1, 2)), np.rot90(pictures, axes=(1, 2))):
        np.testing.assert_allclose(fourier_rings(moved), known, atol=tolerance, rtol=0)
    assert abs(fourier_rings(pictures[::-1]) - known).max() > 10 * tolerance
