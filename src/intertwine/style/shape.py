"""The shape of garments: edges of the silhouette and of the picture inside it, on two grids.

Colours do not count, only where brightness changes: a root of the edge's strength, and each grid
divided by its sum, so that a pale print weighs less than the cut. The mirror image's
features are the same numbers in another order (`mirrored`).
"""

from __future__ import annotations

import numpy as np

from intertwine.base.checks import Array
from intertwine.style.edges import DIRECTIONS, by_direction, pooled, shares, slopes
from intertwine.style.garments import Garments

#: The square that shape looks at; smaller ones are looked at as they are.
SIDE = 56

#: What is pooled, and into how many cells along each axis.
GRIDS = (("silhouette", 4), ("silhouette", 7), ("picture", 4), ("picture", 7))

#: The weight of each grid; the silhouettes of smaller squares are crude.
WEIGHTS = (1.0, 0.7, 0.6, 0.8)
SMALL_WEIGHTS = (0.5, 0.5, 0.5, 1.0)


def features(garments: Garments, pictures: Garments | None = None) -> Array:
    """Return (n, 1560) float32: for each grid, cells by cells by directions.

    The edges of the picture are those of `pictures`, if given, instead of the garments' own.
    """
    side = min(SIDE, garments.side)
    masks, pictured = garments.reduced(side).masks, (pictures or garments).reduced(side)
    channels = {
        "silhouette": _channels(masks, np.ones_like(masks)),
        "picture": _channels(pictured.grey, pictured.masks),
    }
    weights = WEIGHTS if side == SIDE else SMALL_WEIGHTS
    return _join(
        [w * _grid(channels[what], cells) for w, (what, cells) in zip(weights, GRIDS, strict=True)]
    )


def mirrored(features: Array) -> Array:
    """Return the features of the mirrored pictures: columns reversed, direction k becomes -k."""
    return _join([grid[:, :, ::-1, -np.arange(DIRECTIONS)] for grid in _split(features)])


def cell_sums(values: Array) -> list[Array]:
    """Return sums over directions of one number a feature: for each grid, (cells, cells)."""
    return [grid[0].sum(axis=-1) for grid in _split(values[np.newaxis])]


def _channels(grey: Array, weights: Array) -> Array:
    magnitude, parts = by_direction(*slopes(grey))
    return np.asarray(np.sqrt(magnitude) * weights * parts)


def _grid(channels: Array, cells: int) -> Array:
    return shares(np.moveaxis(pooled(channels, cells), 0, -1))


def _split(features: Array) -> list[Array]:
    """The features of each grid, (n, cells, cells, DIRECTIONS)."""
    sizes = [cells * cells * DIRECTIONS for _, cells in GRIDS]
    blocks = np.split(features, np.cumsum(sizes)[:-1], axis=1)
    return [
        block.reshape(-1, cells, cells, DIRECTIONS)
        for block, (_, cells) in zip(blocks, GRIDS, strict=True)
    ]


def _join(grids: list[Array]) -> Array:
    return np.concatenate([grid.reshape(len(grid), -1) for grid in grids], axis=1)
