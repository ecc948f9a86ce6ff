"""A pattern at all angles and scales, so small that hundreds of them cost little.

The picture is reduced until the pattern is a dozen samples wide or a few more, as work allows;
scales are taken in groups, each on a picture of its own size, so that the pattern is about as wide
in all of them: a pattern half as large costs no finer steps, only a larger picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.matching import blocks
from intertwine.matching.hits import turned
from intertwine.matching.ranges import Range
from intertwine.matching.scores import pooled
from intertwine.matching.templates import Templates

Array = NDArray[Any]

#: The reduced pattern's sides: their geometric mean, and the narrow one, in samples, at least.
COARSE, NARROW = 9.0, 4.5

#: Of patterns that may be covered, by their directions.
COVERED = 22.0

#: Finer patterns are taken, up to so many samples, as long as there are no more scores for each
#: sample of the picture than this; the norms of one scale cost as much as so many patterns.
FINE, WORK, NORMS = 20.0, 48.0, 8

#: Neighbouring patterns of the bank differ by so many samples at their rim.
APART = 1.3

#: Scales of one group differ by this factor at most.
TOGETHER = 1.3

#: Of a pattern whose disk has this share of it, only the disk is laid: the same at all angles.
DISK = 2 / 3

#: Patterns and scores held at a time.
HELD, SCORES = 32, 1 << 20

#: Slopes are flat, without a direction, below about this part of the usual one.
FLAT = 0.15

#: Windows with less variance than this part of the largest square have no coarse score.
FAINT = 1e-7


@dataclass(frozen=True, slots=True)
class Group:
    """Patterns of nearly one size, on a picture reduced by `factor`."""

    factor: float
    sizes: Array  # log scales
    angles: Array

    @property
    def work(self) -> float:
        """Scores for each sample of the picture, about."""
        return float(len(self.sizes) * (len(self.angles) + NORMS) / self.factor**2)


def groups(
    window: tuple[int, ...], angles: Range, scales: Range, covered: bool = False
) -> list[Group]:
    """The groups of the search, from small to large scales: as fine as work allows."""
    if covered:
        return _groups(window, angles, scales, COVERED)
    coarse = COARSE
    chosen = _groups(window, angles, scales, coarse)
    while chosen[0].factor > 1 and coarse < FINE:
        coarse *= 1.1
        finer = _groups(window, angles, scales, coarse)
        if sum(group.work for group in finer) > WORK:
            break
        chosen = finer
    return chosen


def _groups(window: tuple[int, ...], angles: Range, scales: Range, coarse: float) -> list[Group]:
    height, width = window
    narrow = NARROW * coarse / COARSE
    shrink = min(np.sqrt(height * width) / coarse, min(height, width) / narrow)
    radius = _radius(window)
    step = APART * max(shrink, float(np.exp(-scales.values[-1]))) / radius
    found: list[Group] = []
    kept: list[float] = []
    for size in scales.steps(step).tolist():
        if kept and size - kept[0] > np.log(TOGETHER):
            found.append(_group(kept, shrink, radius, angles))
            kept = []
        kept.append(size)
    return [*found, _group(kept, shrink, radius, angles)]


def _group(sizes: list[float], shrink: float, radius: float, angles: Range) -> Group:
    factor = max(1.0, shrink * float(np.exp(sizes[0])))
    rim = radius * np.exp(sizes[-1]) / factor
    return Group(factor, np.array(sizes), angles.steps(APART / max(rim, 1.0)))


def _round(window: tuple[int, ...]) -> bool:
    return bool(np.pi / 4 * min(window) >= DISK * max(window))


def _radius(window: tuple[int, ...]) -> float:
    """How far samples that count lie from the middle, at most."""
    return min(window) / 2 if _round(window) else float(np.hypot(window[0], window[1])) / 2


class Bank:
    """The patterns of one group; of those that may be covered the `directions`."""

    def __init__(
        self, pattern: Array, mask: Array | None, group: Group, covered: bool = False
    ) -> None:
        self.pattern, self.mask, self.group, self.covered = pattern, mask, group, covered
        self._used: dict[float, list[tuple[Array, Array, Array]]] = {}  # without their plans
        window = pattern.shape[1:]
        self.disk = mask is None and _round(window)
        reach = float(np.hypot(*window)) / 2 if mask is not None else _radius(window)
        side = int(np.ceil(2 * reach * np.exp(group.sizes[-1]) / group.factor)) + 1
        self.side = side + 1 - side % 2

    def surface(self, small: Array, tell: Callable[[float], None]) -> Array:
        """The best score of every place of a reduced picture; NaN where there is no contrast."""
        small = directions(small) if self.covered else small
        margin = self.side // 2
        x = np.pad(small, ((0, 0), (margin, margin), (margin, margin)), mode="edge")
        best = np.full(small.shape[1:], -np.inf, np.float32)
        count = len(self.group.angles) * len(small)
        rows = max(SCORES // (count * small.shape[2]), self.side)
        strips = list(blocks.cut(best.shape, (rows, small.shape[2])))
        for number, size in enumerate(self.group.sizes.tolist()):
            parts = self._templates(size)
            self._used[size] = [(part.taps, part.weights, part.counts) for part in parts]
            for strip in strips:
                samples = x[(slice(None), *blocks.under(strip, (self.side, self.side)))]
                best[strip] = np.fmax(best[strip], _best(samples, parts, self.disk))
                tell((number + strip[0].stop / small.shape[1]) / len(self.group.sizes))
        best[np.isneginf(best)] = np.nan
        return best

    def turns(self, small: Array, place: Array) -> tuple[float, float]:
        """Angle and log scale of the best pattern at one place of the reduced picture."""
        margin = self.side // 2 + self.covered
        rows, columns = (
            np.clip(np.arange(p - margin, p + margin + 1), 0, n - 1)
            for p, n in zip(place.tolist(), small.shape[1:], strict=True)
        )
        window = small[:, rows[:, None], columns]
        if self.covered:
            window = directions(window)[:, 1:-1, 1:-1]
        found = []
        for size in self.group.sizes.tolist():
            for taps, weights, counts in self._used[size]:
                seen = np.where(weights > 0, window, 0)
                centred = seen - seen.sum((2, 3), keepdims=True) / np.maximum(counts, 1)
                power = np.where(weights > 0, centred**2, 0).sum((1, 2, 3))
                found.append(np.tensordot(taps, window, 3) / np.sqrt(np.maximum(power, 1e-30)))
        number, turn = divmod(int(np.concatenate(found).argmax()), len(self.group.angles))
        return float(self.group.angles[turn]), float(self.group.sizes[number])

    def _templates(self, size: float) -> list[Templates]:
        """The pattern of one scale at all angles, some at a time."""
        taps, masks = self._lay(size)
        if self.covered:
            inner = scipy.ndimage.binary_erosion(masks.all(1), np.ones((1, 3, 3)))[:, None]
            fields = [directions(own, kept.all(0)) for own, kept in zip(taps, inner, strict=True)]
            taps = np.stack(fields)
            masks = np.broadcast_to(inner, taps.shape)
        taps = np.where(masks, taps, 0)
        parts = -(-len(taps) // HELD)
        shares = zip(np.array_split(taps, parts), np.array_split(masks, parts), strict=True)
        return [Templates(own, kept, True, None) for own, kept in shares]

    def _lay(self, size: float) -> tuple[Array, Array]:
        """The pattern turned, scaled and reduced in the middle of squares, and its masks."""
        factor, angles, side = self.group.factor, np.rad2deg(self.group.angles), self.side
        grid = (np.indices((side, side)) - side // 2) * factor
        flat = np.tile(grid.reshape(2, -1).T, (len(angles), 1))
        back = turned(flat, -np.repeat(angles, side**2), np.full(len(flat), np.exp(-size)))
        window = np.array(self.pattern.shape[1:])
        at = (back + (window - 1) / 2).T
        inside = ((at >= -0.5) & (at <= window[:, None] - 0.5)).all(0)
        if self.disk:
            disk = np.hypot(*grid) * np.exp(-size) <= window.min() / 2
            inside = np.tile(disk.reshape(-1), len(angles))
        planes = softened(self.pattern, factor * float(np.exp(-size)))
        laid = np.stack([_sampled(plane, at) for plane in planes])
        if self.mask is not None:
            counts = [_sampled(m.astype(float), at, mode="constant") for m in self.mask]
            inside = inside & (np.stack(counts) > 0.5).all(0)
        masks = np.broadcast_to(inside, laid.shape)
        taps, masks = (
            array.reshape(-1, len(angles), side, side).swapaxes(0, 1) for array in (laid, masks)
        )
        return taps, masks


def directions(x: Array, counts: Array | None = None) -> Array:
    """The slopes of all channels (C, H, W) without their steepness: (2 C, H, W).

    What is covered then weighs no more than its area, however bright it is.
    """
    slopes = np.concatenate(np.gradient(x, axis=(1, 2)))
    power = (slopes**2).sum(0)
    typical = power.mean() if counts is None else power[counts].mean()
    steep = np.sqrt(power + FLAT**2 * typical)
    field: Array = (slopes / np.where(steep > 0, steep, 1)).astype(np.float32)
    return field


def softened(pattern: Array, factor: float) -> Array:
    """The pattern as data with samples `factor` times as far apart have it."""
    blur = 0.4 * np.sqrt(max(factor, 1.0) ** 2 - 1)
    if blur < 0.1:
        return pattern
    blurred: Array = scipy.ndimage.gaussian_filter(pattern, (0, blur, blur), mode="nearest")
    return blurred


def _sampled(plane: Array, at: Array, mode: str = "nearest") -> Array:
    sampled: Array = scipy.ndimage.map_coordinates(plane, at, order=1, mode=mode)
    return sampled


def _best(x: Array, parts: list[Templates], alike: bool) -> Array:
    """The best score of all patterns at each place; NaN where there is no contrast.

    The norms are those of the first patterns throughout where all masks are `alike`.
    """
    best: Array | None = None
    norms = None
    for templates in parts:
        if norms is None or not alike:
            norms = _norms(x, templates)
        products = pooled(templates.slide(x, "taps"))
        top = products.max(0) / norms[0] if len(norms) == 1 else np.fmax.reduce(products / norms)
        best = top if best is None else np.fmax(best, top)
    assert best is not None
    return best


def _norms(x: Array, templates: Templates) -> Array:
    """``|w'|`` under each mask: (P or 1, B1, B2)."""
    wide = x.astype(np.float64)
    sums = templates.slide(wide, "weights")
    power = pooled(templates.slide(wide * wide, "weights")) - pooled(sums**2 / templates.counts)
    floor = FAINT * float((wide * wide).max()) * templates.sizes
    return np.sqrt(np.where(power > floor, power, np.nan)).astype(np.float32)
