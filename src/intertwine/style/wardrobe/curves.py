"""Outlines from a few points: smooth curves, mirrored halves, ellipses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Place = tuple[float, float]

#: Points that stand for the curve between two given ones.
_STEPS = 10


def smooth(*places: Place) -> list[Place]:
    """Return a curve through `places` (Catmull and Rom 1974), both ends included."""
    given = np.array([places[0], *places, places[-1]])
    t = np.arange(_STEPS)[:, None] / _STEPS
    parts = []
    for a, b, c, d in zip(given, given[1:], given[2:], given[3:], strict=False):
        parts.append(
            b
            + 0.5 * t * (c - a)
            + t**2 * (a - 2.5 * b + 2 * c - 0.5 * d)
            + t**3 * (1.5 * (b - c) + 0.5 * (d - a))
        )
    return [*_places(np.concatenate(parts)), places[-1]]


def mirrored(half: Sequence[Place]) -> list[Place]:
    """Return the outline whose right half runs along `half`, from top to bottom."""
    return [*half, *((-x, y) for x, y in reversed(half))]


def flipped(places: Sequence[Place]) -> list[Place]:
    """Return `places` mirrored in the middle line."""
    return [(-x, y) for x, y in places]


def ellipse(x: float, y: float, width: float, height: float) -> list[Place]:
    """Return an ellipse around (x, y) of that half width and half height."""
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    return _places(np.stack([x + width * np.cos(angle), y + height * np.sin(angle)], 1))


def _places(points: Points) -> list[Place]:
    return [(float(x), float(y)) for x, y in points]
