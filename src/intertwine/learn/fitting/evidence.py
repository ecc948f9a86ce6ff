"""What tells a convolution with noise from what no convolution does, as numbers.

`verdict` makes sentences of these; here is nothing but arithmetic on a fit and its residual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special  # type: ignore[import-untyped]

from intertwine.learn.fitting.equations import predicted
from intertwine.learn.fitting.pairs import Pair, Window
from intertwine.learn.fitting.whiteness import Whiteness, correlation, lags_of

Array = NDArray[np.float64]

SURE = 1e-3  # p-values above this are accidents
_BINS = 32
_LIKE_KERNEL = 0.015  # the share of squared correlations that the kernel's leave unexplained
_BLOCK = 8  # samples along the side of a JPEG block


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What the verdict looks at."""

    pairs: Sequence[Pair]
    window: Window
    taps: Array  # in the shape of the window, as the kernel has them
    error: Array
    fits: Sequence[Array]
    residuals: Sequence[Array]
    unexplained: float  # 1 - R^2
    noise: float
    whiteness: Whiteness
    origin_given: bool
    decided: float  # taps that the data decide; a ridge decides the others


def follows(fitted: Fitted) -> bool:
    """Whether `after` follows `before` at all.

    Two arrays with a mean each are connected by it. So all taps together are held against equal
    ones (F-test), and what equal ones make of `before` against `after` (correlation).
    """
    target = counting(fitted, [pair.target for pair in fitted.pairs])
    rest = float((counting(fitted, fitted.residuals) ** 2).sum())
    size = fitted.taps.size
    level = counting(fitted, window_means(fitted))
    free = max(target.size - size, 1)
    alone = float(((target - level * _slope(level, target)) ** 2).sum())
    if size > 1 and tail(size - 1, free, alone - rest, rest) < SURE:
        return True
    apart, target = level - level.mean(), target - target.mean()
    explained = _slope(apart, target) * float(apart @ target)
    return tail(1, free, explained, float(target @ target) - explained) < SURE


def _slope(one: Array, other: Array) -> float:
    return float(one @ other) / max(float(one @ one), 1e-300)


def tail(degrees: int, free: int, explained: float, rest: float) -> float:
    """How often noise explains as much by `degrees` numbers, `free` others being left."""
    ratio = (max(explained, 0.0) / degrees) / max(rest / free, 1e-300)
    return float(special.fdtrc(degrees, free, ratio))


def in_blocks(fitted: Fitted) -> bool:
    """Whether the residual is that of JPEG: neighbours of one block agree, of two blocks do not."""
    if fitted.residuals[0].ndim != 3:
        return False
    # Colours are stored at half the size: blocks of 8 are those of the brightness.
    planes = [residual.mean(axis=0) for residual in fitted.residuals]
    return all(_has_borders(planes, axis) for axis in (0, 1))


def _has_borders(planes: Sequence[Array], axis: int) -> bool:
    agree, size, count = (np.zeros(_BLOCK) for _ in range(3))
    for plane in planes:
        lines = np.moveaxis(plane, axis, 0)
        for phase in range(_BLOCK):
            one, other = lines[:-1][phase::_BLOCK], lines[1:][phase::_BLOCK]
            agree[phase] += float((one * other).sum())
            size[phase] += float((one**2).sum() + (other**2).sum()) / 2
            count[phase] += one.size
    found = agree / np.maximum(size, 1e-300)
    usual, border = float(np.median(found)), float(found.min())
    return border < usual / 2 and usual - border > 5 / np.sqrt(max(float(count.min()), 1.0))


def is_noise_of_before(fitted: Fitted) -> bool:
    """Whether the residual agrees with itself as noise in `before` does behind the kernel.

    Its correlations at all lags are then those of the taps, times the share of the residual that
    comes that way, which is no more than 1.
    """
    lags = [lag for lag in lags_of(fitted.taps.ndim, 1) if any(lag)]
    kernel = [fitted.taps[None]]
    own = np.array([correlation(fitted.residuals, lag) for lag in lags])
    through = np.array([correlation(kernel, lag) for lag in lags])
    share = _slope(through, own)
    missed = float(((own - share * through) ** 2).sum())
    return 0 < share <= 1 and missed < _LIKE_KERNEL * float(own @ own)


def border_share(fitted: Fitted) -> float:
    """The share of the kernel's energy that lies along the border of its window."""
    energy = np.maximum(fitted.taps**2 - np.nan_to_num(fitted.error) ** 2, 0.0)
    inner = energy[tuple(slice(1, -1) if n > 2 else slice(None) for n in energy.shape)]
    return float(1 - inner.sum() / energy.sum()) if energy.any() else 0.0


def share_by_level(fitted: Fitted) -> float:
    """The share of the residual that its mean at each level explains, if that is no accident.

    Levels are those of the fit, as clipping goes by, or means over windows of `before`, as tone
    curves do; those that explain more count.
    """
    rest = counting(fitted, fitted.residuals)
    levels = (counting(fitted, each) for each in (fitted.fits, window_means(fitted)))
    return max(_share_by(level, rest) for level in levels)


def _share_by(level: Array, rest: Array) -> float:
    """In bins of as many samples each, whose means are held against 0 by an F-test."""
    bins = min(_BINS, len(level) // 32)
    if bins < 2:
        return 0.0
    edges = np.quantile(level, np.linspace(0, 1, bins + 1)[1:-1])
    where = np.searchsorted(edges, level)
    counts = np.bincount(where, minlength=bins)
    sums = np.bincount(where, rest, minlength=bins)
    explained, total = float((sums**2 / np.maximum(counts, 1)).sum()), float((rest**2).sum())
    sure = tail(bins, len(level) - bins, explained, total - explained) < SURE
    return explained / total if sure else 0.0


def window_means(fitted: Fitted) -> list[Array]:
    """What equal taps make of each source."""
    size = fitted.taps.size
    return predicted(fitted.pairs, np.full(size, 1 / size), fitted.window)


def counting(fitted: Fitted, arrays: Sequence[Array]) -> Array:
    """The values of all targets that count, in one row."""
    return np.concatenate(
        [
            array.ravel() if pair.counts is None else array[pair.counts]
            for pair, array in zip(fitted.pairs, arrays, strict=True)
        ]
    )
