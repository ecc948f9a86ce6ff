"""The autoregression that whitens a series, by Burg's method (1975), its order by AICc.

Burg's recursion takes at every order the reflection that leaves the least error forwards and
backwards; it stays inside the data, and its filter is always stable.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def burg(series: Sequence[Array], most: int) -> Array:
    """Taps that predict each sample from those before, nearest first; shared by all the series.

    Of the orders 0 to `most` the one with the least corrected Akaike criterion is taken.

    >>> from scipy.signal import lfilter
    >>> noise = np.random.default_rng(3).normal(size=400)
    >>> burg([lfilter([1.0], [1.0, -0.8], noise)], 5).round(1)
    array([0.8])
    """
    forward = [np.asarray(x, float) for x in series]
    backward = list(forward)
    size = sum(x.size for x in forward)
    power = sum(float(x @ x) for x in forward) / size
    taps: Array = np.zeros(0)
    best, least = taps, _criterion(power, 0, size)
    for order in range(1, min(most, min(x.size for x in forward) - 2) + 1):
        if power <= 0:
            break
        forward = [f[1:] for f in forward]
        backward = [b[:-1] for b in backward]
        agree = sum(float(f @ b) for f, b in zip(forward, backward, strict=True))
        total = sum(float(f @ f + b @ b) for f, b in zip(forward, backward, strict=True))
        if total <= 0:
            break
        reflection = 2 * agree / total
        forward, backward = (
            [f - reflection * b for f, b in zip(forward, backward, strict=True)],
            [b - reflection * f for f, b in zip(forward, backward, strict=True)],
        )
        taps = np.append(taps - reflection * taps[::-1], reflection)
        power *= 1 - reflection**2
        found = _criterion(power, order, size)
        if found < least:
            best, least = taps, found
    return best


def residual(x: Array, taps: Array) -> Array:
    """What the taps do not foretell, from the first sample that has all its predecessors."""
    return np.convolve(x, np.concatenate([[1.0], -taps]), mode="valid")


def _criterion(power: float, order: int, size: int) -> float:
    if power <= 0:
        return -np.inf
    spare = max(size - order - 2, 1)
    return size * float(np.log(power)) + 2 * (order + 1) * size / spare
