"""How often chance does as well: the share of random pairs of an index that score as much.

``false_match_rate(s) = (1 + k) / (1 + n)`` for a sample of ``n`` pairs of which ``k`` score at
least ``s`` (Davison and Hinkley 1997, section 4.2). Ten pairs tell their own rate to a third, fewer
tell none: then the rate of ten is named, a bound that the true one lies below.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from intertwine.base.checks import Array
from intertwine.style.codes import Codes

#: So many pairs tell a rate of .001 to 5 %.
PAIRS = 400_000

#: Fewer pictures have too few pairs to speak of chance.
LEAST_PICTURES = 20

#: Fewer pairs that score as much do not tell their rate.
LEAST_PAIRS = 10

_CHUNK = 1 << 15


class FalseMatches:
    """The scores of random pairs of different pictures, sorted.

    Parameters
    ----------
    codes : Codes
        Those of the index. With few pictures every pair is taken, else `PAIRS` random ones.
    weights : mapping
        How the views are mixed.
    """

    def __init__(self, codes: Codes, weights: Mapping[str, float]) -> None:
        self._scores = np.sort(_pair_scores(codes, weights, *_pairs(codes.count)))

    def rate(self, score: float) -> float | None:
        """The probability that a random pair scores at least `score`; None where not known.

        It is never below `least`: a smaller one cannot be told.
        """
        if not len(self._scores):
            return None
        as_good = len(self._scores) - int(np.searchsorted(self._scores, np.float32(score)))
        return self._share(max(as_good, LEAST_PAIRS))

    @property
    def least(self) -> float | None:
        """The smallest rate that the index can tell; None where it can tell none.

        Twenty pictures have 190 pairs: 0.058. From 895 pictures on it is 0.00003.
        """
        return self._share(LEAST_PAIRS) if len(self._scores) else None

    def _share(self, as_good: int) -> float:
        return (1 + as_good) / (1 + len(self._scores))


def _pairs(count: int) -> tuple[Array, Array]:
    if count < LEAST_PICTURES:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    if count * (count - 1) // 2 <= PAIRS:
        first, second = np.triu_indices(count, 1)
        return first, second
    rng = np.random.default_rng(count)  # one index has one answer
    first = rng.integers(0, count, PAIRS)
    return first, (first + rng.integers(1, count, PAIRS)) % count


def _pair_scores(codes: Codes, weights: Mapping[str, float], first: Array, second: Array) -> Array:
    total, result = sum(weights.values()), np.zeros(len(first), np.float32)
    for view, weight in weights.items():
        rows = codes[view]
        for begin in range(0, len(first), _CHUNK):
            part = slice(begin, begin + _CHUNK)
            cosines = np.einsum("ij,ij->i", rows[first[part]], rows[second[part]])
            result[part] += np.float32(weight / total) * cosines
    return result
