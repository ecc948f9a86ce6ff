"""Results rounded in a pass of their own, where they cannot be as they are written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intertwine.engine.memory import empty
from intertwine.engine.methods import direct, reference
from intertwine.engine.methods.base import Array, Method, Prepared
from intertwine.engine.problem import Axis, Problem, Taps


def rounding(problem: Problem) -> Prepared:
    """What rounds and clips sums to the results of a problem: a single tap of one."""
    axes = tuple(Axis(a.m, a.m) for a in problem.axes)
    one = np.ones((1,) * len(axes), problem.compute)
    single = Problem(axes, Taps(one), np.dtype(problem.compute), problem.result, problem.compute)
    method: Method = reference if direct.applies(single) else direct
    return method.prepare(single, one, 1)


@dataclass(frozen=True, slots=True)
class Rounded:
    """A method made ready that writes no integers: they are rounded when all sums are there."""

    prepared: Prepared
    rounding: Prepared
    dtype: np.dtype[np.generic]

    def run(self, x: Array, out: Array, cval: float, add: bool, threads: int) -> bool:
        sums = empty(out.shape, self.dtype)
        left_out = self.prepared.run(x, sums, cval, False, threads)
        self.rounding.run(sums, out, 0.0, False, threads)
        return left_out
