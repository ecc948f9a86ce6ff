"""The normal equations of a fit, as correlations: no window is ever written out.

With ``source[n + u]`` the sample under tap u of window n, least squares needs

    gram[u, v] = sum_n source[n + u] source[n + v]        moment[u] = sum_n source[n + u] target[n]

The moment is one correlation of source and target. A row of `gram` is one correlation of the source
with a part of itself, and rows that differ by a step along the first axis share nearly all of it:

    gram[u + e, v + e] = gram[u, v] + (what comes in at the bottom) - (what goes out at the top)

so only the rows with u_0 = 0 are correlated, and the rest follow from strips along two edges
(the displacement structure of Kailath, Kung and Morf, 1979). Where windows are left out, every
row is a correlation of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from intertwine.base.memory import check_allocation
from intertwine.convolution import correlate
from intertwine.learn.fitting.pairs import CALLER, Pair, Window

Array = NDArray[np.float64]

#: Below this the gram's smallest eigenvalue cannot be told from the rounding of its largest.
LEAST_RCOND = 64 * np.finfo(float).eps


@dataclass(frozen=True, slots=True, eq=False)
class Equations:
    """What least squares needs to know about all pairs together.

    Attributes
    ----------
    gram : (taps, taps) float64
    moment : (taps,) float64
    squares : the sum of squares of the targets that count.
    rows : how many targets count.
    """

    gram: Array
    moment: Array
    squares: float
    rows: int


def equations(pairs: Sequence[Pair], window: Window) -> Equations:
    """Sum the normal equations over pairs and channels."""
    check_allocation(
        CALLER,
        "the table of normal equations",
        (window.size, window.size),
        np.float64,
        "Fit fewer taps: a smaller shape, or data at a lower rate.",
        beside=2 * 8 * window.size**2,
    )
    gram = np.zeros((window.size, window.size))
    for pair in pairs:
        for channel, source in enumerate(pair.source):
            counts = None if pair.counts is None else pair.counts[channel]
            if counts is None or counts.all():
                gram += complete_gram(source, window.shape)
            else:
                gram += masked_gram(source, counts, window.shape)
    return Equations(
        gram,
        sum_moments(pairs, [pair.target for pair in pairs], window),
        float(sum((pair.target**2).sum() for pair in pairs)),
        sum(pair.rows for pair in pairs),
    )


def sum_moments(pairs: Sequence[Pair], targets: Sequence[Any], window: Window) -> Array:
    """``sum_n source[n + u] * target[n]`` for any targets that are 0 where they do not count."""
    total = np.zeros(window.shape)
    for pair, target in zip(pairs, targets, strict=True):
        for source, each in zip(pair.source, target, strict=True):
            total += correlate(source, each, mode="valid")
    return total.ravel()


def predicted(pairs: Sequence[Pair], taps: Array, window: Window) -> list[Array]:
    """``sum_u taps[u] * source[n + u]`` for every target that counts, 0 for the others."""
    axes = tuple(range(1, len(window.shape) + 1))
    kernel = taps.reshape(window.shape)
    found = [correlate(pair.source, kernel, axes=axes, mode="valid") for pair in pairs]
    return [
        each if pair.counts is None else np.where(pair.counts, each, 0.0)
        for each, pair in zip(found, pairs, strict=True)
    ]


def masked_gram(source: Array, counts: NDArray[np.bool_], shape: tuple[int, ...]) -> Array:
    """``gram`` over the windows that count: one correlation for each tap."""
    gram = np.empty((*shape, *shape))
    for tap in np.ndindex(*shape):
        gram[tap] = correlate(source, counts * _part(source, tap, counts.shape), mode="valid")
    return _square(gram)


def complete_gram(source: Array, shape: tuple[int, ...]) -> Array:
    """``gram`` over all windows: rows without a step along the first axis, and what edges add."""
    targets = tuple(n - taps + 1 for n, taps in zip(source.shape, shape, strict=True))
    first, rest = shape[0], shape[1:]
    gram = np.empty((first, prod(rest), first, prod(rest)))
    for place, tap in enumerate(np.ndindex(*rest)):
        row = correlate(source, _part(source, (0, *tap), targets), mode="valid")
        gram[0, place] = row.reshape(first, -1)
    change = _strips(source[targets[0] :], rest, targets[1:])
    change -= _strips(source[: first - 1], rest, targets[1:])
    for step in range(1, first):
        gram[step, :, 0] = gram[0, :, step].T
        gram[step, :, 1:] = gram[step - 1, :, :-1] + change[step - 1]
    return _square(gram)


def _strips(rows: Array, shape: tuple[int, ...], targets: tuple[int, ...]) -> Array:
    """The products of edge rows under each other's windows, summed along the edge."""
    count, taps = rows.shape[0], prod(shape)
    if not count:
        return np.zeros((0, taps, 0, taps))
    axes = tuple(range(1, rows.ndim))
    windows = sliding_window_view(rows, targets, axis=axes) if axes else rows
    lines = windows.reshape(count * taps, -1)
    return (lines @ lines.T).reshape(count, taps, count, taps)


def _part(source: Array, start: tuple[int, ...], shape: tuple[int, ...]) -> Array:
    return source[tuple(slice(at, at + n) for at, n in zip(start, shape, strict=True))]


def _square(gram: Array) -> Array:
    """As a matrix, its two halves made the same to the last bit."""
    size = round(gram.size**0.5)
    matrix = gram.reshape(size, size)
    return np.asarray((matrix + matrix.T) / 2)
