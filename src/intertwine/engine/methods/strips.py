"""The first way of `separable`: all axes at once, in tiles that stay in the caches.

A tile slides along one axis: its planes are filtered along the others as they are met, and kept for
as long as a tap of the axis that it slides along reaches them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np

from intertwine import _core
from intertwine.engine.factor import MOST_TERMS, Factors
from intertwine.engine.lower import beyond_core, lower
from intertwine.engine.machine import VECTOR_BYTES, Machine
from intertwine.engine.memory import kept_by_owner
from intertwine.engine.methods.base import Array, Prepared, too_much_memory
from intertwine.engine.methods.products import factors_of, tame, terms_of
from intertwine.engine.methods.tiles import (
    SIZE,
    Reading,
    alike,
    reading,
    whole_vectors,
    writing,
)
from intertwine.engine.problem import Axis, Problem

#: Work space beyond which tiles are too much.
MOST_BYTES = 48 << 20

#: Outputs in a row of a tile, and how far it slides: in two dimensions, and in more, where they are
#: as near to this as lets all tiles be of one size.
ROW, SLIDE, VOLUME_ROW, VOLUME_SLIDE = 512, 512, 256, 256

#: Outputs of a tile along the axes between that of the slide and the rows': the more, the fewer
#: samples are read twice, as long as there are tiles enough.
DEEP, ENOUGH_DEEP = (64, 32, 16), 8

#: Planes filtered at a time while a tile slides, planes of many rows, and how far it goes where
#: there are few tiles.
BATCH, VOLUME_BATCH, SHORT_SLIDE = 16, 24, 128

#: What multiply-adds take where samples under equal taps are added first: half, and the additions.
FOLDED = 0.55

#: What beginning with a panel takes, as many rows as there are lanes, beside reading one row: in
#: two dimensions, and in more.
PANEL, VOLUME_PANEL = 8, 10

#: With fewer tiles than this they slide less far, so that there is work for every thread.
FEW_TILES = 16

#: Filtered planes kept for one tile; planes get smaller beyond.
KEPT_BYTES = 4 << 20


def refusal(problem: Problem, factors: Factors) -> str:
    """The reason why a kernel with these factors is not computed this way, or ""."""
    if problem.exact and problem.compute != "int64" and not _partial_fits(problem, factors):
        return "sums on the way could exceed what the summing type holds exactly"
    if memory(problem) > MOST_BYTES:
        return too_much_memory(memory(problem), MOST_BYTES)
    return beyond_core(problem)


def _partial_fits(problem: Problem, factors: Factors) -> bool:
    """Whether sums after each axis stay exact: they do when no factor vanishes in the product."""
    limit = 2.0**24 if problem.compute == "float32" else 2.0**53
    gain = float(np.prod([np.abs(f).sum() for f in factors.terms[0]]))
    low, high = problem.value_range or (0, 0)
    return gain * max(abs(low), abs(high), 1) <= limit


@dataclass(frozen=True, slots=True)
class Work:
    """What one term does in all tiles: panels of rows, samples through passes, multiply-adds."""

    panels: int
    passed: int
    products: float


@dataclass(frozen=True, slots=True)
class Tiling:
    """Tiles, planes filtered at a time, work space, what tiles read and what one term does."""

    tile: tuple[int, ...]
    batch: int
    bytes: int
    reading: Reading
    work: Work


def _slide(axes: tuple[Axis, ...]) -> int:
    """The axis that tiles slide along: the first with taps."""
    return next((i for i, a in enumerate(axes[:-1]) if a.k > 1), max(0, len(axes) - 2))


def _tile(axes: tuple[Axis, ...], slide: int, channels: int, size: int) -> tuple[int, ...]:
    """Outputs of one tile: it slides along one axis, its planes lie across."""
    if slide < len(axes) - 2:
        for depth in DEEP:
            tile = _sliding(axes, slide, channels, size, depth, VOLUME_SLIDE)
            if _tiles(axes, tile) >= ENOUGH_DEEP:
                return tile
    else:
        tile = _sliding(axes, slide, channels, size, 1, SLIDE)
        if _tiles(axes, tile) >= FEW_TILES:
            return tile
    return _sliding(axes, slide, channels, size, DEEP[-1], SHORT_SLIDE, halves=True)


def _tiles(axes: tuple[Axis, ...], tile: tuple[int, ...]) -> int:
    return prod(-(-a.m // t) for a, t in zip(axes, tile, strict=True))


def _even(m: int, size: int) -> int:
    """About `size`, so that as many tiles as come nearest to it are alike."""
    return -(-m // max(1, round(m / size)))


def _sliding(
    axes: tuple[Axis, ...],
    slide: int,
    channels: int,
    size: int,
    depth: int,
    far: int,
    halves: bool = False,
) -> tuple[int, ...]:
    """The tile that is `depth` deep and slides as far as `far`; with `halves`, one of two."""
    last = len(axes) - 1
    deep = [i for i in range(slide + 1, last) if axes[i].k > 1]
    if not deep and slide + 1 < last and axes[last - 1].stride == 1:
        deep = [last - 1]
    down, tile = axes[slide], [1] * len(axes)
    tile[last] = max((VOLUME_ROW if deep else ROW) // channels, axes[last].reach // 2)
    for i in deep:
        tile[i] = depth
    for i in (last, *deep):
        tile[i] = max(1, min(tile[i] // axes[i].stride, axes[i].m))
    tile[slide] = min(max(1, max(far, 4 * down.reach) // down.stride), down.m)
    if deep:
        for i in (slide, last):
            tile[i] = _even(axes[i].m, tile[i])
    elif halves:
        half = -(-down.m // (2 * -(-down.m // (2 * tile[slide]))))
        if half * down.stride >= max(down.reach, SHORT_SLIDE // 2):
            tile[slide] = half
    kept = (down.reach + BATCH) * channels * size
    while (plane := prod(tile) // tile[slide]) * kept > KEPT_BYTES and plane * channels > 64:
        widest = max(deep, key=lambda i: tile[i], default=last)
        if tile[widest] <= DEEP[-1]:
            widest = max((last, *deep), key=lambda i: tile[i])
        tile[widest] = (tile[widest] + 1) // 2
    return tuple(tile)


def _in_place(problem: Problem, axes: tuple[Axis, ...], slide: int, channels: int) -> bool:
    """Whether samples are summed where they lie, in rows that are nearly always contiguous."""
    between = [a for a in axes[slide + 1 : -1] if a.k > 1]
    lanes = VECTOR_BYTES // SIZE[problem.compute]
    return (
        problem.dtype == np.dtype(problem.compute)
        and len(between) <= 1
        and all(a.dilation == 1 for a in between)
        and axes[-1].k > 1
        and axes[-1].n * channels >= lanes
    )


def _share(factors: Factors | None, compute: str) -> float:
    """How much of the multiply-adds' time remains where factors are their mirror images."""
    if factors is None:
        return 1.0
    lines = [f.astype(compute) for term in factors.terms for f in term if f.size > 1]
    folded = sum(np.array_equal(f, f[::-1]) for f in lines)
    return 1 - (1 - FOLDED) * folded / max(1, len(lines))


def _passes(problem: Problem, tile: tuple[int, ...], slide: int, batch: int) -> Work:
    """What one term does in all tiles: those that are cut short do less."""
    lowered = lower(problem)
    axes, last = lowered.axes, len(lowered.axes) - 1
    channels = lowered.inner
    lanes = VECTOR_BYTES // SIZE[problem.compute]
    begun = passed = products = 0
    for shape in product(*(alike(a.m, t) for a, t in zip(axes, tile, strict=True))):
        outputs = [n for _, n in shape]
        box = [(n - 1) * a.stride + a.reach for a, n in zip(axes, outputs, strict=True)]
        wide = whole_vectors(box[last] * channels, problem.compute)
        moved = added = 0
        for i in range(slide + 1, last):
            if axes[i].k > 1:
                box[i] = outputs[i]
                moved += prod(box[:last]) * wide
                added += prod(box[:last]) * wide * axes[i].k
        # Along rows as many as there are lanes at a time: those of a few planes, if they are short.
        plane = prod(outputs[:last]) // outputs[slide]
        group = min(batch, (lanes - 1) // plane + 1)
        full, rest = divmod(box[slide], group)
        panels = full * -(-group * plane // lanes) + -(-rest * plane // lanes)
        turned = panels * lanes
        full_rate = (outputs[last] - 1) * axes[last].stride + 1
        wide = whole_vectors(full_rate * channels, problem.compute)
        moved += turned * full_rate * channels + prod(outputs[:last]) * wide
        added += turned * full_rate * channels * axes[last].k
        added += prod(outputs[:last]) * wide * axes[slide].k
        count = prod(count for count, _ in shape)
        begun += count * (panels + 1)  # a tile is begun, too
        passed += count * moved
        products += count * added
    return Work(begun, passed, products * _share(factors_of(problem), problem.compute))


@kept_by_owner
def tiling(problem: Problem) -> Tiling:
    """The tile that `run` uses, and the work of one term over the whole output."""
    lowered = lower(problem)
    axes, last = lowered.axes, len(lowered.axes) - 1
    channels = lowered.inner
    count_terms = _terms(problem)
    size = 4 if problem.compute == "float32" else 8
    slide = _slide(axes)
    tile = _tile(axes, slide, channels, count_terms * size)
    box = [(t - 1) * a.stride + a.reach for a, t in zip(axes, tile, strict=True)]
    plane, down = prod(box) // box[slide], axes[slide]
    across = (tile[last] - 1) * axes[last].stride + 1
    rows_kept = prod(tile[:last]) // tile[slide]
    kept = rows_kept * across * channels
    batch = VOLUME_BATCH if rows_kept >= VOLUME_BATCH else BATCH
    ready = 2 * (batch // down.stride + 9)
    planes = count_terms * (down.reach + batch + 8 * down.stride) + ready
    group = min(batch, 15 // rows_kept + 1)
    space = size * (planes * (kept + 32) + 2 * group * plane * channels)
    in_place = _in_place(problem, axes, slide, channels)
    read = reading(axes, channels, tile)
    if in_place:  # rows are only found
        read = replace(read, samples=0, outside=0)
    return Tiling(tile, batch, space, read, _passes(problem, tile, slide, batch))


def _terms(problem: Problem) -> int:
    factors = factors_of(problem)
    return len(factors.terms) if factors else MOST_TERMS


def cost(problem: Problem, machine: Machine) -> float:
    found = tiling(problem)
    work, axes = found.work, lower(problem).axes
    panel = PANEL if _slide(axes) >= len(axes) - 2 else VOLUME_PANEL
    one = (
        machine.row * panel * work.panels
        + machine.pass_ * work.passed
        + machine.line[problem.compute] * work.products
    )
    return (
        machine.call
        + found.reading.seconds(problem, machine)
        + writing(problem, machine)
        + _terms(problem) * one
    )


def memory(problem: Problem) -> int:
    return tiling(problem).bytes


def prepare(problem: Problem, taps: Array) -> Prepared:
    lowered = lower(problem)
    places = lowered.order[: len(lowered.axes)]
    terms = terms_of(problem, taps)
    if not problem.exact:
        long = [i for i in places if problem.axes[i].k > 1]
        slide = next(i for i in places[:-1] if problem.axes[i].k > 1)
        terms = [tame(t, [*(i for i in long if i != slide), slide]) for t in terms]
    rows = [np.concatenate([t[i] for i in places]) for t in terms]
    plain = np.ascontiguousarray(rows, problem.compute)
    work = tiling(problem)
    return _core.Separable(lowered.geometry(), plain, work.tile, work.batch, problem.compute)
