"""Filters of one layer that are the same but for a factor, a shift or a right angle."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import counted

Array = NDArray[np.float64]

#: Two filters are the same where they differ by this fraction of their norm, or less.
SAME = 0.05
_BUDGET = 2e10  # multiplications that the search of one layer may take


@dataclass(frozen=True)
class Duplicate:
    """What a filter is a copy of: ``this = factor * rotated and shifted(of)``."""

    of: int
    factor: float
    shift: tuple[int, ...]
    angle_deg: int

    @property
    def sentence(self) -> str:
        """The copy in words."""
        parts = [f"{self.factor:.3g} times"]
        if any(self.shift):
            moved = ", ".join(f"{step:+d}" for step in self.shift)
            parts.append(f"shifted by ({moved}) taps")
        if self.angle_deg:
            parts.append(f"rotated by {self.angle_deg} degrees")
        return f"A copy of kernel {self.of}, {', '.join(parts)}."


@dataclass(frozen=True, eq=False)
class Copies:
    """The duplicates of a layer, by filter, and what was looked for."""

    found: dict[int, Duplicate]
    searched: str


def duplicates(filters: Array, strength: Array) -> Copies:
    """Find copies among filters (N, C, K1, ..., Kd); each is said of the stronger one.

    Filters that are all 0 are dead, not copies.
    """
    order = np.argsort(-strength, kind="stable")
    order = order[strength[order] > 0]
    if len(order) < 2:
        return Copies({}, "")
    units = filters[order] / strength[order].reshape(-1, *[1] * (filters.ndim - 1))
    changes = list(_changes(units.shape[2:]))
    cost = len(order) ** 2 * units[0].size
    if cost * len(changes) > _BUDGET:
        changes = changes[:1]
    if cost * len(changes) > 10 * _BUDGET:
        return Copies({}, f"{counted(len(order), 'filter')} are too many to compare.")
    near = _near(units, changes)
    copies = _stars(near, changes, order, strength)
    return Copies(copies, "" if len(changes) > 1 else "Shifts and rotations were not looked for.")


#: Of two filters, by their places, what one is of the other: likeness and number of the change.
Near = dict[int, dict[int, tuple[float, int]]]


def _near(units: Array, changes: list[tuple[int, tuple[int, ...]]]) -> Near:
    """Pairs that are the same under some change; the simplest of equal ones."""
    least = math.sqrt(1 - SAME**2)
    flat = units.reshape(len(units), -1).astype(np.float32)
    found: Near = {}
    for number, (angle, shift) in enumerate(changes):
        changed = _changed(units, angle, shift).reshape(len(units), -1).astype(np.float32)
        likeness = flat @ changed.T  # this, and the one that it may be a copy of
        for this, other in np.argwhere(np.abs(likeness) >= least).tolist():
            value = float(likeness[this, other])
            best = found.setdefault(this, {}).get(other, (0.0, 0))
            if other < this and abs(value) > abs(best[0]) + 1e-6:
                found[this][other] = value, number
    return found


def _stars(
    near: Near,
    changes: list[tuple[int, tuple[int, ...]]],
    order: NDArray[np.int64],
    strength: Array,
) -> dict[int, Duplicate]:
    """Each filter beside the stronger original that it is nearest to; a copy is no original."""
    found: dict[int, Duplicate] = {}
    copies: set[int] = set()
    for place in range(1, len(order)):
        originals = {p: n for p, n in near.get(place, {}).items() if p not in copies}
        if not originals:
            continue
        copies.add(place)
        at = max(originals, key=lambda p: abs(originals[p][0]))
        likeness, number = originals[at]
        angle, shift = changes[number]
        this, other = int(order[place]), int(order[at])
        factor = likeness * float(strength[this] / strength[other])
        found[this] = Duplicate(other, factor, shift, angle)
    return found


def _changes(size: tuple[int, ...]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Right angles of square windows, and shifts by one tap; no change first."""
    square = len(size) == 2 and size[0] == size[1]
    ways = [(0, 1, -1) if n > 2 else (0,) for n in size]
    for angle in (0, 90, 180, 270) if square else (0,):
        for shift in sorted(itertools.product(*ways), key=lambda s: sum(map(abs, s))):
            yield angle, shift


def _changed(units: Array, angle: int, shift: tuple[int, ...]) -> Array:
    """Filters that were rotated counter-clockwise, then moved by whole taps, zeros moving in."""
    if angle:
        units = np.rot90(units, angle // 90, axes=(2, 3))
    moved = np.zeros_like(units)
    here = tuple(
        slice(max(0, -s), n - max(0, s)) for s, n in zip(shift, units.shape[2:], strict=True)
    )
    there = tuple(
        slice(max(0, s), n - max(0, -s)) for s, n in zip(shift, units.shape[2:], strict=True)
    )
    whole = (slice(None), slice(None))
    moved[(*whole, *there)] = units[(*whole, *here)]
    return moved
