"""A photo to test with."""

from __future__ import annotations

import numpy as np


def textured(height: int, width: int) -> np.ndarray:
    """A lopsided colour picture: a slope, stripes and grain, different in every channel."""
    rng = np.random.default_rng(7)
    row, column = np.mgrid[:height, :width].astype(float)
    stripes = 40 * np.sin(0.3 * row + 0.11 * column) + 30 * (column > 0.6 * width)
    slopes = np.stack([40 + 0.4 * row, 150 - 0.3 * column, 90 + 0.2 * (row - column)], axis=2)
    levels = slopes + stripes[..., None] + rng.normal(0, 6, (height, width, 3))
    return np.clip(levels.round(), 0, 255).astype(np.uint8)
