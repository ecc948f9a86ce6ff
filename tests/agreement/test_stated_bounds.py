"""The error that a plan states: by the formula for sums in plain order, never above a general one.

The agreement tests hold every answer to it as well; here its size is tested, since a bound that is
a hundred times too large is never exceeded.
"""

import numpy as np
import pytest

import intertwine as iw
import oracles
from cases import EXACT, allowed, unless_refused

TYPES = ["float16", "float32", "float64", "complex64", "complex128"]
SIZES = [
    ((50,), (2,)),
    ((300,), (40,)),
    ((40, 30), (3, 4)),
    ((40, 30), (9, 11)),
    ((9, 8, 7), (2, 3, 4)),
]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("method", ["reference", "direct"])
def test_plain_sums_state_a_rounding_for_each_tap(method, dtype):
    for shape, size in SIZES:
        k = np.random.default_rng(1).uniform(1, 2, size)
        stated = iw.plan(shape, k, dtype=dtype, method=method).error
        taps = k.size + 3
        want = taps * oracles.roundoff(dtype) + oracles.own_roundoff(dtype)
        assert stated == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("method", EXACT)
def test_no_method_states_more_than_the_general_formula(method, dtype):
    seen = 0
    for shape, size in SIZES:
        for k in (np.ones(size), np.random.default_rng(2).uniform(1, 2, size)):
            plan = unless_refused(iw.plan, shape, k, dtype=dtype, method=method)
            if plan is not None:
                seen += 1
                samples = int(np.prod(shape))
                assert 0 < allowed(plan, k.size, samples) <= plan.error
                assert plan.error <= oracles.largest_bound(k.size, samples, dtype)
    assert seen >= 3


@pytest.mark.parametrize("method", EXACT)
def test_whole_numbers_state_no_error(method):
    plan = iw.plan((60, 50), np.ones((4, 5), int), dtype="uint8", method=method)
    assert plan.error == 0


def test_the_tolerances_themselves():
    """More taps and narrower types are allowed more, and never more than a rounding for each."""
    for dtype in TYPES:
        allowed_ = [oracles.tolerance(n, dtype) for n in (1, 10, 100, 1000)]
        assert allowed_ == sorted(allowed_)
        assert allowed_[3] < 1003 * oracles.roundoff(dtype) + oracles.own_roundoff(dtype)
        assert oracles.tolerance(9, dtype) < oracles.largest_bound(9, 100, dtype)
    assert oracles.tolerance(9, "complex128") == oracles.tolerance(9, "float64") == 24 * 2.0**-53
    assert oracles.tolerance(9, "complex64") == oracles.tolerance(9, "float32") == 24 * 2.0**-24
    assert oracles.tolerance(9, "float16") == 24 * 2.0**-24 + 2.0**-11
