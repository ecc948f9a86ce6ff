"""How many differences a series needs, by statsmodels' tests and the rules of R's forecast.

KPSS tells of trends (`ndiffs`), the strength of the season by STL of seasons (`nsdiffs`).
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.libraries import need
from intertwine.series.polynomials import differenced, differencing

Array = NDArray[Any]

#: Below this p-value KPSS takes one more difference.
_LEVEL = 0.05

#: Seasonal strength from which one seasonal difference is taken.
_STRONG = 0.64

#: Samples that the average of each phase of the season reaches over, in seasons.
_SEASONAL_WINDOW = 11

_MOST = 2

_PURPOSE = "Choosing differences (`d=` and `seasonal_d=` give them)"


def wanders(x: Array) -> bool:
    """Whether KPSS rejects a fixed level at 5 %, with ``trunc(3 sqrt(n) / 13)`` lags."""
    stattools: Any = need("statsmodels.tsa.stattools", _PURPOSE)
    outside: Any = need("statsmodels.tools.sm_exceptions", _PURPOSE)
    with warnings.catch_warnings():
        # The table ends at 1 % and 10 %, on either side of what is asked.
        warnings.simplefilter("ignore", outside.InterpolationWarning)
        found = stattools.kpss(x, "c", nlags=int(3 * math.sqrt(x.size) / 13), result_object=True)
    return bool(found.pvalue < _LEVEL)


def differences_needed(x: Array, most: int = _MOST) -> int:
    """Difference until KPSS has nothing against a fixed level."""
    d, least = 0, _rounding(x)
    while d < most and x.size > 3 and np.ptp(x) > least and wanders(x):
        x, d = np.diff(x), d + 1
    return d


def seasonal_strength(x: Array, season: int) -> float:
    """``1 - var(rest) / var(season + rest)`` (Wang, Smith and Hyndman 2006), from 0 to 1.

    Parts are those of STL (Cleveland et al. 1990) with the windows and steps of R's `mstl`.
    """
    if x.size <= 2 * season or np.ptp(x) <= _rounding(x):
        return 0.0
    seasonal: Any = need("statsmodels.tsa.seasonal", _PURPOSE)
    trend = _odd(1.5 * season / (1 - 1.5 / _SEASONAL_WINDOW))
    low_pass = _odd(season + 1)
    parts = seasonal.STL(
        x, period=season, seasonal=_SEASONAL_WINDOW, seasonal_deg=0, trend=trend,
        low_pass=low_pass, seasonal_jump=_step(_SEASONAL_WINDOW), trend_jump=_step(trend),
        low_pass_jump=_step(low_pass),
    ).fit(inner_iter=2)  # fmt: skip
    total = float(np.var(parts.seasonal + parts.resid))
    return max(0.0, 1 - float(np.var(parts.resid)) / total) if total > 0 else 0.0


def _odd(least: float) -> int:
    """The next odd integer."""
    whole = math.ceil(least)
    return whole + 1 - whole % 2


def _step(window: int) -> int:
    """Of ten samples of a window one is smoothed, those between lie on lines."""
    return math.ceil(window / 10)


def _rounding(x: Array) -> float:
    """Differences of `x` smaller than this are roundings."""
    return 1e-12 * float(np.abs(x).max())


def seasonal_differences_needed(x: Array, season: int) -> int:
    """One where the season is strong, else none."""
    return int(seasonal_strength(x, season) > _STRONG)


def bridged(x: Array) -> Array:
    """`x` with lines over its gaps."""
    there = np.isfinite(x)
    return np.interp(np.arange(x.size), np.flatnonzero(there), x[there])


def without_regressors(x: Array, regressors: Array) -> Array:
    """What least squares with a constant leaves of `x`, as R's `auto.arima` tests it."""
    if not len(regressors):
        return x
    there = np.isfinite(x)
    rows = np.concatenate([np.ones((1, x.size)), regressors])
    return np.asarray(x - np.linalg.lstsq(rows[:, there].T, x[there], rcond=None)[0] @ rows)


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
        d = differences_needed(y, _MOST - seasonal_d)
    return d, seasonal_d
