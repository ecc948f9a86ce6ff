"""Direct: every output its weighted sum, in vector registers. Best for small kernels."""

from __future__ import annotations

from dataclasses import dataclass

from intertwine import _core
from intertwine.engine.lower import Lowered, lower, too_many_axes
from intertwine.engine.machine import Machine
from intertwine.engine.methods.base import Array, Work, plain_error, plane, too_much_memory
from intertwine.engine.problem import Problem

NAME = "direct"
BANKS = True

#: Work space beyond which a tile and its halo are too much: dilated kernels that reach far.
MOST_BYTES = 48 << 20


@dataclass(frozen=True, slots=True)
class Prepared:
    lowered: Lowered
    taps: Array


def _tile_samples(problem: Problem) -> int:
    """Samples in the largest tile with its halo."""
    samples = 1
    axes = [a for a in problem.axes if a.kernels == 1]
    tile = (8192,) if len(axes) == 1 else (*([1] * len(axes)), 4, 32, 1024)
    for axis, outputs in zip(axes, tile[-len(axes) :], strict=True):
        samples *= (min(outputs, max(axis.m, 1)) - 1) * axis.stride + axis.reach
    return samples


def applies(problem: Problem) -> str:
    if memory(problem) > MOST_BYTES:
        return too_much_memory(memory(problem), MOST_BYTES)
    return too_many_axes(problem)


def cost(problem: Problem, machine: Machine) -> float:
    stride = problem.axes[-1].stride  # outputs between those kept along rows are computed too
    products = problem.out_size * problem.kernel_size * stride
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
    text = f"{problem.kernel_size} multiply-adds for each output"
    return f"{text}, {problem.kernel_count} kernels in one pass" if problem.bank else text


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
