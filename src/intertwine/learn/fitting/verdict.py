"""What is wrong with a pair, in sentences: where the kernel lies, and what it leaves unexplained.

A fit always gives a kernel. Whether a convolution connects the pair shows in the residual: noise has
no structure, and what a convolution cannot do (another tone curve, a rotation, a kernel that
reaches beyond the window) leaves neighbours alike, or a residual that goes with the brightness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import IntertwineError
from intertwine.learn.fitting.pairs import Pair, Window
from intertwine.learn.fitting.whiteness import Whiteness

Array = NDArray[np.float64]

_FAR = 0.75  # samples: an even kernel's middle is half a sample off its origin
_BORDER = 0.25  # the share of the kernel's energy along its border that says it is cut off
_ALIKE = 0.2  # the correlation of neighbours that counts, beside being no accident
_SURE = 1e-3  # p-values above this are accidents
_UNEXPLAINED = 1e-3  # the share of `after` that neighbours of the residual have in common
_BY_LEVEL = 0.1  # the share of the residual that goes with the level
_ROUNDING = 0.5  # steps: rounding leaves 0.29, and a little more where it clips
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


def shift_of(window: Window, taps: Array, error: Array) -> tuple[float, ...]:
    """Where the kernel's energy lies, in samples from the origin; noise is taken off the energy."""
    energy = np.maximum(taps**2 - error**2, 0.0)
    total = float(energy.sum())
    if total == 0:
        return (0.0,) * taps.ndim
    places = np.indices(taps.shape) - np.reshape(window.origin, (-1,) + (1,) * taps.ndim)
    return tuple(float((energy * place).sum() / total) for place in places)


def notes(fitted: Fitted) -> tuple[str, ...]:
    """What a reader of the kernel must know, the gravest first; nothing where all is well."""
    found = [*_misfit(fitted), *_off_centre(fitted)]
    return tuple(found)


def _off_centre(fitted: Fitted) -> list[str]:
    shift = shift_of(fitted.window, fitted.taps, fitted.error)
    if fitted.origin_given or max(map(abs, shift)) <= _FAR or not _stands_out(fitted):
        return []
    away = ", ".join(f"{by:+.1f} along axis {axis}" for axis, by in enumerate(shift))
    return [
        f"The kernel lies off the middle of its window: {away}. `after` may be shifted against "
        "`before`. Align the two first (intertwine.registration.translation finds the shift), or "
        "pass origin= if the shift belongs to the kernel."
    ]


def _stands_out(fitted: Fitted) -> bool:
    """Whether any tap is beyond what noise gives the largest of so many."""
    sizes = np.abs(fitted.taps)
    bound = fitted.error * np.sqrt(2 * np.log(max(sizes.size, 2)) + 6)
    return bool((sizes > bound).any())


def _misfit(fitted: Fitted) -> list[str]:
    white = fitted.whiteness
    rounded = all(pair.after.dtype.kind in "iu" for pair in fitted.pairs) and fitted.noise < _ROUNDING
    if rounded or fitted.noise <= 1e-9 * _size(fitted):
        return []
    level, level_is_sure = _share_by_level(fitted)
    alike = white.p_value < _SURE and abs(white.correlation) > _ALIKE
    grave = alike and abs(white.correlation) * fitted.unexplained > _UNEXPLAINED
    shape = " x ".join(map(str, fitted.window.shape))
    start = (
        f"No convolution with {shape} taps connects the two: {100 * fitted.unexplained:.2g} % of the "
        "variance of `after` is left, and it is no noise"
    )
    if level_is_sure and level > _BY_LEVEL:
        return [
            f"{start}: {100 * level:.0f} % of the residual goes with the level. `after` may have "
            "another tone curve (gamma, contrast, absolute values), a constant added, or be clipped. "
            "Undo that first, or leave clipped samples out by mask=."
        ]
    if grave:
        return [f"{start}: neighbours correlate by {white.correlation:.2f}. {_advice(fitted)}"]
    if white.p_value < _SURE:
        return [
            f"The residual is not white: at lag {_lag(white.lag)} it correlates by "
            f"{white.correlation:.2f}. Least squares holds, but the standard errors take noise to be "
            "independent from sample to sample."
        ]
    return []


def _lag(lag: tuple[int, ...]) -> str:
    return str(lag[0]) if len(lag) == 1 else str(lag)


def _advice(fitted: Fitted) -> str:
    shift = _registered(fitted)
    if shift is not None:
        away = ", ".join(f"{by:+.1f}" for by in shift)
        return (
            f"`after` is shifted against `before` by ({away}) samples, further than the window "
            "reaches. Align the two first, or pass a larger shape."
        )
    if _border_share(fitted) > _BORDER and min(fitted.window.shape) > 2:
        return (
            "The kernel reaches the border of its window: pass a larger shape. If that does not "
            "help, the two may lie differently (intertwine.rotation tells), or the kernel changes "
            "from place to place."
        )
    return (
        "The two may lie differently (intertwine.rotation tells), or the kernel changes from place "
        "to place."
    )


def _registered(fitted: Fitted) -> tuple[float, ...] | None:
    """The shift of `after` against `before`, where it is sure and reaches beyond the window."""
    from intertwine.registration import translation

    pair = fitted.pairs[0]
    place = tuple(
        slice(back, back + n)
        for back, n in zip(fitted.window.before, pair.target.shape[1:], strict=True)
    )
    try:
        found = translation(pair.source[0][place], pair.target[0])
    except IntertwineError:  # too small, or constant
        return None
    reach = zip(found.shift, fitted.window.before, fitted.window.origin, strict=True)
    outside = any(not -back <= by <= ahead for by, ahead, back in reach)
    return tuple(found.shift) if outside and found.confidence > 0.9 else None


def _border_share(fitted: Fitted) -> float:
    energy = np.maximum(fitted.taps**2 - fitted.error**2, 0.0)
    inner = energy[tuple(slice(1, -1) if n > 2 else slice(None) for n in energy.shape)]
    return float(1 - inner.sum() / energy.sum()) if energy.any() else 0.0


def _size(fitted: Fitted) -> float:
    squares = sum(float((pair.target**2).sum()) for pair in fitted.pairs)
    return float(np.sqrt(squares / max(sum(pair.rows for pair in fitted.pairs), 1)))


def _share_by_level(fitted: Fitted) -> tuple[float, bool]:
    """The share of the residual that its mean at each level of the fit explains; is it no accident?

    The levels are those of the fit, in bins of as many samples each; F-test of their means against 0.
    """
    fits = np.concatenate([_counting(p, f) for p, f in zip(fitted.pairs, fitted.fits, strict=True)])
    rest = np.concatenate(
        [_counting(p, r) for p, r in zip(fitted.pairs, fitted.residuals, strict=True)]
    )
    bins = min(_BINS, len(fits) // 32)
    total = float((rest**2).sum())
    if bins < 2 or total == 0:
        return 0.0, False
    edges = np.quantile(fits, np.linspace(0, 1, bins + 1)[1:-1])
    where = np.searchsorted(edges, fits)
    counts = np.bincount(where, minlength=bins)
    sums = np.bincount(where, rest, minlength=bins)
    explained = float((sums**2 / np.maximum(counts, 1)).sum())
    ratio = (explained / bins) / max((total - explained) / (len(fits) - bins), 1e-300)
    from scipy import special  # type: ignore[import-untyped]

    p_value = float(special.fdtrc(bins, len(fits) - bins, ratio))
    return explained / total, p_value < _SURE


def _counting(pair: Pair, array: Array) -> Array:
    return array.ravel() if pair.counts is None else array[pair.counts]


