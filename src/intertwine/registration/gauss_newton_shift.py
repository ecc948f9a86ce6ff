"""A shift to a small part of a sample: least squares on the samples that both show.

With ``b'`` the other one shifted back by what is known, the step `d` solves
``a = gain * b' + level + d . slope``, until it vanishes. Its standard error follows from what is
left unexplained.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.convolution import convolve
from intertwine.kernels import gaussian

Array = NDArray[Any]

#: Samples this near to a border are left out, and so are those this near to missing ones.
_MARGIN = 4

_STEPS = 8

#: A step below this, in samples, is the last.
_STILL = 1e-3


@dataclass(frozen=True, slots=True)
class Fit:
    """The shift, and the standard error of its least certain axis, in samples."""

    shift: tuple[float, ...]
    error: float


def refine(
    one: Array, other: Array, masks: tuple[Array | None, Array | None], start: Any, width: float
) -> Fit:
    """Gauss-Newton steps on data smoothed by `width` samples, from a shift a few widths away.

    When they lead away they are given up, with an error as large as `width`.
    """
    smooth = gaussian(width, ndim=one.ndim)
    first = convolve(one, smooth)
    second = scipy.ndimage.spline_filter(convolve(other, smooth), 3, output=np.float32)
    slopes = np.stack(_slopes(first))
    begin = np.asarray(start, float)
    shift, error = begin.copy(), math.inf
    given_up = Fit(tuple(float(n) for n in begin), width)
    for _ in range(_STEPS):
        part = _shared(one.shape, shift)
        if part is None:
            return given_up
        brought = scipy.ndimage.shift(second, -shift, order=3, prefilter=False)
        slope = 0.5 * (slopes + np.stack(_slopes(brought)))
        use = _usable(masks, shift, part, math.ceil(width))
        columns = slope[(slice(None), *part)][:, use].astype(float)
        b, a = brought[part][use].astype(float), first[part][use].astype(float)
        if b.size < 8:
            return given_up
        basis = np.vstack([columns, b, np.ones_like(b)])
        answer = np.linalg.lstsq(basis @ basis.T, basis @ a, rcond=None)[0]
        gain = max(abs(float(answer[-2])), 1e-3)
        step = answer[:-2] / gain
        shift = shift + step
        error = _error(basis, a, answer, width) / gain
        if np.abs(shift - begin).max() > 2 * width + 2:
            return given_up
        if np.abs(step).max() < _STILL:
            break
    return Fit(tuple(float(n) for n in shift), error)


def _error(basis: Array, wanted: Array, answer: Array, width: float) -> float:
    """The standard error; noise that was smoothed repeats itself over ``2 sqrt(pi) width``."""
    left = wanted - answer @ basis
    ndim = len(answer) - 2
    alike = (2 * math.sqrt(math.pi) * width) ** ndim
    inverse = np.linalg.pinv(basis @ basis.T)[:ndim, :ndim]
    return math.sqrt(alike * float(left @ left) / left.size * float(np.diag(inverse).max()))


def _slopes(values: Array) -> list[Array]:
    slopes = np.gradient(values)
    return [slopes] if values.ndim == 1 else list(slopes)


def _usable(
    masks: tuple[Array | None, Array | None], shift: Array, part: tuple[slice, ...], reach: int
) -> Array:
    """Which samples of `part` count in both."""
    use = np.ones(tuple(p.stop - p.start for p in part), bool)
    one, other = masks
    if one is not None:
        use &= one[part]
    if other is not None:
        by = np.rint(shift).astype(int)
        there = tuple(slice(p.start + s, p.stop + s) for p, s in zip(part, by, strict=True))
        use &= _eroded(other, reach + 1)[there]
    return use


def _eroded(mask: Array, reach: int) -> Array:
    eroded: Array = scipy.ndimage.minimum_filter(mask, 2 * reach + 1)
    return eroded


def _shared(shape: tuple[int, ...], shift: Array) -> tuple[slice, ...] | None:
    """The samples that both show, away from the borders."""
    part = []
    for size, by in zip(shape, shift, strict=True):
        start = _MARGIN + max(0, int(np.ceil(-by)))
        stop = size - _MARGIN - max(0, int(np.ceil(by)))
        if stop - start < _MARGIN:
            return None
        part.append(slice(start, stop))
    return tuple(part)
