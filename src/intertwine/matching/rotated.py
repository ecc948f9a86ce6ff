"""Patterns at any angle and scale on a picture: coarse to fine.

The pattern and the picture are reduced until the pattern is about a dozen samples wide. There a
bank of turned and scaled patterns, each in its own mask, is laid on every place: so small, that a
few hundred of them cost little. The best places, each with its best angle and scale, are then
improved at that resolution, at about twice of it, and so on up to the full one (`poses`).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.base.errors import OptionError, ShapeError, counted, shown
from intertwine.matching import blocks, peaks
from intertwine.matching.arguments import CALLER, Search
from intertwine.matching.hits import Hits, turned
from intertwine.matching.poses import Level, reduced
from intertwine.matching.scores import block_scores
from intertwine.matching.templates import Templates

Array = NDArray[Any]

#: The pattern at the coarsest level: its sides' geometric mean, and its narrow side, in samples.
COARSE, NARROW = 12, 6

#: Neighbouring patterns of the bank differ by so many samples at their rim.
APART = 1.3

#: Of a pattern whose disk has this share of it, only the disk is laid: the same at all angles.
DISK = 2 / 3

#: Places followed to the next level: so many, and so many for each hit asked for.
FOLLOWED, EACH = 24, 4

#: Patterns scored at a time, on about so many places.
TOGETHER, PLACES = 64, 1 << 16


def search(
    asked: Search,
    angles: Any,
    scales: Any,
    threshold: float | None,
    count: int | None,
    near: tuple[int, ...],
    rng: Any,
) -> Hits:
    """Hits with angles and scales; see `intertwine.find`."""
    _check(asked)
    data = asked.data.astype(np.float64)
    level, most = data.mean(), float(np.abs(data - data.mean()).max()) or 1.0
    data = (data - level) / most
    turns, sizes = ranges(angles, scales)
    pattern = (asked.pattern - asked.pattern.mean()) / (np.abs(asked.pattern).max() or 1.0)
    factor = _factor(asked, sizes)
    bank = _Bank(pattern, asked.mask, factor, turns, sizes)
    surface, choice, lead = bank.surface(reduced(data, factor))
    wanted = FOLLOWED + EACH * (count or 0) if count else None
    floor = None if threshold is None else min(threshold, 0.5) * 0.6  # coarse scores are lower
    some = tuple(max(1, int(n * sizes.min() / factor / 2)) for n in near)
    places = peaks.strongest(surface, floor, wanted, some)
    start = [
        np.array([*_centre(place, lead, factor), *bank.turn(int(choice[tuple(place)]))])
        for place in places
    ]
    free = np.array([True, True, angles is not None, scales is not None])
    poses, scores = _climb(pattern, asked.mask, data, start, factor, free, count, threshold)
    chosen = _apart(poses, scores, threshold, count, near)
    poses, scores = poses[chosen], scores[chosen]
    return _hits(asked, poses, scores, surface, lead, factor, turns, rng)


def ranges(angles: Any, scales: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the angles, in radians, and the scales to start from."""
    turns = np.deg2rad(_values("angles", angles, 0.0))
    sizes = _values("scales", scales, 1.0)
    if sizes.min() <= 0:
        raise OptionError(f"{CALLER}: `scales={shown(scales)}` must be positive.")
    return turns, sizes


def _check(asked: Search) -> None:
    if len(asked.window) != 2:
        raise ShapeError(
            f"{CALLER}: angles and scales are for pictures, "
            f"but the pattern is searched along {counted(len(asked.window), 'axis', 'axes')}.\n"
            f"  Leave angles and scales out, or name two axes: axes=(0, 1)."
        )
    if asked.present is not None or asked.data.dtype.kind == "c" or asked.pattern.dtype.kind == "c":
        raise OptionError(
            f"{CALLER}: angles and scales need real data without missing samples.\n"
            f"  Fill them first, for example with the median."
        )


def _values(name: str, given: Any, alone: float) -> NDArray[np.float64]:
    """The values to start from: a pair is a range, shown by its two ends."""
    if given is None:
        return np.array([alone])
    try:
        values = np.atleast_1d(np.asarray(given, float))
    except (TypeError, ValueError):
        values = np.array([np.nan])
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise OptionError(
            f"{CALLER}: `{name}={shown(given)}` must be numbers: a range (low, high), or values "
            f"to start from."
        )
    return np.sort(values)


def _factor(asked: Search, sizes: Array) -> int:
    """How many samples of the picture become one along each axis."""
    height, width = (side * float(sizes.min()) for side in asked.window)
    return max(1, int(min(np.sqrt(height * width) / COARSE, min(height, width) / NARROW)))


def _steps(values: Array, step: float) -> Array:
    """Values at most `step` apart where a range was given, else those given, thinned out."""
    if len(values) == 2:
        number = int(np.ceil((values[1] - values[0]) / step)) + 1
        return np.linspace(values[0], values[1], number)
    kept = [values[0]]
    for value in values[1:]:
        if value - kept[-1] >= step * 0.999:
            kept.append(value)
    return np.array(kept)


class _Bank:
    """The pattern, reduced, at all angles and scales of the coarse search."""

    def __init__(
        self, pattern: Array, mask: Array | None, factor: int, turns: Array, sizes: Array
    ) -> None:
        self.factor = factor
        window = np.array(pattern.shape[1:])
        rim = float(np.hypot(*(window - 1)) / 2 * np.sqrt(sizes.min() * sizes.max()) / factor)
        step = APART / max(rim, 1.0)
        angles = _steps(turns, step)
        if len(angles) > 1 and angles[-1] - angles[0] > 2 * np.pi - step / 2:
            angles = angles[angles < angles[0] + 2 * np.pi - step / 2]
        self.angles = len(angles)
        self.turns = [(a, s) for s in np.exp(_steps(np.log(sizes), step)) for a in angles]
        side = int(np.ceil(np.hypot(*window) * sizes.max() / factor)) + 1
        self.side = side + 1 - side % 2
        self.pattern, self.mask = pattern, mask
        self.disk = mask is None and np.pi / 4 * window.min() >= DISK * window.max()
        self._soft: dict[float, Array] = {}

    def turn(self, number: int) -> tuple[float, float]:
        """Angle and log scale of one pattern of the bank."""
        angle, size = self.turns[number]
        return float(angle), float(np.log(size))

    def surface(self, small: Array) -> tuple[Array, Array, int]:
        """The best score of every place, which pattern it is, and the margin around the data."""
        margin = self.side // 2
        x = np.pad(small, ((0, 0), (margin, margin), (margin, margin)), mode="edge")
        best = np.full(small.shape[1:], -np.inf)
        choice = np.zeros(small.shape[1:], np.intp)
        side = max(PLACES // small.shape[2], 2 * self.side)
        strips = list(blocks.cut(best.shape, (side, small.shape[2])))
        for start, stop in self._groups():
            group = [self._lay(*turn) for turn in self.turns[start:stop]]
            taps, masks = (np.stack(part) for part in zip(*group, strict=True))
            templates = Templates(taps, masks, True, None)
            for strip in strips:
                samples = x[(slice(None), *blocks.under(strip, (self.side, self.side)))]
                scores = block_scores(samples, None, templates, 1e-6, exactly=False)
                scores[np.isnan(scores)] = -np.inf
                top = scores.argmax(0)
                score = np.take_along_axis(scores, top[None], 0)[0]
                better = score > best[strip]
                best[strip] = np.where(better, score, best[strip])
                choice[strip] = np.where(better, start + top, choice[strip])
        best[np.isneginf(best)] = np.nan
        return best, choice, 0

    def _groups(self) -> list[tuple[int, int]]:
        """Patterns scored together; of one scale where they have their weights in common."""
        row = self.angles if self.disk else len(self.turns)
        count = -(-row // TOGETHER)
        cuts = [row * i // count for i in range(count + 1)]
        return [
            (first + low, first + high)
            for first in range(0, len(self.turns), row)
            for low, high in itertools.pairwise(cuts)
        ]

    def _blurred(self, size: float) -> Array:
        """The pattern as its coarse samples will see it at one scale."""
        if size not in self._soft:
            blur = 0.4 * self.factor / size
            self._soft[size] = np.stack([
                scipy.ndimage.gaussian_filter(c, blur, mode="nearest") if blur > 0.3 else c
                for c in self.pattern
            ])  # fmt: skip
        return self._soft[size]

    def _lay(self, angle: float, size: float) -> tuple[Array, Array]:
        """The pattern turned, scaled and reduced in the middle of a square, and its mask."""
        grid = (np.indices((self.side, self.side)) - self.side // 2) * self.factor
        flat = grid.reshape(2, -1).T
        back = turned(flat, np.full(len(flat), -np.rad2deg(angle)), np.full(len(flat), 1 / size))
        window = np.array(self.pattern.shape[1:])
        at = (back + (window - 1) / 2).T
        inside = ((at >= -0.5) & (at <= window[:, None] - 0.5)).all(0)
        if self.disk:
            inside = np.hypot(*back.T) <= window.min() / 2
        planes = [
            scipy.ndimage.map_coordinates(plane, at, order=1, mode="nearest")
            for plane in self._blurred(size)
        ]
        laid = np.stack(planes)
        if self.mask is not None:
            counts = [
                scipy.ndimage.map_coordinates(m.astype(float), at, order=1) for m in self.mask
            ]
            inside = inside & (np.stack(counts) > 0.5).all(0)
        square = (self.side, self.side)
        masks = np.broadcast_to(inside, laid.shape).reshape(-1, *square)
        return np.where(masks, laid.reshape(-1, *square), 0), masks


def _centre(place: Array, lead: int, factor: int) -> tuple[float, float]:
    """Where on the data the middle of the square at a coarse place lies."""
    row, column = ((place - lead) * factor + (factor - 1) / 2).tolist()
    return float(row), float(column)


def _climb(
    pattern: Array,
    mask: Array | None,
    data: Array,
    poses: Sequence[Array],
    factor: int,
    free: NDArray[np.bool_],
    count: int | None,
    threshold: float | None,
) -> tuple[Array, Array]:
    """Improve poses at every level from the coarsest to the full one; the best go on."""
    least = -1.0 if threshold is None else 0.8 * threshold
    scores = np.empty(0)
    while len(poses):
        level = Level(pattern, mask, data, factor)
        improved = [level.improve(pose, free) for pose in poses]
        improved = sorted((i for i in improved if i[1] > least), key=lambda i: -i[1])
        found = np.array([pose for pose, _ in improved]).reshape(-1, 4)
        kept = _distinct(found, 2.0 * factor)
        poses, scores = list(found[kept]), np.array([improved[i][1] for i in kept])
        if factor == 1:
            break
        factor //= 2
        if count is not None:
            poses = poses[: max(EACH * count // 2, FOLLOWED // 2)]
            if factor == 1:
                poses = poses[: 2 * count + 1]
    return np.array(poses, float).reshape(-1, 4), scores


def _distinct(poses: Array, distance: float) -> list[int]:
    """The first of those poses whose middles have come to lie on each other."""
    kept: list[int] = []
    for number, pose in enumerate(poses):
        if all(np.abs(pose[:2] - poses[other][:2]).max() >= distance for other in kept):
            kept.append(number)
    return kept


def _apart(
    poses: Array, scores: Array, threshold: float | None, count: int | None, near: tuple[int, ...]
) -> list[int]:
    """The best poses whose middles keep their distance."""
    kept: list[int] = []
    for number, (pose, score) in enumerate(zip(poses, scores, strict=True)):
        if score <= -1 or (threshold is not None and score < threshold):
            continue
        reach = np.array(near) * np.exp(pose[3])
        if any((np.abs(pose[:2] - poses[other][:2]) < reach).all() for other in kept):
            continue
        kept.append(number)
        if len(kept) == count:
            break
    return kept


def _hits(
    asked: Search,
    poses: Array,
    scores: Array,
    surface: Array,
    lead: int,
    factor: int,
    turns: Array,
    rng: Any,
) -> Hits:
    middle = np.rad2deg((turns.min() + turns.max()) / 2)
    angle = middle + (np.rad2deg(poses[:, 2]) - middle + 180) % 360 - 180
    scale = np.exp(poses[:, 3])
    half = (np.array(asked.window) - 1) / 2
    first = np.array(asked.first)
    centre = poses[:, :2] + first
    corner = centre - turned(np.broadcast_to(half, centre.shape), angle, scale)
    return Hits(
        corner,
        scores,
        index=np.rint(centre).astype(int),
        surface=surface,
        window=asked.window,
        kind="zncc",
        first=tuple(int(f) - lead * factor + factor // 2 for f in first),
        step=(factor, factor),
        angle=angle,
        scale=scale,
        picture=asked.picture,
        rng=rng,
    )
