"""Turn, scale and shift to a small part of a pixel: least squares on the pictures themselves.

With ``b'`` the other picture brought onto the first by the motion found so far, the small step
``(turn, growth, rows, columns)`` that still separates them solves, over the pixels both show,

    a = gain * b' + level + (slope of the mean picture) . (motion of the pixel under the step)

The slope is the mean of both pictures' (Malis, 2004), which makes each step exact to second order;
gain and level take up a change of exposure, as in Evangelidis and Psarakis (2008). Pixels that fit
badly, because something moved or was filled in, count less (Huber's weights) and, once the motion
is nearly known, not at all (Tukey's).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.convolution import convolve
from intertwine.kernels import dog
from intertwine.registration.pyramid import Level
from intertwine.registration.similarity import Similarity, inside, pulled

Array = NDArray[Any]

#: Pictures are compared in a band of frequencies: noise below `_FINE`, lighting above `_COARSE`.
_FINE, _COARSE = 1.0, 6.0

#: Pixels this near to a border are left out: the band filter looks that far beyond it.
_MARGIN = 4.0

#: Residuals beyond this many standard deviations count less, or not at all.
_HUBER, _TUKEY = 1.5, 4.685

#: A step that moves no corner by this many pixels is the last.
_STILL = 2e-3

#: Below this share of the smaller picture there is too little to compare.
_LEAST_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Free:
    """What may change: the turn, the scale, the shift."""

    turn: bool = True
    scale: bool = True
    shift: bool = True


@dataclass(frozen=True, slots=True)
class Fit:
    """A motion, how well the pictures agree under it, and on which share of the smaller one.

    `last_step` is the length in pixels of the last step that a corner took.
    """

    motion: Similarity
    agreement: float
    share: float
    last_step: float


def refine(
    one: Level, other: Level, start: Similarity, free: Free, steps: int, *, near: bool = False
) -> Fit:
    """Follow Gauss-Newton steps from `start`, at most `steps` of them.

    `near` says that `start` is a small part of a pixel away: what does not fit is then left out.
    """
    first = _band(one, max(1.0, 1 / start.scale))
    second = _band(other, max(1.0, start.scale))
    slopes = np.gradient(first)
    coefficients = scipy.ndimage.spline_filter(second, 3, output=np.float32)
    motion = replace(start, shift=(start.shift[0] / one.factor, start.shift[1] / one.factor))
    fit = Fit(motion, 0.0, 0.0, math.inf)
    for _ in range(steps):
        fit = _step(first, slopes, coefficients, one, other, fit.motion, free, near)
        if fit.last_step < _STILL or fit.share < _LEAST_SHARE:
            break
    motion = fit.motion
    full = replace(motion, shift=(motion.shift[0] * one.factor, motion.shift[1] * one.factor))
    return replace(fit, motion=full)


def _band(level: Level, width: float) -> Array:
    """The band that both pictures hold: the larger one is smoothed by more of its pixels."""
    fine, coarse = (min(s * width, min(level.frame.shape) / 8) for s in (_FINE, _COARSE))
    return convolve(level.values, dog(fine, ratio=coarse / fine, ndim=2))


def _step(
    first: Array,
    slopes: Any,
    coefficients: Array,
    one: Level,
    other: Level,
    motion: Similarity,
    free: Free,
    near: bool,
) -> Fit:
    brought = pulled(coefficients, other.frame, one.frame, motion, order=3)
    seen = inside(other.frame, one.frame, motion, _MARGIN * motion.scale)
    seen &= inside(one.frame, one.frame, Similarity(), _MARGIN)
    if one.mask is not None:
        seen &= _eroded(one.mask)
    if other.mask is not None:
        shown = _eroded(other.mask).astype(np.float32)
        seen &= pulled(shown, other.frame, one.frame, motion) > 0.5
    smaller = min(first.size, coefficients.size / motion.scale**2)
    share = float(np.count_nonzero(seen)) / smaller
    if share < _LEAST_SHARE:
        return Fit(motion, 0.0, share, 0.0)
    rows, columns = (np.broadcast_to(x, first.shape)[seen] for x in one.frame.positions())
    down, right = (
        0.5 * (mine + theirs)[seen]
        for mine, theirs in zip(slopes, np.gradient(brought), strict=True)
    )
    a, b = first[seen], brought[seen]
    moves = []
    if free.turn:
        moves.append(right * rows - down * columns)
    if free.scale:
        moves.append(down * rows + right * columns)
    if free.shift:
        moves += [down, right]
    slope = down**2 + right**2
    telling = np.flatnonzero(slope > slope.mean())
    answer, agreement = _robust(np.stack([*moves, b, np.ones_like(b)]), a, telling, near)
    left = list(answer[:-2] / max(abs(answer[-2]), 1e-3))
    turn = left.pop(0) if free.turn else 0.0
    growth = left.pop(0) if free.scale else 0.0
    step = np.array(left if free.shift else (0.0, 0.0))
    corner = math.hypot(*one.frame.shape) / 2
    length = math.hypot(turn, growth) * corner + float(np.hypot(*step))
    if length > corner / 2:  # it does not fit at all: no step to trust
        return Fit(motion, agreement, share, 0.0)
    return Fit(motion.after(turn, growth, step), agreement, share, length)


def _eroded(mask: Array) -> Array:
    """What is at least the margin away from pixels that do not count."""
    eroded: Array = scipy.ndimage.minimum_filter(mask, 2 * int(_MARGIN) + 1)
    return eroded


def _robust(columns: Array, wanted: Array, telling: Array, near: bool) -> tuple[Array, float]:
    """Weighted least squares, and the correlation of `wanted` with the picture brought onto it.

    The last two columns are that picture and ones. Weights are those of the residuals before the
    step, at the best gain and level, against their spread on the `telling` pixels: flat ones fit
    whatever the motion is.
    """
    plain = columns[-2:]
    squares, products = (plain @ plain.T).astype(float), (plain @ wanted).astype(float)
    gain = np.linalg.lstsq(squares, products, rcond=None)[0]
    weights = _huber(*_residual(plain, wanted, gain, telling))
    if near:
        for _ in range(2):  # the gain, too, is that of what fits
            gain = _solved(plain, wanted, weights)
            weights = _tukey(*_residual(plain, wanted, gain, telling))
    answer = _solved(columns, wanted, weights)
    return answer, correlation(plain[0], wanted)


def correlation(one: Array, other: Array) -> float:
    """Pearson's, in float64 about the means, so that it stays within 1."""
    a, b = (x.astype(float).ravel() for x in (one, other))
    a, b = a - a.mean(), b - b.mean()
    spread = float(a @ a) * float(b @ b)
    return max(-1.0, min(1.0, float(a @ b) / math.sqrt(spread))) if spread > 0 else 0.0


def _solved(columns: Array, wanted: Array, weights: Array) -> Array:
    weighted = columns * weights
    normal = (weighted @ columns.T).astype(float)
    answer: Array = np.linalg.lstsq(normal, (weighted @ wanted).astype(float), rcond=None)[0]
    return answer


def _residual(plain: Array, wanted: Array, gain: Array, telling: Array) -> tuple[Array, float]:
    """The sizes of the residuals, and their standard deviation if they were normal."""
    residual = np.abs(wanted - gain.astype(np.float32) @ plain)
    some = residual[telling[:: 1 + telling.size // 20000]]
    return residual, 1.4826 * float(np.median(some)) + 1e-12


def _huber(residual: Array, spread: float) -> Array:
    weights: Array = np.minimum(1, _HUBER * spread / np.maximum(residual, 1e-12))
    return weights.astype(np.float32)


def _tukey(residual: Array, spread: float) -> Array:
    weights: Array = np.maximum(0, 1 - np.square(residual / (_TUKEY * spread)))
    return np.square(weights, dtype=np.float32)
