"""Exact tails off a grid, for up to some 40 terms: two halves listed, and met in the middle.

All sums of the left half and all of the right are 2^20 numbers each; with the right ones sorted,
a search for each left one counts the pairs that reach a value (Horowitz and Sahni 1974).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

import numpy as np
from numpy.typing import NDArray

from intertwine.significance.laws import Bounds, Tails

Array = NDArray[np.float64]

#: The most sums that a half may have.
_MOST = 1 << 20

#: A class of arrangements: any sum of the first may stand beside any of the second.
Halves = Sequence[tuple[Array, Array]]


def sign_halves(terms: Array) -> Halves | None:
    """The sums over all subsets of `terms`; None if they are too many."""
    middle = terms.size // 2
    if 1 << (terms.size - middle) > _MOST:
        return None
    return [(_all_sums(terms[:middle]), _all_sums(terms[middle:]))]


def choice_halves(values: Sequence[Array], counts: Sequence[int]) -> Halves | None:
    """The sums over all choices of so many values of each stratum; None if they are too many."""
    if len(values) == 1:
        return _one_stratum(values[0], counts[0])
    if max(v.size for v in values) > _MOST.bit_length() - 1:
        return None
    sizes = [comb(v.size, c) for v, c in zip(values, counts, strict=True)]
    left, right = [np.zeros(1)], [np.zeros(1)]
    for place in np.argsort(sizes)[::-1]:
        side = min((left, right), key=lambda part: part[0].size)
        if sizes[place] * side[0].size > _MOST:
            return None
        chosen = _by_count(values[place])[counts[place]]
        side[0] = np.add.outer(side[0], chosen).ravel()
    return [(left[0], right[0])]


def _one_stratum(values: Array, count: int) -> Halves | None:
    middle = values.size // 2
    if 1 << (values.size - middle) > _MOST:
        return None
    left, right = _by_count(values[:middle]), _by_count(values[middle:])
    return [(left[j], right[count - j]) for j in range(len(left)) if 0 <= count - j < len(right)]


def _all_sums(terms: Array) -> Array:
    sums = np.zeros(1)
    for term in terms:
        sums = np.concatenate([sums, sums + term])
    return sums


def _by_count(values: Array) -> list[Array]:
    """The sums over all subsets, by how many values a subset has."""
    sums, counts = _all_sums(values), _all_sums(np.ones(values.size)).astype(np.intp)
    order = np.argsort(counts, kind="stable")
    ends = np.cumsum(np.bincount(counts))
    return np.split(sums[order], ends[:-1])


def tails_by_halves(halves: Halves, observed: float, tolerance: float) -> Tails:
    """Count the arrangements that reach `observed`, from above and from below."""
    above = below = total = 0
    for left, right in halves:
        ordered = np.sort(right)
        needed = np.sort(observed - left)
        total += left.size * right.size
        first = np.searchsorted(ordered, needed - tolerance, side="left")
        above += left.size * right.size - int(first.sum())
        below += int(np.searchsorted(ordered, needed + tolerance, side="right").sum())
    upper, lower = above / total, below / total
    return Tails(Bounds(upper, upper), Bounds(lower, lower))
