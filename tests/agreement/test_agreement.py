"""Every method gives the oracle's answer, within the bound that it states."""

from collections import Counter
from itertools import islice

import numpy as np
import pytest

from agreement.sweeps import LARGE, QUICK, WHOLE, full_sweep
from cases import EXACT, answer, check, planned

NAMES = EXACT

#: A method that computes fewer of the cases than this is hardly tested.
LEAST_QUICK, LEAST_LARGE = 150, 12

#: The full sweep runs in so many parts, each case under all methods: its loops are run once.
PARTS = 8

#: Methods that add one product after the other make no error where none is needed.
PLAIN = [name for name in NAMES if name in ("reference", "direct")]


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("case", QUICK, ids=str)
def test_agrees_with_the_loops(case, method):
    check(case, method)


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("case", LARGE, ids=str)
def test_agrees_on_several_tiles(case, method):
    check(case, method)


@pytest.mark.parametrize("method", PLAIN)
@pytest.mark.parametrize("case", WHOLE, ids=str)
def test_whole_numbers_are_exact(case, method):
    want, _ = answer(case)
    got = case.call(case.x(), case.k(), method=method, **case.options)
    np.testing.assert_array_equal(got, want.astype(np.float64))


@pytest.mark.parametrize("method", NAMES)
def test_no_method_is_hardly_tested(method):
    for cases, least in ((QUICK, LEAST_QUICK), (LARGE, LEAST_LARGE)):
        taken = (case for case in cases if planned(case, method) is not None)
        assert len(list(islice(taken, least))) == least


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_full_sweep(part):
    taken = Counter()
    for case in islice(full_sweep(), part, None, PARTS):
        taken.update(name for name in NAMES if check(case, name))
    assert all(taken[name] >= 10 * LEAST_QUICK for name in NAMES), taken
