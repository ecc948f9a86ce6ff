"""Kernels composed, added and scaled.

Convolving with `h` and then with `k` is convolving once with ``k * h`` (associativity, Young
1912 for integrable functions): its taps are the full convolution of the taps, and the origins add.
Integers stay exact: they are added in 64 bits, or in Python's integers where 64 bits could be too
few, and an answer that no 64-bit integer holds is an error.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from intertwine.algebra.checks import at_least
from intertwine.algebra.frame import Array, check_pair, together
from intertwine.base.errors import DTypeError, OptionError, beyond_64_bits
from intertwine.convolution import convolve

if TYPE_CHECKING:
    from intertwine.kernel import Kernel

_SHORT = 1 << 24  # products of taps
_INT64, _UINT64 = np.iinfo(np.int64), np.iinfo(np.uint64)


def composed(k: Kernel, h: Kernel) -> Kernel:
    """Return ``k * h``: ``(k * h)[n] = sum_j k[j] h[n - j]``."""
    check_pair("k * h", k, h)
    origin = tuple(a + b for a, b in zip(k.origin, h.origin, strict=True))
    if whole(k) and whole(h):
        return type(k)(_whole_product(k.taps, h.taps), origin)
    dtype = np.result_type(k.dtype, h.dtype)
    large, small = (k, h) if k.size >= h.size else (h, k)
    with np.errstate(over="ignore", invalid="ignore"):
        taps = _full(large.taps.astype(dtype), small.taps.astype(dtype))
    return type(k)(finite("k * h", taps), origin)


def added(k: Kernel, h: Kernel, sign: int) -> Kernel:
    """Return ``k + h`` or ``k - h``, the origins on one place."""
    caller = "k + h" if sign > 0 else "k - h"
    check_pair(caller, k, h)
    exact = whole(k) and whole(h)
    mine, other, origin = together(k, h, object if exact else np.result_type(k.dtype, h.dtype))
    if exact:
        return type(k)(narrowed(caller, mine + sign * other), origin)
    with np.errstate(over="ignore"):
        return type(k)(finite(caller, mine + sign * other), origin)


def scaled(k: Kernel, factor: Any) -> Kernel:
    """Return ``factor * k``; whole factors keep whole taps whole."""
    number = factor.item() if isinstance(factor, np.generic) else factor
    if isinstance(number, int) and whole(k):
        return type(k)(narrowed("scalar * k", k.taps.astype(object) * int(number)), k.origin)
    if not np.isfinite(number):
        raise OptionError(f"scalar * k: {number!r} is not finite.\n  Pass a finite number.")
    dtype = np.result_type(k.dtype, number)
    with np.errstate(over="ignore"):
        return type(k)(finite("scalar * k", k.taps.astype(dtype) * number), k.origin)


def divided(k: Kernel, divisor: Any) -> Kernel:
    """Return ``k / divisor``, floats."""
    if divisor == 0:
        raise OptionError("k / scalar: division by zero.")
    with np.errstate(over="ignore"):
        return type(k)(finite("k / scalar", k.taps / divisor), k.origin)


def isclose(k: Kernel, h: Kernel, rtol: float, atol: float) -> bool:
    """Whether the taps differ by at most ``atol + rtol * max|tap|``, the origins on one place."""
    share = at_least("isclose", "rtol", rtol, 0.0)
    rest = at_least("isclose", "atol", atol, 0.0)
    check_pair("isclose", k, h)
    dtype = np.result_type(k.dtype, h.dtype, np.float64)
    mine, other, _ = together(k, h, dtype)
    largest = max(float(np.abs(mine).max()), float(np.abs(other).max()))
    return bool(np.abs(mine - other).max() <= rest + share * largest)


def whole(k: Kernel) -> bool:
    """Whether the taps are integers by type."""
    return k.dtype.kind in "biu"


def narrowed(caller: str, taps: Array) -> Array:
    """Python's integers as int64, or uint64 where only that holds them."""
    least, most = int(taps.min()), int(taps.max())
    if _INT64.min <= least and most <= _INT64.max:
        return taps.astype(np.int64)
    if least >= 0 and most <= _UINT64.max:
        return taps.astype(np.uint64)
    beyond = beyond_64_bits(least, most, signed=least < 0)
    raise DTypeError(
        f"{caller}: a tap becomes {beyond}.\n  Divide the taps first, or make them floats: 1.0 * k."
    )


def finite(caller: str, taps: Array) -> Array:
    """Refuse taps that left the range of their type."""
    if not np.isfinite(taps).all():
        raise OptionError(
            f"{caller}: taps leave the range of {taps.dtype} (to {np.finfo(taps.dtype).max:.4g}).\n"
            "  Divide the kernels by their largest taps first."
        )
    return taps


def _full(large: Array, small: Array) -> Array:
    """The full convolution; short ones are summed as written, so that zeros and signs survive."""
    method = "direct" if large.size * small.size <= _SHORT else "auto"
    taps: Array = convolve(large, small, mode="full", boundary="zero", method=method)
    return taps


def _whole_product(k: Array, h: Array) -> Array:
    """The full convolution of integer taps, exactly."""
    large, small = (k, h) if k.size >= h.size else (h, k)
    most = max(abs(int(large.max())), abs(int(large.min())))
    weight = sum(abs(tap) for tap in small.ravel().tolist())
    if (1 << most.bit_length()) * weight <= _INT64.max:
        return _full(large.astype(np.int64), small.astype(np.int64))
    return narrowed("k * h", _long_product(large, small))


def _long_product(large: Array, small: Array) -> Array:
    """In Python's integers, one tap of the smaller kernel at a time."""
    full = np.zeros([a + b - 1 for a, b in zip(large.shape, small.shape, strict=True)], object)
    values = large.astype(object)
    for index in itertools.product(*map(range, small.shape)):
        tap = int(small[index])
        if tap:
            window = tuple(slice(i, i + n) for i, n in zip(index, large.shape, strict=True))
            full[window] += tap * values
    return full
