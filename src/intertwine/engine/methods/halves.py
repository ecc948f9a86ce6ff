"""Whole numbers cut in two where one transform in float64 cannot tell their sums exactly.

A sample is ``x = high * 2**bits + low``; `low` is the remainder nearest to zero. Both halves are
about as large as ``sqrt(max|x|)``, which leaves the sums of either room for rounding, and they
travel as the two parts of one complex transform. Where the taps are too large as well, they are cut
likewise, and each half of theirs is a pass of its own. Results are 64-bit integers then: sums that
fit fewer bits are told by one transform.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

import numpy as np

from intertwine import _core
from intertwine.engine.methods.base import Array
from intertwine.engine.problem import Problem

#: Samples beyond this are not all float64; so large sums of taps leave no room for a sample.
MOST_SAMPLE, MOST_TAP = 1 << 53, 1 << 62


@dataclass(frozen=True, slots=True)
class Cut:
    """How many bits the low halves of samples and of taps have; 0: they are not cut.

    `scale` bounds the sums that one transform gives: its rounding is relative to this.
    """

    samples: int
    taps: int
    scale: float

    @property
    def passes(self) -> int:
        """How often the samples are transformed: for each half of the taps."""
        return 2 if self.taps else 1

    def words(self) -> str:
        """What is cut, for `explain`."""
        if not self.samples:
            return ""
        text = f", the low {self.samples} bits of samples beside the high ones"
        return text + f", two passes: taps without their low {self.taps} bits, and these" * (
            self.taps > 0
        )


def _largest(problem: Problem) -> int:
    low, high = problem.value_range or (0, 0)
    return max(-low, high)


def whole(problem: Problem) -> Cut:
    """Nothing is cut."""
    return Cut(0, 0, problem.absolute_sum * _largest(problem))


def cuts(problem: Problem) -> list[Cut]:
    """The ways to cut, the cheaper first; none where numbers are too large to be cut."""
    most, total, count = _largest(problem), problem.absolute_sum, problem.kernel_size
    if most > MOST_SAMPLE or total > MOST_TAP:
        return []
    bits = (max(most - 1, 1).bit_length() + 1) // 2
    both = hypot(most / 2**bits + 0.5, 2 ** (bits - 1))
    place = max(1, (round(total / count).bit_length() + 1) // 2)
    half = max(total / 2**place + count / 2, count * 2.0 ** (place - 1))
    return [Cut(bits, 0, both * total), Cut(bits, place, both * half)]


def cut_taps(taps: Array, bits: int) -> list[tuple[int, Array]]:
    """Both halves of taps, each with its place: ``taps == high * 2**bits + low``.

    `low` is the remainder nearest to zero. With 0 bits all taps are one part.
    """
    if bits == 0:
        return [(0, taps)]
    wide = taps.astype(np.int64)
    high = (wide + (1 << (bits - 1))) >> bits
    return [(bits, high), (0, wide - (high << bits))]


@dataclass(frozen=True, slots=True)
class Passes:
    """A pass for each half of the taps, the second added to the first."""

    passes: tuple[_core.Halves, ...]

    @property
    def kept_bytes(self) -> int:
        return sum(one.kept_bytes for one in self.passes)

    def run(self, x: Array, out: Array, cval: float, add: bool, threads: int) -> bool:
        for one in self.passes:
            one.run(x, out, cval, add, threads)
            add = True
        return False  # integers are all finite
