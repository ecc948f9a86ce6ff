"""A bank by a method for one kernel: the kernels one after the other, each on its samples.

Methods that take all kernels of a bank at once need none of this: they say so by `BANKS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from intertwine.engine.methods.base import Array, Means, Method, Prepared
from intertwine.engine.problem import Place, Problem


@dataclass(frozen=True, slots=True)
class Singles:
    """The kernels of a bank made ready, each with the place where it works."""

    parts: tuple[tuple[Place, Prepared], ...]
    kept_bytes: int

    def run(self, x: Array, out: Array, cval: float, add: bool, threads: int) -> bool:
        left_out = False
        for place, one in self.parts:
            left_out |= one.run(x[place.samples], out[place.kernel], cval, add, threads)
        return left_out

    def run_complex(
        self,
        x_re: Array,
        x_im: Array,
        out_re: Array,
        out_im: Array,
        cval_re: float,
        cval_im: float,
        threads: int,
    ) -> bool:
        left_out = False
        for place, prepared in self.parts:
            one: Any = prepared
            x, out = place.samples, place.kernel
            planes = (x_re[x], x_im[x], out_re[out], out_im[out])
            left_out |= one.run_complex(*planes, cval_re, cval_im, threads)
        return left_out


class Each:
    """The means that a method offers for one kernel, used for each kernel of a bank."""

    def __init__(self, method: Means) -> None:
        self.NAME = method.NAME
        self.TAKES_COMPLEX = method.TAKES_COMPLEX
        self.MARGIN, self.LEAST_SAVING = method.MARGIN, method.LEAST_SAVING
        self.method = method

    def parts(self, problem: Problem) -> str:
        first = self.method.parts(problem.singles[0])
        return f"{problem.kernel_count} kernels one by one, sharing nothing; the first: {first}"

    def prepare(self, problem: Problem, taps: Array, threads: int) -> Singles:
        parts = tuple(
            (place, self.method.prepare(single, taps[place.kernel], threads))
            for single, place in zip(problem.singles, problem.places, strict=True)
        )
        return Singles(parts, sum(getattr(one, "kept_bytes", 0) for _, one in parts))


def terms(method: Method, problem: Problem) -> int:
    """What `method.terms` says of a bank: of all its kernels together. 0 when it cannot."""
    if not problem.bank or method.BANKS:
        return 0 if method.applies(problem) else method.terms(problem)
    each = [terms(method, single) for single in problem.singles]
    return sum(each) if all(each) else 0
