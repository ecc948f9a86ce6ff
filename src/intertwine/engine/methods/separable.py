"""Separable: a kernel as a few products of 1-D kernels, one axis at a time.

There are two ways: tiles that go through all axes while they are in the caches (`strips`), and one
axis after the other over the whole array, each by the method that suits its lines best (`in_turn`).
The one that is expected to be quicker is taken.
"""

from __future__ import annotations

import numpy as np

from intertwine.engine.factor import MOST_TAPS, MOST_TERMS
from intertwine.engine.machine import Machine, current
from intertwine.engine.memory import kept_by_owner
from intertwine.engine.methods import in_turn, strips
from intertwine.engine.methods.base import ROUNDOFF, Array, Prepared, final_rounding
from intertwine.engine.methods.products import factors_of, size_of
from intertwine.engine.problem import Problem

NAME = "separable"
BANKS = False
TAKES_COMPLEX = False
MARGIN, LEAST_SAVING = 1.05, 0.0


def _long(problem: Problem) -> int:
    return sum(a.k > 1 for a in problem.axes)


@kept_by_owner
def _turns(problem: Problem, machine: Machine) -> in_turn.Turns | None:
    """The axes one after the other, where that is the better way or the only one."""
    factors = factors_of(problem)
    if factors is None:
        return None
    alone = bool(strips.refusal(problem, factors))
    if not alone and not in_turn.worth(problem):
        return None
    turns = in_turn.turns(problem, machine)
    if turns is None or alone:
        return turns
    turned = _misses(problem, turns.error), turns.seconds
    tiled = _misses(problem, _tiled_error(problem)), strips.cost(problem, machine)
    return turns if turned < tiled else None


def _misses(problem: Problem, error: float) -> bool:
    """Whether this error is more than the precision that was asked for."""
    if problem.exact or problem.precision is None:
        return False
    return error + final_rounding(problem) > problem.precision


def applies(problem: Problem) -> str:
    if _long(problem) < 2:
        return "the kernel has taps along one axis only: nothing to separate"
    factors = factors_of(problem)
    if factors is None:
        if problem.exact:
            return "the taps are no product of whole-number 1-D kernels"
        if problem.taps.array.size > MOST_TAPS:
            return (
                f"the kernel is no single product of 1-D kernels, and sums of several are not "
                f"looked for beyond {MOST_TAPS:,} taps"
            )
        return f"the kernel's rank is above {MOST_TERMS}"
    return "" if _turns(problem, current()) else strips.refusal(problem, factors)


def cost(problem: Problem, machine: Machine) -> float:
    turns = _turns(problem, machine)
    return turns.seconds if turns else strips.cost(problem, machine)


def error(problem: Problem) -> float:
    turns = _turns(problem, current())
    return turns.error if turns else _tiled_error(problem)


def _tiled_error(problem: Problem) -> float:
    factors = factors_of(problem)
    if factors is None:
        return float("inf")
    steps = sum(a.k for a in problem.axes) + len(factors.terms) + 2 * len(problem.axes)
    return factors.error + size_of(problem, factors) * steps * ROUNDOFF[problem.compute]


def memory(problem: Problem) -> int:
    turns = _turns(problem, current())
    return turns.memory if turns else strips.memory(problem)


def tiles(problem: Problem) -> int:
    turns = _turns(problem, current())
    return turns.tiles if turns else strips.tiling(problem).reading.tiles


def terms(problem: Problem) -> int:
    factors = factors_of(problem)
    return len(factors.terms) if factors else 0


def parts(problem: Problem) -> str:
    rank, turns = terms(problem), _turns(problem, current())
    if turns:
        return f"rank {rank}: {turns.words()}"
    sizes = " + ".join(str(a.k) for a in problem.axes if a.k > 1)
    return f"rank {rank}: {rank} x ({sizes}) multiply-adds for each output"


def prepare(problem: Problem, taps: Array, threads: int) -> Prepared:
    if _turns(problem, current()):
        return in_turn.prepare(problem, taps, current(), threads)
    return strips.prepare(problem, taps)


def cancels(problem: Problem) -> bool:
    """Whether each term has a line opposite to its mirror image, which makes zero of equal samples.

    Such lines take differences in tiles; one axis after the other other methods may sum them.
    """
    factors = None if problem.complex_taps else factors_of(problem)
    if factors is None or _turns(problem, current()):
        return False
    return all(any(_opposite(line) for line in term) for term in factors.terms)


def _opposite(line: Array) -> bool:
    return bool(line.any()) and np.array_equal(line, -line[::-1])
