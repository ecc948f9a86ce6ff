"""Peaks, positions between samples, z and false alarms, and what Hits offers."""

import matplotlib
import numpy as np
import pytest
from scipy import ndimage

import intertwine as iw
from intertwine.matching import Hit, Hits, peaks
from intertwine.matching.background import RAREST


def test_peaks_keep_their_distance_best_first():
    surface = np.zeros((30, 40))
    for (row, column), height in {(5, 5): 3, (5, 9): 2, (20, 30): 5, (20, 20): 4}.items():
        surface[row, column] = height
    surface[0, 0] = np.nan
    found = peaks.strongest(surface, 1.0, None, (6, 6))
    assert found.tolist() == [[20, 30], [20, 20], [5, 5]]
    assert peaks.strongest(surface, 1.0, None, (4, 4)).tolist()[-1] == [5, 9]
    assert peaks.strongest(surface, None, 2, (6, 6)).tolist() == [[20, 30], [20, 20]]
    assert peaks.strongest(surface, None, 1, (6, 6)).tolist() == [[20, 30]]
    assert peaks.strongest(surface, 9.0, None, (6, 6)).shape == (0, 2)


def test_every_peak_of_a_rough_surface_is_the_best_around_it():
    surface = np.random.default_rng(1).standard_normal((60, 50))
    found = peaks.strongest(surface, 0.5, None, (5, 3))
    assert len(found) > 50
    for place in found:
        for other in found:
            if (place != other).any():
                assert (np.abs(place - other) >= (5, 3)).any()
    scores = surface[tuple(found.T)]
    assert (np.diff(scores) <= 0).all()


@pytest.mark.parametrize("shift", [(0.3, -0.2), (-0.45, 0.1), (0.0, 0.5)])
def test_positions_between_samples(shift):
    blob = ndimage.gaussian_filter(np.random.default_rng(2).standard_normal((80, 90)), 2)
    moved = ndimage.shift(blob, shift, order=5, mode="wrap")
    hits = iw.find(blob[30:50, 30:55], moved)
    assert np.abs(hits.position[0] - (np.array([30, 30]) + shift)).max() < 0.1
    still = iw.find(blob[30:50, 30:55], moved, subpixel=False)
    assert still.position.tolist() == still.index.tolist()


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("score", ["zncc", "ncc", "distance"])
def test_matches_without_a_flaw_stay_on_their_samples(score, kind):
    rows, columns = np.indices((60, 70)) / 8  # neighbours are not alike
    rough = np.random.default_rng(4).random((60, 70)) ** 4 * np.exp(rows + columns)
    data = ndimage.gaussian_filter(rough, 0.8).astype(kind)
    hits = iw.find(data[21:40, 33:50], data, score=score)
    assert hits.index.tolist() == [[21, 33]]
    lines = hits.surface[20:23, 33], hits.surface[21, 32:35]
    for moved, line in zip(np.abs(hits.position[0] - (21, 33)), lines, strict=True):
        curve = -line.astype(float) if score == "distance" else np.log(line.astype(float))
        bend = -np.diff(curve, 2)[0]
        top = abs(curve[2] - curve[0]) / (2 * bend)  # where the curve through the three has its top
        rounding = np.sqrt(2 * 4 * np.finfo(line.dtype).eps / bend)  # so far it goes to lose that
        assert moved <= rounding < top / 2


def test_a_true_hit_is_no_false_alarm():
    rng = np.random.default_rng(3)
    data = rng.standard_normal((200, 200))
    pattern = data[50:70, 80:100] + 0.3 * rng.standard_normal((20, 20))
    hits = iw.find(pattern, data)
    assert hits.index.tolist() == [[50, 80]]
    assert hits.z[0] > 15
    assert hits.false_alarm[0] == RAREST
    assert "<1e-6" in repr(hits)


def test_too_small_a_surface_has_no_false_alarm_rate():
    rng = np.random.default_rng(0)
    hits = iw.find(rng.random((40, 40)), rng.random((45, 45)))
    assert np.isnan(hits.false_alarm).all()
    assert "not known" in repr(hits)


def test_what_hits_offer():
    data = np.random.default_rng(4).standard_normal((60, 70))
    hits = iw.find(data[10:20, 20:32], data, count=3)
    assert isinstance(hits, Hits)
    assert len(hits) == len(list(hits)) == 3
    assert isinstance(hits[0], Hit)
    assert hits[0].score == hits.score[0] == pytest.approx(1)
    assert [hit.score for hit in hits[1:]] == hits.score[1:].tolist()
    records = hits.to_records()
    assert records.dtype.names == ("position", "score", "z", "false_alarm", "angle", "scale")
    assert records["position"].shape == (3, 2)
    table = hits.to_pandas()
    assert list(table.columns)[:3] == ["position_0", "position_1", "score"]
    assert len(table) == 3
    assert np.allclose(hits.centre, hits.position + np.array([4.5, 5.5]))
    text = repr(hits).splitlines()
    assert text[0] == "3 hits, score zncc, surface (51, 59)"
    assert text[1].split() == ["position", "score", "z", "false", "alarm"]
    assert len(text) == 5


@pytest.fixture(scope="module")
def seven():
    data = np.random.default_rng(4).standard_normal((90, 100))
    return iw.find(data[10:20, 20:32], data, count=7)


COLUMNS = ("position", "index", "centre", "score", "z", "false_alarm", "angle", "scale")


@pytest.mark.parametrize(
    ("at", "places"),
    [
        (slice(1, 3), [1, 2]),
        (slice(None, None, -2), [6, 4, 2, 0]),
        (slice(5, 99), [5, 6]),
        (slice(3, 3), []),
        ([0, 1], [0, 1]),
        ([-1, 2, 2], [6, 2, 2]),
        (np.array([3, 0], np.uint8), [3, 0]),
        ([], []),
        ([True, False, False, True, False, False, False], [0, 3]),
        (np.arange(7) % 3 == 1, [1, 4]),
        (np.zeros(7, bool), []),
        (..., list(range(7))),
    ],
)
def test_slices_masks_and_lists_pick_hits(seven, at, places):
    picked = seven[at]
    assert isinstance(picked, Hits)
    assert len(picked) == len(places)
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(picked, name), getattr(seven, name)[places])
    assert list(picked) == [seven[place] for place in places]
    assert picked.surface is seven.surface
    assert picked.background is seven.background
    assert len(picked.to_records()) == len(picked.to_pandas()) == len(places)
    assert repr(picked).startswith(f"{len(places)} hit")
    assert picked.corners().shape == (len(places), 4, 2)


def test_one_hit_is_a_hit(seven):
    for at in (2, -5, np.int8(2), np.array(2)):
        assert seven[at] == seven[2]
        assert isinstance(seven[at], Hit)
    assert seven[2].score == seven.score[2]


def test_hits_picked_twice_or_before_their_chances_are_asked_for():
    data = np.random.default_rng(5).standard_normal((90, 100))
    hits = iw.find(data[:9, :9], data, count=6)
    again = hits[[4, 2, 0]][1:][::-1]
    assert "z" not in hits.__dict__  # worked out when first asked for, once for all
    np.testing.assert_array_equal(again.index, hits.index[[0, 2]])
    np.testing.assert_array_equal(again.false_alarm, hits.false_alarm[[0, 2]])
    good = hits[hits.score > 0.99]
    assert (len(good), good[0].score) == (1, hits.score[0])


@pytest.mark.parametrize("at", [7, -8, [0, 7], np.ones(6, bool), [True], [0.5], "score", (0, 1)])
def test_places_that_are_not_there(seven, at):
    with pytest.raises(IndexError):
        seven[at]


@pytest.mark.parametrize("at", [None, True, [[0, 1], [2, 3]]])
def test_places_in_more_than_one_axis(seven, at):
    with pytest.raises(iw.ShapeError) as caught:
        seven[at]
    assert str(caught.value) == (
        f"Hits: {at} picks an array of 2 axes from 7 hits.\n"
        "  Pass an integer, a slice, a mask of 7 bools or a list of integers."
    )


@pytest.mark.parametrize("shape", [(300,), (20_000,), (60, 70), (60, 70, 3)])
def test_plots(shape):
    from matplotlib.figure import Figure

    data = np.random.default_rng(5).random(shape)
    pattern = data[tuple(slice(5, 15) if n > 3 else slice(None) for n in shape)]
    ax = Figure().add_subplot()
    assert iw.find(pattern, data, count=2).plot(ax) is ax
    assert len(ax.lines) >= 1
    ax.figure.canvas.draw()
    assert matplotlib.get_backend()
