"""Of poses that lie on each other the best stays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def distinct(poses: list[Array], distance: float) -> list[int]:
    """The first of those poses whose middles have come to lie on each other."""
    kept: list[int] = []
    for number, pose in enumerate(poses):
        if all(np.abs(pose[:2] - poses[other][:2]).max() >= distance for other in kept):
            kept.append(number)
    return kept


def apart(
    found: list[tuple[Array, float]],
    threshold: float | None,
    count: int | None,
    near: tuple[int, ...],
) -> list[tuple[Array, float]]:
    """The best poses whose middles keep their distance."""
    kept: list[tuple[Array, float]] = []
    for pose, score in sorted(found, key=lambda each: -each[1]):
        if score <= -1 or (threshold is not None and score < threshold):
            continue
        reach = np.array(near) * np.exp(pose[3])
        if any((np.abs(pose[:2] - other[:2]) < reach).all() for other, _ in kept):
            continue
        kept.append((pose, score))
        if len(kept) == count:
            break
    return kept
