"""How many differences a series needs: KPSS for trends, the strength of the season for seasons."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.convolution import convolve
from intertwine.kernel import Kernel
from intertwine.series.polynomials import differenced, differencing

Array = NDArray[Any]

#: The 5 % point of the KPSS statistic for a level (Kwiatkowski et al. 1992, table 1).
_KPSS_LEVEL = 0.463

#: Seasonal strength from which one seasonal difference is taken (as R's forecast does).
_STRONG = 0.64

_MOST = 2


def kpss(x: Array) -> float:
    """Kwiatkowski, Phillips, Schmidt and Shin (1992): large where the level wanders.

    Sums of what differs from the mean, squared, over the long-run variance by Bartlett's window of
    ``3 sqrt(n) / 13`` lags.

    >>> kpss(np.array([1.0, 1.0, -1.0, -1.0] * 10)) < 0.463 < kpss(np.arange(40.0))
    True
    """
    left = x - x.mean()
    n = left.size
    lags = int(3 * np.sqrt(n) / 13)
    variance = left @ left
    for k in range(1, lags + 1):
        variance += 2 * (1 - k / (lags + 1)) * (left[k:] @ left[:-k])
    sums = np.cumsum(left)
    return float(sums @ sums / (n * variance)) if variance > 0 else 0.0


def differences_needed(x: Array, most: int = _MOST) -> int:
    """Difference until KPSS has nothing against a fixed level."""
    d = 0
    while d < most and x.size > 10 and np.ptp(x) > 0 and kpss(x) > _KPSS_LEVEL:
        x, d = np.diff(x), d + 1
    return d


def seasonal_strength(x: Array, season: int) -> float:
    """``1 - var(rest) / var(season + rest)`` (Wang, Smith and Hyndman 2006), from 0 to 1.

    The trend is a centred average over one season; the season of each phase is an average over
    seven years of what is left. Both are convolutions.
    """
    if x.size < 2 * season + 1:
        return 0.0
    taps = np.ones(season + 1 - season % 2) / season
    if season % 2 == 0:
        taps[[0, -1]] /= 2
    trend = convolve(x, Kernel(taps), mode="valid")
    half = (taps.size - 1) // 2
    left = x[half : half + trend.size] - trend
    seasonal = np.empty_like(left)
    for phase in range(season):
        own = left[phase::season]
        if own.size:
            seasonal[phase::season] = convolve(own, Kernel(np.ones(7) / 7), boundary="renormalize")
    total, rest = float(np.var(left)), float(np.var(left - seasonal))
    return max(0.0, 1 - rest / total) if total > 0 else 0.0


def seasonal_differences_needed(x: Array, season: int) -> int:
    """One where the season is strong, else none."""
    return int(seasonal_strength(x, season) > _STRONG)


def bridged(x: Array) -> Array:
    """`x` with lines over its gaps."""
    there = np.isfinite(x)
    return np.interp(np.arange(x.size), np.flatnonzero(there), x[there])


def choose_differences(
    x: Array, season: int, d: int | None, seasonal_d: int | None
) -> tuple[int, int]:
    """Both numbers of differences, where they are not given."""
    y = bridged(x)
    if seasonal_d is None:
        seasonal_d = seasonal_differences_needed(y, season) if season > 1 else 0
    if seasonal_d:
        y = differenced(y, differencing(0, seasonal_d, season))
    if d is None:
        d = differences_needed(y, _MOST - seasonal_d if seasonal_d else _MOST)
    return d, seasonal_d
