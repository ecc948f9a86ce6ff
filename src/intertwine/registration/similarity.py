"""Where a pixel goes when a picture is turned, scaled and shifted, and the warp that takes it back.

Positions are counted from the centre of each picture, ``(size - 1) / 2``, as (row, column).
"""

from __future__ import annotations

import math
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.base.threads import resolve

Array = NDArray[Any]

#: Rows that one thread warps at a time: always as many, so that bits do not depend on threads.
_BAND = 256


def centre(shape: tuple[int, ...]) -> Array:
    """The middle of a picture, in pixels."""
    return (np.array(shape[:2], float) - 1) / 2


@dataclass(frozen=True, slots=True)
class Similarity:
    """What stands at `p` in the first picture stands at ``scale * R(turn) p + shift`` in the other.

    ``R(turn)`` turns counter-clockwise as the picture is seen, row 0 on top::

        row'    = cos(turn) row - sin(turn) column
        column' = sin(turn) row + cos(turn) column
    """

    turn: float = 0.0  # radians
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)

    @property
    def matrix(self) -> Array:
        """``scale * R(turn)``."""
        cosine, sine = math.cos(self.turn), math.sin(self.turn)
        return self.scale * np.array([[cosine, -sine], [sine, cosine]])

    def moved(self, rows: float, columns: float) -> Similarity:
        """Add to the shift."""
        return replace(self, shift=(self.shift[0] + rows, self.shift[1] + columns))

    def after(self, turn: float, growth: float, step: Array) -> Similarity:
        """Follow this one's source through a small similarity first: ``self(step(p))``."""
        rows, columns = self.matrix @ step
        moved = self.moved(float(rows), float(columns))
        return replace(moved, turn=self.turn + turn, scale=self.scale * (1 + growth))


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture's shape and its centre in its own pixels, which reducing may leave off the grid."""

    shape: tuple[int, int]
    middle: tuple[float, float]

    @staticmethod
    def of(shape: tuple[int, ...]) -> Frame:
        """The frame of a picture at full size."""
        rows, columns = centre(shape)
        return Frame((shape[0], shape[1]), (float(rows), float(columns)))

    def positions(self) -> tuple[Array, Array]:
        """Row and column of every pixel from the centre, broadcastable."""
        rows = np.arange(self.shape[0], dtype=np.float32) - np.float32(self.middle[0])
        columns = np.arange(self.shape[1], dtype=np.float32) - np.float32(self.middle[1])
        return rows[:, None], columns[None, :]


def pulled(
    moving: Array,
    source: Frame,
    target: Frame,
    motion: Similarity,
    order: int = 1,
    cval: float = 0.0,
) -> Array:
    """Bring `moving` onto `target`: pixel `p` takes what `moving` shows at ``motion(p)``.

    `order` 1 interpolates linearly; 3 expects spline coefficients (``ndimage.spline_filter``).
    """
    matrix = motion.matrix
    offset = np.array(motion.shift) + source.middle - matrix @ np.array(target.middle)
    result = np.empty(target.shape, moving.dtype)

    def band(first: int) -> None:
        rows = result[first : first + _BAND]
        scipy.ndimage.affine_transform(
            moving, matrix, offset + first * matrix[:, 0], rows.shape, rows, order,
            mode="constant", cval=cval, prefilter=False,
        )  # fmt: skip

    starts = range(0, target.shape[0], _BAND)
    if len(starts) == 1:
        band(0)
    else:
        with ThreadPoolExecutor(resolve(None)) as threads:
            deque(threads.map(band, starts), maxlen=0)
    return result


def inside(source: Frame, target: Frame, motion: Similarity, margin: float) -> Array:
    """Which pixels of `target` are taken from at least `margin` pixels within `source`."""
    rows, columns = target.positions()
    matrix = motion.matrix.astype(np.float32)
    seen = np.ones(target.shape, bool)
    for axis in (0, 1):
        at = matrix[axis, 0] * rows + matrix[axis, 1] * columns
        at += np.float32(motion.shift[axis] + source.middle[axis])
        seen &= (at >= margin) & (at <= source.shape[axis] - 1 - margin)
    return seen
