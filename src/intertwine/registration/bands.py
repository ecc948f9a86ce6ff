"""A picture in bands of an octave each, every one of them sampled as coarsely as it allows.

Correlation of pictures as they are answers to their few broadest features; correlation with every
frequency counting alike, to their noise. Octaves, each weighed by what it says, answer to both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.convolution import convolve
from intertwine.kernels import gaussian

Array = NDArray[Any]

#: Width of the Gaussian between octaves, in samples of the finer one, and how far it reaches.
_WIDTH, _REACH = 1.2, 5

#: Octaves with a shorter side hold too little.
_LEAST_SIDE = 8

#: Values beyond so many standard deviations are brought back to there: hot pixels are no evidence.
_LIMIT = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """What one octave shows: 0 where the mask is 0."""

    values: Array
    mask: Array


def bands(values: Array, mask: Array | None) -> list[Band]:
    """The octaves of a signal, picture or volume, the finest first.

    `mask` says which samples count. Each octave leaves out what lies within its reach of the
    others. Beyond borders, values go on as the odd reflection does: constant slopes go on.
    """
    found = []
    while min(values.shape) >= _LEAST_SIDE:
        low, inner = _smoothed(values, mask)
        weight = np.ones(values.shape, np.float32) if inner is None else inner.astype(np.float32)
        if not weight.any():
            break
        found.append(Band(_limited((values - low) * weight, weight), weight))
        every = (slice(None, None, 2),) * values.ndim
        values, mask = low[every], None if inner is None else inner[every]
    return found


def _smoothed(values: Array, mask: Array | None) -> tuple[Array, Array | None]:
    kernel = gaussian(_WIDTH, ndim=values.ndim)
    inner = tuple(slice(_REACH, -_REACH) for _ in values.shape)
    if mask is None:
        padded = np.pad(values, _REACH, mode="reflect", reflect_type="odd")
        return convolve(padded, kernel)[inner], None
    share = convolve(mask.astype(np.float32), kernel)
    filled = np.where(mask, values, 0)
    filled = np.where(mask, values, convolve(filled, kernel) / np.maximum(share, 1e-6))
    padded = np.pad(filled.astype(np.float32), _REACH, mode="reflect", reflect_type="odd")
    return convolve(padded, kernel)[inner], mask & (share > 0.9)


def _limited(values: Array, weight: Array) -> Array:
    for _ in range(2):
        limit = _LIMIT * float(np.sqrt((values**2).sum() / weight.sum()))
        values = np.clip(values, -limit, limit)
    return np.ascontiguousarray(values, np.float32)
