"""Which turns (and scales) the two spectra allow, best first."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.registration.log_polar import RAYS, RINGS, STEP

Array = NDArray[Any]

#: The scales looked for.
SCALES = (0.5, 2.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A turn in radians, known up to half a turn, and a scale."""

    turn: float
    scale: float
    score: float


def candidates(one: Array, other: Array, *, scale: bool, most: int) -> list[Candidate]:
    """Correlate two log-polar spectra; their shift is the turn, and the logarithm of the scale.

    Returns
    -------
    list of Candidate
        At most `most`, the highest correlation first.
    """
    surface = _with_scale(one, other) if scale else _turns_only(one, other)
    peaks = surface == scipy.ndimage.maximum_filter(surface, size=(5, 5), mode=("wrap", "nearest"))
    rows, columns = np.nonzero(peaks)
    best = np.argsort(surface[rows, columns])[::-1][:most]
    return [_refined(surface, int(rows[i]), int(columns[i])) for i in best]


def _turns_only(one: Array, other: Array) -> Array:
    product = np.conj(scipy.fft.rfft(one, axis=0)) * scipy.fft.rfft(other, axis=0)
    surface: Array = scipy.fft.irfft(product.sum(axis=1), RAYS)[:, None] / RINGS
    return surface


def _with_scale(one: Array, other: Array) -> Array:
    shape = (RAYS, 2 * RINGS)
    product = scipy.fft.rfft2(one, shape) * np.conj(scipy.fft.rfft2(other, shape))
    full = scipy.fft.fftshift(scipy.fft.irfft2(product, shape), axes=1)
    full = np.roll(full[::-1], 1, axis=0)  # the angle as b's, the ring as a's
    reach = math.ceil(math.log(max(SCALES)) / STEP)
    shared = RINGS - np.abs(np.arange(-reach, reach + 1))
    kept: Array = full[:, RINGS - reach : RINGS + reach + 1] / np.sqrt(shared * RINGS)
    return kept


def _refined(surface: Array, row: int, column: int) -> Candidate:
    """The top of a parabola through the peak and its neighbours, on each axis."""
    rays = surface[(row + np.array([-1, 0, 1])) % RAYS, column]
    turn = math.pi * (row + vertex(rays)) / RAYS
    middle = surface.shape[1] // 2
    ring = float(column - middle)
    if 0 < column < surface.shape[1] - 1:
        ring += vertex(surface[row, column - 1 : column + 2])
    return Candidate(turn, math.exp(STEP * ring), float(surface[row, column]))


def vertex(three: Array) -> float:
    """Where a parabola through values at -1, 0 and 1 has its top; 0 where it has none."""
    before, at, after = (float(v) for v in three)
    bend = before - 2 * at + after
    return 0.0 if bend >= 0 else max(-0.5, min(0.5, (before - after) / (2 * bend)))
