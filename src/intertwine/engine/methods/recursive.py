"""Recursive: wide, smooth kernels at a cost that does not grow with their length.

A product of 1-D kernels, each a sum of a few exponentials (`engine/exponentials.py`): Gaussians,
exponentials, damped waves. What the sums miss is known before anything is computed. It is more than
rounding, so this method is taken only when a `precision` is asked that leaves room for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from intertwine import _core
from intertwine.engine.exponentials import NOTHING, Exponentials, approximations
from intertwine.engine.factor import balanced, real_factors
from intertwine.engine.lower import beyond_core, lower
from intertwine.engine.machine import VECTOR_BYTES, Machine
from intertwine.engine.memory import kept_by_owner
from intertwine.engine.methods.base import ROUNDOFF, Array, Prepared
from intertwine.engine.methods.rounding import Rounded, rounding
from intertwine.engine.methods.tiles import SIZE
from intertwine.engine.problem import Axis, Problem, Taps

NAME = "recursive"
BANKS = False
TAKES_COMPLEX = False
MARGIN, LEAST_SAVING = 1.0, 0.0

#: Shorter kernels never pay.
LEAST_TAPS = 16

#: The share of the asked precision that may be missed; the rest is left for rounding.
SHARE = 0.75

#: How much longer a recursion takes that ends its response where the taps end.
ENDED = 1.5

#: Vectors of lines side by side, of rows and of columns, and samples of a row that are transposed
#: at a time (`kSeries`, `kColumns` and `kTurned` in the core).
SERIES, COLUMNS, PIECE = 2, 8, 128

#: Bytes of the samples and results of lines that lie side by side, as the core cuts them.
PANEL_BYTES, LANES = 384 << 10, 16


@dataclass(frozen=True, slots=True)
class Line:
    """One axis: the taps at and behind the sample, and those before it."""

    behind: Exponentials
    before: Exponentials
    ends: bool
    missed: float
    rounding: float

    @property
    def poles(self) -> int:
        return len(self.behind.poles) + len(self.before.poles)


def _line(taps: Array, tolerance: float) -> Line | None:
    """The fewest exponentials that miss at most `tolerance` of ``sum|taps|``."""
    total = float(np.abs(taps).sum())
    at = int(np.abs(taps).argmax())
    sides = []
    for part in (taps[at::-1], taps[at + 1 :]):
        fits = (
            e
            for ended in (False, True)
            for e in approximations(part)
            if e.missed + (0 if ended else e.after) <= tolerance / 2 * total
        )
        best = next(fits, None)
        if best is None:
            return None
        sides.append(best)
    behind, before = sides
    left = behind.missed + before.missed
    ends = left + behind.after + before.after > tolerance * total
    missed = left + (0.0 if ends else behind.after + before.after)
    rounding = sum(4 * s.state + 4 * float(np.abs(s.weights).sum()) for s in sides)
    return Line(behind, before, ends, missed / total, rounding / total)


@kept_by_owner
def _lines(taps: Taps, tolerance: float) -> tuple[Line | None, ...] | None:
    """One `Line` for each axis with taps, or None when the kernel is no product of such."""
    factors = real_factors(taps.array.astype(np.float64), 1e-3 * tolerance)
    if factors is None or len(factors.terms) > 1:
        return None
    lines = balanced(factors.terms[0])
    found = [None if len(line) == 1 else _line(line, tolerance) for line in lines]
    if any(line is None and len(f) > 1 for line, f in zip(found, lines, strict=True)):
        return None
    return tuple(found)


def _of(problem: Problem) -> tuple[Line | None, ...] | None:
    assert problem.precision is not None
    long = max(1, sum(a.k > 1 for a in problem.axes))
    return _lines(problem.taps, SHARE * problem.precision / long)


def _long(problem: Problem) -> list[tuple[Axis, Line]]:
    """The axes with taps, and what stands for them."""
    lines = _of(problem) or ()
    return [(axis, line) for axis, line in zip(problem.axes, lines, strict=True) if line]


def applies(problem: Problem) -> str:
    if problem.precision is None:
        return "it is an approximation: pass precision= to allow one"
    if problem.complex_data or problem.complex_taps:
        return "it takes real data and taps"
    if problem.exact or (not problem.rounded and problem.result.name != problem.compute):
        return f"its results are {problem.compute}, not {problem.result}"
    if max(a.k for a in problem.axes) < LEAST_TAPS:
        return f"no axis has {LEAST_TAPS} taps"
    if any(a.stride > 1 or a.dilation > 1 or a.m != a.n for a in problem.axes):
        return "it computes as many results as there are samples, without stride or dilation"
    if any(a.k == 1 and a.start for a in problem.axes):
        return "an axis without taps is shifted"
    if problem.weighted:
        return "results are divided by the weight that was present"
    if "constant" in (a.boundary for a in problem.axes) and sum(a.k > 1 for a in problem.axes) > 1:
        return "a constant border along several axes is no product"
    if not problem.taps.array.any():
        return "all taps are zero"
    if _of(problem) is None:
        return "the kernel is no product of sums of a few exponentials, at this precision"
    return beyond_core(problem)


def cost(problem: Problem, machine: Machine) -> float:
    seconds = machine.call
    numbers = problem.out_size * SIZE[problem.compute] / SIZE["float32"]
    # The longest axis comes first and may be cut into chunks; the others take whole lines.
    for place, (axis, line) in enumerate(sorted(_long(problem), key=lambda both: -both[0].m)):
        length = axis.m if place else min(axis.m, _chunk(axis.k, problem.compute))
        again = (axis.k - 1) / length
        work = machine.recursion * line.poles * (ENDED if line.ends else 1.0)
        seconds += numbers * ((1 + again) * (work + machine.turn) + machine.turn)
    return seconds


def _chunk(taps: int, compute: str) -> int:
    """Results of a line that the first axis computes at a time."""
    return max(PANEL_BYTES // (2 * LANES * SIZE[compute]) - taps, 4 * taps)


def error(problem: Problem) -> float:
    lines = [line for _, line in _long(problem)]
    missed = prod(1 + line.missed for line in lines) - 1
    return missed + sum(line.rounding for line in lines) * ROUNDOFF[problem.compute]


def memory(problem: Problem) -> int:
    lowered = lower(problem, channels_last=False)
    rows, lanes = lowered.axes[-1], VECTOR_BYTES // SIZE[problem.compute]
    samples = results = 0
    for place, axis in enumerate(sorted(lowered.axes, key=lambda a: -a.m)):
        if axis.k == 1:
            continue
        series = SERIES if axis is rows else COLUMNS
        length = axis.m if place else _first_chunk(axis)
        width = series * VECTOR_BYTES
        samples = max(samples, -(-(length + axis.k - 1) // lanes) * lanes * width)
        results = max(results, -(-length // lanes) * lanes * width)
    sums = problem.out_size * SIZE[problem.compute] if problem.rounded else 0
    return sums + samples + results + PIECE * SERIES * VECTOR_BYTES


def _first_chunk(axis: Axis) -> int:
    """Results of a line that the core computes at a time along the first axis, all chunks alike."""
    room = PANEL_BYTES // (2 * SERIES * VECTOR_BYTES)
    chunk = min(axis.m, max(room - axis.k, 4 * axis.k))
    return -(-axis.m // -(-axis.m // chunk))


def tiles(problem: Problem) -> int:
    """Of the axis that falls into the fewest: lines side by side, one beside the other."""
    size = LANES * SIZE[problem.compute] // SIZE["float32"]
    least = problem.out_size
    for place, (axis, _) in enumerate(sorted(_long(problem), key=lambda both: -both[0].m)):
        chunks = 1 if place else -(-axis.m // _chunk(axis.k, problem.compute))
        least = min(least, -(-problem.out_size // (axis.m * size)) * chunks)
    return least


def terms(problem: Problem) -> int:
    return sum(line.poles for _, line in _long(problem))


def parts(problem: Problem) -> str:
    lines = [line for _, line in _long(problem)]
    counts = " + ".join(str(line.poles) for line in lines)
    missed = sum(line.missed for line in lines)
    return f"{counts} exponentials or damped waves, which miss {missed:.1e} of the kernel"


def prepare(problem: Problem, taps: Array, threads: int) -> Prepared:
    lines = _of(problem)
    assert lines is not None  # `applies` has seen to it
    lowered = lower(problem, channels_last=False)
    sides: list[list[float]] = []
    counts: list[int] = []
    ends: list[bool] = []
    for place in lowered.order:
        line = lines[place]
        for side in (line.behind, line.before) if line else (_IDENTITY, NOTHING):
            sides.append(side.numbers())
            counts.append(side.taps)
            ends.append(bool(line and line.ends))
    longest_first = sorted(range(len(lowered.axes)), key=lambda i: -lowered.axes[i].m)
    order = [i for i in longest_first if lowered.axes[i].k > 1]
    ready = _core.Recursive(lowered.geometry(), order, sides, counts, ends, problem.compute)
    if not problem.rounded:
        return ready
    return Rounded(ready, rounding(problem), np.dtype(problem.compute))


_IDENTITY = Exponentials(np.zeros(1, complex), np.ones(1, complex), 1, 0.0, 0.0, 1.0)
