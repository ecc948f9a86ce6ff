"""The plain method: one NumPy pass for each tap. Slow, and hard to get wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import counted
from intertwine.engine.boundary import fold
from intertwine.engine.machine import Machine
from intertwine.engine.methods.base import Array, Prepared, plain_error, plane
from intertwine.engine.methods.tiles import SIZE
from intertwine.engine.problem import Problem
from intertwine.engine.types import NARROW, integer_limits

NAME = "reference"
BANKS = False
TAKES_COMPLEX = False
MARGIN, LEAST_SAVING = 1.0, 0.0


def applies(problem: Problem) -> str:
    return ""


def cost(problem: Problem, machine: Machine) -> float:
    return problem.taps.array.size * (machine.numpy + machine.gather * problem.out_size)


def error(problem: Problem) -> float:
    return plain_error(problem)


def memory(problem: Problem) -> int:
    # The sums, one shifted copy of the samples as they are and as numbers to sum, and its product.
    return (3 * SIZE[problem.compute] + problem.dtype.itemsize) * problem.out_size


def tiles(problem: Problem) -> int:
    return 1


def terms(problem: Problem) -> int:
    return 1


def parts(problem: Problem) -> str:
    return f"{counted(problem.taps.array.size, 'NumPy pass', 'NumPy passes')}, one for each tap"


def prepare(problem: Problem, taps: Array, threads: int) -> Prepared:
    return _Passes(problem, plane(problem, taps))


@dataclass(frozen=True, slots=True)
class _Passes:
    problem: Problem
    taps: Array

    def run(self, x: Array, out: Array, cval: float, add: bool, threads: int) -> bool:
        problem = self.problem
        total = np.zeros(problem.out_shape, problem.compute)
        fills = [cval if a.boundary == "constant" else 0 for a in problem.axes]
        with np.errstate(invalid="ignore", over="ignore"):
            for place in np.ndindex(self.taps.shape):
                indices = [
                    fold(np.arange(a.m) * a.stride + (a.start + j * a.dilation), a.n, a.boundary)
                    for a, j in zip(problem.axes, place, strict=True)
                ]
                total += self.taps[place] * _samples(x, indices, fills, problem.compute)
            if add:
                np.add(out, total, out=out, casting="unsafe")
            else:
                out[...] = _clipped(total, out.dtype) if out.dtype in NARROW else total
        return False


def _clipped(sums: Array, dtype: np.dtype[Any]) -> Array:
    """Sums rounded and clipped to the range of an integer type; 0 for NaN."""
    low, high = integer_limits(dtype)
    nearest: Array = np.rint(np.clip(np.nan_to_num(sums, nan=0.0), low, high))
    return nearest


def _samples(x: Array, indices: list[NDArray[np.int64]], fills: list[float], compute: str) -> Array:
    """Samples at the given positions along each axis; its fill where a position is -1.

    Outside along two axes, zero counts before another number.
    """
    picked: Array = x[np.ix_(*(np.maximum(i, 0) for i in indices))].astype(compute)
    for axis in sorted(range(len(indices)), key=lambda i: fills[i] == 0):
        outside = indices[axis] < 0
        if outside.any():
            picked[(slice(None),) * axis + (outside,)] = fills[axis]
    return picked
