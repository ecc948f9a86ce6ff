"""Copies of whole arrays that a call makes beside its work space, told by how the arrays lie.

The core brings arrays that lie across memory, as in Fortran order, into rows (``core/turned.cpp``).
Other byte orders are brought into the machine's, and data that share memory with the result are put
aside. All this depends on the arrays of a call and not on the plan.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base import memory
from intertwine.engine.lower import lower
from intertwine.engine.problem import Problem

if TYPE_CHECKING:
    from intertwine.engine.plan import Plan

Array = NDArray[Any]

#: As in the core: bytes that memory hands over at once, fewer than are worth a copy, and the share
#: of the machine's memory that one may take.
LINE_BYTES, LEAST_BYTES, MOST_MEMORY = 64, 1 << 15, 1 / 8

#: Methods that take channels as planes of their own.
PLANES_APART = ("overlap_save", "recursive")


def beside(chosen: Plan, x: Array, out: Array | None) -> int:
    """Bytes of the copies that a call of a plan makes of `x` and of `out` (None: a new array)."""
    native = x.dtype.isnative
    apart = native and out is not None and np.may_share_memory(x, out)
    found = 0 if native and not apart else x.nbytes
    if not apart:  # what is put aside lies in rows; another byte order leaves the axes as they lie
        found += across_memory(chosen, x.strides, result=False)
    if out is not None and not out.dtype.isnative:
        return found + out.nbytes
    return found + (0 if out is None else across_memory(chosen, out.strides, result=True))


def fortran(chosen: Plan) -> int:
    """Bytes of the copy of data in Fortran order."""
    problem = chosen.problem
    steps = [problem.dtype.itemsize * prod(problem.shape[:i]) for i in range(len(problem.shape))]
    return across_memory(chosen, steps, result=False)


def across_memory(chosen: Plan, strides: Sequence[int], *, result: bool) -> int:
    """Bytes of the copy that brings an array with these `strides` into rows; 0: there is none."""
    problem, name = chosen.problem, chosen.method
    if name == "reference" or problem.out_size == 0:
        return 0
    dtype = problem.result if result else problem.dtype
    planes = 1 + (dtype.kind == "c")
    whole = planes == 2 and problem.complex_data and chosen.chosen.method.TAKES_COMPLEX
    one = _of_plane(problem, dtype.itemsize // planes, strides, name, result)
    return one * (2 if whole else 1)


def _of_plane(problem: Problem, size: int, strides: Sequence[int], name: str, result: bool) -> int:
    lowered = lower(problem, channels_last=name not in PLANES_APART)
    axes, added = problem.axes, 0 if result else problem.added
    step = [0] * added + [abs(s) for s in strides]
    length = [a.m if result else a.n for a in axes]
    bank, order = lowered.order[: len(lowered.bank)], lowered.order[len(lowered.bank) :]
    *outer, row = order[: len(lowered.axes)]
    if step[row] < LINE_BYTES:
        return 0
    places = [i for i in (*reversed(outer), *reversed(bank)) if length[i] > 1 and step[i]]
    near = [i for i in places if step[i] < LINE_BYTES]
    if not near:
        return 0
    nearest = min(near, key=lambda i: step[i])
    if result and outer and nearest == outer[-1]:
        return 0  # rows next to each other are written one soon after the other
    copied = size * lowered.inner * length[row] * prod(length[i] for i in places)
    return copied if LEAST_BYTES <= copied <= most() else 0


def most() -> int:
    """The most bytes that one such copy takes."""
    return int(min(MOST_MEMORY * memory.installed(), sys.maxsize))


__all__ = ["across_memory", "beside", "fortran", "most"]
