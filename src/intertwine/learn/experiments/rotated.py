"""Pictures rotated by any angle, and how the data set is split.

A picture is rotated about its centre on its own canvas: bilinear interpolation, zeros outside, and
what leaves the canvas is lost. Angles are in degrees, counter-clockwise, as `numpy.rot90` rotates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]

#: Pictures that are rotated together: a few arrays of these fit into the cache.
_CHUNK = 512

#: Decimals to which source coordinates are rounded, so that right angles move samples exactly.
_DECIMALS = 9


def rotate(images: Array, angles: ArrayLike) -> NDArray[np.uint8]:
    """Return (n, H, H) uint8 pictures, each rotated by its angle.

    Multiples of 90 degrees move samples and round nothing.

    >>> picture = np.arange(9, dtype=np.uint8).reshape(1, 3, 3)
    >>> bool((rotate(picture, 90) == np.rot90(picture, axes=(1, 2))).all())
    True
    """
    each = np.broadcast_to(np.asarray(angles, float), len(images))
    result = np.empty(images.shape, np.uint8)
    for start in range(0, len(images), _CHUNK):
        part = slice(start, start + _CHUNK)
        result[part] = _rotated(images[part], np.deg2rad(each[part]))
    return result


def _rotated(images: Array, angles: Array) -> Array:
    """Interpolate every picture at the places that its angle brings to the grid."""
    count, side = images.shape[:2]
    centre = (side - 1) / 2
    y, x = np.mgrid[:side, :side] - centre
    cosine, sine = np.cos(angles)[:, None, None], np.sin(angles)[:, None, None]
    rows = np.round(cosine * y + sine * x + centre, _DECIMALS)
    columns = np.round(cosine * x - sine * y + centre, _DECIMALS)
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down, right = rows - top, columns - left
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1))).reshape(count, -1)
    total = np.zeros(images.shape)
    for row, row_weight in ((top, 1 - down), (top + 1, down)):
        for column, weight in ((left, 1 - right), (left + 1, right)):
            # The frame is zero: what lies further out reads it too.
            place = np.clip(row + 1, 0, side + 1) * (side + 2) + np.clip(column + 1, 0, side + 1)
            samples = np.take_along_axis(framed, place.reshape(count, -1), 1)
            total += row_weight * weight * samples.reshape(images.shape)
    return np.rint(total).astype(np.uint8)


@dataclass(frozen=True)
class Split:
    """What is learned from and what is tested on, all upright.

    Attributes
    ----------
    train, validation, test : pictures and their labels.
    """

    train: tuple[Array, Array]
    validation: tuple[Array, Array]
    test: tuple[Array, Array]

    @classmethod
    def of(
        cls, images: Array, labels: Array, train: int, validation: int, test: int, seed: int
    ) -> Split:
        """Draw the parts from all pictures, without replacement, in an order that `seed` gives."""
        order = np.random.default_rng(seed).permutation(len(labels))
        ends = np.cumsum([train, validation, test])
        parts = np.split(order[: ends[-1]], ends[:-1])
        return cls(*((images[part], labels[part]) for part in parts))


def any_angle(images: Array, seed: int, part: int) -> NDArray[np.uint8]:
    """Rotate each picture by an angle of its own, uniform over the circle.

    `part` tells draws of one seed apart: training, validation and test have different ones.
    """
    draws = np.random.default_rng((seed, part))
    return rotate(images, draws.uniform(0, 360, len(images)))
