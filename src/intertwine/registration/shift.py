"""`translation`: how far a signal, picture or volume is shifted, to a small part of a sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import ArrayLike, NDArray

from intertwine.base.errors import ShapeError
from intertwine.convolution import convolve
from intertwine.kernels import gaussian
from intertwine.registration import phase_correlation as pc
from intertwine.registration.certainty import of_shift
from intertwine.registration.samples import evened

Array = NDArray[Any]

#: Smoothing before samples are compared between the grid points.
_SMOOTH = 1.0

#: Samples this near to a border are left out.
_MARGIN = 4

_STEPS = 12

#: Other peaks count as rivals from this many samples on.
_APART = 3


@dataclass(frozen=True, slots=True)
class Translation:
    """How far `b` is shifted against `a`.

    Attributes
    ----------
    shift : tuple of float
        One number of samples for each axis: what `a` shows at `n`, `b` shows at ``n + shift``.
    confidence : float
        From 0 to 1: in how many of such cases the answer is right to a sample.
    """

    shift: tuple[float, ...]
    confidence: float


def translation(a: ArrayLike, b: ArrayLike) -> Translation:
    """Find the shift with ``b(n + shift) = a(n)``, to a few hundredths of a sample.

    The highest peak of the phase correlation gives whole samples. Least squares on the samples that
    both show gives the rest: with ``b'`` shifted back by what is known, the step `d` solves
    ``a = gain * b' + level + d . slope``, until it vanishes.

    Parameters
    ----------
    a, b : arrays of one shape, with 1 to 3 axes
        At least 16 samples on every axis.

    Returns
    -------
    Translation
        ``shift``, one number for each axis, and ``confidence``.

    Raises
    ------
    ShapeError
        The shapes differ, have too many axes, or an axis is shorter than 16 samples.
    DTypeError
        The data are no real numbers.
    OptionError
        One of them is constant, or holds NaN or Inf.

    Notes
    -----
    The sign is the opposite of that of ``skimage.registration.phase_cross_correlation``, which
    returns the way back. Shifts beyond half the length of an axis leave too little to compare.

    Examples
    --------
    >>> import numpy as np
    >>> import intertwine as iw
    >>> from intertwine.registration import translation
    >>> a = iw.convolve(np.random.default_rng(0).random((64, 64)), iw.kernels.gaussian(1, ndim=2))
    >>> found = translation(a, np.roll(a, (3, -5), axis=(0, 1)))
    >>> [round(n, 2) for n in found.shift], found.confidence > 0.9
    ([3.0, -5.0], True)
    """
    one, other = evened("translation", "a", a), evened("translation", "b", b)
    if one.shape != other.shape:
        raise ShapeError(
            f"translation: `a` and `b` differ in shape.\n  a: {one.shape}    b: {other.shape}\n"
            f"  Cut both to one shape; for pictures of different size there is iw.rotation."
        )
    shape = pc.padded_shape(one.shape)
    window = pc.tapered(one.shape)
    spectra = [pc.spectrum_of(values, window, shape) for values in (one, other)]
    surface = pc.surface_of(spectra[0], spectra[1], shape)
    best, rival = pc.highest(surface, 2, _APART)
    shift = _refined(one, other, np.array(best.shift, float))
    return Translation(tuple(float(n) for n in shift), of_shift(best.height, rival.height))


def _refined(one: Array, other: Array, start: Array) -> Array:
    """Gauss-Newton steps; they are given up when they lead more than two samples away."""
    smooth = gaussian(_SMOOTH, ndim=one.ndim)
    first, second = convolve(one, smooth), scipy.ndimage.spline_filter(convolve(other, smooth), 3)
    slopes = np.stack(_slopes(first))
    shift = start.copy()
    for _ in range(_STEPS):
        part = _shared(one.shape, shift)
        if part is None:
            return start
        brought = scipy.ndimage.shift(second, -shift, order=3, prefilter=False)
        slope = 0.5 * (slopes + np.stack(_slopes(brought)))
        inside = (slice(None), *part)
        columns = slope[inside].reshape(one.ndim, -1).astype(float)
        b = brought[part].ravel().astype(float)
        basis = np.vstack([columns, b, np.ones_like(b)])
        answer = np.linalg.lstsq(basis @ basis.T, basis @ first[part].ravel(), rcond=None)[0]
        step = answer[:-2] / max(abs(float(answer[-2])), 1e-3)
        shift = shift + step
        if np.abs(shift - start).max() > 2:
            return start
        if np.abs(step).max() < 1e-5:
            break
    return shift


def _slopes(values: Array) -> list[Array]:
    slopes = np.gradient(values)
    return [slopes] if values.ndim == 1 else list(slopes)


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
