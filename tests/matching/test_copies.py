"""A copy scores 1, whatever the type of its data; what is no copy scores less."""

import numpy as np
import pytest
from scipy import ndimage

import intertwine as iw

KINDS = [np.bool_, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.float16,
         np.float32, np.float64, np.complex64, np.complex128]  # fmt: skip


def scene(kind, shape=(90, 110), seed=0):
    """Soft noise with the contrast and the level that the type allows."""
    rng = np.random.default_rng(seed)
    x = ndimage.gaussian_filter(rng.standard_normal(shape), 1.5)
    x = (x - x.min()) / np.ptp(x)
    kind = np.dtype(kind)
    if kind.kind == "b":
        return x > 0.5
    if kind.kind == "c":
        return (x + 1j * x[::-1, ::-1]).astype(kind)
    return (x * (min(np.iinfo(kind).max, 10**9) if kind.kind in "iu" else 3)).astype(kind)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: np.dtype(kind).name)
@pytest.mark.parametrize("score", ["zncc", "ncc"])
def test_a_threshold_of_1_finds_every_copy(kind, score):
    data = scene(kind)
    rng = np.random.default_rng(1)
    for height, width in [(5, 9), (23, 17), (40, 31)]:
        row, column = int(rng.integers(90 - height)), int(rng.integers(110 - width))
        pattern = data[row : row + height, column : column + width].copy()
        hits = iw.find(pattern, data, threshold=1.0, score=score)
        assert hits.index.tolist() == [[row, column]]
        assert hits.score.tolist() == [1.0]
        assert hits.surface[row, column] == 1


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32, np.float64])
def test_two_copies_are_told_from_one_that_differs_in_one_sample_by_the_least_step(kind):
    data = scene(kind)
    part = data[10:40, 10:50].copy()
    data[50:80, 60:100] = part
    nearly = data[10:40, 60:100]
    nearly[:] = part
    nearly[7, 8] += 1 if np.dtype(kind).kind == "u" else np.float32(1e-4)
    hits = iw.find(part, data, threshold=1.0)
    assert sorted(hits.index.tolist()) == [[10, 10], [50, 60]]
    third = iw.find(part, data, count=3)
    assert third.index[2].tolist() == [10, 60]
    assert 1 - 1e-4 < third.score[2] < 1


def test_darker_and_brighter_copies_are_copies():
    data = scene(np.float64)
    hits = iw.find(5 - 0.3 * data[20:50, 30:70] + data[20:50, 30:70], data, threshold=1.0)
    assert hits.index.tolist() == [[20, 30]]
    whole = scene(np.uint8)
    data = np.concatenate([whole // 3, whole // 3 + 90], axis=1)
    hits = iw.find(whole[20:50, 30:70] // 3, data, threshold=1.0)
    assert sorted(hits.index.tolist()) == [[20, 30], [20, 140]]


def test_copies_under_masks_in_colour_in_series_and_along_stripes():
    data = np.stack([scene(np.uint8, seed=s) for s in range(3)], axis=-1)
    pattern = data[20:50, 30:70].copy()
    mask = np.hypot(*np.ogrid[-14.5:15, -19.5:20]) < 12
    pattern[~mask] = 0
    assert iw.find(pattern, data, mask=mask, threshold=1.0).index.tolist() == [[20, 30]]
    holes = np.ma.masked_greater(data, 240)
    assert iw.find(data[20:50, 30:70], holes, threshold=1.0).index.tolist() == [[20, 30]]
    series = np.random.default_rng(2).standard_normal(20_000).cumsum() + 1e6
    assert iw.find(series[700:900], series, threshold=1.0).index.tolist() == [[700]]
    stripes = np.tile(np.array([3, 7, 200, 90, 4], np.uint8), (300, 60))
    hits = iw.find(stripes[:20, :25], stripes)
    assert (hits.surface == 1).sum() == 281 * 56
    assert hits.score[0] == 1


def test_rounding_never_makes_a_copy():
    """A score of 1 - 1e-9 is 1 in float32: it is given as the number below."""
    data = scene(np.float32, (300, 300))
    part = data[10:290, 10:290].copy()
    part[3, 4] += 0.003
    hits = iw.find(part, data)
    assert 1 - 1e-7 < hits.score[0] < 1
    assert len(iw.find(part, data, threshold=1.0)) == 0
