"""Running sums: boxes and sums of boxes, at a cost that does not grow with their size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from intertwine import _core
from intertwine.engine.factor import Box, boxes
from intertwine.engine.lower import Lowered, lower, too_many_axes
from intertwine.engine.machine import Machine
from intertwine.engine.methods.base import ROUNDOFF, Array, Work
from intertwine.engine.problem import Problem, Taps

NAME = "running_sum"

#: More boxes than this never pay.
MOST_BOXES = 8

#: Work space beyond which tiles are too much.
MOST_BYTES = 96 << 20


@dataclass(frozen=True, slots=True)
class Prepared:
    lowered: Lowered
    compute: str
    weight: list[float]
    first: list[int]
    length: list[int]


@lru_cache(maxsize=64)
def _boxes(taps: Taps) -> tuple[Box, ...] | None:
    if taps.array.dtype.kind == "c":
        parts = [boxes(p, MOST_BOXES) for p in (taps.array.real, taps.array.imag)]
        if any(p is None for p in parts):
            return None
        return max((p for p in parts if p is not None), key=len)
    return boxes(taps.array, MOST_BOXES)


def applies(problem: Problem) -> str:
    found = _boxes(problem.taps)
    if found is None:
        return f"the kernel is no sum of at most {MOST_BOXES} boxes"
    if not found:
        return "all taps are zero"
    if any(a.dilation > 1 for a in problem.axes):
        return "the taps are dilated"
    if memory(problem) > MOST_BYTES:
        return f"its tiles would take {memory(problem) / 2**20:.0f} MiB of work space a thread"
    return too_many_axes(problem)


def cost(problem: Problem, machine: Machine) -> float:
    found = _boxes(problem.taps) or ()
    work = 1.0
    for axis, tile in zip(reversed(problem.axes), (512, 128, 32), strict=False):
        work *= 1 + (axis.reach - 1) / max(tile, 2 * axis.reach)
    for axis in problem.axes:
        work *= axis.stride
    passes = 1 + sum(a.k > 1 for a in problem.axes)
    return machine.call + problem.out_size * (
        machine.sample * 2 + machine.running * len(found) * passes * work
    )


def error(problem: Problem) -> float:
    found = _boxes(problem.taps) or ()
    if problem.compute == "int64":
        return 0.0
    # Sums run in float64; boxes that cancel leave the rounding of each.
    size = sum(abs(b.weight) * float(np.prod(b.length)) for b in found)
    total = problem.taps.absolute_sum or 1.0
    steps = sum(a.k for a in problem.axes) + len(found) + 4
    return max(1.0, size / total) * steps * ROUNDOFF["float64"] + ROUNDOFF[problem.compute]


def memory(problem: Problem) -> int:
    samples = 1
    for i, axis in enumerate(reversed(problem.axes)):
        tile = max(512 if i == 0 else 32, 2 * axis.reach) if axis.k > 1 or i == 0 else 1
        samples *= (min(tile, max(axis.m, 1)) - 1) * axis.stride + axis.reach
    return 3 * 8 * max(samples, 1 << 16)


def parts(problem: Problem) -> str:
    found = _boxes(problem.taps) or ()
    sizes = ", ".join("x".join(str(n) for n in b.length) for b in found)
    return f"{len(found)} box{'es' * (len(found) > 1)} ({sizes}), a few additions for each output"


def prepare(problem: Problem, taps: Array) -> Prepared:
    lowered = lower(problem)
    found = boxes(taps, MOST_BOXES) or (Box(0.0, (0,) * taps.ndim, (1,) * taps.ndim),)
    places = lowered.order[: len(lowered.axes)]
    return Prepared(
        lowered,
        "int64" if problem.compute == "int64" else "float64",
        [b.weight for b in found],
        [b.first[i] for b in found for i in places],
        [b.length[i] for b in found for i in places],
    )


def run(prepared: Prepared, work: Work) -> bool:
    lowered = prepared.lowered
    return bool(
        _core.running_sum(
            lowered.view(work.x),
            lowered.view(work.out),
            prepared.weight,
            prepared.first,
            prepared.length,
            prepared.compute,
            *lowered.arguments(work),
        )
    )
