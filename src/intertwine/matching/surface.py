"""The score of every place: blocks of data in, one number for each place out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.convolution import correlate
from intertwine.matching import blocks, exact
from intertwine.matching.scores import block_scores, pooled, too_few
from intertwine.matching.templates import LEAST_OVERLAP, Templates

Array = NDArray[Any]
Mask = NDArray[np.bool_]


def normalised(
    data: Array, present: Mask | None, patterns: Array, masks: Mask | None, *,
    centred: bool, result: np.dtype[Any], distance: bool = False,
    least: float = LEAST_OVERLAP, progress: Callable[[float], None] | None = None,
) -> Array:  # fmt: skip
    """Scores ``(P, M1, ..., Md)`` of patterns ``(P, C, K1, ..., Kd)`` in data ``(C, N1, ..., Nd)``.

    With `distance`, z-normalised Euclidean distances ``sqrt(2 m (1 - zncc))``. NaN where less than
    the share `least` of a pattern meets samples that count.
    """
    window = patterns.shape[2:]
    places = tuple(n - k + 1 for n, k in zip(data.shape[1:], window, strict=True))
    cuts = list(blocks.cut(places, blocks.sides(places, window)))
    templates = Templates(patterns, masks, centred, 1 if len(cuts) > 1 else None, least)
    tolerance = 1e-7 if result.itemsize < 8 else 1e-12
    surface = np.empty((len(patterns), *places), result)

    def fill(block: blocks.Block) -> None:
        samples = (slice(None), *blocks.under(block, window))
        seen = None if present is None else present[samples]
        if seen is not None and seen.all():
            seen = None
        scores = block_scores(data[samples], seen, templates, tolerance)
        near = list(exact.near(scores, data[samples], seen, templates))
        if distance:
            scores = _distances(scores, seen, templates, near)
        surface[(slice(None), *block)] = scores
        if not distance:
            for pattern, at, gaps in near:
                surface[pattern][block][at] = exact.rounded_down(gaps, result)

    blocks.each(fill, cuts, progress)
    return surface


def _distances(
    scores: Array, present: Mask | None, templates: Templates, near: list[tuple[int, Any, Array]]
) -> Array:
    """``sqrt(2 m (1 - zncc))`` where `m` samples count; by their gaps where they are near 0."""
    size = templates.sizes
    if present is not None:
        size = np.rint(pooled(templates.slide(present.astype(np.float64), "weights")))
    found: Array = np.sqrt(np.maximum(2 * size * (1 - scores), 0))
    for pattern, at, gaps in near:
        where = np.broadcast_to(size, scores.shape)[pattern][at]
        found[pattern][at] = np.sqrt(where * gaps)
    return found


def plain(data: Array, present: Mask | None, patterns: Array, result: np.dtype[Any]) -> Array:
    """``sum conj(k) w`` over the samples that are present: no norm, no mean taken off."""
    axes = tuple(range(-(patterns.ndim - 2), 0))
    if present is not None:
        data = np.where(present, data, 0)
    if data.dtype.kind in "biu":
        data = data.astype(np.float64)
    sums = correlate(data, patterns, axes=axes, mode="valid")
    total = pooled(sums)
    if total.dtype.kind == "c":
        total = np.abs(total)
    return np.asarray(total, result)


def why_undefined(
    surface: Array, present: Mask | None, patterns: Array, masks: Mask | None, least: float
) -> dict[str, int]:
    """How many places of one surface have no score, by reason."""
    with np.errstate(over="ignore", invalid="ignore"):
        if not np.isnan(surface.sum()):  # needs no array of answers
            return {}
    lost = np.isnan(surface)
    count = int(np.count_nonzero(lost))
    if not count:
        return {}
    few = 0
    if present is not None:
        templates = Templates(patterns, masks, False, None, least)
        few = int(np.count_nonzero(lost & too_few(present, templates)[0]))
    reasons = {"too few samples under the pattern": few, "constant window": count - few}
    return {reason: number for reason, number in reasons.items() if number}
