"""Two samples: under the null every choice of who is in the first group is as likely as any other.

The number of ways to choose j of the values so that they sum to s is the coefficient of
``y^j z^s`` in the product of ``1 + y z^x`` over all values x: a convolution of two-point kernels
on an array of counts and sums. Strata follow one another: the row of the right count of one is
where the next begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intertwine.significance.arrangements import Arrangements
from intertwine.significance.grids import cells_on_grid
from intertwine.significance.halves import choice_halves, tails_by_halves
from intertwine.significance.laws import (
    Law,
    Tails,
    listed_tails,
    next_narrow,
    sampled_tails,
    tails_of,
)

Array = NDArray[np.float64]
Cells = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: Additions that an exact distribution may take, and those of ever narrower brackets: a second.
_MOST_WORK, _BRACKET_WORK = 1.5e9, (2e6, 2e7, 2e8)
_MOST_CELLS = 1 << 24


def choice_law(values: Sequence[Cells], counts: Sequence[int]) -> Array:
    """The distribution of the sum of so many randomly chosen values of every stratum.

    >>> choice_law([np.array([0, 1, 2, 3])], [2]) * 6
    array([0., 1., 1., 2., 1., 1.])
    """
    mass = np.ones(1)
    for stratum, count in zip(values, counts, strict=True):
        mass = _one_stratum(np.sort(stratum), count, mass)
    return mass


def u_law(n: int, m: int) -> Array:
    """The distribution of Mann and Whitney's U of n values and m others, without ties.

    >>> u_law(2, 2) * 6
    array([1., 1., 2., 1., 1.])
    """
    few = min(n, m)
    return choice_law([np.arange(n + m)], [few])[few * (few - 1) // 2 :]


def _one_stratum(values: Cells, count: int, start: Array) -> Array:
    """Convolve `start` with the law of a sum of `count` of `values`, which are sorted."""
    n = values.size
    if count == 0:
        return start
    zeros = int(np.searchsorted(values, 0, side="right"))
    if 0 < zeros < n and values[zeros] == values[-1]:
        law = _two_values(zeros, n - zeros, count)
        spread = np.zeros((law.size - 1) * int(values[-1]) + 1)
        spread[:: int(values[-1])] = law
        return np.convolve(start, spread)
    ends = np.concatenate([[0], np.cumsum(values[::-1])])[: count + 1]
    mass = np.zeros((count + 1, start.size + int(ends[-1])))
    mass[0, : start.size] = start
    odds = count / (n - count) if count < n else 1.0  # keeps the row that is wanted from fading
    for place, value in enumerate(values):
        most = min(place + 1, count)
        least = max(1, count - (n - 1 - place))
        width = start.size + int(values[max(0, place + 1 - most) : place + 1].sum())
        rows = mass[least - 1 : most, : width - value] * odds
        mass[least : most + 1, value:width] += rows
        if place % 256 == 255:
            mass /= mass.max()
    row = mass[count]
    return np.asarray(row / row.sum())


def _two_values(zeros: int, others: int, count: int) -> Array:
    """The law of how many of `others` are among `count` of all: each chance from its neighbour's.

    >>> _two_values(2, 2, 2) * 6
    array([1., 4., 1.])
    """
    least, most = max(0, count - zeros), min(count, others)
    k = np.arange(least, most, dtype=np.float64)
    ratios = (others - k) * (count - k) / ((k + 1) * (zeros - count + k + 1))
    peak = int((ratios > 1).sum())
    below, above = np.cumprod(1 / ratios[:peak][::-1])[::-1], np.cumprod(ratios[peak:])
    mass = np.concatenate([np.zeros(least), below, [1.0], above])
    return np.asarray(mass / mass.sum())


def sum_law(
    values: Sequence[Array], first: Sequence[Mask], eps: float, work: float = _BRACKET_WORK[-1]
) -> Law | None:
    """The law of how far the first group's sum lies above the observed one.

    Off the grid it takes about `work` additions; None where they do not suffice for any.
    """
    return _grid_law(values, first, eps) or _bracket(values, first, work)


def _grid_law(values: Sequence[Array], first: Sequence[Mask], eps: float) -> Law | None:
    """The exact law of values on a grid; None off any, or if it takes too long."""
    found = cells_on_grid(np.concatenate(list(values)), eps)
    if found is None:
        return None
    cells, unit = found
    ends = np.cumsum([v.size for v in values])[:-1]
    strata = [_Stratum.of(c, m) for c, m in zip(np.split(cells, ends), first, strict=True)]
    if _cost(strata) > 1:
        return None
    start = unit * float(sum(s.base - s.observed for s in strata))
    return Law(choice_law([s.cells for s in strata], [s.count for s in strata]), start, unit)


def choice_tails(
    values: Sequence[Array], first: Sequence[Mask], eps: float, law: Law | None = None
) -> Tails:
    """The chances of the first group's sum and beyond; `law` where it is known already."""
    law = law or _grid_law(values, first, eps)
    if law is not None and law.exact:
        return tails_of(law, 0.0)
    halves = choice_halves(values, [int(m.sum()) for m in first])
    if halves is None:
        brackets = (_bracket(values, first, work) for work in _BRACKET_WORK)
        return next_narrow((law for law in brackets if law is not None), 0.0)
    observed = float(sum(v[m].sum() for v, m in zip(values, first, strict=True)))
    return tails_by_halves(halves, observed, _rounding(values))


def drawn_tails(
    values: Sequence[Array], first: Sequence[Mask], resamples: int, seed: int
) -> tuple[Tails, Array]:
    """The chances from seeded draws of who is in the first group, and the sums drawn."""
    together = np.concatenate(list(values))
    together = together - together.mean()
    plan = Arrangements.of(first, resamples, seed)
    draws = np.concatenate([table @ together for table in plan.pieces()])
    observed = float(together[np.concatenate(list(first))].sum())
    tails = (listed_tails if plan.listed else sampled_tails)(draws, observed, _rounding(values))
    return tails, draws - observed


def _bracket(values: Sequence[Array], first: Sequence[Mask], work: float) -> Law | None:
    """The law on cells as fine as work allows, with how far off that is at most."""
    nothing = [np.zeros(v.size, np.int64) for v in values]
    if _cost([_Stratum.of(c, m) for c, m in zip(nothing, first, strict=True)], work) > 1:
        return None
    unit = max(float(np.ptp(np.concatenate(list(values)))), 1e-300) / (1 << 20)
    while True:
        parts = [np.rint((v - v.min()) / unit).astype(np.int64) for v in values]
        strata = [_Stratum.of(c, m) for c, m in zip(parts, first, strict=True)]
        excess = _cost(strata, work)
        if excess <= 1:
            break
        unit *= 1.05 * excess
    start, low, high = 0.0, -_rounding(values), _rounding(values)
    centre = variance = largest = 0.0
    for v, m, s in zip(values, first, strata, strict=True):
        start -= float(v[m].sum())
        if s.sign > 0:
            start += float(v.min()) * s.count
            off = np.sort((v - v.min()) - unit * s.cells)
        else:
            start += float(v.sum()) - float(v.max()) * s.count
            off = np.sort((v.max() - v) - unit * s.cells)
        low += float(off[: s.count].sum())
        high += float(off[off.size - s.count :].sum())
        centre += s.count * float(off.mean())
        variance += s.count * float(off.var())
        largest = max(largest, float(np.abs(off - off.mean()).max()))
    mass = choice_law([s.cells for s in strata], [s.count for s in strata])
    return Law(mass, start, unit, low, high, centre, variance, largest)


@dataclass(frozen=True, slots=True, eq=False)
class _Stratum:
    """The smaller group of a stratum is what is chosen: the other's sum is what that leaves.

    The first group's sum is ``base`` plus the sum of `count` of `cells`.
    """

    cells: Cells
    count: int
    base: int
    observed: int
    sign: int

    @classmethod
    def of(cls, cells: Cells, first: Mask) -> _Stratum:
        size, observed = int(first.sum()), int(cells[first].sum())
        rest = cells.size - size
        if size <= rest:
            low = int(cells.min())
            return cls(cells - low, size, low * size, observed, 1)
        high = int(cells.max())
        return cls(high - cells, rest, int(cells.sum()) - high * rest, observed, -1)


def _cost(strata: Sequence[_Stratum], most_work: float = _MOST_WORK) -> float:
    """The additions and the cells of a law, as a multiple of what is allowed."""
    tops = [float(np.sort(s.cells)[s.cells.size - s.count :].sum()) for s in strata]
    widths = 1 + np.cumsum(tops)
    rows = np.array([s.count + 1.0 for s in strata])
    lengths = np.array([s.cells.size for s in strata])
    work = float((rows * widths * lengths).sum()) / 3
    return max(work / most_work, float((rows * widths).max()) / _MOST_CELLS)


def _rounding(values: Sequence[Array]) -> float:
    """How far two orders of adding the values may lie apart."""
    together = np.concatenate(list(values))
    return float(4 * np.finfo(float).eps * together.size * np.abs(together).sum())
