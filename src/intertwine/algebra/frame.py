"""Kernels laid over each other with their origins on one place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base import memory
from intertwine.base.errors import DTypeError, ShapeError, counted, shown

if TYPE_CHECKING:
    from intertwine.kernel import Kernel

Array = NDArray[Any]

#: Shares of a kernel's weight below this are rounding, not structure.
TINY = 1e-9


def check_pair(caller: str, k: Kernel, h: object) -> None:
    """Refuse a partner that is no kernel, or has another number of axes."""
    if not hasattr(h, "taps"):
        raise DTypeError(
            f"{caller}: the other is {type(h).__name__} {shown(h)}, not a Kernel.\n"
            "  Write Kernel(taps, origin)."
        )
    other: Kernel = h  # type: ignore[assignment]
    if k.ndim != other.ndim:
        raise ShapeError(
            f"{caller}: one kernel has {counted(k.ndim, 'axis', 'axes')} and the other "
            f"{other.ndim}.\n"
            f"  shapes: {k.shape} and {other.shape}\n"
            "  Give both the same axes: k.outer(h) appends those of h."
        )


def laid_out(k: Kernel, low: Sequence[int], high: Sequence[int], dtype: Any = None) -> Array:
    """The taps at ``low..high`` from the origin, with zeros where there are none."""
    shape = tuple(h - l + 1 for l, h in zip(low, high, strict=True))  # noqa: E741
    kind = np.dtype(k.dtype if dtype is None else dtype)
    memory.check_allocation(
        "Kernel", "the taps", shape, kind, "Pass a smaller shape, or kernels that lie closer."
    )
    full = np.zeros(shape, kind)
    places = tuple(
        slice(-at - first, -at - first + size)
        for at, first, size in zip(k.origin, low, k.shape, strict=True)
    )
    full[places] = k.taps
    return full


def reach(k: Kernel) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The first and the last place of the taps, counted from the origin."""
    low = tuple(-at for at in k.origin)
    return low, tuple(size - 1 - at for size, at in zip(k.shape, k.origin, strict=True))


def together(k: Kernel, h: Kernel, dtype: Any = None) -> tuple[Array, Array, tuple[int, ...]]:
    """Both kernels' taps on the union of their places, and the origin there."""
    (low, high), (first, last) = reach(k), reach(h)
    low, high = tuple(map(min, low, first)), tuple(map(max, high, last))
    return laid_out(k, low, high, dtype), laid_out(h, low, high, dtype), tuple(-at for at in low)


def offsets(k: Kernel) -> list[Array]:
    """How far each index lies from the origin, one line of numbers an axis."""
    return [np.arange(size) - at for size, at in zip(k.shape, k.origin, strict=True)]


def inexact(k: Kernel) -> Array:
    """The taps as float64 or complex128."""
    return k.taps.astype(np.complex128 if k.dtype.kind == "c" else np.float64)


def scale(k: Kernel) -> float:
    """``sum |k|``; infinite when it leaves the range of float64."""
    values = np.abs(inexact(k)).ravel().tolist()
    try:
        return math.fsum(values)
    except OverflowError:
        return math.inf


def moderate(k: Kernel) -> tuple[Kernel, int]:
    """`k` times ``2**-exponent`` and the exponent: 0 where squares and sums of taps are finite."""
    largest = float(np.abs(k.taps).max()) if k.dtype.kind in "fc" else 1.0
    if not largest or 2.0**-400 <= largest <= 2.0**400:
        return k, 0
    exponent = math.frexp(largest)[1]
    return type(k)(times_power_of_two(inexact(k), -exponent), k.origin), exponent


def times_power_of_two(values: Array, exponent: int) -> Array:
    """``values * 2**exponent``, each part by itself; infinite beyond the range of float64."""
    with np.errstate(over="ignore", under="ignore"):
        parts = np.ldexp(np.ascontiguousarray(values).view(np.float64), exponent)
    return parts.view(values.dtype)
