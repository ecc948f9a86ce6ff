"""Which parts of a pattern are covered: those that fit worst, while the others are compared.

The pattern is cut into patches. Those that differ most from what is seen are left out, the rest is
compared anew, and so on: least trimmed squares (Rousseeuw and Van Driessen, "Computing LTS
regression for large data sets", 2006), patch by patch. What is left out makes every score larger,
that of chance too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Mask = NDArray[np.bool_]

#: Patches along each axis, and how many more of them than its share a cover touches.
ALONG, TOUCHED = 8, 1.5

#: Times that patches are left out anew.
ROUNDS = 3


def labels(shape: tuple[int, ...]) -> NDArray[np.intp]:
    """The number of each sample's patch (H, W)."""
    rows, columns = (np.arange(n) * ALONG // max(n, ALONG) for n in shape)
    return rows[:, None] * ALONG + columns


def uncovered(
    own: Array, samples: Array, counts: Mask, patches: NDArray[np.intp], covered: float
) -> Mask:
    """The samples that count (C, H, W) without the patches that fit worst."""
    flat = patches.reshape(-1)
    number = np.bincount(flat, counts.sum(0).reshape(-1), ALONG**2)
    whole = int(np.count_nonzero(number))
    drop = min(round(TOUCHED * covered * whole), whole - 1)
    kept = counts
    for _ in range(ROUNDS):
        gap = np.where(counts, (_standard(own, kept) - _standard(samples, kept)) ** 2, 0)
        each = np.bincount(flat, gap.sum(0).reshape(-1), ALONG**2) / np.maximum(number, 1)
        worst = np.argsort(np.where(number > 0, each, -1.0))[ALONG**2 - drop :]
        fits = np.ones(ALONG**2, bool)
        fits[worst] = False
        kept = counts & fits[patches]
    return kept


def _standard(x: Array, counts: Mask) -> Array:
    """All samples, with the means of those that count taken off, by their deviation."""
    number = np.maximum(counts.sum((1, 2), keepdims=True), 1)
    x = x - np.where(counts, x, 0).sum((1, 2), keepdims=True) / number
    deviation = float(np.sqrt((np.where(counts, x, 0) ** 2).sum() / max(counts.sum(), 1)))
    return x / (deviation or 1.0)
