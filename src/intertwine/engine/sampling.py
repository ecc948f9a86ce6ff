"""From the taps of a kernel to chances that the core draws by, and from arrays to its tiles.

A random word has 32 bits: the chances are rounded to multiples of 2**-32, added up, so that each
is off by less than 2**-32 and their sum is exactly one. Work is handed out some tiles at a time;
the core hears an interrupt (Ctrl-C) in the midst of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine import _core
from intertwine.base.errors import ShapeError
from intertwine.engine.boundary import fold
from intertwine.engine.lower import BORDERS
from intertwine.engine.problem import Problem

Array = NDArray[Any]
Ints = NDArray[np.int64]

#: Draws of one output, or looks at one sample, that are handed to the core at a time.
_BLOCK = 1 << 26

#: Work that is worth a thread more.
_WORTH_A_THREAD = 1 << 14


@dataclass(frozen=True, slots=True)
class Part:
    """The positive or the negative taps of a kernel, likeliest first.

    Attributes
    ----------
    places : flat indices among the taps.
    chances : they add up to 1.
    mass : the sum of the taps, with their sign: what is drawn is scaled with it.
    """

    places: Ints
    chances: NDArray[np.float64]
    mass: float

    @property
    def last_words(self) -> NDArray[np.uint32]:
        """The last word from 0 to 2**32 - 1 that draws each tap or one before it."""
        ends = np.rint(np.cumsum(self.chances) * 2.0**32).astype(np.int64)
        ends[-1] = 1 << 32
        return (np.clip(ends, 1, 1 << 32) - 1).astype(np.uint32)


def parts(taps: Array) -> list[Part]:
    """Split real taps into their positive and negative parts; parts without taps are left out."""
    flat = taps.astype(np.float64).ravel()
    found = []
    for sign in (1, -1):
        sizes = np.maximum(sign * flat, 0)
        order = np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)]
        if order.size:
            mass = math.fsum(sizes[order])
            found.append(Part(order.astype(np.int64), sizes[order] / mass, sign * mass))
    return found


class Windows:
    """A problem's geometry with a kernel's parts, and how arrays lie on it.

    The core sees axes that are not filtered first, then the filtered ones, then the `shared` axes
    as one: at each place, all their samples come from one draw. Random words are counted in this
    order, which depends on shapes alone.
    """

    def __init__(
        self,
        problem: Problem,
        axes: Sequence[int],
        shared: Sequence[int] = (),
        scales: Sequence[float] | None = None,
        tile: Sequence[int] | None = None,
    ) -> None:
        free = [a for a in range(len(problem.axes)) if a not in axes and a not in shared]
        self._ahead = [*free, *sorted(axes)]
        self._shared = list(shared)
        lines = [problem.axes[a] for a in self._ahead]
        self._shape = tuple(line.m for line in lines)
        self._inner = math.prod(problem.axes[a].m for a in shared)
        _check_axes(len(lines))
        self.tile = _tile(lines, len(free), self._inner) if tile is None else list(tile)
        numbers = [
            number
            for line in lines
            for number in (line.n, line.m, line.k, line.start, 1, 1, BORDERS[line.boundary])
        ]
        order = range(len(lines) + bool(shared))
        geometry = _core.Geometry(numbers, order, bool(shared))
        taps = problem.taps.array.transpose(*self._ahead, *self._shared)
        found = parts(taps)
        sizes = [part.mass for part in found] if scales is None else scales
        given = [
            (part.places, part.chances, part.last_words, scale)
            for part, scale in zip(found, sizes, strict=True)
        ]
        self._looks = sum(len(part.places) for part in found)
        self._parts = len(found)
        self._core = _core.Sampler(geometry, self.tile, given)

    def sample(
        self, x: Array, out_type: np.dtype[Any], cval: float, seed: int, draws: int, threads: int
    ) -> Array:
        """Return the mean of so many draws."""

        def work(data: Array, out: Array, first: int, count: int, threads: int) -> None:
            together = bool(self._shared)
            self._core.draw(data, out, cval, seed, draws, together, first, count, threads)

        return self._run(work, x, out_type, draws * self._parts, threads)

    def variance(self, x: Array, out_type: np.dtype[Any], cval: float, threads: int) -> Array:
        """Return the variance of one draw, each part scaled."""

        def work(data: Array, out: Array, first: int, count: int, threads: int) -> None:
            self._core.variance(data, out, cval, first, count, threads)

        return self._run(work, x, out_type, self._looks, threads)

    def _run(
        self,
        work: Callable[[Array, Array, int, int, int], None],
        x: Array,
        out_type: np.dtype[Any],
        effort: int,
        threads: int,
    ) -> Array:
        """Work block after block; `effort` is what one output takes."""
        order = [*self._ahead, *self._shared]
        data, out = x.transpose(order), np.empty(x.shape, out_type).transpose(order)
        if self._shared:
            data = data.reshape(*self._shape, self._inner)
            out = np.empty(data.shape, out_type)
        outputs = math.prod(self.tile) * self._inner
        at_once = max(threads, _BLOCK // (outputs * effort))
        threads = min(threads, 1 + x.size * effort // _WORTH_A_THREAD)
        for first in range(0, self._core.tiles, at_once):
            work(data, out, first, min(at_once, self._core.tiles - first), threads)
        if self._shared:
            out = out.reshape([x.shape[a] for a in order])
        return np.ascontiguousarray(out.transpose(np.argsort(order)))


def _check_axes(count: int) -> None:
    if count > _core.max_axes:
        raise ShapeError(
            f"sample: `x` has {count} axes that are not shared, but at most {_core.max_axes} "
            f"can be sampled.\n  Reshape x so that axes which are not filtered become one."
        )


def _tile(lines: Sequence[Any], free: int, inner: int) -> list[int]:
    """Outputs of one tile along each axis: longer for longer kernels, whose windows overlap."""
    tile = [1] * len(lines)
    for place in range(free, len(lines)):
        from_last = len(lines) - 1 - place
        if from_last == 0:
            least = 4096 if place == free else 2048
            tile[place] = max(64, max(least, min(4096, 8 * lines[place].k)) // inner)
        elif from_last == 1:
            tile[place] = min(128, max(16, 2 * lines[place].k))
        else:
            tile[place] = min(32, max(4, lines[place].k))
    return [min(most, line.m) for most, line in zip(tile, lines, strict=True)]


def scatter(
    counts: Ints,
    taps: Array,
    origin: Sequence[int],
    axes: Sequence[int],
    boundaries: Sequence[str],
    seed: int,
    draws: int,
    threads: int,
) -> Ints:
    """Return where the counts are after one step, summed over so many draws of that step."""
    _check_axes(counts.ndim)
    if counts.size == 0:
        return counts
    (part,) = parts(taps)
    steps = np.zeros((len(part.places), counts.ndim), np.int64)
    steps[:, list(axes)] = np.stack(np.unravel_index(part.places, taps.shape), axis=1)
    reach, arrive = [0] * counts.ndim, [np.arange(n, dtype=np.int64) for n in counts.shape]
    for axis, c, size, boundary in zip(axes, origin, taps.shape, boundaries, strict=True):
        reach[axis] = size - 1
        arrive[axis] = arrivals(counts.shape[axis], c, size, boundary)
    pitch = np.cumprod([1, *counts.shape[:0:-1]])[::-1]
    places = np.concatenate(
        [np.where(at < 0, -1, at * step) for at, step in zip(arrive, pitch, strict=True)]
    )
    sums, rest = np.cumsum(part.chances), np.cumsum(part.chances[::-1])[::-1]
    share = part.chances / rest
    share[-1] = sums[-1] = 1
    out = np.zeros(counts.shape, np.int64)
    at_once = max(4096, (_BLOCK >> 4) // len(share))
    threads = min(threads, 1 + counts.size * len(share) // _WORTH_A_THREAD)
    for draw in range(draws):
        for first in range(0, counts.size, at_once):
            _core.move_counts(
                counts, out, places, reach, steps, share, sums, seed, draw,
                first, min(at_once, counts.size - first), threads,
            )  # fmt: skip
    return out


def arrivals(n: int, origin: int, taps: int, boundary: str) -> Ints:
    """Where a particle arrives that tap ``j`` moves from cell ``i``, at ``[i + j]``; -1: lost."""
    return fold(np.arange(-origin, n + taps - 1 - origin, dtype=np.int64), n, boundary)
