"""Fine detail: where buttons, pockets and seams are, on a grid four times as fine as shape's."""

from __future__ import annotations

import numpy as np

from intertwine.base.checks import Array
from intertwine.style.edges import pooled, shares, slopes
from intertwine.style.garments import Garments

CELLS = 28


def features(garments: Garments) -> Array:
    """Return (n, 784) float32: roots of each cell's share of the edges inside the garment."""
    down, right = slopes(garments.grey)
    magnitude = np.sqrt(down * down + right * right) * garments.inside
    grid = pooled(magnitude, CELLS)
    return shares(grid + grid[:, :, ::-1])
