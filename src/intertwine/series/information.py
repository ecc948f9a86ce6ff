"""How well the data tell the parameters: the curvature of the log-likelihood at its peak."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.series.likelihood import Likelihood, Profile
from intertwine.series.structure import Structure

Array = NDArray[Any]

#: Steps of the differences, as a fraction of a tap, and the least tap that they are a fraction of.
_STEP, _LEAST = 1e-4, 0.1


def information(
    likelihood: Likelihood, structure: Structure, params: Array, profile: Profile
) -> Array:
    """The observed information: minus the curvature of the log-likelihood, profiled over e.

    Of the regression's coefficients, then the taps; by central differences of the exact gradient.
    NaN where a step leaves the stationary models.
    """
    m, count = profile.coefficients.size, structure.size
    curvature = np.full((m + count, m + count), np.nan)
    for i in range(count):
        step = _STEP * max(abs(params[i]), _LEAST) * np.eye(count)[i]
        ends = [_slope(likelihood, structure, params + sign * step, profile) for sign in (1, -1)]
        if ends[0] is not None and ends[1] is not None:
            curvature[m + i] = (ends[0] - ends[1]) / (2 * step[i])
    curvature[m:, m:] = (curvature[m:, m:] + curvature[m:, m:].T) / 2
    if m:
        curvature[:m, m:] = curvature[m:, :m].T
        curvature[:m, :m] = _of_coefficients(likelihood, structure, params, profile)
    return curvature / 2


def _slope(likelihood: Likelihood, structure: Structure, at: Array, best: Profile) -> Array | None:
    """Derivatives of the deviance by coefficients and taps, with the coefficients held."""
    ar, ma = structure.taps(at)
    held = best.coefficients if best.coefficients.size else None
    here = likelihood.profile(ar, ma, held)
    if here is None:
        return None
    here = replace(here, coefficients=best.coefficients)
    parts = [likelihood.gradient(here, *structure.taps(at, np.eye(at.size)))]
    if held is not None:
        parts.insert(0, likelihood.coefficient_gradient(here, ar, ma))
    return np.concatenate(parts)


def _of_coefficients(
    likelihood: Likelihood, structure: Structure, params: Array, profile: Profile
) -> Array:
    """Exact: the sum of squares is quadratic in the regression; gaps are projected out."""
    full = likelihood.profile(*structure.taps(params))
    assert full is not None
    assert full.r is not None
    corner = full.r[likelihood.gap_count :, likelihood.gap_count :]
    return np.asarray(2 * likelihood.count * corner.T @ corner / profile.squares)
