"""EXIF and TIFF orientation: how the stored rows and columns are meant to be seen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

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
