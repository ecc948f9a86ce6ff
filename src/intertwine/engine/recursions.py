"""Rational kernels ``theta(B) / phi(B)``: filters, and the exact whitening of their series.

Taps are sparse: `Taps` holds lags that rise from 1 and the numbers at them, in the convention
``phi(B) = 1 - sum ar B^lag`` and ``theta(B) = 1 + sum ma B^lag``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine import _core
from intertwine.base import threads as thread_count
from intertwine.engine import memory

Array = NDArray[Any]

_NONE = np.empty(0)


@dataclass(frozen=True)
class Taps:
    """Lags and taps of one polynomial; a row of taps for each derivative may follow.

    Examples
    --------
    >>> Taps.of(np.array([0.5, 0.0, -0.2])).lags
    array([1, 3])
    """

    lags: Array
    values: Array

    @classmethod
    def of(cls, taps: Array) -> Taps:
        """Keep what is not 0 of the taps at lags 1, 2, ..., or of rows of them."""
        rows = np.atleast_2d(np.asarray(taps, float))
        kept = np.flatnonzero(rows.any(axis=0))
        return cls(kept.astype(np.int64) + 1, np.ascontiguousarray(rows[:, kept]))

    def values_only(self) -> Taps:
        """The same without derivatives."""
        return Taps(self.lags, self.values[:1])

    @property
    def reach(self) -> int:
        """The longest lag, 0 without any."""
        return int(self.lags[-1]) if self.lags.size else 0


@dataclass(frozen=True)
class Whitened:
    """What `whiten` finds; without derivatives the first axis of each is 1 long."""

    white: Array
    variance: Array
    forecast: Array
    state: Array


def whiten(
    x: Array, ar: Taps, ma: Taps, *, ahead: int = 0, colour: bool = False
) -> Whitened | None:
    """Prediction errors of each row of `x` over their standard deviation; None: not stationary.

    Parameters
    ----------
    x : (C, N) float64 array
    ar, ma : Taps
        With D derivatives both have 1 + D rows of values.
    ahead : int
        How many samples to forecast; only without derivatives.
    colour : bool
        The inverse: `x` is white, the result is series of the model.

    Returns
    -------
    Whitened
        `white` (1 + D, C, N), `variance` (1 + D, N) of the errors when that of e is 1, `forecast`
        (C, ahead), and the `state` that `forecast_variance` goes on from.

    Examples
    --------
    >>> ar, ma = Taps.of(np.array([0.6])), Taps.of(np.zeros(0))
    >>> whiten(np.array([[1.0, 0.6, 0.36]]), ar, ma).white.round(3).tolist()
    [[[0.8, 0.0, 0.0]]]
    """
    columns, n = x.shape
    planes = ar.values.shape[0]
    white, variance = np.empty((planes, columns, n)), np.empty((planes, n))
    forecast = np.empty((columns, ahead)) if ahead else _NONE
    state = np.empty(1 + 2 * max(ar.reach, ma.reach)) if ahead else _NONE
    stationary = _core.innovations(
        x, ar.lags, ar.values, ma.lags, ma.values, planes - 1, white, variance, forecast, state,
        colour,
    )  # fmt: skip
    return Whitened(white, variance, forecast, state) if stationary else None


def forecast_variance(state: Array, ar: Taps, full: Taps, ahead: int) -> Array:
    """Mean squared errors of forecasts 1 ... `ahead` steps on, when the variance of e is 1.

    `full` is phi times the differences: its inverse carries each error to the later samples.
    """
    out = np.empty(ahead)
    _core.forecast_variance(state, ar.lags, ar.values, full.lags, full.values, out)
    return out


def rational_filter(x: Array, ar: Taps, ma: Taps, threads: int | None = None) -> Array:
    """Filter each row of `x`, at rest before its first sample.

    Examples
    --------
    >>> half, none = Taps.of(np.array([0.5])), Taps.of(np.zeros(0))
    >>> rational_filter(np.array([[1.0, 0.0, 0.0]]), half, none).tolist()
    [[1.0, 0.5, 0.25]]
    """
    out = memory.empty(x.shape, np.dtype(float))
    if out.size:
        _core.rational_filter(
            x, ar.lags, ar.values, ma.lags, ma.values, out, thread_count.resolve(threads)
        )
    return out
