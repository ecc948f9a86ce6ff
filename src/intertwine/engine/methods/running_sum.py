"""Running sums: boxes and sums of boxes, at a cost that does not grow with their size."""

from __future__ import annotations

from dataclasses import replace
from math import log2, prod
from typing import Any

import numpy as np

from intertwine import _core
from intertwine.base.errors import counted
from intertwine.engine.boxes import Box, boxes, covered, keeps_boxes
from intertwine.engine.lower import beyond_core, lower
from intertwine.engine.machine import Machine
from intertwine.engine.memory import kept_by_owner
from intertwine.engine.methods.base import ROUNDOFF, Array, Prepared, too_much_memory
from intertwine.engine.methods.tiles import SIZE, Reading, reading, writing
from intertwine.engine.problem import Axis, Problem, Taps

NAME = "running_sum"
BANKS = False
TAKES_COMPLEX = False
MARGIN, LEAST_SAVING = 1.0, 0.0

#: More boxes than this never pay.
MOST_BOXES = 8

#: Outputs of tiles along rows, along rows by themselves and along other axes; bytes of samples.
TILE, LINE, TALL, TILE_BYTES = 512, 16384, 32, 512 << 10

#: Numbers in a row of a tile of small integers, and bytes of sums in one of a box that slides.
WIDTH = 4096

#: What one box that slides over both axes takes of a pass of the general way, by type of its sums.
SLIDING = {"float32": 0.42, "float64": 0.95}

#: Bytes of a row of such a box, and of a block as tall as it (`kBoxRowBytes`, `kBlockBytes`).
ROW_BYTES, BLOCK_BYTES = 8192, 256 << 10

#: Down columns whole chunks of so many bytes are summed (`kChunk` in the core); how often a row of
#: results is begun; and how many samples beyond the ends of a row are looked up one by one.
CHUNK_BYTES, SLIDING_ROWS, SHORT_ENDS = 256, 2, 16

#: How much longer passes take over tiles beyond the caches: doublings of 1 MiB, and factors.
SPILL = [0, 2, 4], [1.0, 1.25, 1.5]

#: What passes take: down columns, along rows, where short windows take longer, along rows of more
#: channels than are summed at once, and gathering results where nothing slides.
DOWN, ALONG, SHORT, APART, GATHER = 0.8, 0.75, 4.0, 2.5, 2.0

#: Channels of a row whose chains of additions run side by side.
TOGETHER = 3

#: How much longer a box takes that slides over channels.
CHANNELS = 1.25

#: Seconds for one tile of small integers, however small.
EACH = 3e-7

#: How much longer a sliding box takes whose rows leave the caches: doublings of 1 MiB, and factors.
SLIDING_SPILL = [1, 4, 5, 6], [1.1, 2.0, 2.8, 5.0]

#: Weights beyond this could leave the whole numbers that float64 holds.
LARGEST_WEIGHT = 1 << 22

#: Whole numbers up to here are exact in float64.
LARGEST_WHOLE = 1 << 53

#: Work space beyond which tiles are too much.
MOST_BYTES = 96 << 20


@kept_by_owner
def _boxes(taps: Taps) -> tuple[Box, ...] | None:
    if taps.array.dtype.kind == "c":
        parts = [boxes(p, MOST_BOXES) for p in (taps.array.real, taps.array.imag)]
        if any(p is None for p in parts):
            return None
        return max((p for p in parts if p is not None), key=len)
    return boxes(taps.array, MOST_BOXES)


@kept_by_owner
def _keeps(taps: Taps) -> bool:
    """Whether sums of floating point over the boxes of each plane lose no tap."""
    planes = (taps.array.real, taps.array.imag) if taps.array.dtype.kind == "c" else (taps.array,)
    return all(keeps_boxes(plane, boxes(plane, MOST_BOXES) or ()) for plane in planes)


def applies(problem: Problem) -> str:
    found = _boxes(problem.taps)
    if found is None:
        return f"the kernel is no sum of at most {MOST_BOXES} boxes"
    if not found:
        return "all taps are zero"
    if problem.kernel_size == 1:
        return "a single tap needs no sums"
    if any(a.dilation > 1 for a in problem.axes):
        return "the taps are dilated"
    if not problem.exact and not _keeps(problem.taps):
        return "its boxes would lose taps that are small beside others"
    if problem.exact and max(abs(b.weight) for b in found) >= LARGEST_WHOLE:
        return "the taps of its boxes are beyond 2**53"
    low, high = problem.value_range or (0, 0)
    if problem.compute == "float64" and covered(found) * max(-low, high) > LARGEST_WHOLE:
        return "its boxes cancel, and their sums alone may not be exact"
    if memory(problem) > MOST_BYTES:
        return too_much_memory(memory(problem), MOST_BYTES)
    return beyond_core(problem)


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


def _tile(axes: tuple[Axis, ...], channels: int) -> list[int]:
    """Outputs of a tile along each axis, the general way: as many rows as have room."""
    last, room, tile = len(axes) - 1, TILE_BYTES // SIZE["float64"] // channels, [1] * len(axes)
    lines = all(a.k == 1 for a in axes[:-1])
    for i, axis in reversed(list(enumerate(axes))):
        least = (LINE // channels if lines else TILE) if i == last else TALL if axis.k > 1 else 1
        outputs = max(least, 2 * axis.reach, room if i == 0 < last else 1)
        tile[i] = max(1, min(outputs // axis.stride, axis.m))
        room = max(1, room // (tile[i] * axis.stride + axis.reach))
    return tile


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
    fits = min(ROW_BYTES, BLOCK_BYTES // (down.k + 1)) // SIZE[_sliding_sums(problem)]
    width = max(64, 2 * along.k, fits // channels)
    width = -(-along.m // -(-along.m // width))
    height = -(-down.m // -(-down.m // max(512, 4 * down.k)))
    planes = problem.out_size // (down.m * along.m * channels)
    if planes * -(-down.m // height) * -(-along.m // width) < 8:
        height = -(-down.m // -(-down.m // max(128, 2 * down.k)))
    return [height if a is down else 1 for a in lower(problem).axes[:-1]] + [width]


def _tile_of_sums(
    axes: tuple[Axis, ...], down: Axis | None, along: Axis, channels: int
) -> list[int]:
    """Outputs of a tile of small integers, along each axis."""
    width = min(max(2 * along.reach, WIDTH // channels), along.m)
    height = max(512, 4 * down.reach) if down else 1
    return [min(height, a.m) if a is down else 1 for a in axes[:-1]] + [width]


def _cost_of_sums(problem: Problem, machine: Machine) -> float | None:
    """What sums of small integers take.

    Results of some types are written by vectors, others one by one.
    """
    sums = _sums(problem)
    if sums is None:
        return None
    size, down, along = sums
    lowered = lower(problem)
    channels = lowered.inner
    read = reading(lowered.axes, channels, _tile_of_sums(lowered.axes, down, along, channels))
    outside = min(read.outside, SHORT_ENDS * read.rows) if down else read.outside
    result = problem.result
    vectors = result.itemsize in (4, 8) if result.kind == "f" else result.itemsize <= 4
    return (
        machine.call
        + EACH * (read.tiles - 1)
        + machine.row * read.rows
        + machine.outside * outside
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
    channels = lowered.inner
    slides = _slides(problem)
    if slides is not None:
        return _cost_of_sliding(problem, machine, *slides)
    tile = _tile(lowered.axes, channels)
    read = reading(lowered.axes, channels, tile)
    wide = lowered.axes[-1].k
    passes = DOWN * sum(a.k > 1 for a in lowered.axes[:-1])
    if wide > 1:
        passes += APART if channels > TOGETHER else ALONG * (1 + SHORT / wide)
    passes = passes or GATHER
    if channels * prod(tile[:-1]) > 1:  # of a lone row additions take longer than finding samples
        passes *= float(np.interp(log2(memory(problem) / 2**20), *SPILL))
    return (
        machine.call
        + _reading(read, problem, machine)
        + writing(problem, machine)
        + machine.running * len(found) * passes * read.samples
    )


def _cost_of_sliding(problem: Problem, machine: Machine, down: Axis, along: Axis) -> float:
    """What one box takes that slides over two axes: down columns, then along rows of results.

    Rows are summed in whole chunks.
    """
    lowered = lower(problem)
    channels = lowered.inner
    tile = _sliding_tile(problem, down, along, channels)
    read = reading(lowered.axes, channels, tile)
    sums = _sliding_sums(problem)
    rate = SLIDING[sums] * (CHANNELS if channels > 1 else 1.0)
    chunk = CHUNK_BYTES // SIZE[sums]
    columns = read.rows * -(-read.samples // (read.rows * chunk)) * chunk
    written = problem.out_size // (along.m * channels) * -(-along.m // tile[-1])
    results = written * -(-problem.out_size // (written * chunk)) * chunk
    spill = float(np.interp(log2(memory(problem) / 2**20), *SLIDING_SPILL))
    return (
        machine.call
        + _reading(read, problem, machine)
        + writing(problem, machine)
        + machine.row * (read.rows + SLIDING_ROWS * written)
        + machine.running * spill * rate * (columns + results) / 2
    )


def _reading(read: Reading, problem: Problem, machine: Machine) -> float:
    """Seconds for bringing in the samples, long ends of rows as quickly as what is inside."""
    return replace(read, outside=min(read.outside, SHORT_ENDS * read.rows)).seconds(
        problem, machine
    )


def error(problem: Problem) -> float:
    found = _boxes(problem.taps) or ()
    if problem.compute == "int64":
        return 0.0
    # Boxes that cancel leave the rounding of each.
    size = covered(found)
    total = problem.absolute_sum or 1.0
    steps = sum(a.k for a in problem.axes) + len(found) + 4
    sums = _sliding_sums(problem) if _slides(problem) and not _sums(problem) else "float64"
    return max(1.0, size / total) * steps * ROUNDOFF[sums] + ROUNDOFF[problem.compute]


def memory(problem: Problem) -> int:
    sums = _sums(problem)
    if sums is not None:
        size, above, along = sums
        channels = lower(problem).inner
        width = min(max(2 * along.reach, WIDTH // channels), along.m) + along.reach
        rows = (above.reach if above else 1) + 2
        return channels * width * (problem.dtype.itemsize * rows + 2 * size + 8)
    slides = _slides(problem)
    if slides is None:
        lowered = lower(problem)
        channels = lowered.inner
        pairs = zip(lowered.axes, _tile(lowered.axes, channels), strict=True)
        samples = prod((t - 1) * a.stride + a.reach for a, t in pairs) * channels
        return (2 + (terms(problem) > 1)) * SIZE["float64"] * samples
    down, along = slides
    channels = lower(problem).inner
    width = (_sliding_tile(problem, down, along, channels)[-1] + along.reach) * channels
    return 2 * SIZE[_sliding_sums(problem)] * width * (down.reach + 8)


def tiles(problem: Problem) -> int:
    lowered = lower(problem)
    channels = lowered.inner
    sums, slides = _sums(problem), _slides(problem)
    if sums is not None:
        tile = _tile_of_sums(lowered.axes, sums[1], sums[2], channels)
    elif slides is not None:
        tile = _sliding_tile(problem, *slides, channels)
    else:
        tile = _tile(lowered.axes, channels)
    return prod(-(-a.m // t) for a, t in zip(lowered.axes, tile, strict=True))


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
