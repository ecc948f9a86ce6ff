"""The second way of `separable`: one axis after the other over the whole array.

Along each axis the problem is one of lines, which the method that suits it best computes: running
sums, transforms, multiply-adds, recursions. Between two axes lies an array of what was summed so
far. It costs a pass over memory, and pays where windows are so long that tiles of all axes at once
would hold mostly the samples around their outputs.

What lies outside is asked for axis by axis, too. Copies of samples are copies of sums, and beyond
an axis where the number c lies, the sums along the axes before are c times the sum of their taps.
Where zero lies beyond one axis and another number beyond the next, corners are no product: such
problems are not computed this way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isfinite, prod
from typing import Any

import numpy as np

from intertwine.base.errors import DTypeError
from intertwine.base.memory import installed
from intertwine.engine import types
from intertwine.engine.factor import Factors, Term
from intertwine.engine.machine import Machine
from intertwine.engine.memory import empty, kept_by_owner
from intertwine.engine.methods import direct, overlap_save, recursive, running_sum
from intertwine.engine.methods.base import ROUNDOFF, Array, Method, Prepared, final_rounding
from intertwine.engine.methods.products import factors_of, size_of, tame, terms_of
from intertwine.engine.planes import take
from intertwine.engine.problem import Axis, Problem, Taps
from intertwine.engine.shorten import Guarded, Shortened, shortened

#: What errors would call it, and the methods that lines are given to.
NAME = "separable"
METHODS: tuple[Method, ...] = (running_sum, direct, overlap_save, recursive)

#: With fewer taps than this on every axis, tiles of all axes at once are quicker.
LEAST_TAPS = 100

#: More terms than this never pay: each goes over memory once for every axis.
MOST_TERMS = 3

#: The share of the asked precision that the axes may take together.
SHARE = 0.9

#: The share of the machine's memory that arrays between axes may take.
MOST_MEMORY = 0.25

#: Looking for what is not finite, beside reading a sample.
LOOKING = 3.0


@dataclass(frozen=True, slots=True)
class Step:
    """The work along one axis: a problem of lines, and the method that computes it.

    `gain` is the sum of all taps of the axes before: what they make of a constant. `short` tells of
    the shorter lines of taps that `problem` has, if their border cannot tell them apart.
    """

    axis: int
    problem: Problem
    method: Method
    seconds: float
    error: float
    gain: float
    short: Shortened | None


@dataclass(frozen=True, slots=True)
class Turns:
    """The steps of each term, what all take together and how exact they are."""

    terms: tuple[tuple[Step, ...], ...]
    seconds: float
    error: float
    memory: int

    @property
    def guarded(self) -> bool:
        """Whether a method would let NaN and infinities through, which the next could not tell."""
        first = (steps[0] for steps in self.terms)
        return any(s.method is direct and s.problem.dtype.kind == "f" for s in first)

    @property
    def tiles(self) -> int:
        """Parts that threads can share, of the step that has the fewest."""
        return min(s.method.tiles(s.problem) for steps in self.terms for s in steps)

    def words(self) -> str:
        """What is done, for `explain`."""
        steps = self.terms[0]
        each = ", then ".join(
            f"axis {s.axis} by {s.method.NAME} ({s.method.parts(s.problem)})" for s in steps
        )
        between = "an array" if len(steps) == 2 else "arrays"
        return f"one axis after the other with {between} between: {each}"


def worth(problem: Problem) -> bool:
    """Whether there are axes long enough to ask about this way at all."""
    return max(a.k for a in problem.axes) >= LEAST_TAPS


@kept_by_owner
def turns(problem: Problem, machine: Machine) -> Turns | None:
    """The quickest order, and the quickest methods; None where this way gives another answer."""
    if not _borders_are_products(problem):
        return None
    found = []
    for plane in _planes(problem):
        best = _best(plane, machine)
        if best is None:
            return None
        found.append(best)
    worst = max(found, key=lambda each: each.seconds)
    most = max(f.memory for f in found)
    if most > MOST_MEMORY * installed():
        return None
    return replace(worst, error=max(f.error for f in found), memory=most)


def _real(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The type of one plane."""
    return np.zeros((), dtype).real.dtype


def _borders_are_products(problem: Problem) -> bool:
    """Whether what lies outside is known axis by axis."""
    outside = {a.boundary for a in problem.axes if a.filtered}
    if "constant" not in outside or problem.cval == 0:
        return True
    if outside & {"zero", "renormalize"} or not isfinite(abs(problem.cval)):
        return False
    return problem.compute != "int64"  # as float64 it might be another number


@kept_by_owner
def _planes(problem: Problem) -> list[Problem]:
    """The problem for each real plane of the kernel, with data of one plane."""
    plain = replace(
        problem,
        axes=tuple(
            replace(a, boundary="zero") if a.boundary == "renormalize" else a for a in problem.axes
        ),
        dtype=_real(problem.dtype),
        result=_real(problem.result),
        cval=complex(problem.cval.real),
        missing="propagate",
        masked=False,
    )
    if not problem.complex_taps:
        return [plain]
    taps = problem.taps.array
    return [replace(plain, taps=Taps.of(take(taps, plane))) for plane in ("re", "im")]


def _orders(problem: Problem) -> Iterator[tuple[int, ...]]:
    """Orders of the axes with taps: what leaves least comes first, equals both ways round."""
    long = [i for i, a in enumerate(problem.axes) if a.k > 1]
    seen = set()
    for axes in (long, long[::-1]):
        order = tuple(sorted(axes, key=lambda i: problem.axes[i].m / problem.axes[i].n))
        if order not in seen:
            seen.add(order)
            yield order


def _best(problem: Problem, machine: Machine) -> Turns | None:
    """The quickest order for one real plane of the kernel."""
    factors = factors_of(problem)
    if factors is None or len(factors.terms) > MOST_TERMS:
        return None
    if len(factors.terms) > 1 and problem.result != np.dtype(problem.compute):
        return None  # terms would be added up in a type that is narrower than the sums
    orders = (_turns(problem, factors, order, machine) for order in _orders(problem))
    return min((o for o in orders if o), key=lambda each: each.seconds, default=None)


def _turns(
    problem: Problem, factors: Factors, order: Sequence[int], machine: Machine
) -> Turns | None:
    """What one real plane takes when its axes are filtered in this order."""
    size = size_of(problem, factors)
    if problem.precision is not None:
        share = SHARE * problem.precision / size / len(order)
        problem = replace(problem, precision=share)
    found = []
    for term in terms_of(problem, problem.taps.array):
        fit = term if problem.exact else tame(term, order)
        steps = _steps(problem, order, fit, machine)
        if steps is None:
            return None
        found.append(steps)
    # The errors of axes add up, those of terms count by their size, and adding terms rounds.
    error = size * (max(prod(1 + s.error for s in steps) for steps in found) - 1)
    error += factors.error + size * (len(found) - 1) * ROUNDOFF[problem.compute]
    seconds = sum(s.seconds for steps in found for s in steps)
    made = Turns(tuple(found), seconds, error, _memory(found[0]))
    looked = LOOKING * machine.sample * prod(problem.shape)
    return replace(made, seconds=seconds + looked) if made.guarded else made


def _memory(steps: Sequence[Step]) -> int:
    """Bytes of the two arrays that lie between axes at one time, and the most of one step."""
    sizes = [0, *(s.problem.out_size * s.problem.result.itemsize for s in steps[:-1]), 0]
    between = max(a + b for a, b in pairwise(sizes))
    return between + max(s.method.memory(s.problem) for s in steps)


def _steps(
    problem: Problem, order: Sequence[int], term: Term, machine: Machine
) -> tuple[Step, ...] | None:
    """One step for each axis; None where no method computes one of them."""
    steps: list[Step] = []
    dtype, span, gain = problem.dtype, problem.value_range, 1.0
    for place, axis in enumerate(order):
        last = axis == order[-1]
        line = term[axis].reshape([-1 if i == axis else 1 for i in range(len(term))])
        asked = replace(
            problem,
            axes=_axes(problem, order, place),
            taps=Taps.of(line),
            dtype=dtype,
            result=problem.result if last else np.dtype(problem.compute),
            cval=problem.cval * gain,
            value_range=span,
        )
        if problem.exact:
            exactly = _whole(asked, last)
            if exactly is None:
                return None
            asked, span = exactly
        step = _quickest(axis, asked, gain, machine)
        if step is None:
            return None
        steps.append(step)
        dtype = asked.result
        gain *= float(line.sum())
    return tuple(steps)


def _axes(problem: Problem, order: Sequence[int], place: int) -> tuple[Axis, ...]:
    """The axes while that at `place` is filtered: those without taps go with the first."""
    now, later = order[place], order[place + 1 :]
    return tuple(
        a
        if i == now or (place == 0 and a.k == 1)
        else Axis(a.n, a.n)
        if i in later
        else Axis(a.m, a.m)
        for i, a in enumerate(problem.axes)
    )


def _whole(problem: Problem, last: bool) -> tuple[Problem, tuple[int, int]] | None:
    """A step of whole numbers in types that hold every sum; the least and the largest of them.

    None where sums on the way need more than 64 bits.
    """
    low, high = problem.value_range or (0, 0)
    least, most, partial = types.integer_bounds(problem.kernels, low, high)
    try:
        wide = types.integer_result(NAME, problem.dtype, least, most)
    except DTypeError:
        return None
    result = problem.result if last else wide
    exactly = replace(problem, result=result, compute=types.integer_compute(partial))
    return exactly, (min(least, 0), max(most, 0))


def _quickest(axis: int, problem: Problem, gain: float, machine: Machine) -> Step | None:
    """The method that takes the least time, of those that are exact enough."""
    short = shortened(problem)
    ways: list[tuple[Problem, Shortened | None]] = [(problem, None)]
    if short is not None:
        ways.append((short.problem, short))
    found = [
        _step(axis, lines, method, gain, machine, shorter)
        for lines, shorter in ways
        for method in METHODS
        if not method.applies(lines)
    ]
    asked = None if problem.exact else problem.precision
    able = [s for s in found if asked is None or s.error <= asked]
    margins = not problem.exact
    return min(able, key=lambda s: s.seconds * (s.method.MARGIN if margins else 1), default=None)


def _step(
    axis: int,
    problem: Problem,
    method: Method,
    gain: float,
    machine: Machine,
    short: Shortened | None,
) -> Step:
    error, seconds = method.error(problem), method.cost(problem, machine)
    if short is not None:
        error += short.error
        seconds += 0.0 if short.alike else machine.numpy
    return Step(axis, problem, method, seconds, error + final_rounding(problem), gain, short)


@dataclass(frozen=True, slots=True)
class Line:
    """One step made ready: its method, and the array that its sums go into."""

    prepared: Prepared
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    gain: float


@dataclass(frozen=True, slots=True)
class InTurn:
    """All terms made ready. Never changes: arrays between axes belong to a call."""

    terms: tuple[tuple[Line, ...], ...]
    kept_bytes: int

    def run(self, x: Array, out: Array, cval: float, add: bool, threads: int) -> bool:
        left_out = False
        for *before, last in self.terms:
            sums = x
            for line in before:
                made = empty(line.shape, line.dtype)
                left_out |= line.prepared.run(sums, made, cval * line.gain, False, threads)
                sums = made
            left_out |= last.prepared.run(sums, out, cval * last.gain, add, threads)
            add = True
        return bool(left_out)


def prepare(problem: Problem, taps: Array, machine: Machine, threads: int) -> Prepared:
    """Make every step of one real plane of the kernel ready."""
    plane = _planes(problem)[0]
    if problem.complex_taps:
        plane = replace(plane, taps=Taps.of(taps))
        found = _best(plane, machine)
    else:
        found = turns(problem, machine)
    assert found is not None  # `applies` has seen to it
    terms = tuple(tuple(_ready(step, threads) for step in steps) for steps in found.terms)
    kept = sum(getattr(line.prepared, "kept_bytes", 0) for lines in terms for line in lines)
    ready = InTurn(terms, kept)
    return Guarded(ready, kept) if found.guarded else ready


def _ready(step: Step, threads: int) -> Line:
    problem = step.problem
    prepared = step.method.prepare(problem, problem.taps.array, threads)
    if step.short is not None:
        prepared = step.short.guard(prepared)
    return Line(prepared, problem.out_shape, problem.result, step.gain)
