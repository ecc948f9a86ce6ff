"""Series: neighbours in time are alike, so that n values say less than n independent ones.

Two views of the mean of a series, each right where the other may not be:

* **Smooth averages.** An autoregression flattens the spectrum; of what it leaves, the cosine
  components of lowest frequency are nearly independent and of equal spread (Mueller 2004; Lazarus,
  Lewis, Stock and Watson 2018). As many are kept as the fitted spectrum stays level for, at most
  ``0.41 n^(2/3)``, and turned back into a row of as many smooth averages, with the same mean. They
  are the observations of the test.
* **Effective samples.** The autoregression says how uncertain the mean is, and how uncertain that
  is: Student's t with Satterthwaite's degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, special  # type: ignore[import-untyped]

from intertwine.significance.autoregression import fitted, reach, residual, spread_of_sum

Array = NDArray[np.float64]

_STRONGEST = 0.995  # sum of the taps: the level of what is left is divided by 1 minus this
_FEWEST = 4  # averages of a series: fewer say nothing of how they spread


@dataclass(frozen=True, slots=True, eq=False)
class Mean:
    """The mean of a series, its variance, and the degrees of freedom of that."""

    value: float
    variance: float
    freedom: float

    def __sub__(self, other: Mean) -> Mean:
        total = self.variance + other.variance
        parts = self.variance**2 / self.freedom + other.variance**2 / other.freedom
        return Mean(self.value - other.value, total, total**2 / parts if parts > 0 else 1.0)

    def above(self) -> float:
        """How often chance gives a value at least this high."""
        return self._beyond(self.value)

    def below(self) -> float:
        """How often chance gives a value at most this high."""
        return self._beyond(-self.value)

    def _beyond(self, value: float) -> float:
        if self.variance == 0:
            return float(value <= 0)
        return float(special.stdtr(self.freedom, -value / self.variance**0.5))

    def reaches(self, miss: float) -> float:
        """How far below and above the value an interval goes that misses so often at either end."""
        return float(-special.stdtrit(self.freedom, miss) * self.variance**0.5)


@dataclass(frozen=True, slots=True, eq=False)
class Smoothed:
    """Each series as nearly independent averages; none where they are too few."""

    averages: list[Array]
    means: list[Mean]
    done: str


def smoothed(series: Sequence[Array]) -> Smoothed:
    """Read each series by an autoregression of its own, all at the same frequencies."""
    taps = [_unbiased(fitted(x, 1 + x.size // 10), x.size) for x in series]
    shortest = min(x.size for x in series)
    share = min(0.41 * shortest ** (-1 / 3), *(reach(t) / np.pi for t in taps))
    if max(float(t.sum()) for t in taps) >= _STRONGEST:
        share = 0.0  # a trend, or a walk: it has no level to come back to
    means = [_mean(x, t) for x, t in zip(series, taps, strict=True)]
    if not all(np.ptp(x) > 0 for x in series):
        return Smoothed([], means, "What does not vary says nothing of how far chance would reach.")
    if 1 + int(share * shortest) < _FEWEST:
        done = (
            f"The series changes so slowly that {shortest} samples hold fewer than {_FEWEST} "
            "averages that are nearly independent. A longer one would tell."
        )
        return Smoothed([], means, done)
    averages = [_averages(x, t, 1 + int(share * x.size)) for x, t in zip(series, taps, strict=True)]
    orders = " and ".join(f"{t.size} ({_written(t)})" for t in taps)
    counts = " and ".join(str(x.size) for x in averages)
    done = (
        f"The series was whitened by an autoregression of order {orders} and reduced to {counts} "
        f"smooth averages, about one for {1 / share:.3g} samples: they are what the test compares."
    )
    return Smoothed(averages, means, done)


def _unbiased(taps: Array, size: int) -> Array:
    """Raised a little: autocorrelation about a fitted mean lies low (Marriott and Pope 1954)."""
    total = float(taps.sum())
    if total <= 0:
        return taps
    return taps * (min(total + (1 + 3 * total) / size, _STRONGEST) / total)


def _averages(x: Array, taps: Array, count: int) -> Array:
    """The lowest cosine components of the whitened series, as a row with the series' mean."""
    level = float(x.mean())
    left = residual(x - level, taps) / (1 - float(taps.sum()))
    lowest = fft.dct(left, norm="ortho")[:count]
    row = fft.idct(lowest, norm="ortho") * (count / left.size) ** 0.5
    return np.asarray(row - row.mean() + level)


def _mean(x: Array, taps: Array) -> Mean:
    level, rest = float(x.mean()), 1 - float(taps.sum())
    left = residual(x - level, taps)
    power = float(left @ left) / max(left.size - taps.size - 1, 1)
    relative = 2 / x.size + 4 * spread_of_sum(taps) / (x.size * rest**2)
    return Mean(level, power / rest**2 / x.size, 2 / relative)


def _written(taps: Array) -> str:
    return ", ".join(f"{t:.2f}" for t in taps) or "none needed"


def whitened_pair(a: Array, b: Array) -> tuple[Array, Array, str]:
    """Both series whitened by autoregressions of their own, at the same times."""
    taps = [fitted(x, 1 + a.size // 10) for x in (a, b)]
    start = max(t.size for t in taps)
    white = [residual(x - x.mean(), t)[start - t.size :] for x, t in zip((a, b), taps, strict=True)]
    done = (
        f"Both series were whitened by autoregressions of order {taps[0].size} and "
        f"{taps[1].size}; the correlation is that of what they do not foretell."
    )
    return white[0], white[1], done


def repeats(x: Array) -> bool:
    """Whether it is a pattern that varies and comes three times or more, without any change.

    >>> repeats(np.tile([1.0, -1.0, 0.0], 7)), repeats(np.ones(21)), repeats(np.arange(21.0))
    (True, False, False)
    """
    if np.ptp(x) == 0:
        return False
    start = x[: min(64, x.size // 3)]
    for period in 1 + np.flatnonzero(x[1 : 1 + x.size // 3] == x[0]):
        again = x[period : period + start.size]
        if np.array_equal(start, again) and np.array_equal(x[period:], x[:-period]):
            return True
    return False


def neighbours(x: Array) -> tuple[float, float]:
    """The correlation of neighbours in the order given, and how many standard errors that is."""
    d = x - x.mean()
    size = float(d @ d)
    if x.size < 10 or size == 0:
        return 0.0, 0.0
    r = float(d[1:] @ d[:-1]) / size
    return r, (r + 1 / x.size) * x.size**0.5
