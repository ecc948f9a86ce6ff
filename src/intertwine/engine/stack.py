"""Many kernels in one call: reading them, and where they lie beside the data.

The axes of `k` before those of a kernel broadcast against the axes of `x` that are not filtered,
by NumPy's rule. Axes that `x` does not have come first in the result; its own stay in place::

    x (H, W)       k (64, 5, 5)      axes=(-2, -1)    result (64, H, W)     a bank on one image
    x (N, C, H, W) k (C, 5, 5)       axes=(-2, -1)    result (N, C, H, W)   one for each channel
    x (H, W, 3)    k (64, 1, 5, 5)   axes=(0, 1)      result (64, H, W, 3)  a bank on each colour
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base import memory
from intertwine.base.errors import DTypeError, ShapeError
from intertwine.engine import checks
from intertwine.engine.problem import Axis

Array = NDArray[Any]

#: A NumPy array has no more axes: lists nested deeper hold no kernels.
MOST_AXES = 64


@dataclass(frozen=True, slots=True)
class Kernels:
    """What came as `k`: taps (..., K1, ..., Kd) and the origin that all its kernels share.

    `ndim` is the number of axes of one kernel, or None when only `axes` can tell.
    """

    taps: Array
    origin: tuple[int, ...] | None = None
    ndim: int | None = None


def read(caller: str, k: Any, gaps: bool = False) -> Kernels:
    """Return the taps of an array, of a kernel object, or of a list of kernel objects.

    With `gaps`, taps of an array may be missing.
    """
    if hasattr(k, "taps"):
        taps, origin = checks.kernel(caller, k)
        return Kernels(taps, origin, taps.ndim)
    if _lists_kernels(k):
        return _aligned(caller, *_listed(caller, k))
    taps, _ = checks.kernel(caller, k, gaps)
    return Kernels(taps)


def _lists_kernels(k: Any) -> bool:
    for _ in range(MOST_AXES):
        if hasattr(k, "taps"):
            return True
        if not isinstance(k, list | tuple) or not k:
            return False
        k = k[0]
    return False


def _listed(caller: str, k: Any) -> tuple[tuple[int, ...], list[Any]]:
    """The shape of nested lists, and the kernels in them."""
    if hasattr(k, "taps"):
        return (), [k]
    if not isinstance(k, list | tuple):
        raise DTypeError(
            f"{caller}: `k` lists kernels and also {type(k).__name__}.\n"
            f"  Pass kernels only: Kernel(taps) makes one of an array."
        )
    parts = [_listed(caller, each) for each in k]
    shapes = {shape for shape, _ in parts}
    if len(shapes) != 1:
        raise ShapeError(
            f"{caller}: `k` lists kernels in rows of unequal length.\n"
            f"  Pass one list of kernels, or lists of equal length."
        )
    return (len(k), *shapes.pop()), [kernel for _, kernels in parts for kernel in kernels]


def _aligned(caller: str, shape: tuple[int, ...], kernels: list[Any]) -> Kernels:
    """The kernels with zeros around them: of one size, with one origin."""
    read = [checks.kernel(caller, kernel) for kernel in kernels]
    axes = {taps.ndim for taps, _ in read}
    if len(axes) != 1:
        raise ShapeError(
            f"{caller}: `k` lists kernels with {min(axes)} and with {max(axes)} axes.\n"
            f"  Pass kernels that all have the same number of axes."
        )
    placed = [(taps, checks.origin(caller, origin, taps)) for taps, origin in read]
    origin = tuple(max(c) for c in zip(*(c for _, c in placed), strict=True))
    ends = zip(*(np.subtract(t.shape, c).tolist() for t, c in placed), strict=True)
    size = tuple(c + max(end) for c, end in zip(origin, ends, strict=True))
    shared = np.result_type(*(taps for taps, _ in placed))
    advice = "Pass the long kernels and the short ones in two calls."
    memory.check_allocation(caller, "the bank of kernels", (len(placed), *size), shared, advice)
    stack = np.zeros((len(placed), *size), shared)
    for place, (taps, own) in zip(stack, placed, strict=True):
        first = np.subtract(origin, own)
        place[tuple(slice(a, a + n) for a, n in zip(first, taps.shape, strict=True))] = taps
    return Kernels(stack.reshape(*shape, *size), origin, len(size))


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the axes of `k` lie in the result, which starts with `added` axes `x` does not have."""

    axes: tuple[int, ...]
    bank: tuple[int, ...]
    added: int
    ndim: int

    def spread(self, array: Array) -> Array:
        """An array with the axes of `k`, brought into the order of the result's."""
        places = (*self.bank, *self.axes)
        ordered = array.transpose(sorted(range(array.ndim), key=places.__getitem__))
        return np.expand_dims(ordered, [i for i in range(self.ndim) if i not in places])


def layout(x: Array, taps: Array, axes: Sequence[int]) -> Layout:
    """Where kernels along `axes` of `x` and the axes of `k` before theirs come to lie."""
    count = taps.ndim - len(axes)
    added = max(0, count + len(axes) - x.ndim)
    ndim = added + x.ndim
    filtered = tuple(added + axis for axis in axes)
    free = [i for i in range(ndim) if i not in filtered]
    return Layout(filtered, tuple(free[len(free) - count :]), added, ndim)


def lines(caller: str, x: Array, taps: Array, found: Layout) -> list[Axis]:
    """Every axis of the result, those that are filtered still left alone."""
    result = [*(Axis(1, 1) for _ in range(found.added)), *(Axis(n, n) for n in x.shape)]
    for place, kernels in zip(found.bank, taps.shape, strict=False):
        n = result[place].n
        if kernels == 1:
            continue
        if n not in (1, kernels):
            _refuse(caller, x, taps, found)
        result[place] = Axis(n, kernels, kernels=kernels)
    return result


def _refuse(caller: str, x: Array, taps: Array, found: Layout) -> None:
    count = len(found.bank)
    bank, size = taps.shape[:count], taps.shape[count:]
    left = tuple(n for i, n in enumerate(x.shape) if i + found.added not in found.axes)
    everywhere = (*bank, *(1 for _ in left), *size)
    raise ShapeError(
        f"{caller}: the axes {bank} of `k` before those of a kernel do not broadcast "
        f"against the axes {left} of `x` that are not filtered.\n"
        f"{checks.both(x, taps)}\n"
        f"  Pass k of shape {everywhere} to apply every kernel to all of x, "
        f"or of shape {(*left, *size)} for one kernel at each place."
    )
