"""Every method gives the oracle's answer, within the bound that it states."""

from collections import Counter
from itertools import islice

import numpy as np
import pytest

from agreement.sweeps import LARGE, QUICK, WHOLE, full_sweep
from cases import EXACT, answer, check_all, planned

NAMES = EXACT

#: How many of the quick cases, and of the large, a method must have had that does not take all.
TAKEN = {
    "separable": (800, 80),
    "running_sum": (270, 55),
    "overlap_save": (1050, 141),
}

#: The full sweep runs in so many parts, each case under all methods: its loops are run once.
PARTS = 8

#: Methods that add one product after the other make no error where none is needed.
PLAIN = [name for name in NAMES if name in ("reference", "direct")]


@pytest.mark.parametrize("case", QUICK, ids=str)
def test_agrees_with_the_loops(case):
    assert {*PLAIN} <= {*check_all(case)}


@pytest.mark.parametrize("case", LARGE, ids=str)
def test_agrees_on_several_tiles(case):
    assert {*PLAIN} <= {*check_all(case)}


@pytest.mark.parametrize("case", WHOLE, ids=str)
def test_whole_numbers_are_exact(case):
    want, _ = answer(case)
    for method in PLAIN:
        got = case.call(case.x(), case.k(), method=method, **case.options)
        np.testing.assert_array_equal(got, want.astype(np.float64), method)


@pytest.mark.parametrize("method", TAKEN)
def test_how_many_cases_a_method_had(method):
    had = [sum(planned(c, method) is not None for c in cases) for cases in (QUICK, LARGE)]
    assert all(n >= least for n, least in zip(had, TAKEN[method], strict=True)), had


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_full_sweep(part):
    taken = Counter()
    for case in islice(full_sweep(), part, None, PARTS):
        taken.update(check_all(case))
    assert all(taken[name] >= 1500 for name in NAMES), taken
