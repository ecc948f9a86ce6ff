r"""The nearest stretches of every stretch, and how far they are.

With vectors u and v of the two stretches (`stretches`), ``d^2 = |u|^2 + |v|^2 - 2 u v``, and the
products of a vector with all stretches of a series are one correlation. What rounding can do to
that is bounded by ::

    e (|u|^2 + |v|^2 + 2 sqrt(m) |u| f_v max|x|)        e: the stated error of the correlation

with f_v the factor from samples to v, so that every stretch that may be the nearest is known. These
few distances are computed from the samples, and the least of them is right at any level.

Of several series at once the distance over l of them is the mean of the l smallest distances (Yeh,
Kavantzas, Keogh, "Matrix Profile VI", ICDM 2017). Means of the smallest grow with each distance, so
that bounds of single distances bound them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.convolution import correlate, plan
from intertwine.matching.stretches import HELD, Places, Stretches, batches

Array = NDArray[Any]

#: Patterns in one bank, at most.
BANK = 64

#: Roundings of the sums beside those of the correlation, and of moving a series near zero.
ROUNDINGS = 16 * float(np.finfo(float).eps)


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """Distances and places (d, n, k), nearest first; NaN and -1 where there is none."""

    distance: NDArray[np.float64]
    place: Places

    @classmethod
    def none(cls, *shape: int) -> Nearest:
        return cls(np.full(shape, np.nan), np.full(shape, -1, np.intp))


def nearest(
    ours: list[Stretches], theirs: list[Stretches], apart: int | None, k: int
) -> tuple[Nearest, ...]:
    """The `k` nearest of `theirs`; with `apart` also the nearest before and after by so much."""
    count, others = len(ours[0].live), len(theirs[0].live)
    shape = len(ours), count
    found = Nearest.none(*shape, k)
    sides = () if apart is None else (Nearest.none(*shape, 1), Nearest.none(*shape, 1))
    width = len(ours) * max(others, ours[0].m)
    first = batches(count, width)[0][:BANK]
    errors = [_error(a, b, first) for a, b in zip(ours, theirs, strict=True)]
    for whole in batches(count, width):
        for begin in range(0, len(whole), BANK):
            rows = whole[begin : begin + BANK]
            low, high = _bounds(ours, theirs, rows, errors)
            for level in range(len(ours)):
                pairs = _Pairs(ours, theirs, rows, level)
                if apart is None:
                    found.distance[level, rows], found.place[level, rows] = pairs.least(
                        low[level], high[level], k
                    )
                    continue
                gap = np.arange(others) - rows[:, None]
                parts = []
                for side, outside in zip(sides, (gap > -apart, gap < apart), strict=True):
                    near, far = (np.where(outside, np.inf, each[level]) for each in (low, high))
                    parts.append(pairs.least(near, far, k))
                    side.distance[level, rows] = parts[-1][0][:, :1]
                    side.place[level, rows] = parts[-1][1][:, :1]
                distance, place = (np.concatenate(each, 1) for each in zip(*parts, strict=True))
                order = np.argsort(distance, axis=1, kind="stable")[:, :k]  # NaN last
                found.distance[level, rows] = np.take_along_axis(distance, order, 1)
                found.place[level, rows] = np.take_along_axis(place, order, 1)
    return (found, *sides)


def _bounds(
    ours: list[Stretches], theirs: list[Stretches], rows: Places, errors: list[float]
) -> tuple[Array, Array]:
    """Distances (d, P, places) over 1 to d series lie between these two; squares where d is 1."""
    bounds = [_single(a, b, rows, e) for a, b, e in zip(ours, theirs, errors, strict=True)]
    if len(bounds) == 1:
        low, high = bounds[0]
        return low[None], high[None]
    low, high = (np.stack(each) for each in zip(*bounds, strict=True))
    return _means(np.sqrt(low)), _means(np.sqrt(high))


def _error(ours: Stretches, theirs: Stretches, rows: Places) -> float:
    """The stated error of these correlations, and of the sums beside them."""
    kernels = ours.kernels(rows)
    return plan(theirs.shifted, kernels, axes=-1, mode="valid").error + ROUNDINGS


def _single(ours: Stretches, theirs: Stretches, rows: Places, error: float) -> tuple[Array, Array]:
    kernels = ours.kernels(rows)
    squares = correlate(theirs.shifted, kernels, axes=-1, mode="valid").reshape(len(rows), -1)
    own = ours.square[rows, None]
    squares *= -2 * theirs.factor
    squares += own
    squares += theirs.square
    slack = np.sqrt(ours.m * own) * (2 * error * np.abs(theirs.shifted).max() * theirs.factor)
    slack += error * own
    slack += error * theirs.square
    low = squares - slack
    np.maximum(low, 0, out=low)
    squares += slack
    for array in (low, squares):
        array[~ours.live[rows]] = np.inf
        if not theirs.live.all():
            array[:, ~theirs.live] = np.inf
    return low, squares


def _means(distances: Array) -> Array:
    """Means of the 1, 2, ..., d smallest along the first axis."""
    ordered = np.sort(distances, axis=0)
    ordered.cumsum(axis=0, out=ordered)
    return ordered / np.arange(1, len(ordered) + 1).reshape(-1, *(1,) * (ordered.ndim - 1))


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Pairs of one of ours in `rows` and one of theirs, over the ``level + 1`` nearest series."""

    ours: list[Stretches]
    theirs: list[Stretches]
    rows: Places
    level: int

    def least(self, low: Array, high: Array, k: int) -> tuple[NDArray[np.float64], Places]:
        """The `k` nearest (P, k), of all that may be so by their bounds."""
        last = min(k, high.shape[1]) - 1
        limit = np.partition(high, last, axis=1)[:, last]
        at, place = np.nonzero((low <= limit[:, None]) & (low < np.inf))
        distance = self.distances(at, place)
        order = np.lexsort((place, distance, at))
        at, place, distance = at[order], place[order], distance[order]
        rank = np.arange(len(at)) - np.searchsorted(at, at)
        kept = rank < k
        found = Nearest.none(len(low), k)
        found.distance[at[kept], rank[kept]] = distance[kept]
        found.place[at[kept], rank[kept]] = place[kept]
        return found.distance, found.place

    def distances(self, at: Places, place: Places) -> NDArray[np.float64]:
        """From the samples themselves."""
        found = np.full((len(self.ours), len(at)), np.inf)
        for line, ours, theirs in zip(found, self.ours, self.theirs, strict=True):
            vectors = ours.vectors(self.rows)
            step = max(1, HELD // ours.m)
            for begin in range(0, len(at), step):
                some = slice(begin, begin + step)
                gaps = vectors[at[some]] - theirs.vectors(place[some])
                line[some] = np.sqrt((gaps**2).sum(1))
            line[~(ours.live[self.rows[at]] & theirs.live[place])] = np.inf
        distance: NDArray[np.float64] = _means(found)[self.level]
        return distance
