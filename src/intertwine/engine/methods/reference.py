"""The plain method: one NumPy pass for each tap. Slow, and hard to get wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import counted
from intertwine.engine.boundary import fold
from intertwine.engine.differences import Differences, differences
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
    less = None
    if problem.compute != "int64":
        (less,) = differences(taps.reshape(1, -1), taps.shape)
    return _Passes(problem, plane(problem, taps), less)


@dataclass(frozen=True, slots=True)
class _Passes:
    problem: Problem
    taps: Array
    less: Differences | None

    def run(self, x: Array, out: Array, cval: float, add: bool, threads: int) -> bool:
        with np.errstate(invalid="ignore", over="ignore"):
            total = self._sums(x, cval)
            if add:
                np.add(out, total, out=out, casting="unsafe")
            else:
                out[...] = _clipped(total, out.dtype) if out.dtype in NARROW else total
        return False

    def _sums(self, x: Array, cval: float) -> Array:
        total = np.zeros(self.problem.out_shape, self.problem.compute)
        if self.less is not None:
            for weight, (a, b) in zip(self.less.weights, self.less.pairs, strict=True):
                total += total.dtype.type(weight) * (self._at(x, a, cval) - self._at(x, b, cval))
            if np.isfinite(total).all():
                return total
        plain = np.zeros_like(total)
        for place, tap in enumerate(self.taps.ravel()):
            plain += tap * self._at(x, place, cval)
        return plain if self.less is None else np.where(np.isfinite(total), total, plain)

    def _at(self, x: Array, place: int, cval: float) -> Array:
        """The samples that a tap meets."""
        axes = self.problem.axes
        fills = [cval if a.boundary == "constant" else 0 for a in axes]
        indices = [
            fold(np.arange(a.m) * a.stride + (a.start + j * a.dilation), a.n, a.boundary)
            for a, j in zip(axes, np.unravel_index(place, self.taps.shape), strict=True)
        ]
        return _samples(x, indices, fills, self.problem.compute)


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
