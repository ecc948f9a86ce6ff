"""Separable: a kernel as a few products of 1-D kernels, one axis at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np

from intertwine import _core
from intertwine.engine.factor import MOST_TERMS, Factors, integer_factors, real_factors
from intertwine.engine.lower import Lowered, lower, too_many_axes
from intertwine.engine.machine import Machine
from intertwine.engine.methods.base import ROUNDOFF, Array, Work
from intertwine.engine.problem import Problem, Taps

NAME = "separable"

#: Work space beyond which tiles are too much.
MOST_BYTES = 48 << 20


@dataclass(frozen=True, slots=True)
class Prepared:
    lowered: Lowered
    factors: Array
    several: bool


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
    """What may be dropped: half a rounding of the sums, but no less than the SVD's own noise."""
    noise = 16 * ROUNDOFF["float64"] * sqrt(problem.taps.array.size)
    return max(ROUNDOFF[problem.compute] / 2, noise)


def _long(problem: Problem) -> int:
    return sum(a.k > 1 for a in problem.axes)


def applies(problem: Problem) -> str:
    if _long(problem) < 2:
        return "the kernel has taps along one axis only: nothing to separate"
    factors = _of(problem)
    if factors is None:
        if problem.exact:
            return "the taps are no product of whole-number 1-D kernels"
        return f"the kernel's rank is above {MOST_TERMS}"
    if problem.exact and problem.compute != "int64" and not _partial_fits(problem, factors):
        return "sums on the way could exceed what the summing type holds exactly"
    if memory(problem) > MOST_BYTES:
        return f"its tiles would take {memory(problem) / 2**20:.0f} MiB of work space a thread"
    return too_many_axes(problem)


def _partial_fits(problem: Problem, factors: Factors) -> bool:
    """Whether sums after each axis stay exact: they do when no factor vanishes in the product."""
    limit = 2.0**24 if problem.compute == "float32" else 2.0**53
    gain = float(np.prod([np.abs(f).sum() for f in factors.terms[0]]))
    low, high = problem.value_range or (0, 0)
    return gain * max(abs(low), abs(high), 1) <= limit


def cost(problem: Problem, machine: Machine) -> float:
    factors = _of(problem)
    terms = len(factors.terms) if factors else MOST_TERMS
    taps = sum(a.k for a in problem.axes if a.k > 1)
    stride = problem.axes[-1].stride
    products = problem.out_size * terms * taps * stride * _halo(problem)
    return (
        machine.call
        + (machine.sample * 2 + machine.pass_ * terms * _long(problem))
        * (problem.out_size * stride)
        + products * machine.product_1d[problem.compute]
    )


def _halo(problem: Problem) -> float:
    """How much more than the outputs a tile computes on the way."""
    share = 1.0
    for axis, tile in zip(reversed(problem.axes), (512, 64, 16), strict=False):
        share *= 1 + (axis.reach - 1) / max(tile, 2 * axis.reach) / 2
    return share


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
    samples = 1
    for i, axis in enumerate(reversed(problem.axes)):
        tile = max(512, 2 * axis.reach) if i == 0 else 1 if axis.k == 1 else max(96, axis.reach)
        samples *= (min(tile, max(axis.m, 1)) - 1) * axis.stride + axis.reach
    return 4 * samples * (4 if problem.compute == "float32" else 8)


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
    return Prepared(lowered, np.ascontiguousarray(rows, problem.compute), len(rows) > 1)


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
            work.problem.compute,
            *lowered.arguments(work),
        )
    )
