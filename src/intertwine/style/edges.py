"""Edges by direction, pooled on a grid: a fixed convolutional layer on Intertwine's operator.

Sobel's kernels answer with the slope along each axis; the two turned into ``K`` directions are a
steerable bank (Freeman and Adelson, 1991). Pooling by overlapping tents lets an edge move a little
without a jump.

Methods are named, not planned: then the bits of a picture's features do not depend on how many
pictures come with it.
"""

from __future__ import annotations

import numpy as np

from intertwine import kernels
from intertwine.base.checks import Array
from intertwine.convolution import convolve
from intertwine.kernel import Kernel

#: Directions of edges, 15 degrees apart; an edge and its opposite count as one.
DIRECTIONS = 12

#: ``|cos|**24`` falls to half where the next direction's begins to be larger.
SHARPNESS = 24

_SOBEL = [kernels.sobel(axis=axis).taps.astype(np.float32) / 8 for axis in (0, 1)]


def slopes(grey: Array, dilation: int = 1) -> tuple[Array, Array]:
    """Return the slopes of (n, H, W) downwards and to the right, per pixel."""
    down, right = (
        convolve(
            grey, taps, axes=(-2, -1), boundary="nearest", dilation=dilation, method="direct"
        ) / dilation
        for taps in _SOBEL
    )  # fmt: skip
    return down, right


def by_direction(down: Array, right: Array) -> tuple[Array, Array]:
    """Return the magnitude (n, H, W) and each direction's part in it (DIRECTIONS, n, H, W).

    ``part_k = |cos(angle - pi k / K)|**24``: 1 where the slope points along direction k.
    """
    magnitude = np.sqrt(down * down + right * right)
    scale = 1 / np.maximum(magnitude, np.float32(1e-6))
    y, x = down * scale, right * scale
    parts = np.empty((DIRECTIONS, *magnitude.shape), np.float32)
    for k in range(DIRECTIONS):
        angle = np.pi * k / DIRECTIONS
        cosine = np.float32(np.cos(angle)) * x + np.float32(np.sin(angle)) * y
        eighth = cosine * cosine
        eighth *= eighth
        eighth *= eighth
        np.multiply(eighth * eighth, eighth, out=parts[k])
    return magnitude, parts


def pooled(channels: Array, cells: int) -> Array:
    """Return sums under tents: (..., side, side) -> (..., cells, cells).

    A tent is two cells wide and centred on its cell: ``sum_p (1 - |p - centre| / cell) x[p]``.
    """
    cell = channels.shape[-1] // cells
    line = 1 - np.abs(np.arange(2 * cell) - cell + 0.5) / cell
    origin = 2 * cell - 1 - cell // 2  # the first output is centred on the first cell
    tent = Kernel(np.outer(line, line).astype(np.float32), origin=(origin, origin))
    return convolve(channels, tent, axes=(-2, -1), boundary="zero", stride=cell, method="separable")


def shares(grid: Array) -> Array:
    """Return the root of each cell's share of its picture's sum: (n, ...) -> (n, numbers).

    The rows have length 1, whatever the contrast; a picture without edges has a row of zeros.
    """
    rows = np.ascontiguousarray(grid).reshape(len(grid), -1)  # sums add in one order for any n
    sums = rows.sum(axis=1, keepdims=True)
    return np.asarray(np.sqrt(np.maximum(rows, 0) / np.maximum(sums, np.float32(1e-6))))
