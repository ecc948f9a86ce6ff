"""What is written on a page, apart from its paper, shadows and borders."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.convolution import convolve
from intertwine.kernels import gaussian
from intertwine.registration.picture import Grey
from intertwine.registration.pyramid import reduced

Array = NDArray[Any]

#: Longer sides are reduced by whole factors to about these many pixels.
_SIDE = 1500

#: Strokes are thinner than this fraction of the longer side, or than so many pixels.
_STROKE, _LEAST_STROKE = 1 / 30, 9

#: A page at full size is smoothed by so many pixels.
_SMOOTH = 0.6


def ink(grey: Grey) -> Array:
    """How much darker each pixel is than the paper around it: 0 where nothing is written.

    The black top-hat, ``closing(x) - x``: dark areas wider than strokes belong to the closing and
    vanish, as do shadows. Outside the picture all is dark, so that a dark border is such an area,
    however narrow, and its edge is not taken for a line. Where the page is dark and the writing
    light, the levels are turned over first.
    """
    factor = max(1, round(max(grey.shape) / _SIDE))
    values = (
        reduced(grey, factor).values if factor > 1 else convolve(grey, gaussian(_SMOOTH, ndim=2))
    )
    if values.mean() > np.median(values):
        values = -values
    size = max(_LEAST_STROKE, 1 + 2 * round(_STROKE / 2 * max(values.shape)))
    padded = np.pad(values, size, constant_values=values.min())
    raised = scipy.ndimage.maximum_filter(padded, size)
    closed = scipy.ndimage.minimum_filter(raised, size)[size:-size, size:-size]
    written: Array = closed - values
    written -= np.median(written)
    return written
