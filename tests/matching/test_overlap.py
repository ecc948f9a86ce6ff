"""Patterns that stick out of the data, as far as they are told to."""

import numpy as np
import pytest
import skimage.data

import intertwine as iw
import matching_oracle as oracle

PHOTO = skimage.data.camera()


@pytest.mark.parametrize("share", [0.15, 0.1])
def test_two_pictures_that_meet_in_a_corner(share):
    """Padfield's case: two windows of one scene that have 15 % of their area in common."""
    side = 300
    step = round(side * (1 - np.sqrt(0.16)))
    data, pattern = PHOTO[:side, :side], PHOTO[step : step + side, step : step + side]
    hits = iw.find(pattern, data, min_overlap=share)
    assert (hits.index.tolist(), hits.score[0]) == ([[step, step]], 1)
    back = iw.find(data, pattern, min_overlap=share)
    assert (back.index.tolist(), back.score[0]) == ([[-step, -step]], 1)
    apart = iw.find(pattern, data, min_overlap=0.2)
    assert apart.index.tolist() != [[step, step]]


def test_the_share_is_kept_and_scores_are_those_of_the_overlap():
    rng = np.random.default_rng(3)
    pattern, data = rng.standard_normal((4, 5)), rng.standard_normal((9, 8))
    hits = iw.find(pattern, data, min_overlap=0.4)
    assert hits.first == (-2, -3)
    padded = np.pad(data, [(2, 2), (3, 3)])
    present = np.pad(np.ones(data.shape, bool), [(2, 2), (3, 3)])
    for (row, column), score in np.ndenumerate(hits.surface):
        seen = present[row : row + 4, column : column + 5]
        if seen.sum() < 0.4 * 20:
            assert np.isnan(score)
            continue
        window = padded[row : row + 4, column : column + 5]
        expected = oracle.surface(pattern[seen][None], window[seen][None])
        assert score == pytest.approx(float(expected.squeeze()), abs=1e-12)


def test_the_pattern_may_be_the_larger_one():
    hits = iw.find(PHOTO[100:300, 50:350], PHOTO[150:260, 120:400], min_overlap=0.3)
    assert (hits.index.tolist(), hits.score[0]) == ([[-50, -70]], 1)


def test_a_series_and_missing_samples():
    series = np.random.default_rng(1).standard_normal(900).cumsum()
    hits = iw.find(series[:300], series[220:], min_overlap=0.25)
    assert (hits.index.tolist(), hits.score[0]) == ([[-220]], 1)
    holes = series.copy()
    holes[410:490] = np.nan
    assert iw.find(series[400:500], holes).index.tolist() != [[400]]  # 20 of 100 are there
    assert iw.find(series[400:500], holes, min_overlap=0.2, boundary="zero").index[0] == 400
