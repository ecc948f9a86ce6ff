"""Direct: every output its weighted sum, in vector registers. Best for small kernels."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np

from intertwine import _core
from intertwine.base.errors import counted
from intertwine.engine.differences import differences
from intertwine.engine.lower import Lowered, beyond_core, lower
from intertwine.engine.machine import VECTOR_BYTES, Machine
from intertwine.engine.methods.base import (
    ROUNDOFF,
    Array,
    Prepared,
    plain_error,
    plane,
    too_much_memory,
)
from intertwine.engine.methods.tiles import SIZE, reading, whole_vectors, widths, writing
from intertwine.engine.problem import Axis, Problem
from intertwine.engine.short import short_sums
from intertwine.engine.types import integer_limits

NAME = "direct"
BANKS = True
TAKES_COMPLEX = False
MARGIN, LEAST_SAVING = 1.0, 0.0

#: Work space beyond which a tile and its halo are too much: dilated kernels that reach far.
MOST_BYTES = 48 << 20

#: The core's tiles: outputs along a single axis; else bytes of a row that is loaded, twice as many
#: of one that is read where it lies, rows of a plane, and planes where a kernel has several.
LINE, ROW_BYTES, LEAST_ROWS, MOST_ROWS, DEPTH = 8192, 8192, 12, 48, 32

#: Fewer columns are not worth a piece of their own (`kLeastInside` in the core).
LEAST_INSIDE = 64

#: How much longer products of rows by themselves take where the kernel has several rows.
SEVERAL = 1.3

#: Vectors that rows by themselves are summed in, the longest chain of taps that read the same
#: ones, and what a product in a chain takes beside one by itself.
SHORT_BYTES, LINKS, CHAINED = min(32, VECTOR_BYTES), 4, 0.6

#: What a product of 16 bits takes beside one in float32: twice as many at once, in two steps.
SHORT = 0.65


def _tile(problem: Problem) -> tuple[int, ...]:
    """Outputs of the core's tiles, which are no larger than the problem."""
    lowered = lower(problem)
    *outer, last = lowered.axes
    tile = [1] * len(outer)
    columns, sums = LINE, _sums(problem, lowered)
    deep = any(a.k > 1 for a in outer[:-1])
    if outer:
        in_place = problem.dtype == sums and not deep
        columns = ROW_BYTES // SIZE[sums] * (2 if in_place else 1)
        tile[-1] = LEAST_ROWS if deep else min(max(outer[-1].m // 24, LEAST_ROWS), MOST_ROWS)
    if deep:
        tile[-2] = DEPTH
    tile = [-(-a.m // -(-a.m // most)) for a, most in zip(outer, tile, strict=True)]
    return *tile, min(max(1, columns // (lowered.inner * last.stride)), last.m)


def tiles(problem: Problem) -> int:
    pairs = zip(lower(problem).axes, _tile(problem), strict=True)
    return prod(-(-a.m // t) for a, t in pairs) * problem.kernel_count


def _sums(problem: Problem, lowered: Lowered) -> str:
    """The type that sums run in.

    Rows that fill no vector of 16-bit numbers may still fill one of longer numbers.
    """
    fills = lowered.axes[-1].m * lowered.inner >= VECTOR_BYTES // SIZE["int16"]
    return "int16" if fills and short_sums(problem) else problem.compute


def applies(problem: Problem) -> str:
    if memory(problem) > MOST_BYTES:
        return too_much_memory(memory(problem), MOST_BYTES)
    return beyond_core(problem)


def cost(problem: Problem, machine: Machine) -> float:
    lowered = lower(problem)
    channels = lowered.inner
    tile = _tile(problem)
    read = reading(lowered.axes, channels, tile)
    if problem.dtype == _sums(problem, lowered):  # read where they lie, but for the ends of rows
        read = replace(read, samples=0)
    last, taps = lowered.axes[-1], problem.kernel_size
    rows = problem.out_size // (last.m * channels)
    found = widths(last, tile[-1], channels)
    beside = sum(count for count, _ in found)  # rows of outputs are begun one by one
    line = sum(count * _row(problem, lowered, width, machine) for count, width in found)
    return (
        machine.call
        + read.seconds(problem, machine) * problem.kernel_count
        + writing(problem, machine)
        + machine.tap * read.tiles * problem.taps.array.size
        + rows * (machine.row * beside + taps * line)
    )


def _row(problem: Problem, lowered: Lowered, width: int, machine: Machine) -> float:
    """Seconds for one tap on `width` outputs of a row."""
    sums = _sums(problem, lowered)
    lanes = SHORT_BYTES // SIZE[sums]
    if width < lanes:
        return width * machine.narrow
    last, above = lowered.axes[-1], lowered.axes[-2] if len(lowered.axes) > 1 else Axis(1, 1)
    grouped = above.k > 2
    shared = grouped and above.stride == above.dilation == 1
    shared = shared and width >= VECTOR_BYTES // SIZE[sums]
    rate = machine.product if shared else machine.product_row
    each = SHORT * rate["float32"] if sums == "int16" else rate[sums]
    if shared:
        return whole_vectors(width, sums) * each
    if last.k < problem.kernel_size:
        each *= SEVERAL
    if not grouped and last.dilation * lowered.inner == 1:
        each *= _chained(last.k, lanes)
    # Four vectors at once; fewer wait for each other as long.
    unit = lanes if width < 4 * lanes else 4 * lanes
    return machine.start * _pieces(problem, last) + -(-width // unit) * 4 * lanes * each


def _chained(taps: int, lanes: int) -> float:
    """What a tap of a row takes on the whole, beside one that shares no vectors with others."""
    rest = taps % (LINKS * lanes)  # taps that fill no chain to the end
    single = rest if rest <= lanes else max(0, 2 * lanes - rest)
    return (single + CHAINED * (taps - single)) / taps


def _pieces(problem: Problem, axis: Axis) -> int:
    """What a row of outputs falls into: its inside is read where it lies, its ends are not."""
    if problem.dtype != problem.compute:
        return 1
    first = min(axis.m, max(0, -(axis.start // axis.stride)))  # the first inside
    beyond = min(axis.m, (axis.n - axis.reach - axis.start) // axis.stride + 1)
    return 1 + (first > 0) + (beyond < axis.m) if beyond - first >= LEAST_INSIDE else 1


def error(problem: Problem) -> float:
    return plain_error(problem)


def memory(problem: Problem) -> int:
    lowered = lower(problem)
    channels = lowered.inner
    pairs = zip(lowered.axes, _tile(problem), strict=True)
    source = prod((t - 1) * a.stride + a.reach for a, t in pairs) * channels
    return source * SIZE[_sums(problem, lowered)]


def terms(problem: Problem) -> int:
    return 1


def parts(problem: Problem) -> str:
    text = f"{counted(problem.kernel_size, 'multiply-add')} for each output"
    if _sums(problem, lower(problem)) == "int16":
        text += ", sums in 16 bits"
    return f"{text}, {problem.kernel_count} kernels in one pass" if problem.bank else text


def prepare(problem: Problem, taps: Array, threads: int) -> Prepared:
    lowered = lower(problem)
    sums = _sums(problem, lowered)
    if sums != "int16":
        plain = lowered.taps(plane(problem, taps))
        pairs = () if _exactly(problem, taps) else _pairs(problem, lowered.taps(taps))
        return _core.Direct(lowered.geometry(), plain, sums, 0, False, *pairs)
    short = short_sums(problem)
    assert short is not None  # so `_sums` said
    whole = short.whole(taps).astype(np.int16)
    return _core.Direct(lowered.geometry(), lowered.taps(whole), sums, *short)


def _exactly(problem: Problem, taps: Array) -> bool:
    """Whether plain sums round nothing: small integers under taps that are whole numbers."""
    if problem.compute == "int64":
        return True
    if problem.dtype.kind not in "biu" or not float(problem.cval.real).is_integer():
        return False
    low, high = integer_limits(problem.dtype)
    most = max(-low, high, abs(problem.cval.real)) * problem.absolute_sum
    return most <= 1 / ROUNDOFF[problem.compute] and bool((taps == np.rint(taps)).all())


def _pairs(problem: Problem, taps: Array) -> tuple[Array, list[int], list[int]] | tuple[()]:
    """The differences that stand for the taps of each kernel: weights, taps, where each begins."""
    shape = [a.k for a in lower(problem).axes]
    found = differences(taps.reshape(problem.kernel_count, -1), shape)
    some = [each for each in found if each is not None]
    if not some:
        return ()
    weights = np.concatenate([each.weights for each in some]).astype(problem.compute)
    pairs = np.concatenate([each.pairs.ravel() for each in some])
    first = np.cumsum([0, *(0 if each is None else len(each.weights) for each in found)])
    return weights, pairs.tolist(), first.tolist()
