"""Whole numbers cut in two where one transform in float64 cannot tell their sums exactly.

A sample is ``x = high * 2**bits + low``; `low` is the remainder nearest to zero. Both halves are
about as large as ``sqrt(max|x|)``, which leaves the sums of either room for rounding, and they
travel as the two parts of one complex transform. Where the taps are too large as well, they are cut
likewise, into two to four parts, and each is a pass of its own. Results are 64-bit integers then:
sums that fit fewer bits are told by one transform.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np

from intertwine import _core
from intertwine.engine.methods.base import Array
from intertwine.engine.problem import Problem

#: Samples beyond this are not all float64; so large sums of taps leave no room for a sample.
MOST_SAMPLE, MOST_TAP = 1 << 53, 1 << 62

#: Into how many parts taps are cut, the fewer the better.
PASSES = 2, 3, 4


@dataclass(frozen=True, slots=True)
class Cut:
    """How many bits the low halves of samples and the low parts of taps have; 0: they are not cut.

    `passes` says into how many parts the taps are cut: so often the samples are transformed.
    `scale` is the sum of the taps' sizes times the largest complex number of a tile, to which
    rounding is relative.
    """

    samples: int
    taps: int
    scale: float
    passes: int = 1

    def words(self) -> str:
        """What is cut, for `explain`."""
        if not self.samples:
            return ""
        text = f", the low {self.samples} bits of samples beside the high ones"
        if self.passes == 2:
            text += f", two passes: taps without their low {self.taps} bits, and these"
        elif self.passes > 2:
            text += f", {self.passes} passes: taps in parts of {self.taps} bits"
        return text


def _largest(problem: Problem) -> int:
    low, high = problem.value_range or (0, 0)
    return max(-low, high)


def whole(problem: Problem) -> Cut:
    """Nothing is cut, and two real samples travel together."""
    return Cut(0, 0, problem.absolute_sum * sqrt(2) * _largest(problem))


def cuts(problem: Problem) -> list[Cut]:
    """The ways to cut, the cheaper first; none where numbers are too large to be cut."""
    most, total, count = _largest(problem), problem.absolute_sum, problem.kernel_size
    if most > MOST_SAMPLE or total > MOST_TAP:
        return []
    bits = (max(most - 1, 1).bit_length() + 1) // 2
    both = hypot(most / 2**bits + 0.5, 2 ** (bits - 1))
    found = [Cut(bits, 0, both * total)]
    for passes in PASSES:
        sizes = {place: _part_size(total, count, place, passes) for place in range(1, 32)}
        place = min(sizes, key=lambda bits: sizes[bits])
        found.append(Cut(bits, place, both * sizes[place], passes))
    return found


def _part_size(total: float, count: int, bits: int, passes: int) -> float:
    """The largest sum of the sizes of a part of the taps: of the highest, or of one below it."""
    return max(total / 2.0 ** (bits * (passes - 1)) + count, count * 2.0 ** (bits - 1))


def cut_taps(taps: Array, cut: Cut) -> list[tuple[int, Array]]:
    """The parts of taps, each with its place: ``taps == sum(part * 2**place)``, the highest first.

    Each but the highest is the remainder nearest to zero.
    """
    if cut.passes == 1:
        return [(0, taps)]
    rest, parts = taps.astype(np.int64), list[tuple[int, Array]]()
    for number in range(cut.passes - 1):
        high = (rest + (1 << (cut.taps - 1))) >> cut.taps
        parts.append((number * cut.taps, rest - (high << cut.taps)))
        rest = high
    return [((cut.passes - 1) * cut.taps, rest), *parts[::-1]]


@dataclass(frozen=True, slots=True)
class Passes:
    """A pass for each part of the taps, all added to the first."""

    passes: tuple[_core.Halves, ...]

    @property
    def kept_bytes(self) -> int:
        return sum(one.kept_bytes for one in self.passes)

    def run(self, x: Array, out: Array, cval: float, add: bool, threads: int) -> bool:
        for one in self.passes:
            one.run(x, out, cval, add, threads)
            add = True
        return False  # integers are all finite
