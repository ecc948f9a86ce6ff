"""Overlap-save: long kernels by Fourier transforms of tiles that stay in cache."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import log2, prod
from typing import cast

import numpy as np
from numpy.typing import NDArray

from intertwine import _core
from intertwine.base.errors import counted
from intertwine.engine.lower import Lowered, beyond_core, has_channels, lower
from intertwine.engine.machine import VECTOR_BYTES, Machine, current
from intertwine.engine.memory import Cache, kept_by_owner
from intertwine.engine.methods.base import ROUNDOFF, Array, Prepared
from intertwine.engine.methods.halves import Cut, Passes, cut_taps, cuts, whole
from intertwine.engine.methods.transform_bound import parts_of_row, rounding
from intertwine.engine.problem import Axis, Problem

NAME = "overlap_save"
BANKS = True
TAKES_COMPLEX = True
MARGIN, LEAST_SAVING = 1.1, 2.5e-6

#: The core's tiles have rows of a multiple of this many samples, whatever the vector width.
ROW_UNIT = 16

#: Tiles of this many bytes are worked on by all threads together (`kSharedBytes` in the core).
SHARED_BYTES = 1 << 20

#: Tiles enough for any number of threads.
MANY = 64

#: How much longer such a tile takes than its share of the threads' time.
TOGETHER = 1.1

#: How much longer a sample takes in tiles beyond the caches: doublings of 512 KiB, and factors.
SPILL = [-2, 0, 1, 4, 6], [1.0, 1.05, 1.1, 1.4, 1.5]

#: How much less a sample takes where samples and results stay in the caches: both in bytes, as
#: doublings of 8 MiB, and factors.
CACHED = [0, 2], [0.75, 1.0]

#: How much longer a stage of the transform takes for each doubling that it brings.
STAGES = {2: 1.0, 3: 1.45, 5: 1.45}

#: Calls that are expected to share the work on the kernel, when the tile is chosen.
USES = 4

#: Samples in the largest tile.
MOST_SAMPLES = 1 << 27

#: Rows longer than this are cut in two, for which both parts must be multiples of `ROW_UNIT`.
LONG_ROW, LONG_LONE_ROW = 4096, 256

#: Tiles of fewer rows have their rows cut from the second length on.
FEW_ROWS = 8

#: How much longer a sample takes in rows that are cut in two.
CUT = 1.2

#: What a sample takes that is found by itself, beside one of a complex plane.
APART = 2.1

#: What a tile that was found takes while it is kept, and all of them.
TILING_BYTES = 2048
_TILINGS = Cache()

#: Seconds for one transform, however small: finding its samples and results, and its first steps.
EACH = 8e-7


@dataclass(frozen=True, slots=True)
class Tiling:
    """The tile, how many transforms cover the output, and seconds for one of them.

    Two tiles of real data, or the two planes of a complex one, share a transform. So do the halves
    of a lone tile of real data, along the axis `folded` (-1: none; see the core's ``tile.hpp``).
    `cut` says how integers are cut; without one, sums of integers are not exact.
    """

    tile: tuple[int, ...]
    transforms: int
    seconds: float
    kernel_seconds: float
    folded: int = -1
    cut: Cut | None = None

    @property
    def transformed(self) -> int:
        """Complex numbers in one transform."""
        return prod(self.tile) // (1 if self.folded < 0 else 2)


def _smooth(limit: int) -> NDArray[np.int64]:
    """Products of 2, 3 and 5 up to `limit`."""
    found = [1]
    for prime in (2, 3, 5):
        for n in list(found):
            while (n := n * prime) <= limit:
                found.append(n)
    return np.array(sorted(found), np.int64)


def _rows(longest: int) -> NDArray[np.int64]:
    """Lengths of rows: those beyond `longest` are cut in two by the core."""
    unit = np.where(longest < _SMOOTH, ROW_UNIT**2, ROW_UNIT)
    rows: NDArray[np.int64] = _SMOOTH[_SMOOTH % unit == 0]
    return rows


_SMOOTH = _smooth(1 << 28)
_SMOOTH_ROWS, _SMOOTH_LONE_ROWS = _rows(LONG_ROW), _rows(LONG_LONE_ROW - 1)


def _sizes(axis: Axis, last: bool, lone: bool) -> NDArray[np.int64]:
    """Tile lengths worth trying along an axis, least first."""
    if axis.reach == 1:
        if not last:
            return np.ones(1, np.int64)
        lanes = -(-min(axis.m, 4 * ROW_UNIT) // ROW_UNIT) * ROW_UNIT
        return np.array([lanes], np.int64)
    whole = (axis.m - 1) * axis.stride + axis.reach
    rows = _SMOOTH_LONE_ROWS if lone else _SMOOTH_ROWS
    lengths = rows if last else _SMOOTH
    at_least, snug = (int(i) for i in np.searchsorted(lengths, [axis.reach, whole]))
    while last and snug < len(lengths) and lengths[snug] % (2 * ROW_UNIT):
        snug += 1  # to a length that can be folded
    return lengths[at_least : min(snug + 1, at_least + 400)]


@lru_cache(maxsize=1)
def _stages() -> NDArray[np.float64]:
    """Work of a transform of each smooth length, in doublings: stages of 3 and 5 bring less."""
    total = np.zeros(_SMOOTH.shape)
    rest = _SMOOTH.copy()
    for prime, factor in STAGES.items():
        while (divides := rest % prime == 0).any():
            total += divides * factor * log2(prime)
            rest = np.where(divides, rest // prime, rest)
    return total


def _doublings(lengths: NDArray[np.int64]) -> NDArray[np.float64]:
    """Work of transforms in doublings."""
    found: NDArray[np.float64] = _stages()[np.searchsorted(_SMOOTH, lengths)]
    return found


def _thinned(lengths: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """About `most` of the lengths, the first and the last among them."""
    if len(lengths) <= most:
        return lengths
    picked: NDArray[np.int64] = np.linspace(0, len(lengths) - 1, most).astype(np.int64)
    return lengths[picked]


def _tiling(axes: tuple[Axis, ...], precision: str, whole: bool, machine: Machine) -> Tiling | None:
    """The tile that the cost model likes best, kept for all kernels of this geometry."""
    key = axes, precision, whole, machine
    kept = _TILINGS.lookup(key)
    if kept is not None:
        return cast("Tiling | None", kept.value)
    found = _best_tiling(axes, precision, whole, machine)
    _TILINGS.store(key, found, TILING_BYTES)
    return found


def _best_tiling(
    axes: tuple[Axis, ...], precision: str, whole: bool, machine: Machine
) -> Tiling | None:
    """The same, looked for."""
    last = len(axes) - 1
    transformed = [i for i, a in enumerate(axes) if a.reach > 1]
    lone = transformed == [last]
    several = _lone_rows(axes) if lone else None
    most = {1: 200, 2: 40, 3: 14}.get(len(transformed), 7)
    choices = [_thinned(_sizes(a, i == last, lone and several is None), most)
               for i, a in enumerate(axes)]  # fmt: skip
    if several is not None:
        choices[several[0]] = np.array([several[1]], np.int64)
    if any(len(c) == 0 for c in choices):
        return None
    grids = np.meshgrid(*choices, indexing="ij")
    samples = np.ones_like(grids[0])
    tiles = np.ones_like(grids[0])
    for axis, length in zip(axes, grids, strict=True):
        samples = samples * length
        valid = length - axis.reach + 1
        outputs = (valid - 1) // axis.stride + 1 if axis.reach > 1 else length
        tiles = tiles * -(-axis.m // outputs)
    transforms = tiles if whole else -(-tiles // 2)
    fold = np.full(samples.shape, -1)
    for i in _foldable(axes) if not whole else ():
        halves = grids[i] % (2 * ROW_UNIT if i == last else 2) == 0
        if i == last:
            halves = halves & (grids[i] <= 2 * LONG_ROW)  # rows that are folded are not cut
        fold = np.where((tiles == 1) & halves, i, fold)
    row = np.where(fold == last, grids[-1] // 2, grids[-1])
    samples = np.where(fold < 0, samples, samples // 2)
    size = 8 if precision == "float32" else 16
    first = transformed[0]  # axes but this one are transformed where it needs them
    whole_planes = (samples * size < SHARED_BYTES) | (fold == first)
    used = np.where(whole_planes, 1.0, _used(axes[first], grids[first]))
    work = _doublings(grids[first]) if first < last else np.zeros(samples.shape)
    for i in transformed[1:]:
        if i < last:
            work = work + used * _doublings(grids[i])
    spill = np.interp(np.log2(samples * size / 2.0**19), *SPILL)
    data = prod(a.n for a in axes) + prod(a.m for a in axes)
    spill = spill * np.interp(log2(data * size / 2 / 2.0**23), *CACHED)
    narrow = machine.double if precision == "float64" else 1.0
    long = row > (LONG_LONE_ROW - 1 if lone else LONG_ROW)
    cut = np.where(long, CUT, 1.0)
    if axes[last].reach > 1:  # rows are lanes of panels; of the last panel some may be idle
        lanes = VECTOR_BYTES // (size // 2)
        count = samples // row
        busy = np.where(long, 1.0, count / (-(-count // lanes) * lanes))
        work = work + np.where(long | lone, 1.0, used) * _doublings(row) / busy
    rows = 4 * samples / row  # two tiles in, two out
    one = samples * narrow * spill * cut * (machine.fft * work + machine.tile)
    one = one + rows * machine.row * len(axes) + EACH  # a row is found axis by axis
    # Two threads share the transforms, or each of the large ones. The kernel has its own, once, in
    # float64.
    alone = 2 * -(-transforms // 2)
    rounds = np.where(samples * size < SHARED_BYTES, alone, TOGETHER * transforms)
    kernel = one * 2 * machine.double / narrow / USES
    seconds = np.where(samples > MOST_SAMPLES, np.inf, one * rounds + kernel)
    best = np.unravel_index(int(np.argmin(seconds)), seconds.shape)
    if not np.isfinite(seconds[best]):
        return None
    return Tiling(
        tuple(int(g[best]) for g in grids),
        int(transforms[best]),
        float(one[best]),
        float(kernel[best]),
        int(fold[best]),
    )


def _used(axis: Axis, lengths: NDArray[np.int64]) -> NDArray[np.float64]:
    """The share of planes along an axis of large tiles that samples and results need.

    The core leaves out those that a border repeats, and those that hold no results.
    """
    results = np.minimum(axis.m * axis.stride, lengths - axis.reach + 1)
    used: NDArray[np.float64] = (np.minimum(axis.n, lengths) + results) / (2 * lengths)
    return used


def _foldable(axes: tuple[Axis, ...]) -> list[int]:
    """The axes whose halves a lone tile may fold, the better one last.

    Rows, so that those which a border repeats or nobody needs are left out; one axis more must be
    transformed, or a row is too long to be folded.
    """
    found = [i for i, a in enumerate(axes) if a.reach > 1 and a.stride == 1]
    return [] if found == [len(axes) - 1] else sorted({found[0], found[-1]}) if found else []


def _lone_rows(axes: tuple[Axis, ...]) -> tuple[int, int] | None:
    """For rows filtered along themselves: the axis, and how many rows, that fill the lanes."""
    for i in range(len(axes) - 2, -1, -1):
        if axes[i].m >= 8:
            return i, min(ROW_UNIT, axes[i].m)
    return None


def _sharing(problem: Problem) -> tuple[int, int]:
    """How many kernels meet the same samples, and how many such groups there are."""
    shared = prod(a.kernels for a in problem.axes if a.n == 1)
    return shared, problem.kernel_count // shared


def _precision(problem: Problem) -> str:
    """Integers are rounded from float64 sums; float64 costs twice as much."""
    return "float64" if problem.exact else problem.compute


def _bytes(problem: Problem) -> int:
    """Of a complex number."""
    return 8 if _precision(problem) == "float32" else 16


@kept_by_owner
def _best(problem: Problem, machine: Machine) -> Tiling | None:
    axes = lower(problem, channels_last=False).axes
    found = _tiling(axes, _precision(problem), problem.complex_data, machine)
    if found is None or not problem.exact:
        return found
    if _tells(axes, found, uncut := whole(problem)):
        return replace(found, cut=uncut)
    if problem.result.itemsize < 8:  # two halves make 64 bits
        return found
    pairs = _tiling(axes, "float64", True, machine)
    for cut in cuts(problem):
        if pairs is not None and _tells(axes, pairs, cut):
            return replace(pairs, cut=cut)
    return found


def _tells(axes: tuple[Axis, ...], tiling: Tiling, cut: Cut) -> bool:
    """Whether whole sums are told from their neighbours, whatever the data: this is proven."""
    transformed = (n if a.reach > 1 else 1 for a, n in zip(axes, tiling.tile, strict=True))
    return rounding(tuple(transformed), tiling.folded) * cut.scale < 0.5


def applies(problem: Problem) -> str:
    if beyond := beyond_core(problem):
        return beyond
    reach = [a.reach for a in problem.axes]
    if all(r == 1 for r in reach):
        return "a single tap needs no transform"
    if prod(reach) > MOST_SAMPLES:
        return f"a tile of {prod(reach):,} samples would be needed"
    found = _best(problem, current())
    if found is None:
        return f"no tile of up to {MOST_SAMPLES:,} samples fits the kernel"
    if problem.exact and found.cut is None:
        return "its rounding could move an integer result by one"
    return ""


def _halved(tiling: Tiling) -> bool:
    """Whether halves of samples travel together."""
    return tiling.cut is not None and tiling.cut.samples > 0


def cost(problem: Problem, machine: Machine) -> float:
    """The kernels' own transforms are left out: a plan has done them, and serves many calls."""
    found = _best(problem, machine)
    if found is None:
        return float("inf")
    shared, groups = _sharing(problem)
    ways = groups * (1 + shared) / 2  # half of a transform is the way there, half the way back
    passes = 1 if found.cut is None else found.cut.passes
    seconds = machine.call + found.transforms * found.seconds * ways * passes
    # The other methods take each plane of complex data by itself, and channels together; halves
    # are cut on the way in and put together on the way out.
    apart = problem.complex_data + has_channels(problem) + passes * _halved(found)
    seconds += apart * APART * machine.plane * (problem.out_size + prod(problem.shape))
    return seconds


def _relative(tiling: Tiling) -> float:
    """Rounding of one output in units of roundoff; grows with the stages of the transform.

    Rounding is taken to spread over the tile. This is measured: signs chosen to add up came to a
    quarter of it. What is proven is ``sqrt(n)`` times larger (`transform_bound`), and decides where
    integers are exact.
    """
    return 6 * max(1.0, log2(prod(tiling.tile)))


def error(problem: Problem) -> float:
    found = _best(problem, current())
    if found is None:
        return float("inf")
    return 0.0 if problem.exact else _relative(found) * ROUNDOFF[_precision(problem)]


def memory(problem: Problem) -> int:
    found = _best(problem, current())
    if found is None:
        return 0
    tile = found.transformed * _bytes(problem)
    kept = 2 * tile if _sharing(problem)[0] > 1 else tile
    row = found.tile[-1]
    few = found.transformed < FEW_ROWS * row
    long = row > (LONG_LONE_ROW - 1 if few else LONG_ROW) and found.folded != len(found.tile) - 1
    cut = parts_of_row(row) if long else None
    # Beside the tile: samples of both its planes that do not lie in rows, as many rows as there are
    # lanes or one that is cut, and the longest axis in vectors.
    copies = 2 * row * (VECTOR_BYTES if cut is None else _bytes(problem) // 2)
    return kept + copies + 2 * VECTOR_BYTES * max(1, *found.tile[:-1], *(cut or (row,)))


def tiles(problem: Problem) -> int:
    found = _best(problem, current())
    if found is None:
        return 1
    if found.transformed * _bytes(problem) >= SHARED_BYTES:
        return MANY  # all threads work on each
    return found.transforms * _sharing(problem)[1]


def terms(problem: Problem) -> int:
    return 1


def parts(problem: Problem) -> str:
    found = _best(problem, current())
    if found is None:
        return ""
    alone = problem.complex_data or _halved(found)
    one, many = ("tile", "tiles") if alone else ("pair of tiles", "pairs of tiles")
    if found.folded >= 0:
        one, many = "folded tile", "folded tiles"
    text = f"{counted(found.transforms, one, many)} of {' x '.join(str(n) for n in found.tile)}"
    shared, groups = _sharing(problem)
    if shared > 1:
        text += f", transformed once for {shared} kernels"
    if groups > 1:
        text += f", for each of {groups} {'banks' if shared > 1 else 'kernels'}"
    return text if found.cut is None else text + found.cut.words()


def prepare(problem: Problem, taps: Array, threads: int) -> Prepared:
    lowered = lower(problem, channels_last=False)
    precision = _precision(problem)
    found = _best(problem, current())
    assert found is not None  # `applies` has seen to it
    if found.cut is not None and found.cut.samples:
        return _prepare_halves(lowered, taps, found.tile, found.cut, threads)
    plain = lowered.taps(taps)
    is_complex = plain.dtype.kind == "c"
    if is_complex:
        plain = np.stack([plain.real, plain.imag], axis=len(lowered.bank))
    plain = np.ascontiguousarray(plain, precision)
    return _core.OverlapSave(
        lowered.geometry(), plain, is_complex, found.tile, precision, found.folded, threads
    )


def _prepare_halves(
    lowered: Lowered, taps: Array, tile: tuple[int, ...], cut: Cut, threads: int
) -> Prepared:
    """Exact sums of integers that are cut: one pass, or one for each part of the taps."""
    passes = [
        _core.Halves(
            lowered.geometry(),
            np.ascontiguousarray(lowered.taps(part), np.float64),
            tile,
            cut.samples,
            place,
            threads,
        )
        for place, part in cut_taps(taps, cut)
    ]
    return passes[0] if len(passes) == 1 else Passes(tuple(passes))
