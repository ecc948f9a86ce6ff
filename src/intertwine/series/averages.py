"""Weighted moving averages: a kernel whose taps add up to 1."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from intertwine.base.checks import flag
from intertwine.base.errors import OptionError, ShapeError
from intertwine.convolution import convolve
from intertwine.kernel import Kernel
from intertwine.series.reading import read_series


def weighted_average(x: Any, weights: ArrayLike, *, centered: bool = False) -> Any:
    """``y[t] = sum_j weights[j] x[t - j] / sum_j weights[j]``: the newest sample first.

    Where a weight meets nothing, at the ends and at NaN, the others are scaled up.

    Parameters
    ----------
    x : (N,) array, list or pandas Series
    weights : (K,) array
        ``weights[0]`` weighs the sample itself, ``weights[1]`` the one before; with `centered` the
        middle one weighs the sample itself, and later samples count too.

    Examples
    --------
    >>> weighted_average([1, 2, 6, 3], [2, 1]).round(9).tolist()
    [1.0, 1.666666667, 4.666666667, 4.0]
    """
    observed = read_series("weighted_average", x)
    taps = np.asarray(weights, float)
    if taps.ndim != 1 or taps.size == 0:
        raise ShapeError(
            f"weighted_average: `weights` has shape {taps.shape}, one axis is needed.\n"
            "  Pass a list, newest first, such as [3, 2, 1]."
        )
    if not np.isfinite(taps).all() or (taps < 0).any() or taps.sum() == 0:
        raise OptionError(
            "weighted_average: `weights` must be finite, not negative, and not all 0.\n"
            "  For signed taps use convolve(x, Kernel(taps, origin=0))."
        )
    middle = (taps.size - 1) // 2 if flag("weighted_average", "centered", centered) else 0
    kernel = Kernel(taps / taps.sum(), origin=middle)
    found = convolve(observed.values, kernel, boundary="renormalize", nan="ignore")
    return observed.wrapped(found, observed.name)
