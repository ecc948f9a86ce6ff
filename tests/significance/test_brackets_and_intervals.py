"""Brackets hold what they bracket; intervals hold the effects that the test does not reject."""

import numpy as np
import pytest
from scipy import stats

import intertwine as iw
from intertwine.significance.choices import choice_tails, sum_law
from intertwine.significance.laws import tails_of
from intertwine.significance.signs import sign_law, sign_tails

EPS = float(np.finfo(float).eps)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("work", [1e3, 1e5])
def test_brackets_hold_the_exact_tail(seed, work):
    rng = np.random.default_rng(seed)
    x, first = rng.exponential(size=18), rng.permutation(18) < 7
    exact = choice_tails([x], [first], EPS)
    bracket = tails_of(sum_law([x], [first], EPS, work), 0.0)
    assert exact.method == "exact"
    assert bracket.method == "bracketed"
    for side in ("upper", "lower"):
        inside = getattr(bracket, side)
        assert inside.low - 1e-12 <= getattr(exact, side).low <= inside.high + 1e-12
    d = x - 0.8
    exact = sign_tails(d, None, 1.0)
    bracket = tails_of(sign_law(d, None, work=work), float(d.sum()))
    assert bracket.upper.low - 1e-12 <= exact.upper.low <= bracket.upper.high + 1e-12
    assert bracket.upper.high - bracket.upper.low < 0.2


def test_large_samples_off_the_grid_are_bracketed_narrowly():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0.3, 1, 100), rng.normal(0, 1, 100)
    found = iw.chance(a, b)
    assert found.method == "bracketed"
    assert found.bounds.low < found.pvalue == found.bounds.high
    assert found.bounds.high - found.bounds.low < 0.25 * found.pvalue
    normal = stats.ttest_ind(a, b).pvalue
    assert 0.9 * found.bounds.low < normal < 1.1 * found.bounds.high
    assert "between" in found.sentence


def test_hundreds_of_pairs_exactly():
    rng = np.random.default_rng(1)
    d = np.round(rng.normal(0.5, 5, 200), 2)
    found = iw.chance(d, np.zeros(200), design="paired")
    assert found.method == "exact"
    assert found.pvalue == pytest.approx(stats.ttest_1samp(d, 0).pvalue, rel=0.1)
    far = iw.chance(np.ones(300), np.zeros(300), design="paired", alternative="greater")
    assert far.pvalue == 2.0**-300


@pytest.mark.parametrize("design", ["paired", "two-sample"])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_an_interval_ends_where_the_test_begins_to_reject(design, level):
    rng = np.random.default_rng(2)
    a, b = np.round(rng.normal(1, 2, 8), 2), np.round(rng.normal(0, 2, 8), 2)
    low, high = iw.chance(a, b, design=design).confidence_interval(level)
    miss = 1 - level + 1e-12
    ask = lambda shift: iw.chance(a - shift, b, design=design).pvalue  # noqa: E731
    assert ask(low + 1e-6) > miss >= ask(low - 1e-6)
    assert ask(high - 1e-6) > miss >= ask(high + 1e-6)


def test_sampled_intervals_are_near_those_of_the_t_test():
    rng = np.random.default_rng(3)
    a, b = rng.normal(1, 2, 40), rng.normal(0, 2, 50)
    for equal in (True, False):
        expected = stats.ttest_ind(a, b, equal_var=equal).confidence_interval()
        found = iw.chance(a, b, equal_var=equal).confidence_interval()
        assert found == pytest.approx(tuple(expected), abs=0.12)


def test_one_sided_intervals_are_open():
    a, b = [3.0, 4.0, 5.0, 6.0, 8.0], [1.0, 2.0, 2.5, 3.5, 4.5]
    for design in ("paired", "two-sample", "rank"):
        assert (
            iw.chance(a, b, design=design, alternative="less").confidence_interval()[0] == -np.inf
        )
        found = iw.chance(a, b, design=design, alternative="greater").confidence_interval()
        assert np.isfinite(found.low)
        assert found.high == np.inf


@pytest.mark.parametrize("design", ["two-sample", "paired"])
def test_where_a_bracket_says_little_draws_are_made(design):
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=2500), rng.normal(0.02, 1, 2500)
    found = iw.chance(a, b, design=design, resamples=999)
    test = stats.ttest_ind if design == "two-sample" else stats.ttest_rel
    assert found.method == "sampled"
    assert abs(found.pvalue - test(a, b).pvalue) < 5 * 2 * found.standard_error


def test_an_outlier_does_not_hide_the_p_value():
    rng = np.random.default_rng(6)
    found = iw.chance(np.append(rng.normal(size=30), 1e6), rng.normal(size=30))
    assert found.method == "sampled"
    assert found.pvalue < 1
