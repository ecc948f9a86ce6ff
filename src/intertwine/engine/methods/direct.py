"""Direct: every output its weighted sum, in vector registers. Best for small kernels."""

from __future__ import annotations

import math
from dataclasses import dataclass

from intertwine import _core
from intertwine.engine.lower import Lowered, lower, too_many_axes
from intertwine.engine.machine import Machine
from intertwine.engine.methods.base import Array, Work, plain_error, plane, too_much_memory
from intertwine.engine.problem import Problem

NAME = "direct"

#: Work space beyond which a tile and its halo are too much: dilated kernels that reach far.
MOST_BYTES = 48 << 20

#: The core's tiles: bytes in a row; rows beyond the kernel's reach that are held, and in a tile
#: whose outputs read several planes; rows and elements beyond it at the edge of a tile that is read
#: in place; outputs on a single axis.
ROW_BYTES, HELD_ROWS, SHARED_ROWS, EDGE_ROWS, EDGE_ELEMENTS, LINE = 8192, 8, 12, 48, 32, 8192


@dataclass(frozen=True, slots=True)
class Prepared:
    lowered: Lowered
    taps: Array


def _tile_samples(problem: Problem) -> int:
    """Most samples that a tile loads: what is held of it, or its edge where it is read in place."""
    lowered = lower(problem)
    *before, last = lowered.axes
    channels = problem.axes[-1].n if lowered.channels else 1
    reach = last.reach * channels
    size = 4 if problem.compute == "float32" else 8
    if not before:
        return LINE * channels + reach
    row, down = ROW_BYTES // size + reach, before[-1]
    planes = math.prod(axis.reach for axis in before[:-1])
    if planes > 1:
        return planes * (down.reach + SHARED_ROWS * down.stride) * row
    edge = (down.reach + EDGE_ROWS * down.stride) * (reach + EDGE_ELEMENTS)
    return max((down.reach + HELD_ROWS) * row, edge)


def applies(problem: Problem) -> str:
    if memory(problem) > MOST_BYTES:
        return too_much_memory(memory(problem), MOST_BYTES)
    return too_many_axes(problem)


def cost(problem: Problem, machine: Machine) -> float:
    stride = problem.axes[-1].stride  # outputs between those kept along rows are computed too
    products = problem.out_size * problem.taps.array.size * stride
    return (
        machine.call
        + machine.sample * problem.out_size
        + (products * machine.product[problem.compute])
    )


def error(problem: Problem) -> float:
    return plain_error(problem)


def memory(problem: Problem) -> int:
    return _tile_samples(problem) * (4 if problem.compute == "float32" else 8)


def parts(problem: Problem) -> str:
    return f"{problem.taps.array.size} multiply-adds for each output"


def prepare(problem: Problem, taps: Array) -> Prepared:
    lowered = lower(problem)
    return Prepared(lowered, lowered.taps(plane(problem, taps)))


def run(prepared: Prepared, work: Work) -> bool:
    lowered = prepared.lowered
    _core.direct(
        lowered.view(work.x),
        lowered.view(work.out),
        prepared.taps,
        work.problem.compute,
        *lowered.arguments(work),
    )
    return False
