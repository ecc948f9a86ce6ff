"""Pictures reduced by whole factors, so that coarse questions are asked of few pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intertwine.convolution import convolve
from intertwine.kernels import gaussian
from intertwine.registration.picture import Grey
from intertwine.registration.similarity import Frame, centre

#: Width of the Gaussian that is taken before every `factor`-th pixel is kept, in those pixels.
_BLUR = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """A picture in which one pixel stands for ``factor`` of the original's on each axis."""

    values: Grey
    frame: Frame
    factor: int
    mask: NDArray[np.bool_] | None = None


def reduced(grey: Grey, factor: int, mask: NDArray[np.bool_] | None = None) -> Level:
    """Smooth and keep every `factor`-th pixel; the centre keeps its place in the scene."""
    if factor == 1:
        return Level(grey, Frame.of(grey.shape), 1, mask)
    kept = convolve(grey, gaussian(_BLUR * factor, ndim=2), stride=factor)
    rows, columns = centre(grey.shape) / factor
    shape = (kept.shape[0], kept.shape[1])
    fewer = None if mask is None else mask[::factor, ::factor]
    middle = Frame(shape, (float(rows), float(columns)))
    return Level(np.ascontiguousarray(kept), middle, factor, fewer)
