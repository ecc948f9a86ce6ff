"""Borders in the Fourier view: where the picture's ends meet, and the '+' cross that this draws.

A discrete Fourier transform takes its data for one period of an endless pattern. The last row then
stands beside the first, and the jump between them spreads along the axes of the spectrum: a '+'.
Two cures keep every pixel: `even_extension` mirrors the picture so that its ends meet themselves,
and `smooth_component` takes out the part that the jumps alone explain.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def even_extension(x: Array, axes: Sequence[int]) -> Array:
    """Twice the length on each of the `axes`: ``1234`` becomes ``12344321``."""
    for axis in axes:
        x = np.concatenate((x, np.flip(x, axis)), axis)
    return x


def smooth_component(x: Array, axes: Sequence[int]) -> Array:
    """The smooth part that explains the jumps at the borders: ``x - s`` is periodic.

    The jumps across the borders are the images v of the one-pixel frame; the smooth part solves the
    periodic Poisson equation ``laplacian s = v``, in frequencies
    ``S(q) = V(q) / sum_axis (2 cos(2 pi q / N) - 2)``, with mean 0 (Moisan 2011, eq. 11). It holds
    no detail, so that the spectrum of ``x - s`` is that of x without the cross.
    """
    from scipy import fft  # type: ignore[import-untyped]

    jumps = np.zeros_like(x)
    weight: Any = 0.0
    for axis in axes:
        length = x.shape[axis]
        first, last = _slice(x, axis, 0), _slice(x, axis, length - 1)
        step = x[last] - x[first]
        jumps[first] += step
        jumps[last] -= step
        bend = 2 * np.cos(2 * np.pi * np.arange(length) / length) - 2
        weight = weight + bend.reshape([length if a == axis else 1 for a in range(x.ndim)])
    everywhere = np.array(weight)
    still = everywhere == 0
    everywhere[still] = 1
    smooth = fft.ifftn(np.where(still, 0, fft.fftn(jumps, axes=axes) / everywhere), axes=axes)
    return np.asarray(smooth if x.dtype.kind == "c" else smooth.real).astype(x.dtype)


def _slice(x: Array, axis: int, at: int) -> tuple[slice, ...]:
    whole = [slice(None)] * x.ndim
    whole[axis] = slice(at, at + 1)
    return tuple(whole)
