"""The sentence says which way, how much, and no more than is known."""

import numpy as np
import pytest

import intertwine as iw

UP, DOWN = [5.0, 6.0, 7.0, 8.0], [1.0, 2.0, 3.0, 4.0]


def test_a_whole_sentence():
    found = iw.chance([106.0, 107, 108, 109], [101.0, 102, 103, 104])
    assert str(found) == (
        "a is 4.88 % above b: difference of means 5 (95 % interval 2 to 8). Chance alone comes at "
        "least as far from none with p = 0.02857 (exactly): chance is an unlikely explanation. "
        "Knowing the group takes an estimated 77.3 % off the squared error for an unseen case; "
        "a is above b in 100 % of random pairs of cases, ties counted half."
    )


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([-5.0, -4, -3, -4.5], [-1.0, -2, -3, -1.5]),  # a percentage of what is below 0
        ([1.0, 2, 3, 4], [0.0, 0, 0, 0]),
        ([1.0, 2, 3, 4], [0.0, 0, 0, 0.001]),  # a mean that may well be 0
        ([2.0], [1.0]),
    ],
)
def test_no_percentage_of_what_may_be_0(a, b):
    sentence = iw.chance(a, b).sentence
    assert sentence.startswith("a lies ")
    assert " % above" not in sentence
    assert " % below" not in sentence


@pytest.mark.parametrize(
    ("a", "b", "side", "words"),
    [
        (UP, DOWN, "greater", "as high with p = 0.01429 (exactly): chance is an unlikely"),
        (DOWN, UP, "less", "as low with p = 0.01429 (exactly): chance is an unlikely"),
        (UP, DOWN, "less", "as low with p = 1 (exactly): nothing speaks for the side"),
        (DOWN, UP, "greater", "as high with p = 1 (exactly): nothing speaks for the side"),
    ],
)
def test_sides(a, b, side, words):
    for design in ("two-sample", "rank"):
        assert words in iw.chance(a, b, design=design, alternative=side).sentence


@pytest.mark.parametrize("design", ["two-sample", "paired", "rank", "signed-rank"])
def test_the_sign_is_that_of_a_less_b(design):
    found = iw.chance(UP, DOWN, design=design)
    assert found.effect == 4
    assert " above b" in found.sentence
    assert iw.chance(DOWN, UP, design=design).effect == -4
    assert " below b" in iw.chance(DOWN, UP, design=design).sentence


def test_what_shows_no_difference_does_not_show_that_there_is_none():
    x, y = np.arange(9.0), np.array([3.0, 1, 4, 1, 5, 9, 2, 6, 5])
    sentence = iw.chance(x, y).sentence
    assert "chance may well explain it, which does not show that there is no difference" in sentence
    columns = iw.chance(x, y[::-1], design="correlation", coefficient="kendall").sentence
    assert "which does not show that there is no relation" in columns


def test_several_are_told_by_their_names():
    lines = str(iw.chance({"old": UP, "new": DOWN})).splitlines()
    assert lines[0].startswith("1 comparison; ")
    assert lines[1].startswith("old and new: p = 0.02857 (0.02857 alone). old lies above new: ")
