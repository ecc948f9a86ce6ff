"""The grid that data lie on: measured values are whole numbers of some unit, sums of them too.

On a grid a distribution is a row of numbers and a sum of terms a convolution; nothing is rounded.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Cells = NDArray[np.int64]

_MOST_DECIMALS = 9
_MOST = float(1 << 50)


def cells_on_grid(values: Array, eps: float) -> tuple[Cells, float] | None:
    """Whole numbers k and the unit g with ``values == offset + g * k``; None off any grid.

    The unit is a power of ten or the smallest gap between two values, times what all k share.
    Values may be off by the rounding that reading them from decimals leaves.

    >>> cells_on_grid(np.array([0.1, 0.3, 1.1]), 2.2e-16)
    (array([0, 1, 5]), 0.2)
    """
    for decimals in range(_MOST_DECIMALS + 1):
        scaled = values * 10.0**decimals
        if np.abs(scaled).max(initial=0.0) > _MOST:
            break
        if (np.abs(scaled - np.rint(scaled)) <= 4 * eps * np.abs(scaled)).all():
            return _reduced(np.rint(scaled), 10.0**-decimals)
    return _by_smallest_gap(values, eps)


def _by_smallest_gap(values: Array, eps: float) -> tuple[Cells, float] | None:
    distinct = np.unique(values)
    rounding = 8 * eps * float(np.abs(values).max())
    gaps = np.diff(distinct)
    gaps = gaps[gaps > rounding]
    if not gaps.size:
        return None
    steps = (values - distinct[0]) / gaps.min()
    # A gap is itself off by the rounding, which counts once for each step.
    slack = (steps.max() + 1) * rounding / gaps.min()
    if slack > 1e-3 or (np.abs(steps - np.rint(steps)) > slack).any():
        return None
    far = int(np.rint(steps.max()))
    return _reduced(np.rint(steps), float(distinct[-1] - distinct[0]) / far)


def _reduced(whole: Array, unit: float) -> tuple[Cells, float]:
    cells = whole.astype(np.int64)
    cells -= cells.min()
    shared = int(np.gcd.reduce(cells)) or 1
    return cells // shared, unit * shared
