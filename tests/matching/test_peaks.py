"""Peaks by formulas of their own: tops of curves that are known, distances counted one by one."""

import numpy as np
import pytest

import intertwine as iw
from intertwine.matching.peaks import refined, strongest


@pytest.mark.parametrize("width", [0.8, 2.0, 9.0])
@pytest.mark.parametrize("shift", [-0.49, -0.2, 0.0, 0.3, 0.45])
def test_the_top_of_a_gaussian_is_found_to_rounding(shift, width):
    """Its logarithm is a parabola, whose top three samples tell; a parabola's own is elsewhere."""
    at = np.arange(11) - 5.0
    surface = 0.9 * np.exp(-0.5 * ((at - shift) / width) ** 2)
    (top,) = refined(surface, np.array([[5]]), 1.0)[0]
    assert top == pytest.approx(5 + shift, abs=1e-9)


@pytest.mark.parametrize("shift", [-0.45, 0.1, 0.4])
def test_the_top_of_a_parabola_is_found_where_scores_are_not_positive(shift):
    at = np.arange(11) - 5.0
    surface = -0.3 - 0.02 * (at - shift) ** 2
    (top,) = refined(surface, np.array([[5]]), 1.0)[0]
    assert top == pytest.approx(5 + shift, abs=1e-9)


def test_each_axis_has_a_top_of_its_own():
    y, x = np.mgrid[:9, :11] - np.array([4.3, 5.8])[:, None, None]
    surface = 0.8 * np.exp(-0.5 * ((y / 1.5) ** 2 + (x / 3) ** 2))
    np.testing.assert_allclose(refined(surface, np.array([[4, 6]]), 1.0), [[4.3, 5.8]], atol=1e-9)


@pytest.mark.parametrize("distance", [1, 2, 3, 7])
def test_peaks_as_far_apart_as_asked_are_kept_and_nearer_ones_are_not(distance):
    for gap in range(2, 10):
        surface = np.zeros((3, 40))
        surface[1, 10], surface[1, 10 + gap] = 1.0, 0.9
        found = strongest(surface, 0.5, None, (1, distance)).tolist()
        kept = [[1, 10], [1, 10 + gap]] if gap >= distance else [[1, 10]]
        assert found == kept, gap


def test_peaks_are_too_near_only_if_they_are_on_every_axis():
    surface = np.zeros((20, 20))
    surface[5, 5], surface[8, 5], surface[8, 9], surface[14, 5] = 1.0, 0.9, 0.8, 0.7
    assert strongest(surface, 0.5, None, (4, 4)).tolist() == [[5, 5], [8, 9], [14, 5]]
    assert strongest(surface, 0.5, None, (3, 4)).tolist() == [[5, 5], [8, 5], [8, 9], [14, 5]]


@pytest.mark.parametrize(("distance", "count"), [(25, 3), (26, 2), (50, 2), (51, 1)])
def test_find_keeps_hits_apart(distance, count):
    """Three hits 25 samples apart, the first the best."""
    rng = np.random.default_rng(1)
    pattern = rng.normal(size=9)
    data = np.r_[np.zeros(20), 0.01 * rng.normal(size=80)]
    for place in (10, 35, 60):
        data[place : place + 9] += pattern
    hits = iw.find(pattern, data, threshold=0.9, min_distance=distance)
    assert len(hits) == count
