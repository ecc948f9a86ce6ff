"""Clips that stick out of a recording: what their scores are worth beside those of whole clips."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def evidence(scores: Array, start: int, length: int, frames: int, most: float | None) -> Array:
    """Scores from the place `start` on, as whole clips as improbable would have them.

    By chance a correlation `r` of `m` independent samples is exceeded with a probability near
    ``(1 - r^2)^(m / 2)``, so that one of a share of them counts as ``r'`` with
    ``1 - r'^2 = (1 - r^2)^share``. Distances, `most` of them squared at no correlation, likewise.
    """
    place = start + np.arange(len(scores))
    share = (np.minimum(place + length, frames) - np.maximum(place, 0)) / length
    if (share == 1).all():
        return scores
    with np.errstate(divide="ignore"):
        if most is None:
            return _of_all(scores, share)
        return np.sqrt(most * (1 - _of_all(1 - scores**2 / (most * share), share)))


def _of_all(r: Array, share: Array) -> Array:
    square = np.minimum(r * r, 1)
    with np.errstate(invalid="ignore"):
        found = np.copysign(np.sqrt(-np.expm1(share * np.log1p(-square))), r)
    return np.where(share == 1, r, found)
