"""Kernels as sums of boxes, blocks of equal taps that may overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.engine.factor import SLAB, keeps_taps

Array = NDArray[Any]

#: Boxes may be so many times larger together than the kernel, before others are looked for.
MOST_CANCELLED = 4.0

#: So many taps often tell already that a kernel is no sum of few boxes.
TELLING = 1 << 14


@dataclass(frozen=True, slots=True)
class Box:
    """A block of equal taps: `weight` on ``first[a] .. first[a] + length[a] - 1``."""

    weight: float
    first: tuple[int, ...]
    length: tuple[int, ...]


def _has_many_corners(taps: Array, small: float, most: int) -> bool:
    """Whether `taps` change in more places than the corners of `most` boxes; `small` is rounding.

    Differences along every axis leave the corners of a box and nothing else.
    """
    for axis in range(taps.ndim):
        taps = np.diff(taps, axis=axis, prepend=0, append=0)
    changes = np.count_nonzero(np.abs(taps) > small * 2**taps.ndim)
    return bool(changes > most * 2**taps.ndim)


def _middle(taps: Array) -> Array:
    """About `TELLING` taps around the middle of the first axis."""
    count = max(1, TELLING * len(taps) // taps.size)
    first = max(0, (len(taps) - count) // 2)
    return taps[first : first + count]


def boxes(taps: Array, most: int) -> tuple[Box, ...] | None:
    """Write `taps` as a sum of at most `most` boxes, or None when that cannot be done.

    The box around all taps that are not zero is peeled off, then the next one from what is left.
    Taps equal up to rounding count as equal.
    """
    wide = np.dtype(np.int64 if taps.dtype.kind in "iu" else np.float64)
    highest, lowest = taps.max(), taps.min()
    largest = max(float(highest), -float(lowest))
    small = 0 if wide.kind == "i" else 4 * np.finfo(np.float64).eps * largest
    if highest == lowest != 0:
        return (Box(float(highest), (0,) * taps.ndim, taps.shape),)
    if taps.size > TELLING and _has_many_corners(_middle(taps).astype(wide), small, most):
        return None  # a part of a box is a box
    rest: Array = taps.astype(wide)
    if rest.size > most and _has_many_corners(rest, small, most):
        return None
    found = _peeled(rest, small, most, gently=False)
    if found is not None and covered(found) > MOST_CANCELLED * float(np.abs(rest).sum()):
        return _peeled(rest, small, most, gently=True) or found
    return found


def covered(found: Sequence[Box]) -> float:
    """The absolute sum of all boxes: that of the kernel, or more where they cancel."""
    return sum(abs(b.weight) * float(prod(b.length)) for b in found)


def keeps_boxes(taps: Array, found: Sequence[Box]) -> bool:
    """Whether boxes, which are summed in float64, stand for every tap."""
    if len(found) == 1 and found[0].length == taps.shape:
        return True
    step = max(1, SLAB * len(taps) // taps.size)
    for first in range(0, len(taps), step):
        block = taps[first : first + step].astype(np.float64)
        made, sizes = np.zeros(block.shape), np.zeros(block.shape)
        for box in found:
            begin, *before = box.first
            end = begin + box.length[0] - first
            side = slice(max(0, begin - first), max(0, end))
            others = (slice(b, b + n) for b, n in zip(before, box.length[1:], strict=True))
            place = (side, *others)
            made[place] += box.weight
            sizes[place] += abs(box.weight)
        if not keeps_taps(block, made, sizes, "float64"):
            return False
    return True


def _peeled(taps: Array, small: float, most: int, *, gently: bool) -> tuple[Box, ...] | None:
    """Peel boxes off the taps until none is left; None: there are more than `most`."""
    rest = taps.copy()
    found: list[Box] = []
    while True:
        where = np.abs(rest) > small
        if not where.any():
            return tuple(found)
        if len(found) == most:
            return None
        spans = []
        for axis in range(rest.ndim):
            other = tuple(a for a in range(rest.ndim) if a != axis)
            used = np.flatnonzero(where.any(axis=other))
            spans.append(slice(int(used[0]), int(used[-1]) + 1))
        weight, spans = (_peel_gently if gently else _peel)(rest[tuple(spans)], spans, small)
        rest[tuple(spans)] -= weight
        found.append(
            Box(
                float(weight),
                tuple(s.start for s in spans),
                tuple(s.stop - s.start for s in spans),
            )
        )


def _peel(block: Array, spans: list[slice], small: float) -> tuple[Any, list[slice]]:
    """The weight and the place of the next box: all of the block, with the value at its corner."""
    corner = block[(0,) * block.ndim]
    return corner if abs(corner) > small else block.flat[int(np.abs(block).argmax())], spans


def _peel_gently(block: Array, spans: list[slice], small: float) -> tuple[Any, list[slice]]:
    """The same so that little cancels.

    Where all taps have one sign it is the least of them. Of a line with gaps only as much is taken
    as goes on like its first tap.
    """
    if block.min() > small:
        return block.min(), spans
    if block.max() < -small:
        return block.max(), spans
    line, long = block.reshape(-1), int(np.argmax(block.shape))
    if line.size == block.shape[long] and (np.abs(line) <= small).any():
        first = spans[long].start
        alike = int((np.abs(line - line[0]) > small).argmax())
        return line[0], [*spans[:long], slice(first, first + alike), *spans[long + 1 :]]
    return _peel(block, spans, small)
