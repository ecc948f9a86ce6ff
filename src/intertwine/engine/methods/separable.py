"""Separable: a kernel as a few products of 1-D kernels, one axis at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod, sqrt

import numpy as np

from intertwine import _core
from intertwine.engine.factor import MOST_TAPS, MOST_TERMS, Factors, integer_factors, real_factors
from intertwine.engine.lower import lower, too_many_axes
from intertwine.engine.machine import Machine
from intertwine.engine.methods.base import ROUNDOFF, Array, Prepared, too_much_memory
from intertwine.engine.methods.tiles import SIZE, Reading, reading, whole_vectors, writing
from intertwine.engine.problem import Axis, Problem, Taps

NAME = "separable"
BANKS = False
TAKES_COMPLEX = False

#: Work space beyond which tiles are too much.
MOST_BYTES = 48 << 20

#: Samples in a row of a tile; bytes of outputs in a tile filtered along one axis beside its rows
#: (in second-level cache with their halo), or along more (a halo on many sides wants larger tiles).
ROW_SAMPLES, PLANE_BYTES, BLOCK_BYTES = 512, 192 << 10, 2 << 20


@lru_cache(maxsize=64)
def _factors(taps: Taps, tolerance: float, exact: bool) -> Factors | None:
    array = taps.array
    if exact:
        return integer_factors(array)
    if array.dtype.kind == "c":  # the planes are factored apart; the worse one counts
        parts = [real_factors(p, tolerance) for p in (array.real, array.imag)]
        worst: Factors | None = None
        for part in parts:
            if part is None:
                return None
            if worst is None or len(part.terms) > len(worst.terms):
                worst = part
        return worst
    return real_factors(array, tolerance)


def _of(problem: Problem) -> Factors | None:
    return _factors(problem.taps, _tolerance(problem), problem.exact)


def _tolerance(problem: Problem) -> float:
    """What may be dropped: what rounding each tap could have added, and the SVD's own noise."""
    noise = 16 * ROUNDOFF["float64"] * sqrt(problem.taps.array.size)
    return max(4 * ROUNDOFF[problem.compute], noise)


def _long(problem: Problem) -> int:
    return sum(a.k > 1 for a in problem.axes)


def applies(problem: Problem) -> str:
    if _long(problem) < 2:
        return "the kernel has taps along one axis only: nothing to separate"
    factors = _of(problem)
    if factors is None:
        if problem.exact:
            return "the taps are no product of whole-number 1-D kernels"
        if problem.taps.array.size > MOST_TAPS:
            return (
                f"the kernel is no single product of 1-D kernels, and sums of several are not "
                f"looked for beyond {MOST_TAPS:,} taps"
            )
        return f"the kernel's rank is above {MOST_TERMS}"
    if problem.exact and problem.compute != "int64" and not _partial_fits(problem, factors):
        return "sums on the way could exceed what the summing type holds exactly"
    if memory(problem) > MOST_BYTES:
        return too_much_memory(memory(problem), MOST_BYTES)
    return too_many_axes(problem)


def _partial_fits(problem: Problem, factors: Factors) -> bool:
    """Whether sums after each axis stay exact: they do when no factor vanishes in the product."""
    limit = 2.0**24 if problem.compute == "float32" else 2.0**53
    gain = float(np.prod([np.abs(f).sum() for f in factors.terms[0]]))
    low, high = problem.value_range or (0, 0)
    return gain * max(abs(low), abs(high), 1) <= limit


def _tile(axes: tuple[Axis, ...], channels: int, size: int) -> tuple[int, ...]:
    """Outputs of one tile: rows much longer than the halo, as many of them as the cache holds."""
    tile = [1] * len(axes)
    last = axes[-1]
    width = max(ROW_SAMPLES // channels, 2 * last.reach)
    tile[-1] = max(1, min(width // last.stride, last.m))
    long = [i for i in range(len(axes) - 1) if axes[i].reach > 1]
    rows = (PLANE_BYTES if len(long) < 2 else BLOCK_BYTES) // (
        size * channels * tile[-1] * last.stride
    )
    for place, i in enumerate(reversed(long)):
        axis = axes[i]
        share = round(max(1.0, rows) ** (1 / (len(long) - place)))
        tile[i] = max(1, min(max(share, axis.reach) // axis.stride, axis.m))
        rows //= tile[i]
    if not long and len(axes) > 1:
        tile[-2] = max(1, min(rows, axes[-2].m))
    return tuple(tile)


@dataclass(frozen=True, slots=True)
class Tiling:
    """Tiles, what they read, and what one term does in all of them.

    Rows and samples moved through passes, multiply-adds along rows and of rows above each other,
    and taps made ready.
    """

    tile: tuple[int, ...]
    reading: Reading
    source: int
    rows: int
    passed: int
    along_rows: int
    across_rows: int
    taps: int


def tiling(problem: Problem) -> Tiling:
    """The tile that is used, and the work of one term over the whole output."""
    lowered = lower(problem)
    channels = problem.axes[-1].n if lowered.channels else 1
    tile = _tile(lowered.axes, channels, SIZE[problem.compute])
    read = reading(lowered.axes, channels, tile)
    box = [(t - 1) * a.stride + a.reach for a, t in zip(lowered.axes, tile, strict=True)]
    source = prod(box) * channels
    last = len(box) - 1
    rows = passed = along = across = taps = 0
    for i in range(last, -1, -1):
        axis = lowered.axes[i]
        if axis.k > 1 or i == last:
            box[i] = (tile[i] - 1) * axis.stride + 1 if i == last else tile[i]
            moved = prod(box[:-1]) * whole_vectors(box[-1] * channels, problem.compute)
            rows += prod(box[:-1])
            passed += moved
            taps += axis.k
            if i < last and axis.k > 2 and axis.stride == axis.dilation == 1:
                across += moved * axis.k
            else:
                along += moved * axis.k
    n = read.tiles
    counts = (n * each for each in (rows, passed, along, across, taps))
    return Tiling(tile, read, source, *counts)


def cost(problem: Problem, machine: Machine) -> float:
    factors, work = _of(problem), tiling(problem)
    term = (
        machine.row * work.rows
        + machine.pass_ * work.passed
        + machine.product_row[problem.compute] * work.along_rows
        + machine.product[problem.compute] * work.across_rows
        + machine.tap * work.taps
    )
    return (
        machine.call
        + work.reading.seconds(problem, machine)
        + writing(problem, machine)
        + term * (len(factors.terms) if factors else MOST_TERMS)
    )


def error(problem: Problem) -> float:
    factors = _of(problem)
    if factors is None:
        return float("inf")
    # |factors| exceed |k| when terms cancel: rounding follows the sum of their sizes.
    total = problem.absolute_sum or 1.0
    size = sum(float(np.prod([np.abs(f).sum() for f in t])) for t in factors.terms) / total
    steps = sum(a.k for a in problem.axes) + len(factors.terms) + 2 * len(problem.axes)
    return factors.error + max(size, 1.0) * steps * ROUNDOFF[problem.compute]


def memory(problem: Problem) -> int:
    return 4 * tiling(problem).source * SIZE[problem.compute]


def terms(problem: Problem) -> int:
    factors = _of(problem)
    return len(factors.terms) if factors else 0


def parts(problem: Problem) -> str:
    rank = terms(problem)
    sizes = " + ".join(str(a.k) for a in problem.axes if a.k > 1)
    return f"rank {rank}: {rank} x ({sizes}) multiply-adds for each output"


def prepare(problem: Problem, taps: Array) -> Prepared:
    tolerance = _tolerance(problem)
    factors = integer_factors(taps) if problem.exact else real_factors(taps, tolerance)
    assert factors is not None  # `applies` has seen to it
    lowered = lower(problem)
    places = lowered.order[: len(lowered.axes)]
    rows = [np.concatenate([_balanced(t)[i] for i in places]) for t in factors.terms]
    plain = np.ascontiguousarray(rows, problem.compute)
    return _core.Separable(lowered.geometry(), plain, tiling(problem).tile, problem.compute)


def _balanced(term: tuple[Array, ...]) -> tuple[Array, ...]:
    """Move the factor of an axis with one tap into another: the core takes that tap as one."""
    scale, longest = 1, max(range(len(term)), key=lambda i: term[i].size)
    result = list(term)
    for i, factor in enumerate(term):
        if factor.size == 1 and i != longest:
            scale = scale * factor[0]
            result[i] = np.ones_like(factor)
    result[longest] = result[longest] * scale
    return tuple(result)
