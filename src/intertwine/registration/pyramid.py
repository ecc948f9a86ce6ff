"""Data reduced by whole factors, so that coarse questions are asked of few samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intertwine.convolution import convolve
from intertwine.kernels import gaussian
from intertwine.registration.picture import Grey
from intertwine.registration.similarity import Frame, centre

Mask = NDArray[np.bool_]

#: Width of the Gaussian that is taken before every `factor`-th pixel is kept, in those pixels.
_BLUR = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """A picture in which one pixel stands for ``factor`` of the original's on each axis."""

    values: Grey
    frame: Frame
    factor: int
    mask: Mask | None = None


def reduced(grey: Grey, factor: int, mask: Mask | None = None) -> Level:
    """Smooth and keep every `factor`-th pixel; the centre keeps its place in the scene."""
    if factor == 1:
        return Level(grey, Frame.of(grey.shape), 1, mask)
    kept, fewer = thinned(grey, mask, factor)
    rows, columns = centre(grey.shape) / factor
    middle = Frame((kept.shape[0], kept.shape[1]), (float(rows), float(columns)))
    return Level(kept, middle, factor, fewer)


def thinned(values: Grey, mask: Mask | None, factor: int) -> tuple[Grey, Mask | None]:
    """Data with any number of axes: smooth, and keep every `factor`-th sample."""
    if factor == 1:
        return values, mask
    every = (slice(None, None, factor),) * values.ndim
    kept = convolve(values, gaussian(_BLUR * factor, ndim=values.ndim), stride=factor)
    return np.ascontiguousarray(kept), None if mask is None else mask[every]
