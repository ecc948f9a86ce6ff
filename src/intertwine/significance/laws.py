"""A distribution on a row of cells, and what it says about an observed value."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: How much of a chance a bracket may spend on rounding errors that stray, and the least chance
#: that it is narrow for.
_MISSED, _LEAST = 1e-3, 1e-9
#: A bracket is wide from this fraction of its p-value, unless that is rarer than draws can show.
_WIDE, _RARE = 0.25, 1e-3
_NARROW = 0.01  # of a p-value: brackets are refined until they are this narrow


class Bounds(NamedTuple):
    """A probability is at least `low` and at most `high`; the two are equal where it is exact."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """The chances of cells: the statistic in cell i is ``start + step * i``.

    Off a grid terms were rounded to cells; the true statistic then lies from `low` to `high` of
    that of its cell. Rounding errors that are drawn with the terms, as so many of a finite list,
    rarely add up to that: their sum has at most `variance` around `centre`, each is at most
    `largest` from its mean, and Bernstein's inequality bounds how often it strays further (for
    draws without replacement too, Hoeffding 1963).
    """

    mass: Array
    start: float = 0.0
    step: float = 1.0
    low: float = 0.0
    high: float = 0.0
    centre: float = 0.0
    variance: float = math.inf
    largest: float = 0.0

    def at_least(self, value: float) -> Bounds:
        """The chance that the statistic is `value` or more."""
        low, high, missed = self._reach(self._sum_from(value - self.centre))
        return _bounds(self._sum_from(value - low), self._sum_from(value - high), missed)

    def at_most(self, value: float) -> Bounds:
        """The chance that the statistic is `value` or less."""
        low, high, missed = self._reach(self._sum_to(value - self.centre))
        return _bounds(self._sum_to(value - high), self._sum_to(value - low), missed)

    @property
    def exact(self) -> bool:
        """Whether nothing was rounded."""
        return self.low == self.high == 0

    def _reach(self, near: float) -> tuple[float, float, float]:
        """How far rounding reaches either way, and how often further, at a chance `near` ours."""
        missed = _MISSED * max(min(near, 1 - near), _LEAST)
        logarithm = -math.log(missed)
        slope = logarithm * self.largest / 3
        reach = slope + math.sqrt(slope**2 + 2 * self.variance * logarithm)
        if 2 * reach >= self.high - self.low:
            return self.low, self.high, 0.0
        return self.centre - reach, self.centre + reach, missed

    def _sum_from(self, value: float) -> float:
        first = int(np.ceil((value - self.start) / self.step - 1e-6))
        return min(1.0, float(self.mass[max(first, 0) :].sum()))

    def _sum_to(self, value: float) -> float:
        last = int(np.floor((value - self.start) / self.step + 1e-6))
        return min(1.0, float(self.mass[: max(last + 1, 0)].sum()))

    @property
    def values(self) -> Array:
        """The statistic of every cell."""
        return np.asarray(self.start + self.step * np.arange(self.mass.size), np.float64)


def _bounds(low: float, high: float, missed: float) -> Bounds:
    return Bounds(max(0.0, low - missed), min(1.0, high + missed))


@dataclass(frozen=True, slots=True, eq=False)
class Tails:
    """The chances of the statistic and all beyond it, on both sides, and how they were found.

    `error` is the standard error of a sampled chance.
    """

    upper: Bounds
    lower: Bounds
    method: str = "exact"
    error: float = 0.0

    def pvalue(self, alternative: str) -> Bounds:
        """Of the alternative; two-sided is twice the smaller tail, as in SciPy."""
        if alternative == "greater":
            return self.upper
        if alternative == "less":
            return self.lower
        low = min(1.0, 2 * min(self.upper.low, self.lower.low))
        return Bounds(low, min(1.0, 2 * min(self.upper.high, self.lower.high)))


def tails_of(law: Law, observed: float) -> Tails:
    """What a law on cells says."""
    upper, lower = law.at_least(observed), law.at_most(observed)
    return Tails(upper, lower, "exact" if law.exact else "bracketed")


def next_narrow(laws: Iterable[Law], observed: float) -> Tails:
    """What the first law says whose bracket is narrow, or the last."""
    tails = Tails(Bounds(0.0, 1.0), Bounds(0.0, 1.0), "bracketed")
    for law in laws:
        tails = tails_of(law, observed)
        bounds = tails.pvalue("two-sided")
        if law.exact or bounds.high - bounds.low <= _NARROW * bounds.high:
            break
    return tails


def is_wide(tails: Tails) -> bool:
    """Whether a bracket says so little that seeded draws say more."""
    low, high = tails.pvalue("two-sided")
    return tails.method == "bracketed" and high > _RARE and high - low > _WIDE * high


def sampled_tails(draws: Array, observed: float, tolerance: float) -> Tails:
    """From statistics drawn under the null; the observed one counts as a draw of its own.

    ``(1 + count) / (1 + draws)`` is a valid p-value for any number of draws (Phipson and Smyth
    2010).
    """
    count = draws.size + 1
    above = (1 + int((draws >= observed - tolerance).sum())) / count
    below = (1 + int((draws <= observed + tolerance).sum())) / count
    smaller = min(above, below)
    error = float(np.sqrt(smaller * (1 - smaller) / count))
    return Tails(Bounds(above, above), Bounds(below, below), "sampled", error)


def listed_tails(values: Array, observed: float, tolerance: float) -> Tails:
    """From the statistics of all arrangements, the observed one among them."""
    above = float((values >= observed - tolerance).mean())
    below = float((values <= observed + tolerance).mean())
    return Tails(Bounds(above, above), Bounds(below, below))
