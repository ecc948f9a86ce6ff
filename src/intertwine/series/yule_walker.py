"""Autoregressions from autocovariances, and from samples: Yule and Walker, Burg, least squares."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.convolution import correlate

Array = NDArray[Any]


def autocovariance(x: Array, lags: int) -> Array:
    """``x * ~x / n`` at lags 0 ... `lags`, the mean taken off.

    >>> autocovariance(np.array([1.0, 2.0, 4.0, 1.0]), 1).round(6).tolist()
    [1.5, -0.5]
    """
    centred = np.asarray(x, float) - np.mean(x)
    n = centred.size
    if n * (lags + 1) <= 1 << 16:
        direct: Array = (
            np.array([centred[: n - lag] @ centred[lag:] for lag in range(lags + 1)]) / n
        )
        return direct
    padded = np.concatenate([centred, np.zeros(lags)])
    found: Array = correlate(padded, centred, mode="valid") / n
    return found


def yule_walker(covariance: Array) -> tuple[Array, float, Array]:
    """Levinson's recursion: taps, the variance of their errors, partial autocorrelations.

    >>> yule_walker(np.array([1.0, 0.5, 0.25]))[0].tolist()
    [0.5, 0.0]
    """
    order = covariance.size - 1
    taps, variance, partial = np.zeros(order), float(covariance[0]), np.zeros(order)
    for m in range(order):
        if variance <= 0:
            break
        k = (covariance[m + 1] - taps[:m] @ covariance[m:0:-1]) / variance
        taps[:m] = taps[:m] - k * taps[:m][::-1]
        taps[m] = partial[m] = k
        variance *= 1 - k * k
    return taps, variance, partial


def burg(x: Array, order: int) -> tuple[Array, float, Array]:
    """Burg's (1975): each partial autocorrelation makes errors forwards and backwards smallest."""
    forward = np.asarray(x, float) - np.mean(x)
    backward = forward.copy()
    variance = float(forward @ forward) / forward.size
    taps, partial = np.zeros(order), np.zeros(order)
    for m in range(order):
        ahead, behind = forward[1:], backward[:-1]
        k = 2 * float(ahead @ behind) / float(ahead @ ahead + behind @ behind)
        forward, backward = ahead - k * behind, behind - k * ahead
        taps[:m] = taps[:m] - k * taps[:m][::-1]
        taps[m] = partial[m] = k
        variance *= 1 - k * k
    return taps, variance, partial


def least_squares(x: Array, order: int) -> tuple[Array, float, float]:
    """Each sample regressed on those before it and a constant: taps, variance, mean."""
    x = np.asarray(x, float)
    rows = np.column_stack(
        [np.ones(x.size - order), *(x[order - lag : x.size - lag] for lag in range(1, order + 1))]
    )
    solved = np.linalg.lstsq(rows, x[order:], rcond=None)[0]
    errors = x[order:] - rows @ solved
    taps = solved[1:]
    rest = 1 - taps.sum()
    mean = float(solved[0] / rest) if abs(rest) > 1e-12 else float(np.mean(x))
    return taps, float(errors @ errors) / errors.size, mean
