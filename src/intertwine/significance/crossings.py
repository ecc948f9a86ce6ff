"""Intervals, by asking for which shifts the test would not object.

Taking a shift from the first group changes the observed sum and that of any other arrangement by
different amounts; the two cross at one shift, which has a closed form. The p-value at a shift is
the fraction of crossings below it, so an end of the interval is one of the sorted crossings, for
all arrangements or for seeded draws of them, where it holds its level too (Garthwaite 1996).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intertwine.significance.arrangements import Arrangements

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Arrangements that an interval is made of, and numbers drawn for them.
_MOST, _MOST_NUMBERS = (1 << 17) - 1, 3e7


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """The shifts at which arrangements cross the observed one, sorted; `always` never part."""

    shifts: Array
    always: int
    listed: bool

    def interval(self, level: float, alternative: str) -> tuple[float, float]:
        """All shifts that the test of that alternative does not reject at ``1 - level``."""
        miss = (1 - level) / (2 if alternative == "two-sided" else 1)
        total = self.shifts.size + self.always
        place = math.floor(miss * total * (1 + 1e-12)) - self.always
        if place < 0:
            return -math.inf, math.inf
        low, high = float(self.shifts[place]), float(self.shifts[-1 - place])
        return (
            low if alternative != "less" else -math.inf,
            high if alternative != "greater" else math.inf,
        )


def how_many(columns: int) -> int:
    """Arrangements of so many observations that an interval may take."""
    return int(min(_MOST, max(9999, _MOST_NUMBERS // columns)))


def sign_crossings(differences: Array, seed: int) -> Crossings:
    """Of paired differences: the means of all subsets (Hartigan 1969), or of random ones."""
    n = differences.size
    most = how_many(n)
    listed = n < 62 and 1 << n <= most + 1
    if listed:
        codes = np.arange(1, 1 << n, dtype=np.int64)
        table = (codes[:, None] >> np.arange(n)) & 1
    else:
        table = np.random.default_rng(seed).integers(0, 2, (most, n), np.int8)
    sizes = table.sum(axis=1)
    apart = sizes > 0
    means = (table[apart] @ differences) / sizes[apart]
    return Crossings(np.sort(means), 1 + int((~apart).sum()), listed)


def choice_crossings(values: Sequence[Array], first: Sequence[Mask], seed: int) -> Crossings:
    """Of two samples: the mean differences of those who change places."""
    x, mask = np.concatenate(list(values)), np.concatenate(list(first)).astype(float)
    x = x - x.mean()
    rounding = 4 * np.finfo(float).eps * x.size * float(np.abs(x).sum())
    plan = Arrangements.of(first, how_many(x.size), seed)
    shifts, always = [], 0 if plan.listed else 1
    for table in plan.pieces():
        moved = mask.sum() - table @ mask
        apart = moved > 0.5
        gained = mask @ x - table[apart] @ x
        gained[np.abs(gained) <= rounding] = 0.0
        shifts.append(gained / moved[apart])
        always += int((~apart).sum())
    return Crossings(np.sort(np.concatenate(shifts)), always, plan.listed)
