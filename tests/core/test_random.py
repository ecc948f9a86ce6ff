"""The core's random parts called directly: what is wrong is refused, and the process lives on."""

import re

import numpy as np
import pytest

from intertwine import _core

ROW = [8, 8, 3, -1, 1, 1, 0]
LAST = 2**32 - 1


def part(places=(0, 1, 2), chances=(0.25, 0.5, 0.25), last=(2**30, 3 * 2**30, LAST), scale=1.0):
    return (
        np.array(places, np.int64),
        np.array(chances, np.float64),
        np.array(last, np.uint32),
        scale,
    )


def draw(**changes):
    """Make and run a Sampler rightly but for `changes`."""
    given = {
        "numbers": ROW,
        "order": (0,),
        "channels": False,
        "bank": (),
        "tile": [8],
        "parts": [part()],
        "x": np.arange(8, dtype=np.float32),
        "out": np.zeros(8, np.float32),
        "cval": 0.0,
        "seed": 1,
        "draws": 1,
        "together": False,
        "first": 0,
        "count": 1,
        "threads": 1,
    }
    given.update(changes)
    values = list(given.values())
    sampler = _core.Sampler(_core.Geometry(*values[:4]), *values[4:6])
    sampler.draw(*values[6:])
    return given["out"]


def test_right_call():
    y = draw()
    assert (abs(y - np.arange(8))[:-1] <= 1).all()
    np.testing.assert_array_equal(draw(tile=[3], count=3), y)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"tile": []}, "tile: one length an axis"),
        ({"tile": [0]}, "tile: less than 1"),
        ({"numbers": [8, 4, 3, -1, 2, 1, 0]}, "geometry: stride or dilation"),
        ({"parts": []}, "parts: needs 1 or 2"),
        ({"parts": [part()] * 3}, "parts: needs 1 or 2"),
        ({"parts": [part()[:3]]}, "part: needs 4 entries"),
        ({"parts": [part(places=(0, 1, 3))]}, "part: out of range"),
        ({"parts": [part(places=(-1, 1, 2))]}, "part: out of range"),
        ({"parts": [part(last=(5, 4, LAST))]}, "part: out of range"),
        ({"parts": [part(last=(4, 5, 6))]}, "part: no end"),
        ({"parts": [part((), (), ())]}, "part: no end"),
        ({"parts": [part(chances=(0.5, 0.5))]}, "chance: wrong type, size or order"),
        ({"parts": [part(last=(4, LAST))]}, "last: wrong type, size or order"),
        ({"x": np.zeros(7, np.float32)}, "x, out: shape differs from geometry"),
        ({"draws": 0}, "draws: out of range"),
        ({"draws": 2**32}, "draws: out of range"),
        ({"first": 1}, "tiles: out of range"),
        ({"first": -1}, "tiles: out of range"),
        ({"count": 2}, "tiles: out of range"),
        ({"first": 2**63 - 1}, "tiles: out of range"),
        ({"threads": 0}, "threads: less than 1"),
    ],
)
def test_wrong_calls_are_refused(changes, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        draw(**changes)


def test_a_bank_is_refused():
    with pytest.raises(ValueError, match="bank: needs one kernel"):
        _core.Sampler(_core.Geometry(ROW, (0, 1), False, (2,)), [8], [part()])


def test_taps_too_unlikely_for_a_word_are_never_drawn():
    y = draw(parts=[part(last=(LAST, LAST, LAST))], numbers=[*ROW[:6], 4])
    assert y.tolist() == [7, 0, 1, 2, 3, 4, 5, 6]


def move(**changes):
    """Move counts rightly but for `changes`: one tap to the right, the last cell holds them."""
    given = {
        "counts": np.array([1, 2, 3], np.int64),
        "out": np.zeros(3, np.int64),
        "arrive": np.array([0, 1, 2, 2], np.int64),
        "reach": [1],
        "step": np.array([1], np.int64),
        "share": np.array([1.0]),
        "sum": np.array([1.0]),
        "seed": 1,
        "draw": 0,
        "first": 0,
        "count": 3,
        "threads": 1,
    }
    given.update(changes)
    _core.move_counts(**given)
    return given["out"]


def test_counts_move():
    assert move().tolist() == [0, 1, 5]
    assert move(first=1, count=1).tolist() == [0, 0, 2]
    assert move(arrive=np.array([0, 1, -1, 2])).tolist() == [0, 1, 3]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"reach": []}, "axes: wrong"),
        ({"out": np.zeros(2, np.int64)}, "out: size differs"),
        ({"reach": [2]}, "arrive: too short"),
        ({"reach": [-1]}, "arrive: too short"),
        ({"arrive": np.array([0, 1, 2, 3])}, "arrive: out of range"),
        ({"arrive": np.array([0, 1, 2, -2])}, "arrive: out of range"),
        ({"step": np.array([2])}, "step: out of range"),
        ({"step": np.array([-1])}, "step: out of range"),
        ({"step": np.array([1, 1])}, "taps: sizes differ"),
        ({"sum": np.array([0.5, 1.0])}, "taps: sizes differ"),
        ({"share": np.array([0.5])}, "share: the last is not 1"),
        ({"share": np.array([np.nan])}, "share: the last is not 1"),
        ({"counts": np.array([1, -2, 3])}, "counts: out of range"),
        ({"counts": np.array([1, 2**53 + 1, 3])}, "counts: out of range"),
        ({"first": 1}, "cells: out of range"),
        ({"first": -1}, "cells: out of range"),
        ({"count": -1}, "cells: out of range"),
        ({"draw": -1}, "draw: out of range"),
        ({"threads": 0}, "threads: less than 1"),
    ],
)
def test_wrong_moves_are_refused(changes, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        move(**changes)


def test_places_of_two_axes_are_added():
    x = np.array([[5, 0], [0, 0]])
    places = np.array([0, 2, 0, 1])
    two = {"counts": x, "out": np.zeros((2, 2), np.int64), "reach": [0, 0], "count": 4,
           "step": np.array([[0, 0]])}  # fmt: skip
    assert move(**two, arrive=places).tolist() == [[5, 0], [0, 0]]
    with pytest.raises(ValueError, match="arrive: out of range"):
        move(**two, arrive=np.array([0, 3, 0, 1]))


def test_philox_wants_four_words():
    with pytest.raises(ValueError, match="counter: needs 4 words"):
        _core.philox([1, 2, 3], 0)
