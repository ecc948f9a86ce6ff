"""A filter of several channels as one direction of channels times one spatial part.

The best such product is the first term of a singular value decomposition over channels; how much of
the filter's energy it holds says how far one kernel speaks for the whole. Of three channels, taken
to be red, green and blue, the direction has a name where it lies near one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intertwine.base.text import denoised

Array = NDArray[np.float64]

#: Directions with names; a colour within `NEAR` degrees of one bears it.
NEAR = 20.0
NAMES: dict[str, tuple[float, float, float]] = {
    "luminance": (0.299, 0.587, 0.114),
    "all channels alike": (1.0, 1.0, 1.0),
    "red against green": (1.0, -1.0, 0.0),
    "blue against yellow": (-1.0, -1.0, 2.0),
}

#: A direction is opponent where its smaller side holds this fraction of its weight.
_OPPONENT = 0.25


@dataclass(frozen=True, eq=False)
class Parts:
    """The best product of each of N filters.

    Attributes
    ----------
    spatial : (N, K1, ..., Kd), with the energy of the product.
    channels : (N, C), of length 1.
    energy : (N,), the fraction of the filter's energy that the product holds.
    """

    spatial: Array
    channels: Array
    energy: Array


def principal(filters: Array) -> Parts:
    """Split filters (N, C, K1, ..., Kd) into a direction of channels and a spatial part each."""
    count, inputs, *size = filters.shape
    if inputs == 1:
        return Parts(filters[:, 0], np.ones((count, 1)), np.ones(count))
    flat = filters.reshape(count, inputs, -1)
    # The smaller side's Gram matrix has the same leading vector, and is cheap for many channels.
    lines = flat @ np.swapaxes(flat, 1, 2) if inputs <= flat.shape[2] else None
    if lines is not None:
        channels = np.linalg.eigh(lines)[1][:, :, -1]
    else:
        right = np.linalg.eigh(np.swapaxes(flat, 1, 2) @ flat)[1][:, :, -1]
        channels = np.einsum("nct,nt->nc", flat, right)
        channels /= np.maximum(np.linalg.norm(channels, axis=1, keepdims=True), 1e-300)
    spatial = np.einsum("nc,nct->nt", channels, flat)
    sign = _signs(spatial, channels)
    spatial, channels = spatial * sign, channels * sign
    total = np.square(flat).sum(axis=(1, 2))
    held = np.square(spatial).sum(axis=1)
    energy = np.divide(held, total, out=np.ones(count), where=total > 0)
    return Parts(spatial.reshape(count, *size), channels, energy)


def _signs(spatial: Array, channels: Array) -> Array:
    """A sign for each product: spatial parts that are averages are positive, other colours are."""
    level = spatial.sum(axis=1)
    average = np.abs(level) > 0.3 * np.abs(spatial).sum(axis=1)
    decides = np.where(average, level, channels.sum(axis=1))
    return np.where(decides < 0, -1.0, 1.0)[:, None]


@dataclass(frozen=True)
class Colour:
    """A direction among red, green and blue, its name if it has one, and the angle to it."""

    direction: tuple[float, float, float]
    name: str
    angle_deg: float
    is_opponent: bool

    @property
    def sentence(self) -> str:
        """The colour in words."""
        red, green, blue = (f"{c:+.2f}" for c in self.direction)
        said = f"Colour red {red}, green {green}, blue {blue}"
        if self.name:
            said += f": {self.name}, {denoised(round(self.angle_deg, 1))} degrees off"
        return f"{said}; opponent" if self.is_opponent else said


def colour_of(channels: Array) -> Colour:
    """Name the direction of three channels, whatever its sign.

    >>> print(colour_of(np.array([0.6, 0.6, 0.6])).name)
    all channels alike
    """
    direction = channels / max(float(np.linalg.norm(channels)), 1e-300)
    angles = {name: _angle(direction, np.array(way)) for name, way in NAMES.items()}
    nearest = min(angles, key=lambda name: angles[name])
    found = nearest if angles[nearest] <= NEAR else ""
    if found and " against " in found and float(direction @ np.array(NAMES[found])) < 0:
        first, _, second = found.partition(" against ")
        found = f"{second} against {first}"
    smaller = min(float(direction[direction > 0].sum()), float(-direction[direction < 0].sum()))
    opponent = smaller >= _OPPONENT * float(np.abs(direction).sum())
    red, green, blue = (float(c) for c in direction)
    return Colour((red, green, blue), found, angles[nearest], opponent)


def _angle(direction: Array, way: Array) -> float:
    cosine = abs(float(direction @ way)) / float(np.linalg.norm(way))
    return float(np.degrees(np.arccos(min(1.0, cosine))))
