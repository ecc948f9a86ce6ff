"""Running sums: boxes and sums of boxes, at a cost that does not grow with their size."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from math import log2, prod
from typing import Any

import numpy as np

from intertwine import _core
from intertwine.engine.errors import counted
from intertwine.engine.factor import Box, boxes
from intertwine.engine.lower import lower, too_many_axes
from intertwine.engine.machine import Machine
from intertwine.engine.methods.base import ROUNDOFF, Array, Prepared, too_much_memory
from intertwine.engine.methods.tiles import SIZE, reading, writing
from intertwine.engine.problem import Axis, Problem, Taps

NAME = "running_sum"
BANKS = False
TAKES_COMPLEX = False
MARGIN, LEAST_SAVING = 1.0, 0.0

#: More boxes than this never pay.
MOST_BOXES = 8

#: Numbers in a row of a tile of small integers, and bytes of sums in one of a box that slides.
WIDTH = 4096

#: What one box that slides over both axes takes of a pass of the general way, by type of its sums.
SLIDING = {"float32": 0.42, "float64": 0.8}

#: Down columns whole chunks of so many bytes are summed (`kChunk` in the core); how often a row of
#: results is begun; and how many samples beyond the ends of a row are looked up one by one.
CHUNK_BYTES, SLIDING_ROWS, SHORT_ENDS = 256, 2, 16

#: How much longer passes take over tiles beyond the caches: doublings of 1 MiB, and factors.
SPILL = [0, 2, 4], [1.0, 1.25, 1.5]

#: How much longer a sliding box takes whose rows leave the caches: doublings of 1 MiB, and factors.
SLIDING_SPILL = [4, 5, 6], [1.0, 2.5, 5.0]

#: How much longer a pass along rows takes whose channels are summed one after the other.
APART = 3.0

#: Weights beyond this could leave the whole numbers that float64 holds.
LARGEST_WEIGHT = 1 << 22

#: Work space beyond which tiles are too much.
MOST_BYTES = 96 << 20


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
        return too_much_memory(memory(problem), MOST_BYTES)
    return too_many_axes(problem)


def _sums(problem: Problem) -> tuple[int, Axis | None, Axis] | None:
    """Where small integers are summed as such: bytes of a sum, and the axes of the box.

    These are the axis down columns, if there is one, and that along rows.
    """
    found, axes, dtype = _boxes(problem.taps) or (), lower(problem).axes, problem.dtype
    down = [a for a in axes[:-1] if a.k > 1] or list(axes[-2:-1])
    if len(found) != 1 or dtype.kind not in "biu" or dtype.itemsize > 2:
        return None
    taps, along = prod(found[0].length), axes[-1]
    if len(down) > 1 or any(a.stride > 1 for a in (*down, along)):
        return None
    if any(a.boundary == "constant" for a in axes) and problem.cval.real not in _samples(dtype):
        return None
    if problem.compute == "int64" and abs(found[0].weight) > LARGEST_WEIGHT:
        return None
    largest = taps * max(-_samples(dtype)[0], _samples(dtype)[-1])
    signed = dtype.kind == "i"
    for bytes_ in (2, 4) if dtype.itemsize == 1 else (4,):
        if largest < 1 << (8 * bytes_ - (signed or bytes_ == 4)):
            return bytes_, down[0] if down else None, along
    return None


def _samples(dtype: np.dtype[Any]) -> range:
    """The whole numbers of a type, as the core knows it: bytes for bool."""
    limits = np.iinfo(np.uint8 if dtype.kind == "b" else dtype)
    return range(int(limits.min), int(limits.max) + 1)


def _tile(problem: Problem) -> list[tuple[int, int]]:
    """Outputs of a tile and the samples behind them, for each axis from the last."""
    sizes = []
    for i, axis in enumerate(reversed(problem.axes)):
        tile = 512 if i == 0 else 32 if axis.k > 1 else 1
        outputs = max(1, min(max(tile, 2 * axis.reach) // axis.stride, axis.m))
        sizes.append((outputs, (outputs - 1) * axis.stride + axis.reach))
    return sizes


def _slides(problem: Problem) -> tuple[Axis, Axis] | None:
    """The axis down columns and that along rows, where one box slides over both at once."""
    found, axes = _boxes(problem.taps) or (), lower(problem).axes
    down = [a for a in axes[:-1] if a.k > 1]
    if len(found) != 1 or len(down) != 1 or problem.compute == "int64":
        return None
    return None if down[0].stride > 1 or axes[-1].stride > 1 else (down[0], axes[-1])


def _sliding_sums(problem: Problem) -> str:
    """The type in which such a box sums: float32 where nobody asked for more, and it is floats."""
    floats = problem.dtype.kind in "fc" and problem.compute == "float32"
    return "float32" if floats and problem.precision is None else "float64"


def _sliding_tile(problem: Problem, down: Axis, along: Axis, channels: int) -> list[int]:
    """Outputs of its tiles along each axis: parts of the same length, rows of whole lines."""
    width = max(64, 2 * along.k, WIDTH // SIZE[_sliding_sums(problem)] // channels)
    width = -(-along.m // -(-along.m // width))
    height = -(-down.m // -(-down.m // max(512, 4 * down.k)))
    planes = problem.out_size // (down.m * along.m * channels)
    if planes * -(-down.m // height) * -(-along.m // width) < 8:
        height = -(-down.m // -(-down.m // max(128, 2 * down.k)))
    return [height if a is down else 1 for a in lower(problem).axes[:-1]] + [width]


def _cost_of_sums(problem: Problem, machine: Machine) -> float | None:
    """What sums of small integers take.

    Results of some types are written by vectors, others one by one.
    """
    sums = _sums(problem)
    if sums is None:
        return None
    size, down, along = sums
    lowered = lower(problem)
    channels = problem.axes[-1].n if lowered.channels else 1
    width = min(max(2 * along.reach, WIDTH // channels), along.m)
    height = max(512, 4 * down.reach) if down else 1
    tile = [min(height, a.m) if a is down else 1 for a in lowered.axes[:-1]]
    read = reading(lowered.axes, channels, [*tile, width])
    result = problem.result
    vectors = result.itemsize in (4, 8) if result.kind == "f" else result.itemsize in (size, 4)
    return (
        machine.call
        + machine.row * read.rows
        + machine.outside * read.outside
        + (machine.sample + machine.whole * size / 2) * read.samples
        + writing(problem, machine)
        + (0.0 if vectors else machine.running * problem.out_size)
    )


def cost(problem: Problem, machine: Machine) -> float:
    whole = _cost_of_sums(problem, machine)
    if whole is not None:
        return whole
    found = _boxes(problem.taps) or ()
    lowered = lower(problem)
    channels = problem.axes[-1].n if lowered.channels else 1
    slides = _slides(problem)
    if slides is not None:
        return _cost_of_sliding(problem, machine, *slides)
    tile = [outputs for outputs, _ in reversed(_tile(problem))][: len(lowered.axes)]
    read = reading(lowered.axes, channels, tile)
    passes = 1.0 + sum(a.k > 1 for a in lowered.axes[:-1])
    passes += (lowered.axes[-1].k > 1) * (APART if channels > 1 else 1.0)
    passes *= float(np.interp(log2(memory(problem) / 2**20), *SPILL))
    return (
        machine.call
        + read.seconds(problem, machine)
        + writing(problem, machine)
        + machine.running * len(found) * passes * read.samples
    )


def _cost_of_sliding(problem: Problem, machine: Machine, down: Axis, along: Axis) -> float:
    """What one box takes that slides over two axes: down columns, then along rows of results.

    Rows are summed in whole chunks. Long ends of rows are read as quickly as what is inside.
    """
    lowered = lower(problem)
    channels = problem.axes[-1].n if lowered.channels else 1
    tile = _sliding_tile(problem, down, along, channels)
    read = reading(lowered.axes, channels, tile)
    sums = _sliding_sums(problem)
    chunk = CHUNK_BYTES // SIZE[sums]
    columns = read.rows * -(-read.samples // (read.rows * chunk)) * chunk
    written = problem.out_size // (along.m * channels) * -(-along.m // tile[-1])
    results = written * -(-problem.out_size // (written * chunk)) * chunk
    spill = float(np.interp(log2(memory(problem) / 2**20), *SLIDING_SPILL))
    return (
        machine.call
        + replace(read, outside=min(read.outside, SHORT_ENDS * read.rows)).seconds(problem, machine)
        + writing(problem, machine)
        + machine.row * (read.rows + SLIDING_ROWS * written)
        + machine.running * spill * SLIDING[sums] * (columns + results) / 2
    )


def error(problem: Problem) -> float:
    found = _boxes(problem.taps) or ()
    if problem.compute == "int64":
        return 0.0
    # Boxes that cancel leave the rounding of each.
    size = sum(abs(b.weight) * float(np.prod(b.length)) for b in found)
    total = problem.absolute_sum or 1.0
    steps = sum(a.k for a in problem.axes) + len(found) + 4
    sums = _sliding_sums(problem) if _slides(problem) and not _sums(problem) else "float64"
    return max(1.0, size / total) * steps * ROUNDOFF[sums] + ROUNDOFF[problem.compute]


def memory(problem: Problem) -> int:
    sums = _sums(problem)
    if sums is not None:
        size, above, along = sums
        channels = problem.axes[-1].n if lower(problem).channels else 1
        width = min(max(2 * along.reach, WIDTH // channels), along.m) + along.reach
        rows = (above.reach if above else 1) + 2
        return channels * width * (problem.dtype.itemsize * rows + 2 * size + 8)
    slides = _slides(problem)
    if slides is None:
        return 3 * 8 * max(prod(samples for _, samples in _tile(problem)), 1 << 16)
    down, along = slides
    channels = problem.axes[-1].n if lower(problem).channels else 1
    width = (_sliding_tile(problem, down, along, channels)[-1] + along.reach) * channels
    return 2 * SIZE[_sliding_sums(problem)] * width * (down.reach + 8)


def terms(problem: Problem) -> int:
    return len(_boxes(problem.taps) or ())


def parts(problem: Problem) -> str:
    found = _boxes(problem.taps) or ()
    sizes = ", ".join("x".join(str(n) for n in b.length) for b in found)
    sums = _sums(problem)
    exact = f", sums in {8 * sums[0]} bits" if sums else ""
    return (
        f"{counted(len(found), 'box', 'boxes')} ({sizes}){exact}, a few additions for each output"
    )


def prepare(problem: Problem, taps: Array, threads: int) -> Prepared:
    lowered = lower(problem)
    found = boxes(taps, MOST_BOXES) or (Box(0.0, (0,) * taps.ndim, (1,) * taps.ndim),)
    places = lowered.order[: len(lowered.axes)]
    return _core.RunningSum(
        lowered.geometry(),
        [b.weight for b in found],
        [b.first[i] for b in found for i in places],
        [b.length[i] for b in found for i in places],
        "int64" if problem.compute == "int64" else _sliding_sums(problem),
    )
