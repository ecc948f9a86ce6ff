"""Scores of single windows from their own samples, in two passes: the slow twin that is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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

#: Scores this near to 1 are computed again: rounding hides there which of them are copies.
NEAR = 1e-6

#: Products spent on those of one pattern in one block that are no copies to the bit, best first.
SPENT = 1 << 24


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


def near(
    scores: Array, x: Array, present: Mask | None, templates: Templates
) -> Iterator[tuple[int, tuple[Array, ...], NDArray[np.float64]]]:
    """Each pattern with the places where it scores nearly 1, and their gaps.

    The gap is ``sum |k - w|^2`` of the unit pattern and window: ``2 (1 - score)`` without its
    rounding, 0 for a copy.
    """
    for pattern in range(templates.count):
        if scores[pattern].max() <= 1 - NEAR:  # NaN is not
            continue
        at = np.nonzero(scores[pattern] > 1 - NEAR)
        found = 2 * (1 - scores[pattern][at].astype(np.float64))
        equal = _gathered(x, present, templates, pattern, at, _equal, raw=True) > 0
        found[equal] = 0
        others = np.nonzero(~equal)[0]
        others = others[np.argsort(found[others], kind="stable")][: SPENT // templates.size + 1]
        some = tuple(index[others] for index in at)
        found[others] = _gathered(x, present, templates, pattern, some, _gap)
        yield pattern, at, found


def score(x: Array, present: Mask | None, pattern: Array, mask: Mask | None) -> float:
    """zncc of a pattern and data of its size, by their gap: 1 for copies. -1: it has none."""
    templates = Templates(pattern[None], None if mask is None else mask[None], True, 1)
    at = (np.zeros(1, np.intp),) * (x.ndim - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = _gathered(x, present, templates, 0, at, _gap)[0]
    return -1.0 if np.isnan(gap) else float(1 - gap / 2)


def rounded_down(gaps: NDArray[np.float64], kind: np.dtype[Any]) -> Array:
    """Scores of this type from gaps: 1 only where the score is 1 in float64."""
    scores = 1 - gaps / 2
    narrow = scores.astype(kind)
    below: Array = np.where((narrow == 1) & (scores < 1), np.nextafter(kind.type(1), 0), narrow)
    return below


def _gathered(
    x: Array,
    present: Mask | None,
    templates: Templates,
    pattern: int,
    at: tuple[Array, ...],
    compare: Callable[..., Array],
    *,
    raw: bool = False,
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
        if raw:
            found[start : start + step] = compare(own, views[some], counts)
            continue
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
    k, w = own / _norm(own), windows / _norm(windows)
    if w.dtype.kind == "c":  # their scores are blind to the phase
        product = (k.conj() * w).sum(every, keepdims=True)
        k = k * (product / np.abs(product))
    gap: Array = (np.abs(k - w) ** 2).sum(every)
    return gap


def _equal(own: Array, windows: Array, counts: Mask | None) -> Array:
    """Whether all samples that count are the same numbers."""
    with np.errstate(invalid="ignore", over="ignore"):
        narrow = own.astype(windows.dtype)
    if (narrow != own).any():  # the pattern has values that the data cannot have
        return np.zeros(len(windows), bool)
    same = windows == narrow
    if counts is not None:
        same |= ~counts
    equal: Array = same.reshape(len(windows), -1).all(1)
    return equal


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
