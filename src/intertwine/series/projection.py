"""Forecast means and variances: the whitening filter goes on, with errors of 0.

Each coming error reaches later samples through the inverse of phi times the differences, with the
gain that the filter has by then; so the variances are exact for short series too. Gaps that the
past holds are estimated with an error of their own, which adds to that of the forecasts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular  # type: ignore[import-untyped]

from intertwine.engine.recursions import Taps, forecast_variance, whiten
from intertwine.series.likelihood import Likelihood, Profile

Array = NDArray[Any]


def full_taps(ar: Taps, likelihood: Likelihood) -> Taps:
    """The taps of phi(B) times the differences, as those of ``1 - ...``."""
    polynomial = np.zeros(ar.reach + 1)
    polynomial[0] = 1.0
    polynomial[ar.lags] = -ar.values[0]
    return Taps.of(-np.convolve(polynomial, likelihood.differences.taps)[1:])


def project(
    likelihood: Likelihood, profile: Profile, ar: Taps, ma: Taps, coefficients: Array, steps: int
) -> tuple[Array, Array]:
    """Means of the next `steps` samples without their regression, and variances when e has 1.

    Steps count from the end of the data, gaps at the end included.
    """
    trailing = likelihood.n - likelihood.end
    ahead = steps + trailing
    k = likelihood.gap_count
    columns = likelihood.columns[: 1 + k].copy()
    columns[0] -= coefficients @ likelihood.columns[1 + k :]
    found = whiten(columns, ar, ma, ahead=ahead)
    assert found is not None
    raw = np.concatenate([likelihood.remaining(coefficients)[None], likelihood.raw[1 : 1 + k]])
    paths = integrated(found.forecast, raw, likelihood.differences.taps)
    variance = forecast_variance(found.state, ar, full_taps(ar, likelihood), ahead)
    mean = paths[0]
    if k:
        mean = mean + profile.gaps @ paths[1:]
        assert profile.r is not None
        spread = solve_triangular(profile.r[:k, :k], paths[1:], trans="T", check_finite=False)
        variance = variance + (spread**2).sum(axis=0)
    return mean[trailing:], variance[trailing:]


def integrated(changes: Array, past: Array, taps: Array) -> Array:
    """The rows whose differences are `changes`, carried on from the last samples of `past`."""
    lags = np.flatnonzero(taps)[1:]
    if lags.size == 0:
        return changes
    reach, steps = int(lags[-1]), changes.shape[1]
    rows = np.concatenate([past[:, past.shape[1] - reach :], np.zeros_like(changes)], axis=1)
    weights = taps[lags].astype(float)
    for t in range(reach, reach + steps):
        rows[:, t] = changes[:, t - reach] - rows[:, t - lags] @ weights
    return rows[:, reach:]
