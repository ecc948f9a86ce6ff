r"""Normalised correlation of one block, right at every offset and scale of the data.

With the pattern ``k`` and the window ``w`` at one place, both without their means (of each
channel)::

    zncc = sum conj(k) w / sqrt(sum |k|^2 * sum |w|^2)      ncc: the same with the means left in

By Cauchy and Schwarz ``|zncc| <= 1``. Complex data: the size of that number.

Why this is hard: ``sum |w|^2`` by running sums is a difference of large numbers. Data of level
``L`` and spread ``s`` lose ``(L / s)^2`` in precision, so that at ``L = 1e4`` float32 knows nothing
any more, and a wrong variance makes scores of 17 or infinity. Three rules:

* each block is shifted by its own mean and scaled by its largest value, in float64;
* a window whose variance is so small beside the block's range that rounding could show is
  *doubtful*: blocks with many of them are split, each part with its own mean; few are computed
  again from their own samples, in two passes;
* a window that is constant has no score: it is NaN.

The usual case, real data of one channel without masks, is in `segments`, by the same rules.
Ignored samples (masks, NaN) renormalise: all sums run over the samples that count in both, as in
Padfield, "Masked object registration in the Fourier domain" (IEEE TIP, 2012), equation 17.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.matching import exact, segments
from intertwine.matching.blocks import under
from intertwine.matching.segments import ROUNDING
from intertwine.matching.templates import Templates

Array = NDArray[Any]
Mask = NDArray[np.bool_]

#: Products worth computing one by one before a block is split.
AFFORDABLE = 1 << 22

#: Products for each sample beyond which constant windows are looked for first.
WORTH = 4

#: A block with too many doubtful windows is split into so many.
PARTS = 8

#: Squares of numbers between these are numbers too.
TINY, HUGE = 2.0**-400, 2.0**400


def block_scores(
    x: Array,
    present: Mask | None,
    templates: Templates,
    tolerance: float,
    *,
    exactly: bool = True,
) -> NDArray[np.float64]:
    """The scores ``(P, B1, ..., Bd)`` of all windows within ``(C, R1, ..., Rd)`` samples.

    Not `exactly`: doubtful ones stay NaN.
    """
    usual = segments.fit(x, present, templates)
    if usual and (found := segments.scores(x, templates, tolerance)) is not None:
        if exactly and found[1].any():
            _settle(x, present, templates, tolerance, *found)
        return found[0]
    fresh, reach = _levelled(x, present, templates.centred)
    places = tuple(r - k + 1 for r, k in zip(x.shape[1:], templates.window, strict=True))
    if reach == 0:
        return np.full((templates.count, *places), np.nan)
    least = reach**2 * ROUNDING / tolerance
    if present is None:
        scores, doubtful = _whole(fresh, templates, least)
    else:
        scores, doubtful = _masked(fresh, present, templates, least, ROUNDING / tolerance)
    if doubtful is not None and exactly:
        _settle(x, present, templates, tolerance, scores, doubtful)
    return scores


def _levelled(x: Array, present: Mask | None, centred: bool) -> tuple[Array, float]:
    """A copy of the samples around zero, zero where missing, and the largest of them in size."""
    wide = np.complex128 if x.dtype.kind == "c" else np.float64
    axes = tuple(range(1, x.ndim))
    if centred and x.dtype.kind in "iu" and x.dtype.itemsize == 8:
        x = _near(x, present)
    fresh = x.astype(wide) if present is None else np.where(present, x, 0).astype(wide)
    if (most := _reach(fresh)) > HUGE:
        fresh *= _scale(most)
    if centred and present is None:
        fresh -= fresh.mean(axes, keepdims=True)
    elif centred and present is not None:
        count = np.maximum(present.sum(axes, keepdims=True), 1)
        fresh = np.where(present, fresh - fresh.sum(axes, keepdims=True) / count, 0)
    most = _reach(fresh) if centred or most > HUGE else most
    if 0 < most < TINY:
        fresh *= _scale(most)
        most = _reach(fresh)
    return fresh, most


def _reach(x: Array) -> float:
    parts = (x.real, x.imag) if x.dtype.kind == "c" else (x,)
    return max(max(-float(part.min()), float(part.max())) for part in parts)


def _scale(most: float) -> float:
    """The power of two that brings `most` to about 1, or the largest there is."""
    return float(2.0 ** min(-int(np.frexp(most)[1]), 1023))


def _near(x: Array, present: Mask | None) -> Array:
    """Whole numbers too long for float64, less the least of them: differences are what counts."""
    seen = x if present is None else x[present]
    if not seen.size:
        return x
    low, high = int(seen.min()), int(seen.max())
    if max(abs(low), abs(high)) < 1 << 53 or high - low >= 1 << 63:
        return x
    near: Array = x - x.dtype.type(low)
    return near


def _energy(x: Array) -> Array:
    energy: Array = x.real**2 + x.imag**2 if x.dtype.kind == "c" else x * x
    return energy


def pooled(x: Array) -> Array:
    """The sum over channels, the second axis."""
    total: Array = x[:, 0] if x.shape[1] == 1 else x.sum(1)
    return total


def _whole(x: Array, templates: Templates, least: float) -> tuple[Array, Mask | None]:
    """Scores where every sample counts in the data (the pattern may be masked)."""
    power = pooled(templates.slide(_energy(x), "weights"))
    if templates.centred:
        sums = templates.slide(x, "weights")
        sums = _energy(sums) if sums.dtype.kind == "c" else np.square(sums, out=sums)
        sums /= templates.counts
        power -= pooled(sums)
    doubtful = power < least * templates.sizes
    if not doubtful.any():
        return _divided(templates.slide(x, "taps"), power), None
    power = np.where(doubtful, np.nan, power)
    scores = _divided(templates.slide(x, "taps"), power)
    return scores, np.broadcast_to(doubtful, scores.shape)


def _divided(products: Array, power: Array) -> NDArray[np.float64]:
    """``sum conj(k) w / |w|``, held within -1 and 1."""
    along = pooled(products)
    scores = np.abs(along) if along.dtype.kind == "c" else along
    scores /= np.sqrt(power, out=power)
    return np.clip(scores, -1, 1, out=scores)


def _masked(
    x: Array, present: Mask, templates: Templates, least: float, least_own: float
) -> tuple[Array, Mask]:
    """Scores where samples of the data are missing; the pattern's own sums change with place."""
    there = present.astype(np.float64)
    count = np.rint(templates.slide(there, "weights"))
    power = templates.slide(_energy(x), "weights")
    own = templates.slide(there, "squares")
    products = templates.slide(x, "taps")
    if templates.centred:
        sums = templates.slide(x, "weights")
        own_sums = templates.slide(there, "taps")
        safe = np.maximum(count, 1)
        power = power - _energy(sums) / safe
        own = own - _energy(own_sums) / safe
        products = products - own_sums * sums / safe
    number, power, own = pooled(count), pooled(power), pooled(own)
    few = number < np.maximum(templates.least * templates.sizes, 2)
    doubtful = ((power < number * least) | (own < least_own)) & ~few
    with np.errstate(invalid="ignore", divide="ignore"):
        scores = _divided(products, np.where(doubtful | few, np.nan, power * own))
    return scores, np.broadcast_to(doubtful, scores.shape)


def too_few(present: Mask, templates: Templates) -> Mask:
    """Places whose window has too few samples for a score: (P or 1, B1, ..., Bd)."""
    count = np.rint(pooled(templates.slide(present.astype(np.float64), "weights")))
    few: Mask = count < np.maximum(templates.least * templates.sizes, 2)
    return few


def _settle(
    x: Array,
    present: Mask | None,
    templates: Templates,
    tolerance: float,
    scores: Array,
    doubtful: Mask,
) -> None:
    """Put right what is doubtful: by parts with their own level, or window by window."""
    places = scores.shape[1:]
    ratios = [b / k for b, k in zip(places, templates.window, strict=True)]
    axis = int(np.argmax(ratios))
    work = np.count_nonzero(doubtful) * templates.size
    if work > AFFORDABLE and ratios[axis] > 1 and places[axis] > 1:
        side = max(-(-places[axis] // PARTS), min(templates.window[axis], places[axis] // 2))
        for start in range(0, places[axis], side):
            part = slice(start, min(start + side, places[axis]))
            block = tuple(part if i == axis else slice(0, b) for i, b in enumerate(places))
            here = (slice(None), *block)
            if doubtful[here].any():
                samples = (slice(None), *under(block, templates.window))
                seen = None if present is None else present[samples]
                again = block_scores(x[samples], seen, templates, tolerance)
                scores[here] = np.where(doubtful[here], again, scores[here])
        return
    many = work > WORTH * x.size
    if many and present is None and templates.masks is None and templates.centred:
        doubtful = doubtful & ~exact.constant(x, templates.window)
    for pattern in range(templates.count):
        at = np.nonzero(doubtful[pattern])
        if len(at[0]):
            scores[pattern][at] = exact.scores(x, present, templates, pattern, at)
