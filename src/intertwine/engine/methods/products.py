"""Kernels as products of lines, one an axis: found once for a problem, and made fit for sums."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np

from intertwine.engine.factor import Factors, Term, balanced, integer_factors, real_factors
from intertwine.engine.memory import kept_by_owner
from intertwine.engine.methods.base import ROUNDOFF, Array
from intertwine.engine.problem import Problem, Taps


@kept_by_owner
def _factors(taps: Taps, tolerance: float, compute: str, exact: bool) -> Factors | None:
    array = taps.array
    if exact:
        return integer_factors(array)
    if array.dtype.kind == "c":  # the planes are factored apart; the worse one counts
        parts = [real_factors(p, tolerance, compute) for p in (array.real, array.imag)]
        worst: Factors | None = None
        for part in parts:
            if part is None:
                return None
            if worst is None or len(part.terms) > len(worst.terms):
                worst = part
        return worst
    return real_factors(array, tolerance, compute)


def factors_of(problem: Problem) -> Factors | None:
    """The terms of a problem's kernel, or None where they are too many."""
    return _factors(problem.taps, _tolerance(problem), problem.compute, problem.exact)


def terms_of(problem: Problem, taps: Array) -> list[Term]:
    """The terms of one real plane of the kernel, which is known to have few."""
    same = taps.dtype.kind != "c" and not problem.complex_taps
    if same:
        factors = factors_of(problem)
    else:
        factors = real_factors(taps, _tolerance(problem), problem.compute)
    assert factors is not None  # `applies` has seen to it
    return [balanced(term) for term in factors.terms]


def _tolerance(problem: Problem) -> float:
    """What may be dropped: what rounding each tap could have added, and the SVD's own noise."""
    noise = 16 * ROUNDOFF["float64"] * sqrt(problem.taps.array.size)
    return max(4 * ROUNDOFF[problem.compute], noise)


def size_of(problem: Problem, factors: Factors) -> float:
    """``sum |factors| / sum |k|``, at least 1.

    It exceeds 1 when terms cancel: rounding follows the sum of their sizes.
    """
    total = problem.absolute_sum or 1.0
    sizes = (float(np.prod([np.abs(f).sum() for f in term])) for term in factors.terms)
    return max(1.0, sum(sizes) / total)


def tame(term: Term, order: Sequence[int]) -> Term:
    """Scale by powers of two, which rounds nothing, so that sums on the way do not outgrow x.

    `order` names the axes as they are filtered; the last one takes what the others give.
    """
    result, given = list(term), 0
    *before, last = order
    for i in before:
        power = int(np.frexp(np.abs(term[i]).sum())[1])
        result[i] = np.ldexp(term[i], -power)
        given += power
    result[last] = np.ldexp(term[last], given)
    return tuple(result)
