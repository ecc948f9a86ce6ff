"""A bank by a method for one kernel: the kernels one after the other, each on its samples.

Methods that take all kernels of a bank at once need none of this: they say so by `BANKS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from intertwine.engine.methods.base import Array, Means, Work
from intertwine.engine.problem import Place, Problem


@dataclass(frozen=True, slots=True)
class Single:
    """One kernel of a bank, made ready: its problem, where it works, and what its method made."""

    problem: Problem
    place: Place
    prepared: Any


class Singles(list[Single]):
    """The kernels of a bank, made ready."""

    @property
    def kept_bytes(self) -> int:
        """Memory that they hold on to."""
        return sum(getattr(single.prepared, "kept_bytes", 0) for single in self)


class Each:
    """The means that a method offers for one kernel, used for each kernel of a bank."""

    def __init__(self, method: Means) -> None:
        self.NAME = method.NAME
        self._method = method

    def parts(self, problem: Problem) -> str:
        first = self._method.parts(problem.singles[0])
        return f"{problem.kernel_count} kernels one by one, sharing nothing; the first: {first}"

    def prepare(self, problem: Problem, taps: Array) -> Singles:
        return Singles(
            Single(single, place, self._method.prepare(single, taps[place.kernel]))
            for single, place in zip(problem.singles, problem.places, strict=True)
        )

    def run(self, prepared: Singles, work: Work) -> bool:
        left_out = False
        for single in prepared:
            x, out = work.x[single.place.samples], work.out[single.place.kernel]
            part = Work(single.problem, x, out, work.cval, work.add, work.threads)
            left_out |= self._method.run(single.prepared, part)
        return left_out
