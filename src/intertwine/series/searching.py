"""Where a fit begins, which likelihood it climbs, and what it says about how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import approx_fprime  # type: ignore[import-untyped]

from intertwine.base.errors import OptionError, counted
from intertwine.series.approximate import css_value, whittle_value
from intertwine.series.estimate import (
    PRECISE,
    Box,
    Objective,
    Search,
    exact_objective,
    search,
    search_free,
)
from intertwine.series.likelihood import Likelihood
from intertwine.series.polynomials import differenced, differencing
from intertwine.series.structure import Structure

if TYPE_CHECKING:
    from intertwine.series.arima import ARIMA

Array = NDArray[Any]


#: From so many gaps on a search without them goes before that with them.
_MANY_GAPS = 4


def find(
    model: ARIMA, likelihood: Likelihood, ends: dict[str, float] = PRECISE
) -> tuple[Array, tuple[str, ...]]:
    """The best parameters, and what a reader should know of them."""
    structure = model.structure
    _refuse_perfect(model, likelihood)
    if structure.size == 0:
        return np.empty(0), ()
    if model.method != "ml" and likelihood.gap_count:
        raise OptionError(
            f"ARIMA.fit: method={model.method!r} takes no gaps, `x` has {likelihood.gap_count}.\n"
            "  Pass method='ml', which is exact with gaps."
        )
    if not structure.is_dense:
        _only_exact(model)
        found = search_free(likelihood, structure, np.zeros(structure.size))
        return found.params, _notes(found, None)
    box = structure.box()
    evaluate = _objective(model, likelihood, box)
    if likelihood.gap_count >= _MANY_GAPS:
        starts = [_without_gaps(likelihood, structure, box)]
    else:
        starts = starting_points(evaluate, likelihood, structure, box)
    found = search(evaluate, box, starts, ends)
    return found.params, _notes(found, box)


def _objective(model: ARIMA, likelihood: Likelihood, box: Box) -> Objective:
    structure = model.structure
    if model.method == "ml":
        return exact_objective(likelihood, structure, box)
    make = css_value if model.method == "css" else whittle_value
    value = make(likelihood, structure)

    def at(point: Array) -> float:
        return value(box.params(np.clip(point, *np.array(box.bounds).T))[0])

    def evaluate(point: Array) -> tuple[float, Array] | None:
        here = at(point)
        return None if not np.isfinite(here) else (here, approx_fprime(point, at, 1e-7))

    return evaluate


def starting_points(
    evaluate: Objective, likelihood: Likelihood, structure: Structure, box: Box
) -> list[Array]:
    """The guess by least squares, and the best of a few others where several optima may be.

    A model of one factor has one optimum in practice; AR against MA, or two factors of one kind,
    may trade places, so that two searches begin apart.
    """
    guess = box.guess(filled(likelihood))
    others = box.others()
    scored = [(found[0], i) for i, p in enumerate(others) if (found := evaluate(p)) is not None]
    ranked = [others[i] for _, i in sorted(scored)]
    if guess is None:
        return ranked[:2] if structure.size > 1 else ranked[:1]
    apart = structure.size > 1 and len(set(structure.is_ar.tolist())) > 1
    return [guess, *ranked[:1]] if apart else [guess]


def _without_gaps(likelihood: Likelihood, structure: Structure, box: Box) -> Array:
    """Where the search ends when gaps are filled, by lines and then by what the model says.

    Each gap costs a column in every step of a search, but few in one that begins near its end.
    """
    k = likelihood.gap_count
    w, point = filled(likelihood), None
    for _ in range(2):
        whole = Likelihood(w, likelihood.columns[1 + k :], differencing(0), "ARIMA.fit")
        evaluate = exact_objective(whole, structure, box)
        starts = starting_points(evaluate, whole, structure, box)
        point = search(evaluate, box, starts if point is None else [point]).point
        profile = likelihood.profile(*structure.taps(box.params(point)[0]))
        if profile is None:
            break
        w = likelihood.columns[0] + profile.gaps @ likelihood.columns[1 : 1 + k]
    assert point is not None
    return point


def filled(likelihood: Likelihood) -> Array:
    """The differenced series with gaps bridged by lines and regressors taken off roughly."""
    y = likelihood.raw[0].copy()
    if likelihood.gap_count:
        there = np.ones(y.size, bool)
        there[likelihood.gap_places - likelihood.first] = False
        y = np.interp(np.arange(y.size), np.flatnonzero(there), y[there])
    w = differenced(y, likelihood.differences)
    rows = likelihood.columns[1 + likelihood.gap_count :]
    if len(rows):
        w = w - np.linalg.lstsq(rows.T, w, rcond=None)[0] @ rows
    return np.asarray(w)


def _refuse_perfect(model: ARIMA, likelihood: Likelihood) -> None:
    left = filled(likelihood)
    scale = float(np.abs(likelihood.raw[0]).max()) or 1.0
    if float(np.ptp(left)) <= 1e-12 * scale:
        raise OptionError(
            f"ARIMA.fit: `x` less its differences and regressors is constant, {left[0]:.4g}: there "
            f"is no noise to model.\n  {model!r}\n"
            "  Extend the series as it is: its trend or season never changes."
        )


def _only_exact(model: ARIMA) -> None:
    if model.method != "ml":
        raise OptionError(
            f"ARIMA.fit: method={model.method!r} takes no lists of lags.\n  Pass method='ml'."
        )


def _notes(found: Search, box: Box | None) -> tuple[str, ...]:
    notes = []
    if not found.converged:
        notes.append(
            f"The search did not settle after {counted(found.evaluations, 'evaluation')}: "
            "the model may have more parameters than the data can tell."
        )
    if box is not None:
        notes += box.notes(found.point)
    return tuple(notes)
