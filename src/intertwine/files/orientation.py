"""EXIF and TIFF orientation: how the stored rows and columns are meant to be seen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from intertwine.files.document import Array

#: EXIF 2.32, tag 274: what the stored first row and first column are in the upright picture.
_UPRIGHT: dict[int, Callable[[Array], Array]] = {
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
    8: lambda a: np.rot90(a),
}

TAG = 274


def upright(picture: Array, orientation: int) -> Array:
    """Turn (H, W) or (H, W, channels) as orientation 1 to 8 asks; other numbers mean 1."""
    turn = _UPRIGHT.get(orientation)
    return picture if turn is None else np.ascontiguousarray(turn(picture))


def stored(points: Array, orientation: int, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Where points (n, 2) of an upright picture of `shape` lie in the picture as it is stored."""
    places = np.asarray(points, float).reshape(-1, 2)
    turn = _UPRIGHT.get(orientation)
    if turn is None:
        return places
    # The corners of a stored picture of 2 by 2, seen upright, tell where each axis leads.
    corners = turn(np.moveaxis(np.indices((2, 2)), 0, -1))
    start = corners[0, 0]
    down, right = corners[1, 0] - start, corners[0, 1] - start
    size = shape if down[0] else shape[::-1]
    lying: NDArray[np.float64] = start * np.subtract(size, 1.0)
    lying = lying + places[:, :1] * down + places[:, 1:] * right
    return lying
