"""Scores against plain loops in long doubles, at every level, mask and shape."""

import cv2
import numpy as np
import pytest
import skimage.data
from skimage.feature import match_template

import intertwine as iw
import matching_oracle as oracle

BOUND = {np.float32: 1e-6, np.float64: 1e-12}


def worst(hits, expected):
    assert np.array_equal(np.isnan(hits.surface), np.isnan(expected.astype(float)))
    return float(np.nanmax(np.abs(hits.surface - expected)))


@pytest.mark.parametrize("level", [0, 1e2, 1e4, 1e6, 1e8])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_every_level(kind, level):
    data = (np.random.default_rng(3).standard_normal((80, 80)) + level).astype(kind)
    pattern = data[20:36, 30:46]
    if np.ptp(pattern) == 0:  # float32 holds only multiples of 8 at 1e8: no noise is left here
        assert (kind, level) == (np.float32, 1e8)
        with pytest.raises(iw.OptionError, match="constant"):
            iw.find(pattern, data)
        return
    hits = iw.find(pattern, data)
    assert hits.surface.dtype == kind
    assert hits.index.tolist() == [[20, 30]]
    assert np.nanmax(np.abs(hits.surface)) <= 1
    assert worst(hits, oracle.surface(pattern[None], data[None])) <= BOUND[kind]


def test_float32_at_1e8_with_contrast_enough_to_be_held():
    data = (200 * np.random.default_rng(3).standard_normal((60, 60)) + 1e8).astype(np.float32)
    hits = iw.find(data[20:36, 30:46], data)
    assert hits.index.tolist() == [[20, 30]]
    assert worst(hits, oracle.surface(data[None, 20:36, 30:46], data[None])) <= 1e-6


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e-21, 1e160, 1e300])
def test_every_scale(scale):
    data = np.random.default_rng(4).standard_normal((40, 30)) * scale
    hits = iw.find(data[5:14, 7:15], data)
    assert worst(hits, oracle.surface(data[None, 5:14, 7:15] / scale, data[None] / scale)) <= 1e-12


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_faint_windows_beside_bright_ones(kind):
    """The variance of a faint window drowns in the rounding of the block's sums."""
    rng = np.random.default_rng(5)
    data = rng.standard_normal((60, 70))
    data[:, 30:] *= 1e-5
    data[:, 50:] *= 1e-4
    data[20:40, 40:60] = 0.25
    data = (data + 3).astype(kind)
    pattern = data[3:12, 5:15]
    hits = iw.find(pattern, data)
    assert worst(hits, oracle.surface(pattern[None], data[None])) <= BOUND[kind]
    if kind == np.float64:  # float32 holds less of the faint parts
        assert hits.undefined == {"constant window": 12 * 11}


def test_many_doubtful_windows_are_settled_by_blocks():
    rng = np.random.default_rng(6)
    data = rng.standard_normal(40_000) * 1e-7
    data[:100] += np.linspace(0, 1e5, 100)
    pattern = data[30_000:30_200]
    hits = iw.find(pattern, data)
    assert hits.index.tolist() == [[30_000]]
    some = slice(20_000, 20_500)
    expected = oracle.surface(pattern[None], data[None, some])
    assert np.abs(hits.surface[20_000 : 20_000 + len(expected)] - expected).max() <= 1e-12


@pytest.mark.parametrize(
    ("shape", "window"), [((50,), (7,)), ((9, 11, 8), (3, 4, 2)), ((30, 4), (5, 4))]
)
@pytest.mark.parametrize("score", ["zncc", "ncc"])
@pytest.mark.parametrize("is_complex", [False, True])
def test_any_number_of_axes(shape, window, score, is_complex):
    rng = np.random.default_rng(7)
    data = rng.standard_normal(shape) + 2
    if is_complex:
        data = data + 1j * rng.standard_normal(shape)
    pattern = data[tuple(slice(1, 1 + k) if k < n else slice(0, k)
                         for k, n in zip(window, shape, strict=True))]  # fmt: skip
    hits = iw.find(pattern, data, score=score)
    expected = oracle.surface(pattern[None], data[None], centred=score == "zncc")
    assert worst(hits, expected) <= 1e-12


def test_channels_are_pooled():
    rng = np.random.default_rng(8)
    photo = rng.random((20, 25, 3)) * [1, 5, 2] + [0, 9, 1]
    pattern = photo[4:10, 6:13]
    hits = iw.find(pattern, photo)
    expected = oracle.surface(np.moveaxis(pattern, 2, 0), np.moveaxis(photo, 2, 0))
    assert hits.index.tolist() == [[4, 6]]
    assert worst(hits, expected) <= 1e-12
    turned = iw.find(np.moveaxis(pattern, 2, 0), np.moveaxis(photo, 2, 0), axes=(1, 2))
    assert np.array_equal(turned.surface, hits.surface)


@pytest.mark.parametrize("pattern_mask", [False, True])
@pytest.mark.parametrize("data_mask", [False, True])
@pytest.mark.parametrize("score", ["zncc", "ncc"])
def test_masks_and_nan(pattern_mask, data_mask, score):
    rng = np.random.default_rng(9)
    data = rng.standard_normal((24, 22)) + 5
    pattern = data[6:13, 4:12].copy()
    mask = rng.random(pattern.shape) > 0.3 if pattern_mask else None
    present = None
    if data_mask:
        present = rng.random(data.shape) > 0.25
        present[:10, 12:] = False
    hits = iw.find(pattern, data, mask=mask, data_mask=present, score=score)
    assert hits.index.tolist() == [[6, 4]]
    expected = oracle.surface(
        pattern[None], data[None], None if mask is None else mask[None],
        None if present is None else present[None], score == "zncc",
    )  # fmt: skip
    given = ~np.isnan(hits.surface)
    assert np.abs(hits.surface - expected)[given].max() <= 1e-12
    if present is None:
        assert given.all()
    else:
        assert hits.undefined == {"too few samples under the pattern": int((~given).sum())}
        holes = np.where(present, data, np.nan)
        again = iw.find(pattern, holes, mask=mask, score=score)
        assert np.array_equal(again.surface, hits.surface, equal_nan=True)


def test_nan_in_the_pattern_is_a_mask():
    data = np.random.default_rng(10).standard_normal((30, 30))
    pattern = data[10:18, 5:14].copy()
    mask = np.ones(pattern.shape, bool)
    mask[2:5, 3:6] = False
    masked = iw.find(pattern, data, mask=mask)
    pattern[2:5, 3:6] = np.nan
    assert np.array_equal(iw.find(pattern, data).surface, masked.surface)
    shown = np.ma.masked_array(np.nan_to_num(pattern), ~mask)
    assert np.array_equal(iw.find(shown, data).surface, masked.surface)


@pytest.mark.parametrize(("boundary", "mode"), [("symmetric", "symmetric"), ("mirror", "reflect"),
                                            ("nearest", "edge"), ("wrap", "wrap")])  # fmt: skip
def test_patterns_cut_by_the_edge(boundary, mode):
    data = np.random.default_rng(11).standard_normal((20, 24))
    beyond = np.pad(data, 8, mode=mode)
    pattern = beyond[8 - 3 : 8 + 4, 8 + 10 : 8 + 16]
    hits = iw.find(pattern, data, boundary=boundary)
    assert hits.surface.shape == data.shape
    assert hits.index[0].tolist() == [-3, 10]
    assert hits.score[0] == pytest.approx(1, abs=1e-12)
    assert hits.surface[tuple(hits.index[0] - hits.first)] == hits.score[0]


def test_renormalize_counts_what_is_inside():
    data = np.random.default_rng(12).standard_normal((20, 24))
    pattern = np.random.default_rng(13).standard_normal((8, 6))
    pattern[3:] = data[:5, 7:13]
    hits = iw.find(pattern, data, boundary="renormalize")
    assert hits.index.tolist() == [[-3, 7]]
    assert hits.score[0] == pytest.approx(1, abs=1e-12)


def test_several_patterns_at_once_are_as_one_by_one():
    data = np.random.default_rng(14).standard_normal((60, 50))
    patterns = [data[3:11, 4:12], data[20:28, 30:38], data[40:52, 2:9]]
    for one, hits in zip(patterns, iw.find(patterns, data), strict=True):
        alone = iw.find(one, data)
        assert hits.index.tolist() == alone.index.tolist()
        assert np.abs(hits.surface - alone.surface).max() <= 1e-12


def test_distance_of_a_pattern_in_a_series():
    """Mueen's example, as stumpy documents it."""
    hits = iw.find([2, 1, 1, 4], [1, 1, 1, 2, 1, 1, 4, 5], score="distance")
    expected = [0.67640791, 3.43092352, 3.43092352, 0, 1.85113597]
    assert np.allclose(hits.surface, expected, atol=1e-8)
    assert hits.index.tolist() == [[3]]
    assert hits.surface[3] < 1e-12


def test_near_matches_keep_their_distance():
    rng = np.random.default_rng(15)
    pattern = rng.standard_normal(200)
    noise = 1e-7 * rng.standard_normal(200)
    hits = iw.find(pattern, np.concatenate([rng.standard_normal(50), 3 * pattern + noise + 1e3]),
                   score="distance")  # fmt: skip
    k, w = (np.longdouble(x) for x in (pattern, 3 * pattern + noise + 1e3))
    k, w = ((x - x.mean()) / x.std() for x in (k, w))
    assert hits.score[0] == pytest.approx(float(np.sqrt(((k - w) ** 2).sum())), rel=1e-5)


def test_plain_correlation():
    rng = np.random.default_rng(16)
    data, pattern = rng.standard_normal((15, 12)), rng.standard_normal((4, 5))
    hits = iw.find(pattern, data, score="correlation")
    assert np.allclose(hits.surface, iw.correlate(data, pattern, mode="valid"), atol=1e-12)
    assert hits.score[0] == hits.surface.max()


def test_phase_correlation_is_sharp_and_bounded():
    data = np.random.default_rng(17).standard_normal((100, 120)) + 1e6
    hits = iw.find(data[20:80, 30:100], data, score="phase")
    assert hits.index.tolist() == [[20, 30]]
    assert np.abs(hits.surface).max() <= 1
    assert hits.z[0] > 20


def test_integers_and_bools():
    rng = np.random.default_rng(18)
    for kind in (np.uint8, np.int16, np.int32, np.uint64):
        data = rng.integers(0, 200, (30, 30)).astype(kind)
        hits = iw.find(data[3:10, 5:14], data)
        assert worst(hits, oracle.surface(data[None, 3:10, 5:14], data[None])) <= 1e-6
    marks = rng.random((30, 30)) > 0.5
    assert iw.find(marks[3:10, 5:14], marks).index.tolist() == [[3, 5]]


def test_large_integers_are_compared_by_their_differences():
    data = np.random.default_rng(19).integers(0, 100, 300) + 2**60
    assert iw.find(data[100:150] - 2**60, data).score[0] == pytest.approx(1, abs=1e-12)


def test_the_same_bits_on_any_number_of_threads():
    data = np.random.default_rng(20).random((900, 800)).astype(np.float32)
    pattern = data[100:130, 200:240]
    surfaces = []
    try:
        for threads in (1, 2, 5):
            iw.set_threads(threads)
            surfaces.append(iw.find(pattern, data).surface)
    finally:
        iw.set_threads(None)
    assert np.array_equal(surfaces[0], surfaces[1])
    assert np.array_equal(surfaces[0], surfaces[2])


def test_scikit_image_s_documented_examples():
    spots = np.zeros((6, 6))
    spots[1, 1], spots[4, 4] = 1, -1
    template = np.zeros((3, 3))
    template[1, 1] = 1
    hits = iw.find(template, spots)
    expected = [[1, -0.125, 0, 0], [-0.125, -0.125, 0, 0],
                [0, 0, 0.125, 0.125], [0, 0, 0.125, -1]]  # fmt: skip
    assert np.allclose(np.nan_to_num(hits.surface), expected, atol=1e-12)
    assert hits.undefined == {"constant window": 8}  # where scikit-image writes 0
    coins = skimage.data.coins()
    hits = iw.find(coins[170:220, 75:130], coins)
    assert hits.index.tolist() == [[170, 75]]
    best = np.sort(hits.surface, axis=None)[-2:]
    assert best == pytest.approx([0.90656, 1], abs=5e-6)  # the second beside it, one column on
    assert hits.surface[170, 76] == best[0]
    other = iw.find(coins[170:220, 75:130], coins, count=2, min_distance=2)
    assert other.index[1].tolist() == [240, 87]  # the next peak: another coin
    assert other.score[1] == pytest.approx(0.87542, abs=5e-6)


@pytest.mark.parametrize(("score", "flag", "best"), [
    ("zncc", cv2.TM_CCOEFF_NORMED, np.argmax), ("ncc", cv2.TM_CCORR_NORMED, np.argmax),
    ("correlation", cv2.TM_CCORR, np.argmax),
])  # fmt: skip
def test_opencv_gives_the_same_places(score, flag, best):
    photo = skimage.data.camera().astype(np.float32)
    pattern = photo[80:140, 200:260]
    peer = cv2.matchTemplate(photo, pattern, flag)
    hits = iw.find(pattern, photo, score=score)
    assert hits.index[0].tolist() == list(np.unravel_index(best(peer), peer.shape))
    scale = np.abs(peer).max()
    assert np.abs(hits.surface - peer).max() <= 2e-3 * scale


def test_scikit_image_on_a_photo():
    photo = skimage.data.camera() / 255.0
    pattern = photo[80:140, 200:260]
    assert np.abs(iw.find(pattern, photo).surface - match_template(photo, pattern)).max() <= 1e-9


def test_all_24_coins_from_one_of_them():
    coins = skimage.data.coins()
    hits = iw.find(coins[170:220, 75:130], coins, threshold=0.4)
    rows = [[(53, 44), (52, 100), (51, 156), (50, 215), (50, 276), (42, 336)],
            [(124, 45), (123, 100), (123, 153), (124, 207), (121, 273), (125, 339)],
            [(197, 41), (195, 102), (198, 156), (193, 212), (193, 274), (186, 347)],
            [(260, 46), (265, 114), (259, 176), (262, 246), (261, 303), (267, 356)]]  # fmt: skip
    coins_at = np.array(rows).reshape(-1, 2)
    assert len(hits) == 24
    distance = np.abs(hits.centre[:, None] - coins_at[None]).max(2)
    assert sorted(distance.argmin(1).tolist()) == list(range(24))
    assert distance.min(1).max() <= 16  # the four largest coins match off their middle
