"""What is wrong with a pair, in sentences: where the kernel lies, and what it leaves unexplained.

A fit always gives a kernel. Whether a convolution connects the pair shows in the residual: noise
has no structure, and what a convolution cannot do (another tone curve, a rotation, a kernel that
reaches beyond the window) leaves neighbours alike, or a residual that goes with the brightness.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import IntertwineError
from intertwine.base.text import rotation_text
from intertwine.learn.fitting.evidence import (
    SURE,
    Fitted,
    border_share,
    counting,
    follows,
    in_blocks,
    is_noise_of_before,
    share_by_level,
)
from intertwine.learn.fitting.pairs import Window
from intertwine.learn.fitting.words import largest_of_noise

Array = NDArray[np.float64]

_FAR = 0.75  # samples: an even kernel's middle is half a sample off its origin
_BORDER = 0.25  # the share of the kernel's energy along its border that says it is cut off
_ALIKE = 0.4  # the correlation of neighbours that is no coloured noise, as JPEG's
_UNEXPLAINED = 1e-3  # the share of `after` that neighbours of the residual have in common
_BY_LEVEL = 0.6  # the share of the residual that goes with the level
_MOSTLY_BY_LEVEL = 0.9  # where the kernel explains nothing, as between any two pictures
_CONFIDENT, _TURNED_DEG, _SCALED = 0.9, 0.2, 0.004  # of a registration
_ROUNDING = 0.5  # steps: rounding leaves 0.29, and a little more where it clips
_NEARLY_ALL = 0.9
_ONE_TAP = 1.5  # less than this many taps decided: their sum at most


def shift_of(window: Window, taps: Array, error: Array) -> tuple[float, ...]:
    """Where the kernel's energy lies, in samples from the origin; noise is taken off the energy."""
    energy = np.maximum(taps**2 - np.nan_to_num(error) ** 2, 0.0)
    total = float(energy.sum())
    if total == 0:
        return (0.0,) * taps.ndim
    places = np.indices(taps.shape) - np.reshape(window.origin, (-1,) + (1,) * taps.ndim)
    return tuple(float((energy * place).sum() / total) for place in places)


def judge(fitted: Fitted) -> tuple[tuple[str, ...], bool]:
    """What a reader of the kernel must know, the gravest first, and whether the kernel holds."""
    grave = _constant(fitted) or _nothing(fitted) or _misfit(fitted)
    if grave:
        return tuple(grave), False
    return (*_undecided(fitted), *_coloured(fitted), *_off_centre(fitted)), True


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


def _constant(fitted: Fitted) -> list[str]:
    """Said where one of the two holds a single value."""
    values = [pair.before[np.isfinite(pair.before)] for pair in fitted.pairs]
    first = float(values[0][0])
    if fitted.decided < _ONE_TAP and all((each == first).all() for each in values):
        what = "only the sum of the taps can be learned" if first else "nothing can be learned"
        return [f"`before` is {first:.6g} everywhere: {what} from it."]
    if np.isnan(fitted.unexplained):
        level = float(counting(fitted, [pair.target for pair in fitted.pairs])[0])
        return [
            f"`after` is {level:.6g} everywhere: nothing can be learned from it. These taps come "
            "closest to it, no more."
        ]
    return []


def _nothing(fitted: Fitted) -> list[str]:
    if follows(fitted):
        return []
    return [
        "No tap stands out of the noise: nothing in `after` follows `before`. Do the two belong "
        "together?"
    ]


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
    alike = white.p_value < SURE and abs(white.correlation) > _ALIKE
    level = share_by_level(fitted)
    if level > (_BY_LEVEL if fitted.unexplained < 1 else _MOSTLY_BY_LEVEL):
        return [
            f"{_start(fitted)}: {100 * level:.0f} % of the residual goes with the level. `after` "
            "may have another tone curve (gamma, contrast), a constant added, or be clipped. Undo "
            "that first; make clipped samples NaN to leave them out."
            + (" Or the two do not belong together." if fitted.unexplained >= 1 else "")
        ]
    if not alike or abs(white.correlation) * fitted.unexplained <= _UNEXPLAINED:
        return []
    if in_blocks(fitted) or is_noise_of_before(fitted):
        return []
    return [f"{_start(fitted)}: neighbours correlate by {white.correlation:.2f}. {_advice(fitted)}"]


def _coloured(fitted: Fitted) -> list[str]:
    white = fitted.whiteness
    if white.p_value >= SURE or _is_rounding(fitted):
        return []
    start = (
        f"The residual is not white: at lag {_lag(white.lag)} it correlates by "
        f"{white.correlation:.2f}. "
    )
    end = "The standard errors take noise to be independent from sample to sample."
    if in_blocks(fitted):
        cause = "It changes from block to block of 8 samples, as JPEG's errors do."
    elif is_noise_of_before(fitted):
        cause = (
            "Noise in `before` does that behind this kernel, and makes the taps come out too small."
        )
    else:
        cause = (
            "Either the noise is alike among neighbours, or `before` has noise of its own, or what "
            "was done is not quite a convolution, as a median is not."
        )
    return [f"{start}{cause} {end}"]


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
    if border_share(fitted) > _BORDER and max(fitted.window.shape) > 2:
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
                moved.append(f"rotated by {rotation_text(turn.angle_deg, 1)}")
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


def _size(fitted: Fitted) -> float:
    squares = sum(float((pair.target**2).sum()) for pair in fitted.pairs)
    return float(np.sqrt(squares / max(sum(pair.rows for pair in fitted.pairs), 1)))
