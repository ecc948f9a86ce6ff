"""What chance does: tails by formulas of their own, and what is left out of them."""

from math import exp, log

import numpy as np
import pytest

from intertwine.matching.background import (
    LEAST_CELLS,
    RAREST,
    Background,
    Grid,
    Scale,
    Tail,
    in_words,
    middle,
)


@pytest.mark.parametrize(("kind", "sign"), [("zncc", 1), ("snr", 1), ("distance", -1)])
def test_good_scores_stand_above(kind, sign):
    """Small distances are good, large scores are."""
    grid = Grid.of((20,), (4,))
    found = Background(Scale(kind, 10.0, 2.0), grid, np.zeros((2, 10)), [], [])
    assert found.z(15.0) == sign * 2.5
    assert found.z(7.0) == -sign * 1.5


@pytest.mark.parametrize(
    ("kind", "score", "q"),
    [
        ("zncc", 0.8, -log(1 - 0.64)),
        ("zncc", -0.8, log(1 - 0.64)),
        ("distance", 2.0, -log(1 - 0.8**2)),  # 2^2 = 2 m (1 - .8) with m = 10
        ("snr", 4.0, 16.0),
        ("correlation", 14.0, 4.0),
        ("correlation", 6.0, -4.0),
    ],
)
def test_scales(kind, score, q):
    scale = Scale(kind, median=10.0, spread=2.0, samples=10)
    assert scale.q(np.array(score)) == pytest.approx(q, rel=1e-12)


def test_the_tail_is_exponential_averaged_over_its_mean():
    """The gamma posterior of the rate of k excesses, integrated in small steps."""
    q = np.r_[0.0, 1.0, 1.5, 2.0, 2.5, 3.0, -np.ones(8)]
    tail = Tail.of(q, surfaces=2, count=5)
    assert (tail.level, tail.rate) == (0.0, 2.5)
    assert tail.width == pytest.approx(2.0)
    rates = np.linspace(1e-6, 12, 400_001)
    weights = rates**4 * np.exp(-rates * 10)  # five excesses, 10 in all
    mean = (weights * np.exp(-rates * 7.0)).sum() / weights.sum()
    assert tail.probability(np.array(7.0)) == pytest.approx(1 - exp(-2.5 * mean), rel=1e-5)
    assert tail.probability(np.array(tail.beyond(1e-4))) == pytest.approx(1e-4)


def test_few_cells_say_nothing():
    assert Tail.of(np.arange(LEAST_CELLS - 1.0), 1, 5) is None
    assert Tail.of(np.arange(float(LEAST_CELLS)), 1, 5) is not None
    assert Tail.of(np.zeros(100), 1, 5) is None


def test_cells_have_their_best_and_worst_also_at_the_rim():
    surface = np.arange(35.0).reshape(5, 7)
    surface[4, 6] = np.nan
    grid = Grid((4, 6), (2, 3))
    best, worst = grid.extremes(surface, "zncc")
    np.testing.assert_array_equal(best, [[9, 12, 13], [23, 26, 27], [30, 33, np.nan]])
    assert worst[:, 0].tolist() == [0, 14, 28]
    near, far = grid.extremes(surface, "distance")
    np.testing.assert_array_equal(near, worst)
    np.testing.assert_array_equal(far, best)


def noise(rng, cells=400):
    return np.abs(rng.normal(0, 0.1, (2, cells))) * np.array([[1], [-1]])


def test_a_hit_is_no_background_of_its_own_nor_of_others_like_it():
    """Twelve places where the pattern is: each is sure, in spite of the others."""
    rng = np.random.default_rng(0)
    own, rivals = noise(rng), [noise(rng) for _ in range(4)]
    places = np.arange(30, 400, 30)
    own[0, places] = 0.8
    grid = Grid((8,), (4,))
    found = Background(Scale("zncc", 0, 0.1), grid, own, rivals, [])
    at = 4.0 * places[:, None]
    assert (found.false_alarm(np.full(len(places), 0.8), at) < 1e-3).all()
    alone = Background(Scale("zncc", 0, 0.1), grid, own, [], [])
    assert (alone.false_alarm(np.full(len(places), 0.8), at) > 0.1).all()


def test_rivals_at_the_same_place_speak_against_a_hit():
    """Music at the end of a recording of hiss: anything scores there."""
    rng = np.random.default_rng(1)
    own, rivals = noise(rng), [noise(rng) for _ in range(4)]
    own[0, 350] = 0.8
    grid = Grid((8,), (4,))
    scale, at = Scale("zncc", 0, 0.1), np.array([[1400.0]])
    assert Background(scale, grid, own, rivals, []).false_alarm([0.8], at) < 1e-4
    for number, rival in enumerate(rivals):
        rival[number % 2, 349:352] = (-1) ** number * np.array([0.6, 0.8, 0.7])
    assert Background(scale, grid, own, rivals, []).false_alarm([0.8], at) > 0.1


def test_no_number_is_below_the_rarest():
    rng = np.random.default_rng(2)
    found = Background(Scale("zncc", 0, 0.1), Grid((8,), (4,)), noise(rng), [noise(rng)], [])
    assert found.false_alarm([1.0], np.array([[3.0]])).tolist() == [RAREST]
    assert in_words(RAREST) == "<1e-6"
    assert in_words(2e-6) == "2e-06"
    assert in_words(float("nan")) == "not known"


def test_the_middle_of_nothing_is_not_a_number():
    assert np.isnan(middle(np.full(3, np.nan))).all()
    assert middle(np.array([1.0, 2, 4, np.inf])) == (2.0, 1.4826)
