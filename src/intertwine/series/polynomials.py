"""Polynomials in the lag operator B, as causal kernels: products are compositions.

``1 - 0.5 B`` is the kernel ``[1, -0.5]`` with its origin at the first tap; differencing is
``[1, -1]``, and every D-fold seasonal difference one composition more.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.kernel import Kernel

Array = NDArray[Any]


def lag_kernel(taps: Array, step: int = 1, name: str | None = None) -> Kernel:
    """The causal kernel of ``1 + taps[0] B^step + taps[1] B^(2 step) + ...``.

    >>> lag_kernel(np.array([-1.0]), step=3).taps
    array([ 1.,  0.,  0., -1.])
    """
    spread = np.zeros(len(taps) * step + 1)
    spread[0] = 1.0
    spread[step::step] = taps
    return Kernel(spread, origin=0, name=name)


def differencing(d: int, seasonal_d: int = 0, season: int = 1) -> Kernel:
    """``(1 - B)^d (1 - B^season)^seasonal_d``, whole taps.

    >>> differencing(1, 1, 4).taps
    array([ 1, -1,  0,  0, -1,  1])
    """
    simple = Kernel([1, -1], origin=0) ** d if d else Kernel([1], origin=0)
    if not seasonal_d:
        return simple
    step = np.zeros(season + 1, int)
    step[[0, -1]] = 1, -1
    return simple * Kernel(step, origin=0) ** seasonal_d


def differenced(x: Array, kernel: Kernel) -> Array:
    """What is left of the rows of `x` where the causal `kernel` lies inside them.

    >>> differenced(np.array([1.0, 4.0, 9.0, 16.0]), differencing(2))
    array([2., 2.])
    """
    taps = kernel.taps
    reach = taps.size - 1
    n = x.shape[-1] - reach
    out = np.zeros((*x.shape[:-1], n))
    for lag in np.flatnonzero(taps):  # few: a difference of a season has four
        out += taps[lag] * x[..., reach - lag : reach - lag + n]
    return out


def text(taps: Array, letter: str = "B") -> str:
    """A polynomial as people write it; taps of lags 0, 1, ...

    >>> text(np.array([1.0, -0.5, 0.0, 0.25]))
    '1 - 0.5 B + 0.25 B^3'
    """
    parts: list[str] = []
    for lag in np.flatnonzero(taps):
        size = f"{abs(taps[lag]):.4g}"
        power = "" if lag == 0 else letter if lag == 1 else f"{letter}^{lag}"
        term = power if size == "1" and power else f"{size} {power}".strip()
        sign = "-" if taps[lag] < 0 else "+"
        parts.append(f"{sign} {term}" if parts else f"-{term}" if sign == "-" else term)
    return " ".join(parts) or "0"


def roots(taps: Array, most: int = 400) -> Array:
    """Roots in B of a polynomial with taps at lags 0, 1, ...; stationary ones lie outside 1.

    A polynomial in ``B^s`` is solved in that and its roots spread over the circle.
    """
    lags = np.flatnonzero(taps)
    if lags[-1] == 0:
        return np.empty(0, complex)
    step = int(np.gcd.reduce(lags[lags > 0]))
    packed = np.asarray(taps)[: lags[-1] + 1 : step]
    if packed.size - 1 > most:
        raise ValueError(f"degree {packed.size - 1}")  # callers ask polynomials by factors
    found = np.roots(packed[::-1]).astype(complex)
    if step == 1:
        return found
    circle = np.exp(2j * np.pi * np.arange(step) / step)
    spread: Array = found[:, None] ** (1 / step) * circle
    return spread.ravel()
