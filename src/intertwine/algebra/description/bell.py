"""Is it a derivative of a Gaussian?

A derivative of order m of ``exp(-y.y / 2)`` with ``y = L' (n - c)`` is, whatever its directions, a
sum of ``prod He_b(y_i) exp(-y.y / 2)`` over the b that add up to m, where He are Hermite's
polynomials. L and c are fitted by least squares and the sum in one linear step for each guess, as
in `gabor.py`. Moments say as much of a kernel that lies on the grid; of one that is thin and was
turned they say little, since its tails drown its middle.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from intertwine.algebra.description.measure import Measures
from intertwine.algebra.frame import Array

_MOST_TAPS = 1 << 16
_TAPS_A_PARAMETER = 3
_MOST_ORDER = 10
#: Energy missed by what was sampled as it is: nothing else comes nearer.
EXACT = 1e-6
#: Energy that a derivative may miss.
CLOSE = 0.05
_THINNEST = 0.5  # standard deviation in samples; below, a Gaussian is one tap
_WIDER = (1.0, 1.2, 1.5)  # than the energy, where fits begin


@dataclass(frozen=True)
class BellDerivative:
    """The best derivative of a Gaussian.

    Attributes
    ----------
    order : its order, 1 to 10.
    misfit : the share of the energy ``sum k**2`` that it misses.
    taps : what it explains of the kernel's, of ``sum |k|`` 1.
    """

    order: int
    misfit: float
    taps: Array


def best_derivative(found: Measures) -> BellDerivative | None:
    """Fit derivatives of the kernel's own parity; None when none comes near, or taps are few."""
    if np.iscomplexobj(found.taps) or found.parity == 0 or found.taps.size > _MOST_TAPS:
        return None
    from scipy.optimize import least_squares  # type: ignore[import-untyped]

    taps = found.taps.squeeze()
    values = taps.ravel() / np.linalg.norm(taps)
    places = np.indices(taps.shape).reshape(taps.ndim, -1)
    starts = [_start(places, values, wider) for wider in _WIDER]
    fits: list[BellDerivative] = []
    for order in range(2 if found.parity == 1 else 1, _MOST_ORDER + 1, 2):
        count = starts[0].size + len(_powers(order, taps.ndim))
        if _TAPS_A_PARAMETER * count > taps.size:
            break
        given = (order, places, values)
        first = min(starts, key=lambda start: float(np.sum(_missing(start, *given) ** 2)))
        fit = least_squares(_missing, first, max_nfev=30, args=given, ftol=1e-5)
        if _width(fit.x, taps.ndim) < _THINNEST:
            continue
        misfit = float(2 * fit.cost)
        worse = bool(fits) and misfit > 0.8 * fits[-1].misfit
        left = _missing(fit.x, *given).reshape(taps.shape)
        nearest = taps - left * np.linalg.norm(taps)
        fits.append(BellDerivative(order, misfit, nearest.reshape(found.taps.shape)))
        if worse or misfit < EXACT:
            break  # further orders are no better
    # The lowest order that comes as near as any: those above can only follow the noise.
    least = min((fit.misfit for fit in fits), default=0.0)
    return next((fit for fit in fits if fit.misfit <= 1.25 * least), None)


def _start(places: Array, values: Array, wider: float) -> Array:
    """L and c from the energy, whose variance is 1/2 to 3/2 of the Gaussian's in any direction."""
    energy = values**2
    centre = places @ energy
    away = places - centre[:, None]
    spread = (energy * away) @ away.T + 0.05 * np.eye(len(places))
    lower = np.linalg.cholesky(np.linalg.inv(spread)) / wider
    return np.concatenate([lower[np.tril_indices(len(places))], centre])


def _missing(parameters: Array, order: int, places: Array, values: Array) -> Array:
    """What the best derivative of this order leaves of `values`."""
    ndim = len(places)
    y = _lower(parameters, ndim).T @ (places - parameters[-ndim:, None])
    hermite = [_hermite(line, order) for line in y]
    bell = np.exp(-0.5 * np.sum(y**2, axis=0))
    basis = np.stack(
        [
            bell * np.prod([hermite[axis][p] for axis, p in enumerate(powers)], axis=0)
            for powers in _powers(order, ndim)
        ],
        axis=1,
    )
    orthogonal = np.linalg.qr(basis)[0]
    left: Array = values - orthogonal @ (orthogonal.T @ values)
    return left


def _width(parameters: Array, ndim: int) -> float:
    """The least standard deviation of the Gaussian in any direction."""
    return float(1 / np.linalg.norm(_lower(parameters, ndim), 2))


def _lower(parameters: Array, ndim: int) -> Array:
    lower = np.zeros((ndim, ndim))
    lower[np.tril_indices(ndim)] = parameters[:-ndim]
    return lower


def _hermite(y: Array, order: int) -> list[Array]:
    """``He_0 .. He_order``, by ``He_{n+1} = y He_n - n He_{n-1}``."""
    lines = [np.ones_like(y), y]
    for n in range(1, order):
        lines.append(y * lines[n] - n * lines[n - 1])
    return lines


def _powers(order: int, ndim: int) -> list[tuple[int, ...]]:
    return [a for a in itertools.product(range(order + 1), repeat=ndim) if sum(a) == order]
