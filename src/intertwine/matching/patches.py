"""Which parts of a pattern are covered: those that fit worst, while the others are compared.

The pattern is cut into patches. Those that differ most from what is seen are left out, the rest is
compared anew, and so on: least trimmed squares (Rousseeuw and Van Driessen, "Computing LTS
regression for large data sets", 2006), patch by patch. What is left out makes every score larger,
that of chance too. The score is then a mean over patches, each with its own mean level, so that one
edge that fits is not enough.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Mask = NDArray[np.bool_]

#: Patches along each axis, and how many more of them than its share a cover touches.
ALONG, TOUCHED = 8, 1.5

#: Patches have no texture below this part of the usual deviation.
FLAT = 0.15

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


def score(own: Array, samples: Array, counts: Mask, patches: NDArray[np.intp]) -> float:
    """The mean zncc of patches twice as large on the samples that count, 1 for copies.

    With ``v_k, v_w, c`` the variances and covariance in a patch of n samples, held up by floors:
    ``sum n c / sqrt(v_k v_w) / sum n``; patches without texture weigh less.
    """
    half = ALONG // 2
    flat = (patches // ALONG // 2 * half + patches % ALONG // 2).reshape(-1)
    number = counts.sum(0).reshape(-1).astype(float)
    size = np.bincount(flat, number, half**2)
    own_power, power, common = (np.zeros(half**2) for _ in range(3))
    for k, w, seen in zip(own, samples, counts, strict=True):
        k, w = (_own_level(x.reshape(-1), seen.reshape(-1), flat) for x in (k, w))
        own_power += np.bincount(flat, k * k, half**2)
        power += np.bincount(flat, w * w, half**2)
        common += np.bincount(flat, k * w, half**2)
    total = max(size.sum(), 1)
    floors = [FLAT**2 * p.sum() / total * size for p in (own_power, power)]
    k_held, w_held = np.maximum(own_power, floors[0]), np.maximum(power, floors[1])
    held = np.sqrt(k_held * w_held)
    found = (size * np.divide(common, held, out=np.zeros(half**2), where=held > 0)).sum()
    best = (size * np.divide(own_power, k_held, out=np.zeros(half**2), where=k_held > 0)).sum()
    return float(np.clip(found / best, -1, 1)) if best > 0 else -1.0


def _own_level(x: Array, seen: Array, flat: Array) -> Array:
    """Samples without their patch's mean, zero where they do not count."""
    count = np.maximum(np.bincount(flat, seen, (ALONG // 2) ** 2), 1)
    x = np.where(seen, x, 0)
    return np.where(seen, x - (np.bincount(flat, x, (ALONG // 2) ** 2) / count)[flat], 0)


def _standard(x: Array, counts: Mask) -> Array:
    """All samples, with the means of those that count taken off, by their deviation."""
    number = np.maximum(counts.sum((1, 2), keepdims=True), 1)
    x = x - np.where(counts, x, 0).sum((1, 2), keepdims=True) / number
    deviation = float(np.sqrt((np.where(counts, x, 0) ** 2).sum() / max(counts.sum(), 1)))
    return x / (deviation or 1.0)
