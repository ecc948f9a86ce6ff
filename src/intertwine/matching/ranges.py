"""Angles and scales that a caller asks for: where a search starts, and what its results keep to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import OptionError, shown
from intertwine.matching.names import CALLER

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Range:
    """Values of one number of a pose: angles in radians, or log scales.

    A pair is a range. More values are starts, each for the values up to halfway to the next; one
    stands for itself alone.
    """

    values: Array
    given: bool
    whole: bool = False  # a full turn: the ends meet

    @property
    def span(self) -> float:
        return float(self.values[-1] - self.values[0])

    @property
    def free(self) -> bool:
        """Whether the number may change."""
        return self.span > 0

    def steps(self, step: float) -> Array:
        """Values at most `step` apart in a range, else those given, thinned out."""
        if len(self.values) == 2:
            count = int(np.ceil(self.span / step)) + 1
            grid: Array = np.linspace(self.values[0], self.values[-1], count)
            return grid[:-1] if self.whole and len(grid) > 1 else grid
        kept = [self.values[0]]
        for value in self.values[1:]:
            if value - kept[-1] >= step * 0.999:
                kept.append(value)
        return np.array(kept)

    def limits(self, value: float) -> tuple[float, float]:
        """Between which values a search that started at `value` stays."""
        if self.whole or not self.free:
            return (-np.inf, np.inf) if self.whole else (self.values[0], self.values[0])
        if len(self.values) == 2:
            return float(self.values[0]), float(self.values[1])
        nearest = int(np.abs(self.values - value).argmin())
        gaps = np.diff(self.values)
        below, above = gaps[max(nearest - 1, 0)] / 2, gaps[min(nearest, len(gaps) - 1)] / 2
        return float(self.values[nearest] - below), float(self.values[nearest] + above)

    def has(self, value: float, period: float = 0.0) -> bool:
        """Whether `value` is allowed, some periods away at most."""
        return self.near(value, period) is not None

    def near(self, value: float, period: float = 0.0) -> float | None:
        """`value`, moved by whole periods to where it is allowed; None where it is not."""
        if self.whole:
            low = float(self.values[0])
            return low + (value - low) % period
        turns = np.arange(-2, 3) * period if period else np.zeros(1)
        for moved in value + turns + period * np.round((self.values[0] - value) / (period or 1)):
            low, high = self.limits(float(moved))
            if low - 1e-12 <= moved <= high + 1e-12:
                return float(np.clip(moved, low, high))
        return None


def ranges(angles: Any, scales: Any) -> tuple[Range, Range]:
    """Check both; return the angles in radians and the logarithms of the scales."""
    turns = np.deg2rad(_values("angles", angles, 0.0))
    sizes = _values("scales", scales, 1.0)
    if sizes.min() <= 0:
        raise OptionError(f"{CALLER}: `scales={shown(scales)}` must be positive.")
    whole = len(turns) == 2 and turns[1] - turns[0] > 2 * np.pi - 1e-9
    if whole:
        turns = np.array([turns[0], turns[0] + 2 * np.pi])
    return Range(turns, angles is not None, whole), Range(np.log(sizes), scales is not None)


def _values(name: str, given: Any, alone: float) -> Array:
    """The values, sorted: a pair is a range, shown by its two ends."""
    if given is None:
        return np.array([alone])
    try:
        values = np.atleast_1d(np.asarray(given, float))
    except (TypeError, ValueError):
        values = np.array([np.nan])
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise OptionError(
            f"{CALLER}: `{name}={shown(given)}` must be numbers: a range (low, high), or values "
            f"to start from."
        )
    return np.unique(values)
