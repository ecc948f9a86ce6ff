"""Two objectives beside the exact likelihood: conditional squares, and Whittle's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.engine.recursions import Taps, rational_filter
from intertwine.series.likelihood import Likelihood
from intertwine.series.structure import Structure

Array = NDArray[Any]

Value = Callable[[Array], float]


def css_value(likelihood: Likelihood, structure: Structure) -> Value:
    """Half the logarithm of the mean squared error, given the first samples (Box and Jenkins).

    Errors before the first complete set of AR lags count as 0.
    """
    columns = likelihood.columns

    def value(params: Array) -> float:
        ar, ma = structure.taps(params)
        start = ar.reach
        moved = rational_filter(columns, Taps.of(np.zeros(0)), _negative(ar))[:, start:]
        errors = rational_filter(np.ascontiguousarray(moved), _negative(ma), Taps.of(np.zeros(0)))
        left = errors[0]
        if len(errors) > 1:
            left = left - np.linalg.lstsq(errors[1:].T, left, rcond=None)[0] @ errors[1:]
        return 0.5 * float(np.log(left @ left / left.size))

    return value


def _negative(taps: Taps) -> Taps:
    return Taps(taps.lags, -taps.values)


def whittle_value(likelihood: Likelihood, structure: Structure) -> Value:
    """Whittle's (1953): the spectrum of the model against the periodogram of the series.

    Regressors are taken off by least squares beforehand.
    """
    w = likelihood.columns[0]
    if len(likelihood.columns) > 1:
        rows = likelihood.columns[1:]
        w = w - np.linalg.lstsq(rows.T, w, rcond=None)[0] @ rows
    n = w.size
    periodogram = np.abs(np.fft.rfft(w))[1 : (n - 1) // 2 + 1] ** 2 / n
    step = np.exp(-2j * np.pi * np.arange(1, periodogram.size + 1) / n)

    def value(params: Array) -> float:
        ar, ma = structure.taps(params)
        above = 1 + sum(v * step**lag for lag, v in zip(ma.lags, ma.values[0], strict=True))
        below = 1 - sum(v * step**lag for lag, v in zip(ar.lags, ar.values[0], strict=True))
        shape = np.abs(above / below) ** 2
        with np.errstate(divide="ignore"):
            level = np.mean(periodogram / shape)
            return 0.5 * float(np.log(level) + np.mean(np.log(shape)))

    return value
