"""Scores of the quick paths against long doubles: wandering series, and data scored in float32."""

import numpy as np
import pytest
import skimage.data

import intertwine as iw
import matching_oracle as oracle
from intertwine.matching import segments
from intertwine.matching.templates import Templates


def error(hits, pattern, data, some=slice(None)):
    """The largest difference from the oracle within some samples of a series."""
    expected = oracle.surface(pattern[None], data[None, some])
    start = some.start or 0
    return float(np.abs(hits.surface[start : start + len(expected)] - expected).max())


@pytest.mark.parametrize("m", [16, 128, 1024])
@pytest.mark.parametrize("level", [0, 1e4])
def test_a_wandering_series(m, level):
    data = np.random.default_rng(1).standard_normal(30_000).cumsum() + level
    pattern = data[7000 : 7000 + m].copy()
    hits = iw.find(pattern, data)
    assert hits.index.tolist() == [[7000]]
    for start in (0, 3900, 30_000 - 2500):  # the seams between segments and the rest at the end
        assert error(hits, pattern, data, slice(start, start + 2500)) <= 1e-12


@pytest.mark.parametrize("kind", [np.float32, np.uint8, np.int16])
@pytest.mark.parametrize("side", [5, 8, 24])
def test_narrow_numbers(kind, side):
    rng = np.random.default_rng(2)
    data = (60 * rng.random((70, 90)) + 100).astype(kind)
    pattern = data[30 : 30 + side, 41 : 41 + side]
    hits = iw.find(pattern, data)
    assert hits.surface.dtype == np.float32
    assert hits.index.tolist() == [[30, 41]]
    expected = oracle.surface(pattern[None].astype(float), data[None].astype(float))
    assert np.abs(hits.surface - expected).max() <= 5e-7


def test_a_photo_whose_sky_is_faint():
    photo = skimage.data.camera()[:140, 150:330].astype(np.float32)
    pattern = photo[90:122, 60:92]
    hits = iw.find(pattern, photo)
    expected = oracle.surface(pattern[None].astype(float), photo[None].astype(float))
    assert np.abs(hits.surface - expected).max() <= 1e-6


def test_float32_serves_where_all_windows_are_alike_and_only_there():
    rng = np.random.default_rng(3)
    data = rng.random((1, 60, 60), np.float32)
    templates = Templates(data[None, :, 9:25, 9:25].astype(float), None, True, None)
    found = segments.scores(data, templates, 1e-7)
    assert found is not None
    assert found[0].dtype == np.float32
    data[:, 30:50, 30:50] = 0.5 + 1e-3 * rng.random((20, 20), np.float32)
    found = segments.scores(data, templates, 1e-7)
    assert found is not None
    assert found[0].dtype == np.float64


def test_a_rim_of_large_numbers_does_not_leak_into_float32():
    """One bright sample spreads its rounding over a tile of the transform."""
    data = np.random.default_rng(4).random((80, 80), np.float32)
    data[40, 40] = 3e4
    pattern = data[2:18, 3:19]
    hits = iw.find(pattern, data)
    expected = oracle.surface(pattern[None].astype(float), data[None].astype(float))
    assert np.abs(hits.surface - expected).max() <= 1e-6


@pytest.mark.parametrize("scale", [1e-38, 1e-20, 1e20, 3e37])
def test_float32_at_its_ends(scale):
    data = (np.random.default_rng(5).standard_normal((40, 40)) * scale).astype(np.float32)
    pattern = data[11:19, 5:14]
    hits = iw.find(pattern, data)
    expected = oracle.surface(pattern[None].astype(float) / scale, data[None].astype(float) / scale)
    assert np.abs(hits.surface - expected).max() <= 1e-6


def test_a_distance_leaves_the_surface_as_it_was():
    data = np.random.default_rng(6).standard_normal(9000).cumsum()
    hits = iw.find(data[500:700], data, score="distance", count=3)
    assert hits.surface.min() >= 0
    assert np.all(np.diff(hits.score) >= 0)
