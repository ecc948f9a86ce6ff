"""What the tiles of a method read, counted: the part of a cost that methods have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from intertwine.engine.lower import has_channels
from intertwine.engine.machine import VECTOR_BYTES, Machine
from intertwine.engine.problem import Axis, Problem

#: Bytes of a number of each type that sums run in.
SIZE = {"int16": 2, "float32": 4, "float64": 8, "int64": 8}

#: How much longer samples of a complex plane take that lie between those of other channels.
OF_CHANNELS = 3.7

#: How much longer a float16 takes than another sample to be read, and to be written: the core
#: converts it by shifts and masks, and rounds it to even.
HALF_READ, HALF_WRITTEN = 1.2, 5.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What all tiles read together, their halos counted each time.

    Attributes
    ----------
    tiles : how many there are.
    samples : samples read.
    rows : rows that these lie in.
    outside : samples beyond the ends of their rows, which are looked up one by one.
    """

    tiles: int
    samples: int
    rows: int
    outside: int

    def seconds(self, problem: Problem, machine: Machine) -> float:
        """Predicted seconds for bringing the samples into work space."""
        return (
            machine.sample * self.samples
            + machine.row * self.rows
            + machine.outside * self.outside
            + (_plane(problem, machine) * self.samples if problem.complex_data else 0.0)
        )


def source_lengths(axes: Sequence[Axis], tile: Sequence[int]) -> list[int]:
    """Samples that the tiles along each axis read, one after the other: the last may be short."""
    found = []
    for axis, most in zip(axes, tile, strict=True):
        tiles = -(-axis.m // most)
        found.append((axis.m - tiles) * axis.stride + tiles * axis.reach)
    return found


def reading(axes: Sequence[Axis], channels: int, tile: Sequence[int]) -> Reading:
    """Count what tiles of `tile` outputs read; `axes` in the core's order, channels left out."""
    last = axes[-1]
    lengths = source_lengths(axes, tile)
    beside = -(-last.m // tile[-1])  # tiles beside each other share the two ends of a row
    rows = prod(lengths[:-1])
    outside = max(0, (last.m - 1) * last.stride + last.reach - last.n)
    return Reading(
        prod(-(-a.m // t) for a, t in zip(axes, tile, strict=True)),
        prod(lengths) * channels,
        rows * beside,
        rows * outside * channels,
    )


def alike(m: int, most: int) -> list[tuple[int, int]]:
    """How many tiles along an axis of `m` outputs have how many: full ones, and one cut short."""
    full, rest = divmod(m, most)
    return [(count, outputs) for count, outputs in ((full, most), (1, rest)) if count and outputs]


def widths(axis: Axis, most: int, channels: int) -> list[tuple[int, int]]:
    """How many tiles compute how many numbers along a row: full ones, and one that is cut short.

    Outputs between those kept are computed too.
    """
    return [
        (count, ((outputs - 1) * axis.stride + 1) * channels)
        for count, outputs in alike(axis.m, most)
    ]


def writing(problem: Problem, machine: Machine) -> float:
    """Predicted seconds for writing the outputs."""
    each = machine.sample + (_plane(problem, machine) if problem.result.kind == "c" else 0.0)
    return each * problem.out_size


def converting(problem: Problem, machine: Machine) -> float:
    """Predicted seconds for float16 samples and results, whatever the method, beside other types'.

    >>> import intertwine as iw
    >>> from intertwine.engine.machine import SHIPPED
    >>> converting(iw.plan((100, 100), [[1.0]], dtype="float32").problem, SHIPPED)
    0.0
    """
    read = HALF_READ * prod(problem.shape) if problem.dtype == np.float16 else 0.0
    written = HALF_WRITTEN * problem.out_size if problem.result == np.float16 else 0.0
    return machine.sample * (read + written)


def _plane(problem: Problem, machine: Machine) -> float:
    """Seconds for one sample of a plane of a complex array, more than of a real one."""
    return machine.plane * (OF_CHANNELS if has_channels(problem) else 1.0)


def whole_vectors(width: int, compute: str) -> int:
    """`width` numbers as vectors take them: the last one may be filled in part."""
    lanes = VECTOR_BYTES // SIZE[compute]
    return -(-width // lanes) * lanes
