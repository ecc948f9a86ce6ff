"""Peaks of a surface: the best of their surroundings, and where they lie between samples."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def strongest(
    surface: Array, threshold: float | None, count: int | None, distance: tuple[int, ...]
) -> NDArray[np.intp]:
    """Places (n, d) of the best scores, best first, none within `distance` of a better one.

    A place is looked at if no neighbour is better. `distance` counts samples along each axis: two
    places are too near if they are nearer than it along every axis.
    """
    if count == 1:
        return _best(surface, threshold)
    places = _local(surface, threshold)
    scores = surface[places]
    order = np.argsort(-scores, kind="stable")
    at = np.stack(places, axis=1)[order]
    taken = np.zeros(surface.shape, bool)
    kept: list[Array] = []
    for place in at:
        if taken[tuple(place)]:
            continue
        kept.append(place)
        if len(kept) == count:
            break
        reach = tuple(
            slice(max(0, p - d + 1), p + d) for p, d in zip(place.tolist(), distance, strict=True)
        )
        taken[reach] = True
    return np.array(kept, np.intp).reshape(len(kept), surface.ndim)


def _best(surface: Array, threshold: float | None) -> NDArray[np.intp]:
    place = int(surface.argmax())
    if np.isnan(surface.flat[place]):  # argmax stops at the first NaN
        place = int(np.where(np.isnan(surface), -np.inf, surface).argmax())
    best = float(surface.flat[place])
    if np.isnan(best) or (threshold is not None and best < threshold):
        return np.empty((0, surface.ndim), np.intp)
    return np.array([np.unravel_index(place, surface.shape)], np.intp)


def _local(surface: Array, threshold: float | None) -> tuple[NDArray[np.intp], ...]:
    """Places that no neighbour beats; corners count as neighbours."""
    candidates = ~np.isnan(surface) if threshold is None else surface >= threshold
    if threshold is None or np.count_nonzero(candidates) > surface.size // 16:
        for axis in range(surface.ndim):  # cheap: most places fall to a neighbour along an axis
            low = (slice(None),) * axis + (slice(None, -1),)
            high = (slice(None),) * axis + (slice(1, None),)
            candidates[low] &= ~(surface[low] < surface[high])
            candidates[high] &= ~(surface[high] < surface[low])
    places = np.nonzero(candidates)
    at = np.stack(places)
    mine = surface[places]
    keep = np.ones(len(mine), bool)
    limits = np.array(surface.shape)[:, None] - 1
    for shift in product((-1, 0, 1), repeat=surface.ndim):
        near = at + np.array(shift)[:, None]
        inside = ((near >= 0) & (near <= limits)).all(0)
        beside = surface[tuple(np.clip(near, 0, limits))]
        keep &= ~(inside & (beside > mine))
    return tuple(index[keep] for index in places)


def refined(surface: Array, places: NDArray[np.intp], best: float) -> NDArray[np.float64]:
    """Places between samples: the top of a curve through three neighbours along each axis.

    The curve is a Gaussian where all three are positive, else a parabola; at the rim, beside NaN
    and on a plateau the place stays. Never moves by more than half a sample, nor further than a
    curve so bent takes to rise to `best`, the score that none exceeds: neighbours that are not
    alike pull the curve's top to a side, but where a score is `best` no other place has more.
    """
    moved = places.astype(float)
    for row, place in enumerate(places.tolist()):
        for axis, middle in enumerate(place):
            if not 0 < middle < surface.shape[axis] - 1:
                continue
            line = [
                float(surface[(*place[:axis], middle + step, *place[axis + 1 :])])
                for step in (-1, 0, 1)
            ]
            moved[row, axis] += _top(line, best)
    return moved


def _top(line: list[float], best: float) -> float:
    """How far from the middle of three scores the curve through them has its top."""
    if min(line) > 0:
        line, best = np.log(line).tolist(), float(np.log(best))
    before, here, after = line
    bend = before - 2 * here + after
    if not bend < 0:  # a plateau, or NaN
        return 0.0
    reach = min(0.5, float(np.sqrt(2 * max(0.0, best - here) / -bend)))
    return float(np.clip((before - after) / (2 * bend), -reach, reach))
