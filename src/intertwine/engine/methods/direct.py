"""Direct: every output its weighted sum, in vector registers. Best for small kernels."""

from __future__ import annotations

from intertwine import _core
from intertwine.engine.lower import lower, too_many_axes
from intertwine.engine.machine import Machine
from intertwine.engine.methods.base import Array, Prepared, plain_error, plane, too_much_memory
from intertwine.engine.problem import Problem

NAME = "direct"

#: Work space beyond which a tile and its halo are too much: dilated kernels that reach far.
MOST_BYTES = 48 << 20


def _tile_samples(problem: Problem) -> int:
    """Samples in the largest tile with its halo."""
    samples = 1
    tile = (8192,) if len(problem.axes) == 1 else (*([1] * len(problem.axes)), 4, 32, 1024)
    for axis, outputs in zip(problem.axes, tile[-len(problem.axes) :], strict=True):
        samples *= (min(outputs, max(axis.m, 1)) - 1) * axis.stride + axis.reach
    return samples


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
    plain = lowered.taps(plane(problem, taps))
    return _core.Direct(lowered.geometry(), plain, problem.compute)
