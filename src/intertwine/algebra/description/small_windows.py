"""Blurs and edges of a few taps beside the middle of a small window.

A layer with a stride keeps every second output, and may put its kernel on any four taps of its
window: a blur of 2 x 2 taps in a corner is one, moved by half a sample each way. Each entry here is
one fixed array, and differs from the others of its family: each is a chance of its own for random
taps, which `degrees.py` allows for by their number.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np

from intertwine.algebra.frame import Array

#: Taps of a small window; larger ones have families of every place and width.
FEWEST, MOST = 6, 24

Shape = tuple[int, ...]
Label = tuple[float, ...]
Made = tuple[str, float, bool, Iterator[tuple[Label, list[Array]]]]


def is_small(shape: Shape) -> bool:
    """Whether a window has room for an entry and is too small for families of every place."""
    return len(shape) == 2 and min(shape) > 1 and FEWEST <= shape[0] * shape[1] <= MOST


def _boxes(*sizes: tuple[int, int]) -> Callable[[Shape], Made]:
    """Alike taps; labels: height, width and the middle, counted from that of the window."""

    def make(shape: Shape) -> Made:
        return "box", 1.0, True, ((at, [taps]) for at, taps in _filled(shape, sizes, None))

    return make


def _steps(*sizes: tuple[int, int]) -> Callable[[Shape], Made]:
    """Lines 1, -1 or 1, 0, -1 side by side; labels as those of boxes, then the axis across."""

    def make(shape: Shape) -> Made:
        lines = itertools.chain.from_iterable(
            (((*at, axis), [taps]) for at, taps in _filled(shape, fitting, axis))
            for axis in (0, 1)
            if (fitting := tuple(s for s in sizes if s[axis] > 1))
        )
        return "step", 1.0, False, lines

    return make


def _filled(
    shape: Shape, sizes: tuple[tuple[int, int], ...], across: int | None
) -> Iterator[tuple[Label, Array]]:
    """Each window of `sizes` in `shape`, filled with 1 or with a line that falls `across` it."""
    for size in sizes:
        part = np.ones(size)
        if across is not None:
            part *= np.linspace(1, -1, size[across]).reshape((-1, 1) if across == 0 else (1, -1))
        for at in np.ndindex(shape[0] - size[0] + 1, shape[1] - size[1] + 1):
            taps = np.zeros(shape)
            taps[at[0] : at[0] + size[0], at[1] : at[1] + size[1]] = part
            away = [a + (s - n) / 2 for a, s, n in zip(at, size, shape, strict=True)]
            yield (*map(float, size), *away), taps


_PAIRS, _SQUARE, _SIXES = ((1, 2), (2, 1)), ((2, 2),), ((2, 3), (3, 2))

MAKERS: tuple[Callable[[Shape], Made], ...] = (
    *(_boxes(*sizes) for sizes in (_PAIRS, _SQUARE, _SIXES)),
    *(_steps(*sizes) for sizes in (_PAIRS, (*_SQUARE, *_SIXES))),
)
