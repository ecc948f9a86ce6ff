"""Hypothesis searches for a call that some method answers differently from the loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import EXACT, answer, check
from strategies import cases, layouts

NAMES = EXACT


def _search(method, examples):
    met = []

    @settings(max_examples=examples)
    @given(cases())
    def search(case):
        met.append(check(case, method))

    search()
    assert sum(met) >= examples // 10


@pytest.mark.parametrize("method", NAMES)
def test_no_counter_example(method):
    _search(method, 120)


@pytest.mark.slow
@pytest.mark.parametrize("method", NAMES)
def test_no_counter_example_in_a_long_search(method):
    _search(method, 4000)


@settings(max_examples=150)
@given(cases(dtypes=("float32", "float64", "complex64", "int16", "uint8")), st.data())
def test_no_layout_gives_other_bits(case, data):
    x, k = case.x(), case.k()
    plain = case.call(x, k, **case.options)
    there = data.draw(layouts(x))
    np.testing.assert_array_equal(case.call(there, k, **case.options), plain)
    np.testing.assert_array_equal(there, x)


@settings(max_examples=80)
@given(cases())
def test_the_planner_agrees_too(case):
    want, _ = answer(case)
    got = case.call(case.x(), case.k(), **case.options)
    assert got.shape == want.shape
    np.testing.assert_array_equal(np.isnan(got.real), np.isnan(want.real.astype(float)))
