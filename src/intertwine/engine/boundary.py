"""The index arithmetic behind each boundary of ``base/boundaries.py``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Boundaries whose outside is one number, not a copy of a sample.
FILLED = frozenset({"zero", "constant", "renormalize"})


def fold(index: NDArray[np.int64], n: int, boundary: str) -> NDArray[np.int64]:
    """Map positions on the endless line to positions in ``0..n-1``; -1 where there is no sample.

    >>> fold(np.arange(-3, 7), 4, "symmetric")
    array([2, 1, 0, 0, 1, 2, 3, 3, 2, 1])
    """
    if boundary in FILLED:
        return np.where((index >= 0) & (index < n), index, -1)
    if boundary == "nearest":
        return np.clip(index, 0, n - 1)
    if boundary == "wrap":
        return index % n
    if boundary == "symmetric":
        folded = index % (2 * n)
        return np.minimum(folded, 2 * n - 1 - folded)
    if n == 1:  # mirror of a single sample: its period 2n-2 would be zero
        return np.zeros_like(index)
    folded = index % (2 * n - 2)
    return np.minimum(folded, 2 * n - 2 - folded)
