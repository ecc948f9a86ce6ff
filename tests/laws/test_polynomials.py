"""Products of polynomials as convolutions: tiny ones are exact wherever plain sums are."""

from fractions import Fraction

import numpy as np
import pytest

import intertwine as iw
import oracles

DEGREES = range(16)


def product(a, b):
    return iw.convolve(a, b, mode="full", boundary="zero")


def monic(rng, degree, tenths=10):
    """A polynomial with roots in tenths, or in whole numbers; its first coefficient is 1."""
    return np.poly(rng.integers(-9, 10, degree) / tenths) if degree else np.ones(1)


def test_the_product_of_two_roots():
    assert product([1, -0.7], [1, -0.9]).tolist() == [1.0, -1.6, 0.63]


@pytest.mark.parametrize("degree", DEGREES)
def test_ends_are_products_of_two_numbers(degree):
    """Bit for bit those of NumPy: nothing is added to them."""
    rng = np.random.default_rng(degree)
    for other in DEGREES:
        a, b = monic(rng, degree), monic(rng, other)
        y = product(a, b)
        assert y[0] == 1.0
        assert y[-1] == a[-1] * b[-1]


@pytest.mark.parametrize("degree", range(8))
def test_whole_roots_give_whole_products(degree):
    """As `numpy.convolve` does: sums below 2**53 are not rounded."""
    rng = np.random.default_rng(degree)
    for other in range(8):
        a, b = monic(rng, degree, 1), monic(rng, other, 1)
        assert np.convolve(np.abs(a), np.abs(b)).max() < 2**53
        assert np.array_equal(product(a, b), np.convolve(a, b))


@pytest.mark.parametrize("degree", DEGREES)
def test_each_coefficient_is_as_exact_as_its_own_sum(degree):
    """Transforms round each relative to the largest."""
    rng = np.random.default_rng(degree)
    for other in (1, 4, 15):
        a, b = monic(rng, degree), monic(rng, other)
        whole = [[Fraction(v) for v in p] for p in (a, b)]
        for n, value in enumerate(product(a, b)):
            terms = [
                whole[0][i] * whole[1][n - i] for i in range(max(0, n - other), min(degree, n) + 1)
            ]
            allowed = (len(terms) + 1) * oracles.roundoff("float64") * sum(map(abs, terms))
            assert abs(Fraction(float(value)) - sum(terms)) <= allowed
