"""Taps from partial autocorrelations: every point of the box (-1, 1)^p is a stationary model.

Levinson's and Durbin's recursion makes the taps of an AR polynomial from its partial
autocorrelations, one for one (Barndorff-Nielsen and Schou 1973; Monahan 1984). So optimisers search
a box, and roots on the unit circle are its faces. The same holds for MA polynomials, with the
opposite sign.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def taps_of(partial: Array) -> tuple[Array, Array]:
    """AR taps of partial autocorrelations, and the derivatives: row i along ``partial[i]``.

    >>> taps_of(np.array([0.5, -0.2]))[0]
    array([ 0.6, -0.2])
    """
    p = partial.size
    if p == 1:
        return partial.copy(), np.ones((1, 1))
    taps, rows = np.zeros(p), np.zeros((p, p))
    for m, k in enumerate(partial.tolist()):
        before, slopes = taps[:m].copy(), rows[:, :m].copy()
        taps[:m] = before - k * before[::-1]
        taps[m] = k
        rows[:, :m] = slopes - k * slopes[:, ::-1]
        rows[m, :m] -= before[::-1]
        rows[m, m] = 1.0
    return taps, rows


def partial_of(taps: Array) -> Array | None:
    """Partial autocorrelations of AR taps; None where they are not stationary.

    >>> partial_of(np.array([0.6, -0.2])).round(12)
    array([ 0.5, -0.2])
    """
    rest = np.array(taps, float)
    found = np.zeros(rest.size)
    for m in range(rest.size - 1, -1, -1):
        k = found[m] = rest[m]
        if not abs(k) < 1:
            return None
        before = rest[:m]
        rest = (before + k * before[::-1]) / (1 - k * k)
    return found
