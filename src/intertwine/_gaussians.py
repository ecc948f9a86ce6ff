"""Gaussians on cells: the taps and spectra of the continuous heat kernel.

A sample is a cell of width 1 filled evenly. The heat kernel spreads it, and the answer is what is
found at the middle of each cell. So tap ``j`` is the Gaussian integrated over cell ``j``:
``w[j] = Phi((j + 1/2 - m) / s) - Phi((j - 1/2 - m) / s)``. It is positive and sums to 1 at every
width, and it is a delta at width 0. Its spectrum is the sum over all aliases n of
``exp(-q V q / 2 - i q m) prod sinc(q / 2 pi)`` at ``q = w + 2 pi n``.

The mean of such taps is not quite m when s is below about one cell: rounding to cells biases it.
The location m is therefore chosen so that the mean comes out exactly.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

WIDTHS = 8.8  # Phi(-8.8) = 7e-19
_NARROW = 0.05  # below this only the two nearest cells receive anything
_UNBIASED = 1.6  # from here on rounding to cells moves the mean by less than 1e-22
_FEW = 0.3  # below this width taps are fewer than aliases
#: A Gaussian that is thinner than this across an oblique direction is widened to it.
THINNEST = 0.08


def cell_line(variance: float, shift: float = 0.0, limit: int | None = None) -> tuple[Array, int]:
    """The taps along one axis and the index of the one that stays.

    With `limit` the taps end at that distance, and the last ones hold all that lies beyond.
    """
    from scipy.special import ndtr  # type: ignore[import-untyped]

    width = math.sqrt(variance)
    nearest = round(shift)
    around = math.ceil(WIDTHS * width) + 1
    low, high = min(0, nearest - around), max(0, nearest + around)
    if limit is not None:
        low, high = max(low, -limit), min(high, limit)
    edges = np.arange(low, high) + 0.5
    if width < _NARROW:
        below = _between(edges, shift)
        return np.diff(np.concatenate(([0.0], below, [1.0]))), -low
    z = (edges - _location(width, shift)) / width
    below, beyond = ndtr(z), ndtr(-z)
    # Each tap from the side on which its two numbers are small, so that tails keep their digits.
    lower = np.diff(np.concatenate(([0.0], below, [1.0])))
    upper = -np.diff(np.concatenate(([1.0], beyond, [0.0])))
    return np.where(np.append(z, math.inf) <= 0, lower, upper), -low


def _between(edges: Array, shift: float) -> Array:
    """The share below each edge when only the two cells next to `shift` receive anything."""
    left = math.floor(shift)
    return np.where(edges < left, 0.0, np.where(edges < left + 1, 1 - (shift - left), 1.0))


def _location(width: float, shift: float) -> float:
    """The m for which the taps' mean is `shift`: bisection on a function that only rises."""
    from scipy.special import ndtr

    nearest = round(shift)
    rest = shift - nearest
    if width >= _UNBIASED or rest == 0:
        return shift
    around = math.ceil(WIDTHS * width) + 2
    edges = np.arange(-around, around) + 0.5

    def mean(at: float) -> float:  # sum over edges of P(beyond), the steps of the identity
        return float(ndtr((at - edges) / width).sum()) - around

    low, high = -1.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if mean(middle) < rest else (low, middle)
    return nearest + (low + high) / 2


def line_spectrum(variance: float, frequencies: Array, shift: float = 0.0) -> Array:
    """The spectrum of `cell_line` at angular `frequencies`: real when `shift` is 0."""
    if math.sqrt(variance) < _FEW:
        taps, origin = cell_line(variance, shift)
        phase = np.multiply.outer(frequencies, np.arange(len(taps)) - origin)
        return np.cos(phase) @ taps if shift == 0 else np.exp(-1j * phase) @ taps
    return block_spectrum(np.array([[variance]]), [frequencies], [shift])


def block_spectrum(covariance: Array, frequencies: list[Array], shift: list[float]) -> Array:
    """The spectrum of a Gaussian on cells, correlated or not, at broadcastable `frequencies`."""
    covariance = _thickened(covariance)
    places = [_location(math.sqrt(v), s) for v, s in zip(np.diag(covariance), shift, strict=True)]
    least = float(np.linalg.eigvalsh(covariance).min())
    furthest = WIDTHS / math.sqrt(least)
    count = max(1, math.ceil((furthest - math.pi) / (2 * math.pi)))
    shape = np.broadcast_shapes(*(w.shape for w in frequencies))
    moves = any(places)
    total = np.zeros(shape, np.complex128 if moves else np.float64)
    for alias in itertools.product(range(-count, count + 1), repeat=len(frequencies)):
        if _negligible(alias, furthest):
            continue
        total += _alias(covariance, frequencies, places, alias, moves)
    return total


def _negligible(alias: tuple[int, ...], furthest: float) -> bool:
    nearest = math.hypot(*(max(0.0, (2 * abs(n) - 1) * math.pi) for n in alias))
    return nearest > furthest and any(alias)


def _alias(
    covariance: Array,
    frequencies: list[Array],
    places: list[float],
    alias: tuple[int, ...],
    moves: bool,
) -> Array:
    q = [w + 2 * math.pi * n for w, n in zip(frequencies, alias, strict=True)]
    square: Any = 0.0
    for i, j in itertools.product(range(len(q)), repeat=2):
        if covariance[i, j]:
            square = square + covariance[i, j] * q[i] * q[j]
    term = np.exp(-square / 2)
    for each in q:
        term = term * np.sinc(each / (2 * math.pi))
    if moves:
        term = term * np.exp(-1j * sum(m * each for m, each in zip(places, q, strict=True)))
    result: Array = term
    return result


def _thickened(covariance: Array) -> Array:
    values, vectors = np.linalg.eigh(covariance)
    if values.min() >= THINNEST**2:
        return covariance
    wide: Array = (vectors * np.maximum(values, THINNEST**2)) @ vectors.T
    return wide


def block_taps(covariance: Array, shift: list[float]) -> tuple[Array, list[int]]:
    """The taps of a correlated Gaussian on cells, and the index of the one that stays."""
    from scipy import fft  # type: ignore[import-untyped]

    around = [math.ceil(WIDTHS * math.sqrt(v)) + 2 for v in np.diag(_thickened(covariance))]
    low = [min(0, round(s) - r) for s, r in zip(shift, around, strict=True)]
    high = [max(0, round(s) + r) for s, r in zip(shift, around, strict=True)]
    shape = [h - b + 1 for b, h in zip(low, high, strict=True)]
    lines = [2 * np.pi * np.fft.fftfreq(n) for n in shape[:-1]]
    lines.append(2 * np.pi * np.fft.rfftfreq(shape[-1]))
    frequencies = list(np.meshgrid(*lines, indexing="ij", sparse=True))
    taps = fft.irfftn(block_spectrum(covariance, frequencies, shift), shape)
    for axis, at in enumerate(low):
        taps = np.roll(taps, -at, axis)
    taps = np.maximum(taps, 0)
    return taps / taps.sum(), [-at for at in low]
