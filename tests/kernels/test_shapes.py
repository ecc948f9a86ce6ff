"""Disks, lines and waves."""

import math

import numpy as np
import pytest

from intertwine import kernels
from kernels.grids import about_middle

EPS = np.finfo(float).eps


@pytest.mark.parametrize(("radius", "ndim"), [(0.5, 2), (2.3, 1), (3, 2), (2.3, 3)])
def test_disk_holds_the_samples_within_its_radius(radius, ndim):
    k = kernels.disk(radius, ndim=ndim)
    inside = (about_middle(k) ** 2).sum(axis=0) <= radius**2
    assert k.shape == (2 * int(radius) + 1,) * ndim
    assert np.array_equal(k.taps, inside / inside.sum())


@pytest.mark.parametrize("length", [1, 5, 9])
def test_motion_along_the_axes_is_a_box(length):
    for angle, shape in [(0, (1, length)), (180, (1, length)), (-90, (length, 1))]:
        assert kernels.motion(length, angle) == kernels.box(shape)


def test_motion_rises_to_the_right_for_small_angles():
    k = kernels.motion(11, 30)
    rows, columns = about_middle(k)
    assert (k.taps * rows * columns).sum() < 0  # up is a negative row
    assert np.array_equal(k.taps[::-1], kernels.motion(11, -30).taps)
    assert np.array_equal(k.taps[::-1, ::-1], k.taps)
    leaning = np.arctan2(
        -2 * (k.taps * rows * columns).sum(), (k.taps * (columns**2 - rows**2)).sum()
    )
    assert math.degrees(leaning) / 2 == pytest.approx(30, abs=1)


@pytest.mark.parametrize("length", [4, 6.5, 12])
def test_motion_of_any_length_has_that_length(length):
    k = kernels.motion(length)
    assert k.taps[k.origin] == pytest.approx(1 / length, rel=0.1)
    assert k.shape[1] == 2 * math.ceil((length - 1) / 2) + 1


@pytest.mark.parametrize("angle", [0, 30, 90, 200])
def test_gabor_is_the_formula(angle):
    sigma, frequency, phase, aspect = 3.0, 0.11, 40, 0.6
    k = kernels.gabor(sigma, frequency, angle, phase_deg=phase, aspect=aspect)
    rows, columns = about_middle(k)
    turn = math.radians(angle)
    u = columns * math.cos(turn) - rows * math.sin(turn)
    v = -columns * math.sin(turn) - rows * math.cos(turn)
    bell = np.exp(-(u**2 + (aspect * v) ** 2) / (2 * sigma**2))
    wave = np.cos(2 * math.pi * frequency * u + math.radians(phase))
    assert np.abs(k.taps - bell * wave / bell.sum()).max() <= 1e-14


def test_gabor_answers_its_own_wave_and_not_the_one_across():
    rows, columns = np.indices((61, 61)) - 30
    turn = math.radians(30)
    k = kernels.gabor(4.0, 0.125, 30)
    along = np.cos(2 * math.pi * 0.125 * (columns * math.cos(turn) - rows * math.sin(turn)))
    across = np.cos(2 * math.pi * 0.125 * (columns * math.sin(turn) + rows * math.cos(turn)))
    assert (k @ along)[30, 30] == pytest.approx(0.5, abs=1e-2)
    assert abs((k @ across)[30, 30]) < 1e-2


def test_complex_gabor_has_the_even_and_the_odd_wave():
    both = kernels.gabor(3.0, 0.1, 20, phase_deg=15, complex=True)
    even = kernels.gabor(3.0, 0.1, 20, phase_deg=15)
    odd = kernels.gabor(3.0, 0.1, 20, phase_deg=15 - 90)
    assert both.dtype == np.complex128
    assert both.taps.real == pytest.approx(even.taps, abs=EPS)
    assert both.taps.imag == pytest.approx(odd.taps, abs=EPS)
