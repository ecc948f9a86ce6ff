"""What is wrong with a pair, in sentences: where the kernel lies, and what it leaves unexplained.

A fit always gives a kernel. Whether a convolution connects the pair shows in the residual: noise
has no structure, and what a convolution cannot do (another tone curve, a rotation, a kernel that
reaches beyond the window) leaves neighbours alike, or a residual that goes with the brightness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special  # type: ignore[import-untyped]

from intertwine.base.errors import IntertwineError
from intertwine.learn.fitting.equations import predicted
from intertwine.learn.fitting.pairs import Pair, Window
from intertwine.learn.fitting.whiteness import Whiteness
from intertwine.learn.fitting.words import largest_of_noise

Array = NDArray[np.float64]

_FAR = 0.75  # samples: an even kernel's middle is half a sample off its origin
_BORDER = 0.25  # the share of the kernel's energy along its border that says it is cut off
_ALIKE = 0.4  # the correlation of neighbours that is no coloured noise, as JPEG's
_SURE = 1e-3  # p-values above this are accidents
_UNEXPLAINED = 1e-3  # the share of `after` that neighbours of the residual have in common
_BY_LEVEL = 0.6  # the share of the residual that goes with the level
_MOSTLY_BY_LEVEL = 0.9  # where the kernel explains nothing, as between any two pictures
_CONFIDENT, _TURNED_DEG, _SCALED = 0.9, 0.2, 0.004  # of a registration
_ROUNDING = 0.5  # steps: rounding leaves 0.29, and a little more where it clips
_NEARLY_ALL = 0.9
_BINS = 32


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


def shift_of(window: Window, taps: Array, error: Array) -> tuple[float, ...]:
    """Where the kernel's energy lies, in samples from the origin; noise is taken off the energy."""
    energy = np.maximum(taps**2 - np.nan_to_num(error) ** 2, 0.0)
    total = float(energy.sum())
    if total == 0:
        return (0.0,) * taps.ndim
    places = np.indices(taps.shape) - np.reshape(window.origin, (-1,) + (1,) * taps.ndim)
    return tuple(float((energy * place).sum() / total) for place in places)


def notes(fitted: Fitted) -> tuple[str, ...]:
    """What a reader of the kernel must know, the gravest first; nothing where all is well."""
    grave = _nothing(fitted) or _misfit(fitted)
    return tuple(grave or [*_undecided(fitted), *_coloured(fitted), *_off_centre(fitted)])


def _undecided(fitted: Fitted) -> list[str]:
    """Said where a ridge decides what the pair does not."""
    found = []
    if fitted.decided < fitted.taps.size / 2:
        found.append(
            f"The pair decides {fitted.decided:.1f} of {fitted.taps.size} taps, and the ridge the "
            "others: kernels of another form do as well. Pass a `before` with more detail, or a "
            "smaller shape."
        )
    if np.isnan(fitted.error).any():
        found.append(
            "Standard errors are NaN: without the ridge `before` does not tell all taps apart, and "
            "how far a ridge moves them depends on the true ones."
        )
    return found


def _nothing(fitted: Fitted) -> list[str]:
    """Said where a kernel of zeros would do as well (F-test)."""
    rows = sum(pair.rows for pair in fitted.pairs)
    squares = sum(float((pair.target**2).sum()) for pair in fitted.pairs)
    rest = sum(float((residual**2).sum()) for residual in fitted.residuals)
    free = max(rows - fitted.taps.size, 1)
    if squares == 0 or _tail(fitted.taps.size, free, squares - rest, rest) < _SURE:
        return []
    return [
        "No tap stands out of the noise: nothing in `after` follows `before`. Do the two belong "
        "together?"
    ]


def _tail(degrees: int, free: int, explained: float, rest: float) -> float:
    """How often noise explains as much by `degrees` numbers, `free` others being left."""
    ratio = (max(explained, 0.0) / degrees) / max(rest / free, 1e-300)
    return float(special.fdtrc(degrees, free, ratio))


def _off_centre(fitted: Fitted) -> list[str]:
    shift = shift_of(fitted.window, fitted.taps, fitted.error)
    if fitted.origin_given or max(map(abs, shift)) <= _FAR or not _stands_out(fitted):
        return []
    away = ", ".join(
        f"{round(by, 1) + 0.0:+.1f} along axis {axis}" for axis, by in enumerate(shift)
    )
    return [
        f"The kernel lies off the middle of its window: {away}. `after` may be shifted against "
        "`before`. Align the two first (intertwine.registration.translation finds the shift), or "
        "pass origin= if the shift belongs to the kernel."
    ]


def _stands_out(fitted: Fitted) -> bool:
    """Whether any tap is beyond what noise gives the largest of so many."""
    bound = largest_of_noise(fitted.taps.size) * fitted.error
    return bool((np.abs(fitted.taps) > bound).any())


def _misfit(fitted: Fitted) -> list[str]:
    if _is_rounding(fitted):
        return []
    white = fitted.whiteness
    alike = white.p_value < _SURE and abs(white.correlation) > _ALIKE
    level = _share_by_level(fitted)
    if level > (_BY_LEVEL if fitted.unexplained < 1 else _MOSTLY_BY_LEVEL):
        return [
            f"{_start(fitted)}: {100 * level:.0f} % of the residual goes with the level. `after` "
            "may have another tone curve (gamma, contrast), a constant added, or be clipped. Undo "
            "that first; make clipped samples NaN to leave them out."
            + (" Or the two do not belong together." if fitted.unexplained >= 1 else "")
        ]
    if alike and abs(white.correlation) * fitted.unexplained > _UNEXPLAINED:
        return [
            f"{_start(fitted)}: neighbours correlate by {white.correlation:.2f}. {_advice(fitted)}"
        ]
    return []


def _coloured(fitted: Fitted) -> list[str]:
    white = fitted.whiteness
    if white.p_value < _SURE and not _is_rounding(fitted):
        return [
            f"The residual is not white: at lag {_lag(white.lag)} it correlates by "
            f"{white.correlation:.2f}. Either the noise is alike among neighbours, as JPEG's is, "
            "or what was done is not quite a convolution, as a median is not. The standard errors "
            "take noise to be independent from sample to sample."
        ]
    return []


def _is_rounding(fitted: Fitted) -> bool:
    """Whether the residual is as small as rounding to integers, or of the arithmetic, leaves it."""
    whole = all(pair.after.dtype.kind in "iu" for pair in fitted.pairs)
    return (whole and fitted.noise < _ROUNDING) or fitted.noise <= 1e-9 * _size(fitted)


def _lag(lag: tuple[int, ...]) -> str:
    return str(lag[0]) if len(lag) == 1 else str(lag)


def _start(fitted: Fitted) -> str:
    shape = " x ".join(map(str, fitted.window.shape))
    left = f"{100 * fitted.unexplained:.2g} %" if fitted.unexplained < 1 else "all"
    return (
        f"No convolution with {shape} taps connects the two: {left} of the variance of `after` is "
        "left, and it is not noise"
    )


def _advice(fitted: Fitted) -> str:
    moved = _registered(fitted)
    if moved:
        return f"`after` seems to be `before` {moved}: align the two first."
    if fitted.unexplained > _NEARLY_ALL:
        return "Do the two belong together?"
    if _border_share(fitted) > _BORDER and max(fitted.window.shape) > 2:
        return (
            "The kernel reaches the border of its window: pass a larger shape. If that does not "
            "help, it changes from place to place, or with what is there."
        )
    return (
        "What was done changes from place to place, or with what is there, as medians and absolute "
        "values do."
    )


def _registered(fitted: Fitted) -> str:
    """How `after` lies against `before`, where that is sure and no kernel does as much."""
    from intertwine.registration import rotation, translation

    pair = fitted.pairs[0]
    place = tuple(
        slice(back, back + n)
        for back, n in zip(fitted.window.before, pair.target.shape[1:], strict=True)
    )
    one, other = pair.source[0][place], pair.target[0]
    moved = []
    shift: tuple[float, ...]
    try:
        if one.ndim == 2:
            turn = rotation(one, other, scale=True)
            sure, shift = turn.confidence > _CONFIDENT, turn.shift
            if abs(turn.angle_deg) > _TURNED_DEG:
                moved.append(f"rotated by {turn.angle_deg:.1f} degrees")
            if abs(turn.scale - 1) > _SCALED:
                moved.append(f"scaled by {turn.scale:.3f}")
        else:
            found = translation(one, other)
            sure, shift = found.confidence > _CONFIDENT, found.shift
    except IntertwineError:  # too small, or constant
        return ""
    reach = zip(shift, fitted.window.origin, fitted.window.before, strict=True)
    if any(not -back <= by <= ahead for by, back, ahead in reach):
        moved.append(f"shifted by ({', '.join(f'{by:+.1f}' for by in shift)}) samples")
    return " and ".join(moved) if sure else ""


def _border_share(fitted: Fitted) -> float:
    energy = np.maximum(fitted.taps**2 - np.nan_to_num(fitted.error) ** 2, 0.0)
    inner = energy[tuple(slice(1, -1) if n > 2 else slice(None) for n in energy.shape)]
    return float(1 - inner.sum() / energy.sum()) if energy.any() else 0.0


def _size(fitted: Fitted) -> float:
    squares = sum(float((pair.target**2).sum()) for pair in fitted.pairs)
    return float(np.sqrt(squares / max(sum(pair.rows for pair in fitted.pairs), 1)))


def _share_by_level(fitted: Fitted) -> float:
    """The share of the residual that its mean at each level explains, if that is no accident.

    Levels are those of the fit, as clipping goes by, or means over windows of `before`, as tone
    curves do; those that explain more count.
    """
    size = fitted.taps.size
    means = predicted(fitted.pairs, np.full(size, 1 / size), fitted.window)
    rest = _counting(fitted, fitted.residuals)
    return max(_share_by(_counting(fitted, each), rest) for each in (fitted.fits, means))


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
    sure = _tail(bins, len(level) - bins, explained, total - explained) < _SURE
    return explained / total if sure else 0.0


def _counting(fitted: Fitted, arrays: Sequence[Array]) -> Array:
    """The values of all targets that count, in one row."""
    return np.concatenate(
        [
            array.ravel() if pair.counts is None else array[pair.counts]
            for pair, array in zip(fitted.pairs, arrays, strict=True)
        ]
    )
