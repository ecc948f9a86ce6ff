"""Emblems: small shapes on the chest, as outlines of half width 1."""

from __future__ import annotations

import numpy as np

from intertwine.style.wardrobe.curves import Place, ellipse


def _star() -> list[Place]:
    angle = -np.pi / 2 + np.arange(10) * np.pi / 5
    radius = np.where(np.arange(10) % 2, 0.42, 1.0)
    return _places(radius * np.cos(angle), radius * np.sin(angle))


def _heart() -> list[Place]:
    t = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    x = np.sin(t) ** 3
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) / 16
    return _places(x, y)


def _places(x: np.ndarray, y: np.ndarray) -> list[Place]:
    return [(float(a), float(b)) for a, b in zip(x, y, strict=True)]


EMBLEMS: dict[str, list[Place]] = {
    "disc": ellipse(0, 0, 0.9, 0.9),
    "star": _star(),
    "heart": _heart(),
    "diamond": [(0, -1), (0.7, 0), (0, 1), (-0.7, 0)],
    "bolt": [(0.3, -1), (-0.6, 0.15), (-0.05, 0.15), (-0.3, 1), (0.6, -0.2), (0.05, -0.2)],
}
