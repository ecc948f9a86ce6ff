"""`orientation` of gratings, of textures without one, and beside the structure tensor."""

import math

import numpy as np
import pytest

import intertwine as iw
from registration.photos import moved, off, photo


def grating(period, angle_deg, side=256):
    """A wave that changes in the direction `angle_deg`, counter-clockwise as it is seen."""
    row, column = np.mgrid[:side, :side]
    t = np.deg2rad(angle_deg)
    return np.sin(2 * np.pi / period * (column * np.cos(t) - row * np.sin(t)) + 0.7)


@pytest.mark.parametrize("period", [2.7, 3.3, 4.9, 7.1, 11.2, 16.1])
def test_gratings(period):
    found = iw.orientation(grating(period, 37))
    assert off(found.angle_deg, 37, 180) < 0.001
    assert off(found.along_deg, 127, 180) < 0.001
    assert found.directions[0].period_px == pytest.approx(period, rel=0.005)
    assert found.strength > 0.99
    assert len(found.directions) == 1
    assert off(found.tensor_deg, 37, 180) < 1
    assert found.coherence > 0.95


@pytest.mark.parametrize("period", [3.3, 6.1, 11.2])
def test_gratings_in_noise_and_their_uncertainty(period):
    rng = np.random.default_rng(4)
    errors, said = [], []
    for angle in (5.0, 37.0, 101.3, 160.0):
        found = iw.orientation(grating(period, angle) + rng.normal(0, 1, (256, 256)))
        errors.append(off(found.angle_deg, angle, 180))
        said.append(found.uncertainty_deg)
    assert max(errors) < 0.2
    assert max(errors) < 5 * np.median(said)
    assert np.median(said) < 0.3


def test_two_gratings_at_once():
    found = iw.orientation(grating(5, 20) + grating(6, 110))
    assert sorted(round(each.angle_deg, 1) for each in found.directions) == [20, 110]


def test_the_gabor_kernel_has_its_own_angle():
    taps = iw.kernels.gabor(6.0, 0.15, 25.0, phase_deg=90).taps
    assert off(iw.orientation(taps).angle_deg, 25, 180) < 0.05


def test_textures_without_direction_have_none():
    rng = np.random.default_rng(0)
    for name in ("grass", "gravel", "hubble_deep_field"):
        assert iw.orientation(photo(name)).directions == ()
    for side in (16, 64, 128):
        assert iw.orientation(rng.normal(size=(side, side))).angle_deg is None
    none = iw.orientation(rng.normal(size=(90, 120)))
    assert (none.along_deg, none.strength) == (None, 0.0)
    assert math.isnan(none.uncertainty_deg)


def test_turning_a_picture_turns_its_direction():
    brick = photo("brick")
    before = iw.orientation(brick[128:384, 128:384]).angle_deg
    after = iw.orientation(moved(brick, 37)[128:384, 128:384]).angle_deg
    assert off(after, before + 37, 180) < 0.5


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("level", [0.7, 1 / 3, 1e-3, -55.0])
def test_no_direction_is_read_from_rounding(dtype, level):
    """Levels a unit in the last place apart are one level."""
    x = np.full((64, 64), level, dtype)
    x[:, 32:] = np.nextafter(x[0, 0], x.dtype.type(np.inf))
    with pytest.raises(iw.OptionError) as caught:
        iw.orientation(x)
    assert str(caught.value).splitlines()[0] == (
        f"orientation: `image` is constant but for rounding: samples are about {x[0, 0]}."
    )


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_flat_areas_add_no_slopes(dtype):
    """A stripe tells its direction as well alone as within a large flat area."""
    wide = np.full((64, 64), 0.7, dtype)
    wide[:, 30:34] = 0.3
    found = iw.orientation(wide)
    assert found.tensor_deg == 0
    assert found.coherence == 1
