"""Kendall's correlation: how many pairs of a random order are the other way round.

The k-th item to join an order stands before 0 to k - 1 of the others, each as likely: the number
of inversions is a convolution of boxes. Of g items that are equal to one another, the count is
that of Mann and Whitney's U against those already there: a choice of g ranks (Sillitto 1947).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intertwine.significance.choices import u_law

Array = NDArray[np.float64]


def inversion_law(groups: NDArray[np.int64]) -> Array:
    """The distribution of the inversions of a random order of items, `groups` of them equal.

    >>> inversion_law(np.array([1, 1, 1])) * 6
    array([1., 2., 2., 1.])
    """
    mass, there = np.ones(1), 0
    for size in np.sort(groups)[::-1]:
        size = int(size)
        if there and size == 1:
            mass = np.convolve(mass, np.full(there + 1, 1 / (there + 1)))
        elif there:
            mass = np.convolve(mass, u_law(size, there))
        there += size
    return mass


def concordance(x: Array, y: Array) -> float:
    """Pairs in the same order less pairs in the other: Kendall's S."""
    return float(_signs(x).ravel() @ _signs(y).ravel()) / 2


def _signs(x: Array) -> Array:
    return np.sign(np.subtract.outer(x, x))


def concordances(x: Array, orders: NDArray[np.intp], y: Array) -> Array:
    """S of x with y in every order."""
    mine, its = _signs(x), _signs(y)
    return np.array([float((mine * its[np.ix_(o, o)]).sum()) / 2 for o in orders])
