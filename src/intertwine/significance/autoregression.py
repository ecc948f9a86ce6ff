"""The autoregression that whitens a series: Burg's recursion, its order by AICc.

Burg's recursion stays inside the data, and its filter is always stable. Of the orders up to the
largest that is tried the one with the least corrected Akaike criterion is taken.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intertwine.series import yule_walker

Array = NDArray[np.float64]

_ANGLES = 4096  # frequencies from 0 to half a cycle at which a spectrum is looked at


def fitted(series: Array, most: int) -> Array:
    """Taps that predict each sample from those before, nearest first.

    >>> from scipy.signal import lfilter
    >>> noise = np.random.default_rng(3).normal(size=400)
    >>> fitted(lfilter([1.0], [1.0, -0.8], noise), 5).round(1)
    array([0.8])
    """
    size = series.size
    most = min(most, size - 3)
    if most < 1 or np.ptp(series) == 0:
        return np.zeros(0)
    partial = _partial(series, most)
    good = np.flatnonzero(~(np.abs(partial) < 1))
    partial = partial[: good[0]] if good.size else partial
    orders = np.arange(partial.size + 1)
    power = np.concatenate([[0.0], np.cumsum(np.log1p(-(partial**2)))])
    order = int(np.argmin(size * power + 2 * (orders + 1) * size / (size - orders - 2)))
    taps: Array = np.zeros(0)
    for reflection in partial[:order]:
        taps = np.append(taps - reflection * taps[::-1], reflection)
    return taps


def _partial(series: Array, most: int) -> Array:
    """Partial autocorrelations, up to where a series is foretold without any error."""
    for order in range(most, 0, -1):
        try:
            return np.asarray(yule_walker.burg(series, order)[2], np.float64)
        except ZeroDivisionError:
            continue
    return np.zeros(0)


def residual(x: Array, taps: Array) -> Array:
    """What the taps do not foretell, from the first sample that has all its predecessors."""
    return np.convolve(x, np.concatenate([[1.0], -taps]), mode="valid")


def reach(taps: Array) -> float:
    """Up to which angular frequency the power of the series stays within a factor 2 of that at 0.

    >>> round(reach(np.array([0.8])), 2)
    0.22
    """
    inverse = np.abs(np.fft.rfft(np.concatenate([[1.0], -taps]), 2 * _ANGLES)) ** 2
    beyond = np.flatnonzero((inverse > 2 * inverse[0]) | (2 * inverse < inverse[0]))
    return float(np.pi * beyond[0] / _ANGLES) if beyond.size else float(np.pi)


def spread_of_sum(taps: Array) -> float:
    """How uncertain the sum of the taps is: n times its variance over that of the errors.

    The covariance of fitted taps is the inverse of the process's, by Gohberg and Semencul's
    formula (1972).
    """
    order = taps.size
    ahead = np.cumsum(np.concatenate([[1.0], -taps])[:order])
    behind = np.cumsum(-taps[::-1])
    return max(0.0, float(ahead @ ahead - behind @ behind))
