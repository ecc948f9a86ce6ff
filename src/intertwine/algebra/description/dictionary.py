"""Shapes that kernels are compared with: Gaussians, their slopes and curvatures, spots and lines.

An entry spans all multiples (and sums) of its few arrays, and a kernel's fraction of energy in that
span says how much of it the entry explains. Widths and places run over a grid, so that every array
of one shape is compared with the same entries, prepared once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from intertwine.algebra.description.small_windows import MAKERS, is_small
from intertwine.algebra.frame import Array

#: Taps from which families of more freedom are told from chance.
MANY = 25
_LONGEST = {1: 63, 2: 15, 3: 7}
_DIRECTIONS = 36
#: A width at which a Gaussian is level.
LEVEL = 1e3


@dataclass(frozen=True)
class Family:
    """Entries that mean one thing.

    Attributes
    ----------
    name : the word for it.
    freedom : its amplitudes, and half of one for each width, place or angle that was searched.
    average : whether it has a level of its own, which explains much of any positive taps.
    bases : (entries * amplitudes, taps), each entry orthonormal.
    spans : (entries, taps, amplitudes), before they were made orthonormal.
    labels : what each entry is: width, place, direction.
    in_corners : whether entries lie beside the middle of a small window.
    tries : entries that random taps may be near to one by one, not as neighbours on a grid.
    """

    name: str
    freedom: float
    average: bool
    bases: Array
    spans: Array
    labels: tuple[tuple[float, ...], ...]
    in_corners: bool = False
    tries: int = 1

    @property
    def level(self) -> float:
        """The fraction of the energy about the mean that an average explains, at least."""
        if self.in_corners and self.tries == 1:
            return 0.85  # a Gaussian in some corner or other is near to any positive taps
        return 0.65 if self.in_corners else 0.6 if self.freedom < 5 else 0.7

    def best(self, values: Array) -> tuple[float, int]:
        """The largest fraction of the energy of `values`, of norm 1, and the entry that has it."""
        energies = np.square(self.bases @ values).reshape(len(self.spans), -1).sum(axis=1)
        at = int(energies.argmax())
        return float(energies[at]), at


def fits(shape: Sequence[int]) -> bool:
    """Whether there are entries of this shape."""
    most = _LONGEST.get(len(shape))
    return most is not None and max(shape) <= most


@lru_cache(16)
def families(shape: tuple[int, ...]) -> tuple[Family, ...]:
    """The families of one shape."""
    count = int(np.prod(shape))
    makers = [_taps, _blurs, _slopes, _curvatures, _laplacians, _centred]
    if len(shape) == 2:
        makers += [_lines, _saddles]
    if count >= MANY and len(shape) == 2:
        makers += [_placed, _placed_slopes, _spots, _reliefs, _jets]
    if len(shape) == 3 and count >= MANY:
        makers += [_planes_of_blurs, _planes_of_slopes]
    if not is_small(shape):
        return tuple(_family(*make(shape)) for make in makers)
    separate = (_family(*make(shape)) for make in MAKERS)
    return (
        *(_family(*make(shape)) for make in makers),
        replace(_family(*_placed(shape)), in_corners=True),
        *(replace(f, in_corners=True, tries=len(f.labels)) for f in separate),
    )


Entries = Iterator[tuple[tuple[float, ...], Sequence[Array]]]


def _family(name: str, freedom: float, average: bool, entries: Entries) -> Family:
    labels: list[tuple[float, ...]] = []
    spans: list[Array] = []
    for label, arrays in entries:
        span = np.stack([np.asarray(a, float).ravel() for a in arrays], axis=1)
        sizes = np.linalg.norm(span, axis=0)
        if (sizes > 0).all() and (len(arrays) == 1 or np.linalg.cond(span / sizes) < 1e6):
            labels.append(label)
            spans.append(span / sizes)
    stack = np.array(spans) if spans else np.zeros((1, 1, 1))
    bases = np.linalg.qr(stack)[0] if spans else stack
    bases = np.ascontiguousarray(bases.transpose(0, 2, 1)).reshape(-1, stack.shape[1])
    return Family(name, freedom, average, bases, stack, tuple(labels))


def _grid(shape: Sequence[int], centre: Sequence[float] | None = None) -> list[Array]:
    middle = [(n - 1) / 2 for n in shape]
    shift = centre or [0.0] * len(shape)
    lines = [np.arange(n) - m - c for n, m, c in zip(shape, middle, shift, strict=True)]
    return list(np.meshgrid(*lines, indexing="ij"))


def _widths(shape: Sequence[int], least: float = 0.4) -> list[float]:
    most = max(2.0, max(shape))
    count = max(6, round(4 * np.log2(most / least)))
    return [*np.geomspace(least, most, count).tolist(), LEVEL]


def _bell(grid: Sequence[Array], widths: Sequence[float]) -> Array:
    return np.exp(-0.5 * sum((g / s) ** 2 for g, s in zip(grid, widths, strict=True)))


def _taps(shape: tuple[int, ...]) -> tuple[str, float, bool, Entries]:
    def entries() -> Entries:
        for at in np.ndindex(shape):
            tap = np.zeros(shape)
            tap[at] = 1
            yield tuple(map(float, at)), [tap]

    return "tap", 1.5, False, entries()


def _blurs(shape: tuple[int, ...]) -> tuple[str, float, bool, Entries]:
    def entries() -> Entries:
        grid = _grid(shape)
        each = _widths(shape)
        pairs = itertools.product(each, repeat=2) if len(shape) == 2 else [(s,) for s in each]
        for widths in pairs:
            full = widths if len(widths) == len(shape) else widths * len(shape)
            yield (*full, *[0.0] * len(shape)), [_bell(grid, full)]

    return "blur", 2.0, True, entries()


def _placed(shape: tuple[int, ...]) -> tuple[str, float, bool, Entries]:
    def entries() -> Entries:
        each = _widths(shape)[1:-1:2]
        for centre in _places(shape):
            grid = _grid(shape, centre)
            for widths in itertools.product(each, repeat=2):
                yield (*widths, *centre), [_bell(grid, widths)]

    return "blur", 3.0, True, entries()


def _places(shape: Sequence[int]) -> Iterator[tuple[float, ...]]:
    reach = [min(1.5, (n - 1) / 2) for n in shape]
    lines = [np.arange(-r, r + 0.01, 0.5) for r in reach]
    return itertools.product(*[line.tolist() for line in lines])


def _slopes(shape: tuple[int, ...]) -> tuple[str, float, bool, Entries]:
    def entries() -> Entries:
        grid = [g for g, n in zip(_grid(shape), shape, strict=True) if n > 1]
        every = _grid(shape)
        for width in _widths(shape):
            bell = _bell(every, [width] * len(shape))
            yield (width,), [g * bell for g in grid]

    return "slope", sum(n > 1 for n in shape) + 0.5, False, entries()


def _placed_slopes(shape: tuple[int, ...]) -> tuple[str, float, bool, Entries]:
    def entries() -> Entries:
        for centre in _places(shape):
            grid = _grid(shape, centre)
            for widths in itertools.product(_widths(shape)[1:-1:2], repeat=2):
                bell = _bell(grid, widths)
                yield (*widths, *centre), [g * bell for g in grid]

    return "slope", 4.0, False, entries()


def _curvatures(shape: tuple[int, ...]) -> tuple[str, float, bool, Entries]:
    def entries() -> Entries:
        grid = _grid(shape)
        turns = [(1.0,)] if len(shape) == 1 else _ways(len(shape))
        for width in _widths(shape):
            bell = _bell(grid, [width] * len(shape))
            for way in turns:
                along = sum(w * g for w, g in zip(way, grid, strict=True))
                yield (width, *way), [_levelled(along**2 * bell, bell)]

    return "curvature", 1.5 if len(shape) == 1 else 2.0, False, entries()


def _ways(ndim: int) -> list[tuple[float, ...]]:
    if ndim == 2:
        angles = np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS
        return [(-float(np.sin(a)), float(np.cos(a))) for a in angles]
    return [tuple(map(float, row)) for row in np.eye(ndim)]


def _levelled(taps: Array, bell: Array) -> Array:
    """`taps` less so much of `bell` that flat areas become 0."""
    return np.asarray(taps - bell * (taps.sum() / bell.sum()))


def _laplacians(shape: tuple[int, ...]) -> tuple[str, float, bool, Entries]:
    def entries() -> Entries:
        grid = _grid(shape)
        for width in _widths(shape):
            bell = _bell(grid, [width] * len(shape))
            yield (width,), [_levelled(sum(g**2 for g in grid) * bell, bell)]

    return "Laplacian", 1.5, False, entries()


def _centred(shape: tuple[int, ...]) -> tuple[str, float, bool, Entries]:
    def entries() -> Entries:
        if any(n % 2 == 0 for n in shape):
            return
        grid = _grid(shape)
        tap = np.asarray(sum(np.abs(g) for g in grid) == 0, float)
        for width in _widths(shape, 0.6):
            yield (width,), [tap, _bell(grid, [width] * len(shape))]

    return "centre", 2.5, True, entries()


def _lines(shape: tuple[int, ...]) -> tuple[str, float, bool, Entries]:
    def entries() -> Entries:
        for axis, n in enumerate(shape):
            for at in range(n):
                line = np.zeros(shape)
                line[(slice(None),) * axis + (at,)] = 1
                yield (90.0 * axis,), [line]
        if shape[0] == shape[1]:
            yield (135.0,), [np.eye(shape[0])]
            yield (45.0,), [np.eye(shape[0])[::-1]]

    return "line", 1.5, True, entries()


def _saddles(shape: tuple[int, ...]) -> tuple[str, float, bool, Entries]:
    def entries() -> Entries:
        y, x = _grid(shape)
        for width in _widths(shape):
            bell = _bell((y, x), (width, width))
            yield (width,), [x * y * bell, (x**2 - y**2) * bell]

    return "saddle", 2.5, False, entries()


def _spots(shape: tuple[int, ...]) -> tuple[str, float, bool, Entries]:
    def entries() -> Entries:
        each = _widths(shape)[:-2:2]
        for centre in _places(shape):
            grid = _grid(shape, centre)
            for widths in itertools.product(each, repeat=2):
                yield (*widths, *centre), [_bell(grid, widths), np.ones(shape)]

    return "spot", 4.0, True, entries()


def _reliefs(shape: tuple[int, ...]) -> tuple[str, float, bool, Entries]:
    def entries() -> Entries:
        y, x = _grid(shape)
        for widths in itertools.product(_widths(shape)[:-2], repeat=2):
            bell = _bell((y, x), widths)
            yield widths, [bell, x * bell, y * bell, np.ones(shape)]

    return "relief", 5.0, True, entries()


def _jets(shape: tuple[int, ...]) -> tuple[str, float, bool, Entries]:
    def entries() -> Entries:
        y, x = _grid(shape)
        for widths in itertools.product(_widths(shape)[:-2], repeat=2):
            bell = _bell((y, x), widths)
            terms = [bell, x * bell, y * bell, x * x * bell, x * y * bell, y * y * bell]
            yield widths, [*terms, np.ones(shape)]

    return "jet", 8.0, True, entries()


def _planes_of_blurs(shape: tuple[int, ...]) -> tuple[str, float, bool, Entries]:
    def entries() -> Entries:
        for label, (bell,) in _placed(shape[1:])[3]:
            yield label, list(_stacked(shape, [bell]))

    return "planes of blurs", shape[0] + 2.0, True, entries()


def _planes_of_slopes(shape: tuple[int, ...]) -> tuple[str, float, bool, Entries]:
    def entries() -> Entries:
        for label, slopes in _placed_slopes(shape[1:])[3]:
            yield label, list(_stacked(shape, slopes))

    return "planes of slopes", 2.0 * shape[0] + 2, False, entries()


def _stacked(shape: Sequence[int], planes: Sequence[Array]) -> Iterator[Array]:
    """Each plane at each place along axis 0, with an amplitude of its own."""
    for at, plane in itertools.product(range(shape[0]), planes):
        taps = np.zeros(shape)
        taps[at] = plane
        yield taps
