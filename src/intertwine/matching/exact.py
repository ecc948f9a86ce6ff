"""Scores of single windows from their own samples, in two passes: the slow twin that is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from intertwine.matching.templates import Templates, levelled

Array = NDArray[Any]
Mask = NDArray[np.bool_]

#: Samples gathered at a time.
GATHERED = 1 << 21


def constant(x: Array, window: tuple[int, ...]) -> Mask:
    """Windows in which each channel is one number throughout: (1, B1, ..., Bd)."""
    flat = np.ones((1,), bool)
    parts = (x.real, x.imag) if x.dtype.kind == "c" else (x,)
    for part in parts:
        low, high = part, part
        for axis, k in enumerate(window, 1):
            low = _valid(scipy.ndimage.minimum_filter1d, low, axis, k)
            high = _valid(scipy.ndimage.maximum_filter1d, high, axis, k)
        flat = flat & (low == high).all(0, keepdims=True)
    return flat


def _valid(extreme: Any, part: Array, axis: int, k: int) -> Array:
    places = part.shape[axis] - k + 1
    found = extreme(part, k, axis=axis)
    index = (slice(None),) * axis + (slice(k // 2, k // 2 + places),)
    chosen: Array = found[index]
    return chosen


def scores(
    x: Array, present: Mask | None, templates: Templates, pattern: int, at: tuple[Array, ...]
) -> NDArray[np.float64]:
    """The scores of one pattern at some places; NaN where the window is constant."""
    return _gathered(x, present, templates, pattern, at, _score)


def gaps(
    x: Array, present: Mask | None, templates: Templates, pattern: int, at: tuple[Array, ...]
) -> NDArray[np.float64]:
    """``sum |k - w|^2`` of unit patterns and windows: ``2 (1 - score)`` without its rounding."""
    return _gathered(x, present, templates, pattern, at, _gap)


def _gathered(
    x: Array,
    present: Mask | None,
    templates: Templates,
    pattern: int,
    at: tuple[Array, ...],
    compare: Callable[[Array, Array], Array],
) -> NDArray[np.float64]:
    """Compare one pattern with the windows at some places, a few at a time."""
    views = _windows(x, templates.window)
    seen = None if present is None else _windows(present, templates.window)
    mask = None if templates.masks is None else templates.masks[pattern]
    own = templates.raw[pattern]
    found = np.empty(len(at[0]))
    step = max(1, GATHERED // templates.size)
    for start in range(0, len(found), step):
        some = tuple(index[start : start + step] for index in at)
        counts = mask
        if seen is not None:
            counts = seen[some] if mask is None else seen[some] & mask
        windows = _level(views[some], counts, templates.centred)
        one = own[None] if counts is None else np.broadcast_to(own, windows.shape)
        found[start : start + step] = compare(_level(one, counts, templates.centred), windows)
    return found


def _score(own: Array, windows: Array) -> Array:
    every = tuple(range(1, windows.ndim))
    product = (own.conj() * windows).sum(every)
    if product.dtype.kind == "c":
        product = np.abs(product)
    power = _norm(own) * _norm(windows)
    found: Array = np.full(product.shape, np.nan)
    np.divide(product, power.reshape(-1), out=found, where=power.reshape(-1) > 0)
    return np.clip(found, -1, 1)


def _gap(own: Array, windows: Array) -> Array:
    every = tuple(range(1, windows.ndim))
    gap: Array = (np.abs(own / _norm(own) - windows / _norm(windows)) ** 2).sum(every)
    return gap


def _norm(x: Array) -> Array:
    norm: Array = np.sqrt((np.abs(x) ** 2).sum(tuple(range(1, x.ndim)), keepdims=True))
    return norm


def _windows(x: Array, window: tuple[int, ...]) -> Array:
    """Windows of (C, R1, ..., Rd) samples as (B1, ..., Bd, C, K1, ..., Kd)."""
    views = sliding_window_view(x, window, axis=tuple(range(1, x.ndim)))
    return np.moveaxis(views, 0, len(window))


def _level(x: Array, counts: Mask | None, centred: bool) -> Array:
    """Samples less their mean (of each channel) and scaled to within one; zero if ignored."""
    wide = np.complex128 if x.dtype.kind == "c" else np.float64
    axes = tuple(range(2, x.ndim))
    used = np.broadcast_to(True if counts is None else counts, x.shape)
    if centred:
        x = _differences(x, used, wide)
        number = np.maximum(used.sum(axes, keepdims=True), 1)
        for _ in range(2):  # the second pass takes off what rounding left
            x = np.where(used, x - x.sum(axes, keepdims=True) / number, 0)
    else:
        x = np.where(used, x, 0).astype(wide)
    return levelled(x, tuple(range(1, x.ndim)))


def _differences(x: Array, used: Mask, wide: Any) -> Array:
    """Samples less the first that counts in each channel: exact where they are alike."""
    if x.dtype.kind in "biu" and x.dtype.itemsize < 8:
        x = x.astype(np.int64)
    elif x.dtype.kind not in "iu":
        x = x.astype(wide)
    rows = x.reshape(*x.shape[:2], -1)
    first = np.take_along_axis(rows, used.reshape(rows.shape).argmax(-1)[..., None], -1)
    fresh: Array = np.where(used, x - first.reshape(*x.shape[:2], *(1,) * (x.ndim - 2)), 0)
    return fresh.astype(wide)
