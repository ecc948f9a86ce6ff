"""What a density says about a step: where it goes on average, how it spreads, how sure it is."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.kernel import Kernel
from intertwine.propagator.flows import total

Array = NDArray[Any]


def places(kernel: Kernel) -> list[Array]:
    """The displacement of each tap along each axis, in samples, shaped to broadcast."""
    lines = [np.arange(n) - at for n, at in zip(kernel.shape, kernel.origin, strict=True)]
    return list(np.meshgrid(*lines, indexing="ij", sparse=True))


def mean(kernel: Kernel) -> Array:
    """``sum_j k[j] j``, one number for each axis; summed without rounding on the way."""
    return np.array([total(kernel.taps * along) for along in places(kernel)])


def cumulant_tensor(kernel: Kernel, order: int) -> Array:
    """The joint cumulants of `order`, an array with `order` axes of length ndim.

    ``sum over partitions of (-1)**(b - 1) (b - 1)! prod of central moments``, b being the number of
    blocks (McCullagh, Tensor Methods in Statistics, 1987, 2.3). Central moments of one factor
    vanish, so only blocks of two and more count.
    """
    centre = mean(kernel)
    if order == 1:
        return centre
    away = [along - at for along, at in zip(places(kernel), centre, strict=True)]
    moments: dict[tuple[int, ...], float] = {}

    def moment(axes: tuple[int, ...]) -> float:
        key = tuple(sorted(axes))
        if key not in moments:
            moments[key] = total(kernel.taps * math.prod(away[axis] for axis in key))
        return moments[key]

    partitions = [p for p in _partitions(list(range(order))) if all(len(b) > 1 for b in p)]
    tensor = np.empty((kernel.ndim,) * order)
    for axes in itertools.combinations_with_replacement(range(kernel.ndim), order):
        value = math.fsum(
            (-1) ** (len(p) - 1)
            * math.factorial(len(p) - 1)
            * math.prod(moment(tuple(axes[i] for i in block)) for block in p)
            for p in partitions
        )
        for same in set(itertools.permutations(axes)):
            tensor[same] = value
    return tensor


def _partitions(items: list[int]) -> Iterator[list[list[int]]]:
    """Every way to part `items` into blocks."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for smaller in _partitions(rest):
        yield [[first], *smaller]
        for n, block in enumerate(smaller):
            yield [*smaller[:n], [first, *block], *smaller[n + 1 :]]


def entropy_nats(kernel: Kernel) -> float:
    """``-sum_j k[j] ln k[j]``."""
    weights = kernel.taps[kernel.taps > 0].astype(np.float64)
    return abs(total(weights * np.log(weights)))
