"""What is found keeps to the ranges that were asked for, and no range makes a score smaller."""

import numpy as np
import pytest
import skimage.data
from scipy import ndimage

import intertwine as iw
from intertwine.base.errors import OptionError
from intertwine.matching.ranges import ranges

PHOTO = skimage.data.camera()
PART = PHOTO[100:148, 200:260]


@pytest.mark.parametrize(
    "options",
    [{"angles": (25, 35), "scales": (1.3, 1.6)}, {"scales": (0.5, 0.9)}, {"angles": (-40, -10)},
     {"angles": (350, 380), "scales": [1.2, 1.5, 2]}, {"angles": 30, "scales": [1.5]}],
    ids=str,
)  # fmt: skip
def test_results_keep_to_the_ranges(options):
    """The scene holds the part upright at its own size, and noise: refined, poses would leave."""
    hits = iw.find(PART, PHOTO[60:220, 150:330], **options, count=5)
    assert len(hits)
    turns, sizes = ranges(options.get("angles"), options.get("scales"))
    for angle, scale in zip(np.deg2rad(hits.angle), np.log(hits.scale), strict=True):
        for wanted, value in ((turns, angle), (sizes, scale)):
            assert wanted.values[0] - 1e-9 <= value <= wanted.values[-1] + 1e-9 or (
                len(wanted.values) > 2
            )
    if "angles" in options and np.size(options["angles"]) == 1:
        assert (hits.angle.round(9) == 30).all()
        assert (hits.scale.round(9) == 1.5).all()


def test_starts_reach_halfway_to_the_next():
    wanted, _ = ranges([0, 10, 30], None)
    low, high = np.rad2deg(wanted.limits(np.deg2rad(12)))
    assert (round(low, 9), round(high, 9)) == (5, 20)
    assert np.rad2deg(wanted.limits(np.deg2rad(0))).round(9).tolist() == [-5, 5]
    with pytest.raises(OptionError, match="must be numbers"):
        ranges("all", None)


@pytest.mark.parametrize("seed", range(2))
def test_a_range_never_makes_the_score_smaller(seed):
    """Fine texture is lost on a reduced picture: the pattern as it is competes."""
    rng = np.random.default_rng(seed)
    scene = rng.standard_normal((150, 170))
    pattern = scene[60:110, 70:120] + rng.standard_normal((50, 50))
    plain = iw.find(pattern, scene)
    for options in ({"angles": (-10, 10)}, {"scales": (0.8, 1.2)},
                    {"angles": (0, 360), "scales": (0.5, 2)}):  # fmt: skip
        hits = iw.find(pattern, scene, **options)
        assert hits.score[0] >= plain.score[0] - 1e-6
        assert np.abs(hits.centre[0] - (84.5, 94.5)).max() < 0.5


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
@pytest.mark.parametrize("quarter", range(4))
def test_copies_at_quarter_turns_score_1(kind, quarter):
    scene = PHOTO[60:220, 150:330].astype(kind)
    pattern = np.rot90(scene[40:88, 50:101], -quarter)
    hits = iw.find(pattern, scene, angles=(0, 360), scales=(0.9, 1.1), threshold=1)
    assert hits.score.tolist() == [1]
    assert hits.angle.tolist() == [90 * quarter]
    assert hits.scale.tolist() == [1]
    assert hits.centre.tolist() == [[63.5, 75]]


def test_missing_samples_do_not_count():
    scene = PHOTO[60:220, 150:330].astype(float)
    holes = ndimage.rotate(scene, 20, reshape=False)
    holes[75:85, 70:80] = np.nan
    hits = iw.find(scene[50:110, 60:120], holes, angles=(0, 40), min_overlap=0.7)
    assert abs(hits.angle[0] - 20) < 0.5
    assert hits.score[0] > 0.95


def test_progress_is_told_and_can_end_a_search():
    told = []
    iw.find(PART, PHOTO, angles=(-30, 30), progress=told.append)
    assert told == sorted(told)
    assert len(told) >= 4
    assert told[-1] == pytest.approx(1)

    class Stop(Exception):
        pass

    def stop(share):
        raise Stop

    for options in ({"angles": (0, 360), "scales": (0.5, 2)}, {}):
        with pytest.raises(Stop):
            iw.find(PART, PHOTO, **options, progress=stop)
