"""Motifs and discords against plain loops, with gaps, flat stretches and large levels."""

import numpy as np
import pytest

import intertwine as iw
from intertwine.matching import matrix_profile


def distance(a, b):
    """z-normalised distance in long doubles; NaN where one is constant or has a gap."""
    a, b = (np.asarray(part, np.longdouble) for part in (a, b))
    if np.isnan(a).any() or np.isnan(b).any() or np.ptp(a) == 0 or np.ptp(b) == 0:
        return np.nan
    a, b = ((part - part.mean()) / part.std() for part in (a, b))
    return float(np.sqrt(((a - b) ** 2).sum()))


def slow(series, m, exclusion):
    """Distance and place of each stretch's nearest neighbour, by loops."""
    places = len(series) - m + 1
    best, where = np.full(places, np.nan), np.full(places, -1)
    for i in range(places):
        for j in range(places):
            d = distance(series[i : i + m], series[j : j + m])
            if abs(i - j) >= exclusion and (d < best[i] or (np.isnan(best[i]) and d == d)):
                best[i], where[i] = d, j
    return best, where


def wave(n=100, seed=0):
    rng = np.random.default_rng(seed)
    return np.sin(np.arange(n) / 3) + 0.3 * rng.standard_normal(n).cumsum()


@pytest.mark.parametrize("m", [3, 8, 25])
@pytest.mark.parametrize("gaps", [False, True])
def test_the_profile_is_that_of_plain_loops(m, gaps):
    x = wave()
    if gaps:
        x[[20, 40]] = np.nan
        x[60] = np.inf
        x[80:92] = 0.5
    expected, where = slow(np.where(np.isinf(x), np.nan, x), m, (m + 1) // 2)
    found = matrix_profile(x, m)
    np.testing.assert_allclose(found.distance, expected, atol=1e-9)
    np.testing.assert_array_equal(found.neighbour, where)
    assert np.isnan(expected).any() == gaps


@pytest.mark.parametrize(("level", "dtype", "tolerance"), [
    (0, np.float32, 1e-4), (1e6, np.float64, 1e-6), (-1e8, np.float64, 1e-4),
])  # fmt: skip
def test_levels_and_types(level, dtype, tolerance):
    x = (wave() + level).astype(dtype)
    found = matrix_profile(x, 12, exclusion=3)
    assert found.distance.dtype == dtype
    np.testing.assert_allclose(found.distance, slow(x, 12, 3)[0], atol=tolerance)


def test_whole_numbers():
    x = np.random.default_rng(1).integers(0, 9, 60).astype(np.int16)
    np.testing.assert_allclose(matrix_profile(x, 7).distance, slow(x, 7, 4)[0], atol=1e-4)


def test_planted_motifs_and_a_discord():
    rng = np.random.default_rng(2)
    x = np.sin(2 * np.pi * np.arange(2000) / 50) + 0.1 * rng.standard_normal(2000)
    x[700:750] = rng.standard_normal(50)
    profile = matrix_profile(x, 50)
    assert abs(profile.discords(1)[0].start - 700) < 25
    shape = 4 * rng.standard_normal(60).cumsum()
    y = rng.standard_normal(2000).cumsum()
    y[300:360], y[1500:1560] = shape, 2 * shape - 5
    motif = matrix_profile(y, 60).motifs()[0]
    assert motif.starts == (300, 1500)
    assert motif.distance == pytest.approx(0, abs=1e-6)


def test_motifs_and_discords_keep_apart():
    profile = matrix_profile(wave(400), 20, exclusion=15)
    motifs, discords = profile.motifs(4), profile.discords(4)
    assert [m.distance for m in motifs] == sorted(m.distance for m in motifs)
    assert [-d.distance for d in discords] == sorted(-d.distance for d in discords)
    for starts in ([s for m in motifs for s in m.starts], [d.start for d in discords]):
        assert len(starts) >= 4
        assert np.diff(sorted(starts)).min() >= 15
    assert len(profile.discords(1000)) < 30


def test_a_banked_profile_is_the_same_as_single_searches():
    x = wave(500, 3)
    found = matrix_profile(x, 30)
    for at in (0, 111, 470):
        line = iw.find(x[at : at + 30], x, score="distance").surface
        line[max(0, at - 14) : at + 15] = np.inf
        assert found.neighbour[at] == line.argmin()
        assert found.distance[at] == pytest.approx(line.min(), rel=1e-9)


@pytest.mark.parametrize(("series", "m", "options", "error", "text"), [
    ([], 5, {}, iw.ShapeError, "`series` has 0 samples: no two stretches of 5"),
    (np.arange(9.0), 8, {}, iw.ShapeError, "`series` has 9 samples: no two stretches of 8 that "
     "start 4 apart.\n  It takes 12 samples"),
    (np.zeros((9, 2)), 3, {}, iw.ShapeError, "`series` has 2 samples: no two stretches of 3"),
    (np.full(50, np.nan), 5, {}, iw.OptionError, "none of the 50 samples"),
    (np.ones(50, complex), 5, {}, iw.DTypeError, "complex128"),
    (np.ones(50), 2, {}, iw.OptionError, "`m=2`"),
    (np.ones(50), 5, {"exclusion": 0}, iw.OptionError, "`exclusion=0`"),
])  # fmt: skip
def test_errors(series, m, options, error, text):
    with pytest.raises(error) as caught:
        matrix_profile(series, m, **options)
    assert text in str(caught.value)


def test_a_constant_series_has_no_profile():
    profile = matrix_profile(np.ones(50), 5)
    assert np.isnan(profile.distance).all()
    assert (profile.neighbour == -1).all()
    assert profile.motifs() == []
    assert profile.discords() == []


def test_the_documented_figures():
    hits = iw.find([2.0, 1, 1, 4], [1.0, 1, 1, 2, 1, 1, 4, 5], score="distance")
    expected = [0.67640791, 3.43092352, 3.43092352, 0, 1.85113597]
    np.testing.assert_allclose(hits.surface, expected, atol=5e-9)
