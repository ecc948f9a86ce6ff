"""Blurs and edge detectors beside the middle of a small window, as layers with a stride learn them.

A layer that keeps every second output may put its kernel on any four taps of its window: a blur of
2 x 2 taps in a corner is one, moved by half a sample each way. Each family here is a list of fixed
patterns. A pattern names a kernel when it explains 80 % of its energy, and more than chance would:
of random taps, a family names 3 in 1000.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from intertwine.algebra.description.answer import angle_of, moved, towards
from intertwine.base.errors import counted

Array = NDArray[np.float64]

_NAMED = 0.8
_CHANCE = 0.003  # of random kernels that one family may name
_MOST = 24  # taps of a window; larger ones have families of every place and width already
_LEAST = 6
_BELL = 0.7  # standard deviation of a spot, in samples


@dataclass(frozen=True)
class Placed:
    """A kind, the words for it, the fraction of the energy that it explains, and its direction."""

    kind: str
    head: str
    share: float
    angle_deg: float | None = None


@dataclass(frozen=True, eq=False)
class _Family:
    kind: str
    labels: tuple[str, ...]
    patterns: Array
    required: float


def placed(taps: Array, origin: tuple[int, ...]) -> Placed | None:
    """What a 2-D kernel of few taps is, beside the middle of its window; None for nothing."""
    if taps.ndim != 2 or not _LEAST <= taps.size <= _MOST or not taps.any():
        return None
    values = taps.ravel() / np.linalg.norm(taps)
    best: Placed | None = None
    for family in _families((taps.shape[0], taps.shape[1])):
        shares = np.square(family.patterns @ values)
        at = int(shares.argmax())
        share = float(shares[at])
        if share < family.required or (best is not None and share <= best.share):
            continue
        pattern = family.patterns[at].reshape(taps.shape)
        sign = 1.0 if float(family.patterns[at] @ values) > 0 else -1.0
        best = _words(family, family.labels[at], sign * pattern, origin, share)
    return best


def _words(
    family: _Family, label: str, pattern: Array, origin: tuple[int, ...], share: float
) -> Placed:
    grid = np.indices(pattern.shape) - np.reshape(origin, (2, 1, 1))
    weight = np.abs(pattern) / np.abs(pattern).sum()
    middle = np.array([float((weight * axis).sum()) for axis in grid])
    held = f"{100 * share:.0f} % of its energy"
    if family.kind == "blur":
        return Placed("blur", f"A blur{label}{moved(middle)}, {held}", share)
    way = -np.array([float((pattern * axis).sum()) for axis in grid])
    text = f"An edge detector{label} {towards(way)}{moved(middle)}, {held}"
    return Placed("edge detector", text, share, angle_of(way))


@lru_cache(32)
def _families(shape: tuple[int, int]) -> tuple[_Family, ...]:
    from scipy.special import betaincinv  # type: ignore[import-untyped]

    found = []
    size = shape[0] * shape[1]
    for kind, make in _MAKERS:
        made = list(make(shape))
        if not made:
            continue
        stack = np.array([pattern.ravel() / np.linalg.norm(pattern) for _, pattern in made])
        chance = float(1 - betaincinv((size - 1) / 2, 0.5, _CHANCE / len(made)))
        labels = tuple(label for label, _ in made)
        found.append(_Family(kind, labels, stack, max(_NAMED, chance)))
    return tuple(found)


Patterns = Iterator[tuple[str, Array]]


def _spots(shape: tuple[int, int]) -> Patterns:
    """A narrow bell on each tap but the middle."""
    rows, columns = np.indices(shape)
    for i, j in np.ndindex(shape):
        if (2 * i + 1, 2 * j + 1) != shape:
            far = (rows - i) ** 2 + (columns - j) ** 2
            yield f": a spot of standard deviation {_BELL}", np.exp(-far / (2 * _BELL**2))


def _pairs(shape: tuple[int, int]) -> Patterns:
    yield from _boxes(shape, ((1, 2), (2, 1)))


def _squares(shape: tuple[int, int]) -> Patterns:
    yield from _boxes(shape, ((2, 2), (2, 3), (3, 2)))


def _boxes(shape: tuple[int, int], sizes: tuple[tuple[int, int], ...]) -> Patterns:
    for height, width, i, j in _windows(shape, sizes):
        pattern = np.zeros(shape)
        pattern[i : i + height, j : j + width] = 1
        yield f" over {height} x {width} taps", pattern


def _differences(shape: tuple[int, int]) -> Patterns:
    """One tap less its neighbour."""
    yield from _halves(shape, ((1, 2), (2, 1)))


def _edges(shape: tuple[int, int]) -> Patterns:
    """Two or three taps less their neighbours, or less those two taps further."""
    yield from _halves(shape, ((2, 2), (2, 3), (3, 2)))
    for height, width, i, j in _windows(shape, ((2, 3), (3, 2))):
        pattern = np.zeros(shape)
        line = np.array([1.0, 0.0, -1.0])
        pattern[i : i + height, j : j + width] = line if width == 3 else line[:, None]
        yield f" over {height} x {width} taps", pattern


def _halves(shape: tuple[int, int], sizes: tuple[tuple[int, int], ...]) -> Patterns:
    for height, width, i, j in _windows(shape, sizes):
        for axis, side in enumerate((height, width)):
            if side != 2:
                continue
            pattern = np.zeros(shape)
            part = pattern[i : i + height, j : j + width]
            part[...] = np.moveaxis(np.array([[1.0], [-1.0]]), 0, axis)
            yield f" over {height} x {width} taps", pattern


def _windows(
    shape: tuple[int, int], sizes: tuple[tuple[int, int], ...]
) -> Iterator[tuple[int, int, int, int]]:
    for height, width in sizes:
        for i in range(shape[0] - height + 1):
            for j in range(shape[1] - width + 1):
                yield height, width, i, j


_MAKERS: tuple[tuple[str, Callable[[tuple[int, int]], Patterns]], ...] = (
    ("blur", _spots),
    ("blur", _pairs),
    ("blur", _squares),
    ("edge detector", _differences),
    ("edge detector", _edges),
)


def uneven_average(kind: str, nearest: str, share: float, taps: Array) -> str:
    """The head of a sentence about taps of one sign that a blur explains, if they are that.

    `describe` asks more of an average, because a level area explains much of any positive taps.
    Taps of a net have both signs by chance: one sign is a finding of its own.
    """
    same = bool((taps >= 0).all() or (taps <= 0).all())
    if kind != "none of these" or nearest != "blur" or share < _NAMED or not same:
        return ""
    count = counted(taps.size, "tap")
    return (
        f"A blur: an uneven average of {count}, a Gaussian holds {100 * share:.0f} % of its energy"
    )
