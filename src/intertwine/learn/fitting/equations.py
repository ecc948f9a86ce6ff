"""The normal equations of a fit, as correlations: the table of all windows is never written out.

With ``source[n + u]`` the sample under tap u of window n, least squares needs

    gram[u, v] = sum_n source[n + u] source[n + v]        moment[u] = sum_n source[n + u] target[n]

over the windows n that count. The moment is one correlation of source and target. A row of `gram`
is one correlation of the source with a part of itself, and a step e along the first axis changes
little: with c[n] 1 where window n counts and 0 elsewhere

    gram[u + e, v + e] = gram[u, v] + sum_n (c[n - e] - c[n]) source[n + u] source[n + v]

(the displacement structure of Kailath, Kung and Morf, 1979). So only the rows with u_0 = 0 are
correlated; the windows at which `c` changes, along the edges of the array and of what is left
out, give the rest.
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

_AT_ONCE = 2**22  # samples of windows that are written out together: 32 MiB


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
            gram += gram_of(source, counts, window.shape)
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


def gram_of(source: Array, counts: NDArray[np.bool_] | None, shape: tuple[int, ...]) -> Array:
    """``gram`` over the windows that count: rows with u_0 = 0, and what changes by a step."""
    targets = tuple(n - taps + 1 for n, taps in zip(source.shape, shape, strict=True))
    if counts is None:
        counts = np.ones(targets, bool)
    first, rest = shape[0], shape[1:]
    gram = np.empty((first, prod(rest), first, prod(rest)))
    for place, tap in enumerate(np.ndindex(*rest)):
        part = counts * _part(source, (0, *tap), targets)
        gram[0, place] = correlate(source, part, mode="valid").reshape(first, -1)
    if first > 1:
        change = _change(source, counts, (first - 1, *rest)).reshape(first - 1, prod(rest), -1)
    for step in range(1, first):
        gram[step, :, 0] = gram[0, :, step].T
        gram[step, :, 1:] = gram[step - 1, :, :-1] + change[step - 1].reshape(gram[0, :, 1:].shape)
    return _square(gram)


def _change(source: Array, counts: NDArray[np.bool_], shape: tuple[int, ...]) -> Array:
    """``sum_n (c[n - e] - c[n]) source[n + u] source[n + v]`` over the windows where that is not 0.

    These are written out, some at a time: at random samples that is half of all windows at most.
    """
    ahead = np.pad(counts, [(0, 1), *[(0, 0)] * (counts.ndim - 1)])
    behind = np.pad(counts, [(1, 0), *[(0, 0)] * (counts.ndim - 1)])
    every = sliding_window_view(source, shape)
    size = prod(shape)
    total = np.zeros((size, size))
    for changed, sign in ((behind & ~ahead, 1), (ahead & ~behind, -1)):
        places = np.argwhere(changed)
        for start in range(0, len(places), at_once := max(1, _AT_ONCE // size)):
            rows = every[tuple(places[start : start + at_once].T)].reshape(-1, size)
            total += sign * (rows.T @ rows)
    return total


def _part(source: Array, start: tuple[int, ...], shape: tuple[int, ...]) -> Array:
    return source[tuple(slice(at, at + n) for at, n in zip(start, shape, strict=True))]


def _square(gram: Array) -> Array:
    """As a matrix, its two halves made the same to the last bit."""
    size = round(gram.size**0.5)
    matrix = gram.reshape(size, size)
    return np.asarray((matrix + matrix.T) / 2)
