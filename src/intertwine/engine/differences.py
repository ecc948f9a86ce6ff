"""Taps that sum to zero, as weights times differences of samples: a flat window gives exactly 0.

    sum_i t_i x_i = sum_m w_m (x_a(m) - x_b(m))        where sum_i t_i = 0

The taps of a kernel that is opposite to its mirror image make differences of two with their images.
Those of others are taken less the sample in the middle, whose tap is minus the sum of the rest. If
that tap is small beside them, so that a large sample under it would be lost on, taps of equal size
make pairs, and the largest of the rest stands for the middle.
Every tap keeps its own weight: no small tap is lost beside a large one. Taps of zero are weights of
zero, so that NaN and infinities under them are met.

The bound: a difference, its weight and its fused multiply-add round once each, the sums once for
each difference, and ``|x_a - x_b| <= 2 max|x|``. With M differences the error is at most
``(M + 4) u 2 sum|w| max|x|``. Where all taps make pairs, ``2 sum|w| = sum|k|`` and M is at most
half the taps: less than what is stated for plain sums. Else it is at most twice that.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.engine.memory import kept_by_owner
from intertwine.engine.problem import Problem

Array = NDArray[Any]

#: What rounding may make of a sum that is zero, beside the sum of magnitudes.
CLOSE = 1e-6

#: The magnitudes of all taps, beside that in the middle, that others are taken less its sample.
MOST_BESIDE = 8.0

#: Larger kernels are for other methods: summing their taps exactly takes longer than it is worth.
MOST_TAPS = 4096


@dataclass(frozen=True, slots=True)
class Differences:
    """Weights, and the places of the two taps of each in the kernel, row by row.

    `mirrored` says whether each is a tap less its image.
    """

    weights: Array
    pairs: NDArray[np.int64]
    mirrored: bool


def _differences(kernel: Array) -> Differences:
    """The differences that stand for the taps of a real kernel that sum to zero."""
    taps = kernel.astype(np.float64)
    image, middle = _image(taps), taps.size // 2
    line = taps.ravel()
    central = taps.size % 2 and abs(line[middle]) * MOST_BESIDE >= np.abs(line).sum()
    if image is not None:
        pairs = [(a, int(b)) for a, b in enumerate(image.ravel()) if a > b]
    elif central:
        pairs = [(i, middle) for i in range(line.size) if i != middle]
    else:
        pairs = _matched(line)
    # Those of zero come last, of which each meets any other sample.
    met = {i for pair in pairs for i in pair}
    pairs += [(i, pairs[0][0]) for i in range(line.size) if i not in met]
    if image is not None or not central:
        pairs.sort(key=lambda pair: line[pair[0]] == 0)
    weights = np.array([line[a] for a, _ in pairs])
    return Differences(weights, np.array(pairs, np.int64), image is not None)


def _image(taps: Array) -> NDArray[np.int64] | None:
    """Where each tap's opposite is, in the mirror image along one axis or all; None: in neither."""
    places = np.arange(taps.size).reshape(taps.shape)
    for axes in [*((axis,) for axis in reversed(range(taps.ndim))), tuple(range(taps.ndim))]:
        if np.array_equal(taps, -np.flip(taps, axes)):
            return np.flip(places, axes)
    return None


def cancel(kernels: Array) -> NDArray[np.bool_]:
    """Which rows of real taps sum to zero exactly, and are not all zero."""
    sums, sizes = kernels.sum(axis=1, dtype=np.float64), np.abs(kernels).sum(axis=1)
    with np.errstate(invalid="ignore"):
        found: NDArray[np.bool_] = (np.abs(sums) <= CLOSE * sizes) & (sizes > 0)
    for i in np.flatnonzero(found):  # those that are close are summed without rounding
        found[i] = fsum(kernels[i].tolist()) == 0
    return found


def _matched(taps: Array) -> list[tuple[int, int]]:
    """Pairs of opposite taps; the others less the largest of them."""
    waiting: dict[float, deque[int]] = defaultdict(deque)
    pairs = []
    for i, tap in enumerate(taps.tolist()):
        if tap and waiting[-tap]:
            pairs.append((i, waiting[-tap].popleft()))
        elif tap:
            waiting[tap].append(i)
    left = sorted(i for places in waiting.values() for i in places)
    if left:
        largest = max(left, key=lambda i: abs(taps[i]))
        pairs += [(i, largest) for i in left if i != largest]
    return pairs


def differences(kernels: Array, shape: Sequence[int]) -> list[Differences | None]:
    """Those of each kernel, a row of real taps; None where taps do not sum to zero."""
    if prod(shape) > MOST_TAPS:
        return [None] * len(kernels)
    zero = cancel(kernels)
    return [
        _differences(kernel.reshape(shape)) if sums else None
        for kernel, sums in zip(kernels, zero, strict=True)
    ]


@kept_by_owner
def plain_steps(problem: Problem) -> float:
    """Roundings of plain sums, in units of the type that they run in, of ``sum|k| max|x|``.

    One for each tap, for the tap itself, its sample and the result's conversion (Higham 2002,
    section 3.1); twice as many where differences stand for taps that are no mirrored pairs.
    """
    steps = float(problem.kernel_size + 3)
    if problem.compute == "int64":
        return steps
    kernels = problem.kernels
    planes = [kernels.real, kernels.imag] if problem.complex_taps else [kernels]
    shape = [a.k for a in problem.axes if a.kernels == 1]
    found = (each for plane in planes for each in differences(plane, shape))
    return 2 * steps if any(d is not None and not d.mirrored for d in found) else steps


__all__ = ["Differences", "cancel", "differences", "plain_steps"]
