"""Without any difference, p-values of at most a come up in a fraction a of cases, or fewer."""

import pytest
from benchmarks.chance import LEVELS, fractions

DISCRETE = ["paired-ties", "signed-rank-ties", "rank-ties", "proportion", "strata", "kendall-ties"]
CONTINUOUS = ["paired", "kendall", "pearson"]
SLOW = ["two-sample", "rank", "two-sample-ties", "unequal"]


def check(name, simulations, errors, seed):
    for level, found in zip(LEVELS, fractions(name, simulations, seed), strict=True):
        error = (level * (1 - level) / simulations) ** 0.5
        assert found <= level + errors * error + 1e-12, (name, level, found)
        if name in CONTINUOUS:
            assert found >= level - 3 * error - 1 / 1000


@pytest.mark.parametrize("name", [*DISCRETE, *CONTINUOUS])
def test_no_more_than_the_level(name):
    check(name, 400, errors=3, seed=1)  # of 27 comparisons, none should pass 3


@pytest.mark.slow
@pytest.mark.parametrize("name", [*DISCRETE, *CONTINUOUS, *SLOW])
def test_no_more_than_the_level_in_4000(name):
    check(name, 4000, errors=2, seed=7)
