"""The texture of garments: how strong edges of each direction and scale are, wherever they are."""

from __future__ import annotations

import numpy as np

from intertwine.base.checks import Array
from intertwine.style.edges import by_direction, slopes
from intertwine.style.garments import Garments

#: Sobel's taps spread so many pixels apart: fine to coarse.
DILATIONS = (1, 2, 4)


def features(garments: Garments) -> Array:
    """Return (n, 39) float32: for each scale, 12 directions' strengths and their spread."""
    inside = garments.inside
    area = np.maximum(inside.sum(axis=(1, 2)), 1)
    columns = []
    for dilation in DILATIONS:
        magnitude, parts = by_direction(*slopes(garments.grey, dilation))
        magnitude *= inside
        mean = (magnitude * parts).sum(axis=(2, 3)) / area
        square = (magnitude * magnitude).sum(axis=(1, 2)) / area
        columns += [np.sqrt(mean).T, np.sqrt(np.sqrt(square))[:, np.newaxis]]
    return np.concatenate(columns, axis=1).astype(np.float32)
