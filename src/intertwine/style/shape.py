"""The shape of garments: edges of the silhouette and of the picture inside it, on two grids.

Colours do not count, only where brightness changes: a root of the edge's strength, and each grid
divided by its sum, so that a pale print weighs less than the cut. A garment and its mirror image
count as one.
"""

from __future__ import annotations

import numpy as np

from intertwine.base.checks import Array
from intertwine.style.edges import DIRECTIONS, by_direction, pooled, shares, slopes
from intertwine.style.garments import Garments

#: The square that shape looks at; smaller ones are looked at as they are.
SIDE = 56

#: What is pooled, into how many cells along each axis, with what weight.
GRIDS = (("silhouette", 4, 1.0), ("silhouette", 7, 0.7), ("picture", 7, 0.6))


def features(garments: Garments) -> Array:
    """Return (n, 1356) float32: for each grid, cells by cells by directions."""
    small = garments.reduced(min(SIDE, garments.side))
    channels = {
        "silhouette": _channels(small.masks, np.ones_like(small.masks)),
        "picture": _channels(small.grey, small.masks),
    }
    blocks = [weight * _block(channels[what], cells) for what, cells, weight in GRIDS]
    return np.concatenate(blocks, axis=1)


def _channels(grey: Array, weights: Array) -> Array:
    magnitude, parts = by_direction(*slopes(grey))
    return np.asarray(np.sqrt(magnitude) * weights * parts)


def _block(channels: Array, cells: int) -> Array:
    """Roots of the shares of one grid, (n, cells * cells * DIRECTIONS): of length about 1."""
    grid = np.moveaxis(pooled(channels, cells), 0, -1)
    return shares(grid + mirrored(grid))


def mirrored(grid: Array) -> Array:
    """The grid of the mirrored picture: columns reversed, direction k becomes -k."""
    reflected = -np.arange(DIRECTIONS) % DIRECTIONS
    return np.asarray(grid[:, :, ::-1, reflected])


def split(values: Array) -> list[Array]:
    """Split one number a feature into one map a grid, (cells, cells): sums over directions."""
    maps, start = [], 0
    for _, cells, _ in GRIDS:
        stop = start + cells * cells * DIRECTIONS
        maps.append(values[start:stop].reshape(cells, cells, DIRECTIONS).sum(axis=-1))
        start = stop
    return maps
