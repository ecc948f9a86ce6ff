"""The exact Gaussian likelihood of a series with differences, regressors and gaps.

A gap is an unknown number about which nothing is known beforehand, so it is one more regressor: a
unit impulse at its place. Integrating the likelihood over all gaps multiplies what generalised
least squares leaves by ``|D' S^-1 D|^(-1/2)``, with the impulses in the columns of D and the
series' covariance S (Kohn and Ansley 1986 for the filter that finds the same number). Differencing
keeps all of this linear, so that gaps under differences are no special case.

The whitening of columns is the core's (`engine.recursions`); what is left is least squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular  # type: ignore[import-untyped]

from intertwine.base.errors import OptionError, counted
from intertwine.engine.recursions import Taps, whiten
from intertwine.kernel import Kernel
from intertwine.series.polynomials import differenced

Array = NDArray[Any]

#: Numbers that the impulses of gaps may fill: a gigabyte.
_MOST_NUMBERS = 1 << 27


#: Ratio of the triangle's ends below which squares are not trusted.
_WELL_POSED = 1e-4


@dataclass(frozen=True)
class Profile:
    """The likelihood at given taps, at its largest over the regression and the variance.

    `deviance` is ``n log(S / n) + log|covariance|``, with the sum of squares S over n errors.
    """

    deviance: float
    squares: float
    log_determinant: float
    count: int
    coefficients: Array
    gaps: Array
    errors: Array
    white: Array
    r: Array | None

    @property
    def variance(self) -> float:
        """The variance of e that makes the likelihood largest."""
        return self.squares / self.count

    def log_likelihood(self, variance: float | None = None) -> float:
        """The logarithm of the likelihood, at this variance of e or at the best."""
        best = self.variance if variance is None else variance
        fit = self.count * np.log(2 * np.pi * best) + self.squares / best
        return float(-0.5 * (fit + self.log_determinant))


class Likelihood:
    """A series made ready: differenced, with a column for each gap and each regressor.

    Parameters
    ----------
    y : (N,) float64 array
        NaN are gaps.
    regressors : (M, N) float64 array
    differences : Kernel
    caller : str
        Who to name in errors.
    """

    def __init__(self, y: Array, regressors: Array, differences: Kernel, caller: str) -> None:
        self.differences, self.n = differences, y.size
        self.burn = differences.size - 1
        present = np.flatnonzero(~np.isnan(y))
        self.first, self.end = int(present[0]), int(present[-1]) + 1
        inner = y[self.first : self.end]
        self.gap_places = self.first + np.flatnonzero(np.isnan(inner))
        self.gap_count = self.gap_places.size
        if (self.gap_count + len(regressors) + 1) * inner.size > _MOST_NUMBERS:
            raise OptionError(
                f"{caller}: {counted(self.gap_count, 'gap')} in {counted(inner.size, 'sample')} "
                "take too much memory for the exact likelihood.\n"
                "  Thin the series out, or cut it where long stretches are missing."
            )
        raw = np.zeros((1 + self.gap_count + len(regressors), inner.size))
        raw[0] = np.nan_to_num(inner)
        raw[1 + np.arange(self.gap_count), self.gap_places - self.first] = 1.0
        raw[1 + self.gap_count :] = regressors[:, self.first : self.end]
        self.raw = raw
        self.columns = np.ascontiguousarray(differenced(raw, differences))
        self.count = self.columns.shape[1] - self.gap_count

    def profile(self, ar: Taps, ma: Taps, coefficients: Array | None = None) -> Profile | None:
        """Evaluate at these taps; with the regression's `coefficients` given, or the best.

        None where the taps are not stationary.
        """
        columns = self.columns
        fixed = 0
        if coefficients is not None and coefficients.size:
            fixed = coefficients.size
            columns = columns[: 1 + self.gap_count].copy()
            columns[0] -= coefficients @ self.columns[1 + self.gap_count :]
        found = whiten(columns, ar, ma)
        if found is None:
            return None
        white, log_determinant = found.white[0], float(np.log(found.variance[0]).sum())
        errors, r = white[0], None
        solved = np.empty(0)
        if len(white) > 1:
            r = _triangle(white[1:])
            half = solve_triangular(r, white[1:] @ errors, trans="T", check_finite=False)
            solved = solve_triangular(r, half, check_finite=False)
            errors = errors - solved @ white[1:]
            gap_scale = np.abs(np.diag(r)[: self.gap_count])
            log_determinant += 2 * float(np.log(gap_scale).sum())
        squares = float(errors @ errors)
        deviance = np.inf
        if np.isfinite(squares) and np.isfinite(log_determinant):
            least = np.finfo(float).tiny
            deviance = self.count * np.log(max(squares, least) / self.count) + log_determinant
        used = coefficients if fixed and coefficients is not None else solved[self.gap_count :]
        return Profile(
            deviance, squares, log_determinant, self.count, used, -solved[: self.gap_count],
            errors, white, r,
        )  # fmt: skip

    def gradient(self, profile: Profile, ar: Taps, ma: Taps) -> Array:
        """Derivatives of `deviance` along the planes of the taps, at the profile's regression."""
        if self.columns.shape[0] == 1:
            residual = self.columns
        else:
            known = np.concatenate([-profile.gaps, profile.coefficients])
            residual = self.columns[: 1 + self.gap_count].copy()
            residual[0] -= known @ self.columns[1:]
        found = whiten(residual, ar, ma)
        assert found is not None
        changes = (found.variance[1:] / found.variance[0]).sum(axis=1)
        if self.gap_count:
            k = self.gap_count
            assert profile.r is not None
            corner, own = profile.r[:k, :k], profile.white[1 : 1 + k]
            inverse = solve_triangular(corner, own, trans="T", check_finite=False)
            inverse = solve_triangular(corner, inverse, check_finite=False)
            changes += 2 * np.einsum("dkn,kn->d", found.white[1:, 1:], inverse)
        slopes = found.white[1:, 0] @ found.white[0, 0]
        squares = float(found.white[0, 0] @ found.white[0, 0])
        return np.asarray(2 * self.count * slopes / max(squares, 1e-300) + changes)

    def value_and_gradient(self, ar: Taps, ma: Taps) -> tuple[float, Array] | None:
        """`deviance` and its derivatives along the planes of the taps; None: not stationary."""
        if self.columns.shape[0] == 1:
            found = whiten(self.columns, ar, ma)
            if found is None:
                return None
            errors, variance = found.white[:, 0], found.variance
            squares = max(float(errors[0] @ errors[0]), float(np.finfo(float).tiny))
            slopes = errors[1:] @ errors[0]
            changes = variance[1:] @ (1 / variance[0])
            value = self.count * np.log(squares / self.count) + float(np.log(variance[0]).sum())
            return value, 2 * self.count * slopes / squares + changes
        profile = self.profile(ar.values_only(), ma.values_only())
        if profile is None or not np.isfinite(profile.deviance):
            return None
        return profile.deviance, self.gradient(profile, ar, ma)

    def coefficient_gradient(self, profile: Profile, ar: Taps, ma: Taps) -> Array:
        """Derivatives of `deviance` by the regression's coefficients, at those of the profile."""
        found = whiten(self.columns, ar, ma)
        assert found is not None
        regressors = found.white[0, 1 + self.gap_count :]
        return np.asarray(-2 * self.count * (regressors @ profile.errors) / profile.squares)

    def remaining(self, coefficients: Array) -> Array:
        """The series without its regression, gaps still 0, before differencing."""
        return np.asarray(self.raw[0] - coefficients @ self.raw[1 + self.gap_count :])

    def innovations(self, ar: Taps, ma: Taps, coefficients: Array) -> tuple[Array, Array]:
        """One-step prediction errors and their variances (of e: 1), NaN where there are none.

        Behind a gap they know of the past alone, not of what came later.
        """
        columns = self.columns[: 1 + self.gap_count].copy()
        columns[0] -= coefficients @ self.columns[1 + self.gap_count :]
        found = whiten(columns, ar, ma)
        assert found is not None
        errors, variance = np.full(self.n, np.nan), np.full(self.n, np.nan)
        here = slice(self.first + self.burn, self.end)
        white, spread = found.white[0], found.variance[0]
        if self.gap_count:
            rows, scale = _recursive_errors(white[0], white[1:])
        else:
            rows, scale = white[0], np.ones(white.shape[1])
        errors[here] = rows * np.sqrt(spread)
        variance[here] = spread * scale
        return errors, variance


def _triangle(rows: Array) -> Array:
    """R of ``rows.T = Q R``: by Cholesky where squaring loses little, else by reflections."""
    try:
        r = np.linalg.cholesky(rows @ rows.T).T
        scale = np.diag(r)
        if scale.min() > _WELL_POSED * scale.max():
            return r
    except np.linalg.LinAlgError:
        pass
    return np.asarray(np.linalg.qr(rows.T, mode="r"))


def _recursive_errors(y: Array, impulses: Array) -> tuple[Array, Array]:
    """What rows miss that are predicted from those before, gaps learned on the way.

    Recursive least squares (Plackett 1950): a row that is the first to hold a gap tells of it and
    is no error; so is each that a gap is told by. The second result is the variance of each.
    """
    k, n = impulses.shape
    errors, scale = np.full(n, np.nan), np.full(n, np.nan)
    known = np.zeros(k)
    spread = np.zeros((k, k))
    unknown = np.zeros((k, 0))  # directions of which nothing is known yet
    begins = np.argmax(impulses != 0, axis=1)
    open_ = np.zeros(k, bool)
    for t in range(n):
        for new in np.flatnonzero((begins == t) & ~open_):
            open_[new] = True
            direction = np.zeros((k, 1))
            direction[new] = 1.0
            unknown = np.hstack([unknown, direction])
        row = impulses[:, t]
        error = float(y[t] + row @ known)
        seen = row @ unknown if unknown.shape[1] else np.empty(0)
        if seen.size and np.abs(seen).max() > 1e-9:
            pivot = int(np.argmax(np.abs(seen)))
            gain = unknown[:, pivot] / seen[pivot]
            known = known - gain * error
            across = spread @ row
            spread = (
                spread
                - np.outer(gain, across)
                - np.outer(across, gain)
                + np.outer(gain, gain) * (1 + row @ across)
            )
            rest = np.delete(unknown, pivot, axis=1)
            unknown = rest - np.outer(gain, np.delete(seen, pivot))
            continue
        across = spread @ row
        size = 1.0 + float(row @ across)
        errors[t], scale[t] = error, size
        known = known - across * (error / size)
        spread = spread - np.outer(across, across) / size
    return errors, scale
