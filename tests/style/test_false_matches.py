"""Rates named by an index come out on pairs that it never saw, and few pairs name no small rate."""

import numpy as np
import pytest

from intertwine.style.codes import Codes
from intertwine.style.false_matches import LEAST_PICTURES, FalseMatches


def codes(count, seed):
    """Pictures of twelve kinds, one as common as the others, scattered about their kind."""
    kinds = np.random.default_rng(0).normal(size=(12, 8))
    rng = np.random.default_rng(seed)
    scattered = kinds[rng.integers(12, size=count)] + 0.6 * rng.normal(size=(count, 8))
    return Codes({"shape": scattered, "colour": rng.random((count, 3)) - [0.2, 0.4, 0.6]})


@pytest.mark.parametrize("weights", [{"shape": 1.0}, {"shape": 1.0, "colour": 2.0}])
def test_rates_come_out_on_other_pictures(weights):
    rates = FalseMatches(codes(1000, 1), weights)
    asked, held_out = codes(600, 2), codes(700, 3)
    total = sum(weights.values())
    scores = sum(w / total * asked[v] @ held_out[v].T for v, w in weights.items())
    named = np.array([rates.rate(score) for score in np.sort(scores.ravel())[::-100]])
    for rate in (0.01, 0.001):
        found = (named <= rate).mean()
        assert rate / 1.5 < found < rate * 1.5


@pytest.mark.parametrize("count", [LEAST_PICTURES, 60])
def test_few_pairs_name_a_bound_instead_of_a_small_rate(count):
    rates = FalseMatches(codes(count, 1), {"shape": 1.0})
    pairs = count * (count - 1) // 2
    assert rates.least == rates.rate(1.0) == pytest.approx(11 / (pairs + 1))
    assert rates.rate(-1.0) == 1


def test_fewer_pictures_know_no_rate():
    rates = FalseMatches(codes(LEAST_PICTURES - 1, 1), {"shape": 1.0})
    assert rates.rate(0.5) is None
    assert rates.least is None
