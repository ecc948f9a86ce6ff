"""Power beside the t-test's, where that is valid, and how often intervals hold the truth."""

import numpy as np
import pytest
from benchmarks.chance import ar
from scipy import stats

import intertwine as iw


def power(simulations, seed):
    """How often chance and the t-test find a shift of 1, of pairs and of two samples of 15."""
    rng = np.random.default_rng(seed)
    found = np.zeros((2, 2))
    for _ in range(simulations):
        a, b = rng.normal(1, 1, 15), rng.normal(0, 1, 15)
        found[0] += [iw.chance(a, b).pvalue <= 0.05, stats.ttest_ind(a, b).pvalue <= 0.05]
        paired = iw.chance(a, 0 * b, design="paired").pvalue
        found[1] += [paired <= 0.05, stats.ttest_1samp(a, 0).pvalue <= 0.05]
    return found / simulations


def coverage(simulations, seed, make):
    """How often the 95 % interval holds a difference of 1."""
    rng = np.random.default_rng(seed)
    held = 0
    for _ in range(simulations):
        low, high = make(rng).confidence_interval()
        held += low <= 1 <= high
    return held / simulations


INTERVALS = {
    "two-sample": lambda r: iw.chance(r.normal(1, 2, 8), r.normal(0, 2, 8)),
    "paired": lambda r: iw.chance(r.normal(1, 2, 12), np.zeros(12), design="paired"),
    "rank": lambda r: iw.chance(r.normal(1, 2, 12), r.normal(0, 2, 15), design="rank"),
    "signed-rank": lambda r: iw.chance(r.normal(1, 2, 15), np.zeros(15), design="signed-rank"),
    "unequal": lambda r: iw.chance(
        r.normal(1, 9, 8), r.normal(0, 1, 8), equal_var=False, resamples=999
    ),
    "series": lambda r: iw.chance(ar(r, 200) + 1, ar(r, 200), series=True),
}


def test_as_powerful_as_the_t_test():
    two, pairs = power(150, 1)
    # Both see the same data: they disagree in few cases.
    assert two[0] >= two[1] - 0.02
    assert pairs[0] >= pairs[1] - 0.02


@pytest.mark.parametrize("name", ["paired", "rank", "signed-rank"])
def test_intervals_hold_the_truth(name):
    held = coverage(200, 2, INTERVALS[name])
    assert held >= stats.binom.ppf(0.001, 200, 0.95) / 200


@pytest.mark.slow
def test_as_powerful_as_the_t_test_in_1000():
    for found, other in power(1000, 3):
        assert found >= other - 0.02


@pytest.mark.slow
@pytest.mark.parametrize("name", INTERVALS)
def test_intervals_hold_the_truth_in_1000(name):
    assert coverage(1000, 4, INTERVALS[name]) >= 0.94
