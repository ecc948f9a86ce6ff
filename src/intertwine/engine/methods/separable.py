"""Separable: a kernel as a few products of 1-D kernels, one axis at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod, sqrt

import numpy as np

from intertwine import _core
from intertwine.engine.factor import MOST_TAPS, MOST_TERMS, Factors, integer_factors, real_factors
from intertwine.engine.lower import Lowered, lower, too_many_axes
from intertwine.engine.machine import Machine
from intertwine.engine.methods.base import ROUNDOFF, Array, Work, too_much_memory
from intertwine.engine.problem import Axis, Problem, Taps

NAME = "separable"
BANKS = False

#: Work space beyond which tiles are too much.
MOST_BYTES = 48 << 20

#: Samples in a row of a tile; bytes of outputs in a tile filtered along one axis beside its rows
#: (in second-level cache with their halo), or along more (a halo on many sides wants larger tiles).
ROW_SAMPLES, PLANE_BYTES, BLOCK_BYTES = 512, 192 << 10, 2 << 20


@dataclass(frozen=True, slots=True)
class Prepared:
    lowered: Lowered
    factors: Array
    tile: list[int]


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
    """Tiles, and what all of them do: samples loaded, samples through passes, multiply-adds."""

    tile: tuple[int, ...]
    source: int
    loaded: float
    passed: float
    products: float


def tiling(problem: Problem) -> Tiling:
    """The tile that `run` uses, and the work of one term over the whole output."""
    lowered = lower(problem)
    channels = problem.axes[-1].n if lowered.channels else 1
    tile = _tile(lowered.axes, channels, 4 if problem.compute == "float32" else 8)
    pairs = list(zip(lowered.axes, tile, strict=True))
    count = prod(-(-a.m // t) for a, t in pairs) * channels
    box = [(t - 1) * a.stride + a.reach for a, t in pairs]
    source = prod(box)
    passed = products = 0
    for i in range(len(box) - 1, -1, -1):
        axis, outputs = pairs[i]
        if axis.k > 1 or i == len(box) - 1:
            box[i] = (outputs - 1) * axis.stride + 1 if i == len(box) - 1 else outputs
            passed += prod(box)
            products += prod(box) * axis.k
    return Tiling(tile, source * channels, count * source, count * passed, count * products)


def cost(problem: Problem, machine: Machine) -> float:
    factors, work = _of(problem), tiling(problem)
    terms = len(factors.terms) if factors else MOST_TERMS
    return (
        machine.call
        + machine.sample * (work.loaded + problem.out_size)
        + machine.pass_ * terms * work.passed
        + machine.product_1d[problem.compute] * terms * work.products
    )


def error(problem: Problem) -> float:
    factors = _of(problem)
    if factors is None:
        return float("inf")
    # |factors| exceed |k| when terms cancel: rounding follows the sum of their sizes.
    total = problem.taps.absolute_sum or 1.0
    size = sum(float(np.prod([np.abs(f).sum() for f in t])) for t in factors.terms) / total
    steps = sum(a.k for a in problem.axes) + len(factors.terms) + 2 * len(problem.axes)
    return factors.error + max(size, 1.0) * steps * ROUNDOFF[problem.compute]


def memory(problem: Problem) -> int:
    return 4 * tiling(problem).source * (4 if problem.compute == "float32" else 8)


def parts(problem: Problem) -> str:
    factors = _of(problem)
    terms = len(factors.terms) if factors else 0
    sizes = " + ".join(str(a.k) for a in problem.axes if a.k > 1)
    return f"rank {terms}: {terms} x ({sizes}) multiply-adds for each output"


def prepare(problem: Problem, taps: Array) -> Prepared:
    tolerance = _tolerance(problem)
    factors = integer_factors(taps) if problem.exact else real_factors(taps, tolerance)
    assert factors is not None  # `applies` has seen to it
    lowered = lower(problem)
    places = lowered.order[: len(lowered.axes)]
    rows = [np.concatenate([_balanced(t)[i] for i in places]) for t in factors.terms]
    plain = np.ascontiguousarray(rows, problem.compute)
    return Prepared(lowered, plain, list(tiling(problem).tile))


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


def run(prepared: Prepared, work: Work) -> bool:
    lowered = prepared.lowered
    return bool(
        _core.separable(
            lowered.view(work.x),
            lowered.view(work.out),
            prepared.factors,
            prepared.tile,
            work.problem.compute,
            *lowered.arguments(work),
        )
    )
