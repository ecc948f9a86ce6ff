"""The taps that make the exact likelihood largest.

Models with all lags are searched in the box of their partial autocorrelations (`reparametrize`),
whose faces are roots on the unit circle; others, with lags left out, in their taps themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]

from intertwine.series.likelihood import Likelihood
from intertwine.series.reparametrize import partial_of, taps_of
from intertwine.series.structure import Structure
from intertwine.series.yule_walker import autocovariance, yule_walker

Array = NDArray[Any]

#: How near partial autocorrelations of an AR factor come to 1; those of MA factors reach it.
_AR_EDGE = 1 - 1e-5

#: Partial autocorrelations nearer to 1 than this are said to be on the unit circle.
_ON_THE_EDGE = 1e-4

#: Searches begin no nearer to the edge than this.
_START_EDGE = 0.97

Objective = Callable[[Array], tuple[float, Array] | None]


@dataclass(frozen=True)
class Search:
    """Where a search ended: the point of the box, the parameters, how it went."""

    point: Array
    params: Array
    value: float
    converged: bool
    evaluations: int


class Box:
    """Parameters of a structure as points of a box, with derivatives."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.signs = np.where(structure.is_ar, 1.0, -1.0)
        edge = np.where(structure.is_ar, _AR_EDGE, 1.0)
        self.bounds = list(zip((-edge).tolist(), edge.tolist(), strict=True))
        ends = np.cumsum(structure.counts).tolist()
        self._blocks = [slice(a, b) for a, b in zip([0, *ends[:3]], ends, strict=True) if b > a]

    def params(self, point: Array) -> tuple[Array, Array]:
        """Taps at a point, and their derivatives: row i along ``point[i]``."""
        taps, rows = np.zeros(point.size), np.zeros((point.size, point.size))
        for block in self._blocks:
            taps[block], rows[block, block] = taps_of(point[block])
        return self.signs * taps, self.signs * rows

    def point(self, params: Array) -> Array | None:
        """The point of given taps, drawn in from the faces; None where there is none."""
        found = np.zeros(params.size)
        for block in self._blocks:
            partial = partial_of((self.signs * params)[block])
            if partial is None:
                return None
            found[block] = np.clip(partial, -_START_EDGE, _START_EDGE)
        return found

    def guess(self, w: Array) -> Array | None:
        """A point by least squares on the differenced series."""
        return self.point(hannan_rissanen(w, self.structure))

    def others(self) -> list[Array]:
        """Points to compare a guess with."""
        structure = self.structure
        tilted = np.where(structure.is_ar, 0.4, -0.4)
        return [np.zeros(structure.size), tilted, -tilted]

    def notes(self, point: Array) -> list[str]:
        """What roots on the unit circle say."""
        edge, is_ar = 1 - np.abs(point) < _ON_THE_EDGE, self.structure.is_ar
        found = []
        if (edge & is_ar).any():
            found.append(
                "An AR root lies on the unit circle: the series looks as if it needed one more "
                "difference."
            )
        if (edge & ~is_ar).any():
            found.append(
                "An MA root lies on the unit circle: the series looks differenced once too often, "
                "or has a trend or season that never changes. Its standard errors mean little."
            )
        return found


def exact_objective(likelihood: Likelihood, structure: Structure, box: Box) -> Objective:
    """Half the deviance for each sample, and its gradient, at a point of the box."""
    scale = 0.5 / likelihood.count

    def evaluate(point: Array) -> tuple[float, Array] | None:
        params, rows = box.params(point)
        found = likelihood.value_and_gradient(*structure.taps(params, rows))
        return None if found is None else (scale * found[0], scale * found[1])

    return evaluate


#: When searches end: at the optimum to the last digit, or near enough to compare models.
PRECISE, ROUGH = {"ftol": 1e-13, "gtol": 1e-7}, {"ftol": 1e-9, "gtol": 1e-5}


def search(
    evaluate: Objective, box: Box, starts: Iterable[Array], ends: dict[str, float] = PRECISE
) -> Search:
    """Go down from each start; the lowest end counts, the first of equals."""
    best: Search | None = None
    calls = 0

    def guarded(point: Array) -> tuple[float, Array]:
        nonlocal calls
        calls += 1
        found = evaluate(point)
        return (1e10, np.zeros(point.size)) if found is None else found

    for start in starts:
        done = minimize(
            guarded, start, jac=True, method="L-BFGS-B", bounds=box.bounds,
            options={**ends, "maxiter": 500, "maxls": 40},
        )  # fmt: skip
        if best is None or done.fun < best.value - 1e-9:
            ended = bool(done.success) or "ABNORMAL" in str(done.message)  # no lower point is near
            best = Search(done.x, box.params(done.x)[0], float(done.fun), ended, calls)
    assert best is not None
    return Search(best.point, best.params, best.value, best.converged, calls)


def search_free(likelihood: Likelihood, structure: Structure, start: Array) -> Search:
    """The same for models with lags left out: no box describes where they are stationary."""
    scale = 0.5 / likelihood.count
    calls = 0

    def value(params: Array) -> float:
        nonlocal calls
        calls += 1
        found = likelihood.profile(*structure.taps(params))
        return np.inf if found is None else scale * found.deviance

    def slope(params: Array) -> Array:
        found = likelihood.value_and_gradient(*structure.taps(params, np.eye(params.size)))
        return np.zeros(params.size) if found is None else scale * found[1]

    rough = minimize(value, start, method="Nelder-Mead", options={"maxiter": 200 * start.size})
    done = minimize(value, rough.x, jac=slope, method="BFGS", options={"gtol": 1e-7})
    x = done.x if done.fun <= rough.fun else rough.x
    small = bool(np.abs(slope(x)).max() < 1e-4)
    return Search(x, x, float(min(done.fun, rough.fun)), small, calls)


def hannan_rissanen(w: Array, structure: Structure) -> Array:
    """First guesses by least squares: errors of a long autoregression stand in for the true ones.

    Hannan and Rissanen (1982). `w` is differenced and has no gaps; the guess may be anything.
    """
    own = np.concatenate([structure.ar, np.multiply(structure.season, structure.seasonal_ar)])
    moving = np.concatenate([structure.ma, np.multiply(structure.season, structure.seasonal_ma)])
    lags = own.astype(int), moving.astype(int)
    w = w - w.mean()
    long = min(
        max(int(np.max(np.concatenate([*lags, [1]]))) + 4, int(3 * np.log(w.size))), w.size // 3
    )
    errors = w - _long_prediction(w, long)
    reach = int(np.max(np.concatenate([*lags, [0]])))
    start = reach + (long if structure.ma or structure.seasonal_ma else 0)
    if w.size - start < 2 * structure.size + 2:
        return np.zeros(structure.size)
    columns = [w[start - lag : w.size - lag] for lag in lags[0]]
    columns += [errors[start - lag : w.size - lag] for lag in lags[1]]
    guess = np.linalg.lstsq(np.array(columns).T, w[start:], rcond=None)[0]
    p, q, sp, _ = structure.counts
    return np.concatenate(
        [guess[:p], guess[p + sp : p + sp + q], guess[p : p + sp], guess[p + sp + q :]]
    )


def _long_prediction(w: Array, order: int) -> Array:
    """What an autoregression of this order, by Yule and Walker, predicts."""
    if order < 1:
        return np.zeros(w.size)
    covariance = autocovariance(w, order)
    if covariance[0] <= 0:
        return np.zeros(w.size)
    taps = yule_walker(covariance)[0]
    return np.convolve(w, np.concatenate([[0.0], taps]))[: w.size]
