"""Kernels composed with themselves: n times, and a fraction of a time.

``k ** n`` has the response ``K**n``; it is built by squaring, so that n costs log n compositions.
``k.power(t)`` has the response ``exp(t log K)`` with the logarithm that is continuous in frequency.
Such a logarithm exists only where K vanishes nowhere and does not turn around 0 (the winding number
is 0; Wiener and Lévy, 1932 to 1935, then make the result absolutely summable), and so both are
checked and said.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from intertwine.algebra import composition
from intertwine.algebra.checks import finite
from intertwine.algebra.frame import Array
from intertwine.algebra.response import (
    frequency_at,
    grid_shape,
    kernel_with_response,
    neighbours,
    refuse_zeros,
)
from intertwine.base.errors import OptionError, counted

if TYPE_CHECKING:
    from intertwine.kernel import Kernel


def whole_power(k: Kernel, n: Any) -> Kernel:
    """Compose `n` copies of `k`; none is the unit impulse."""
    if isinstance(n, float) and not n.is_integer():
        raise OptionError(f"k ** n: n is {n!r}, not a whole number.\n  Write k.power({n!r}).")
    count = _counted(n)
    if count < 0:
        raise OptionError(
            f"k ** n: n is {count}, below 0.\n  Write k.power({count}), or k.inverse()."
        )
    result = type(k)(np.ones((1,) * k.ndim, np.int64 if composition.whole(k) else k.dtype))
    square = k
    while count:
        if count & 1:
            result = (
                square if result.size == 1 and count == n else composition.composed(result, square)
            )
        count >>= 1
        if count:
            square = composition.composed(square, square)
    return result


def _counted(n: Any) -> int:
    try:
        return int(n) if isinstance(n, float) else int(n.__index__())
    except (AttributeError, TypeError):
        raise OptionError(f"k ** n: n must be a whole number, not {n!r}.") from None


def fractional_power(k: Kernel, t: float, shape: int | Sequence[int] | None = None) -> Kernel:
    """Return the kernel of response ``exp(t log K)``; whole `t` from 0 on are composed."""
    exponent = finite("power", "t", t)
    if exponent.is_integer() and exponent >= 0 and shape is None:
        return whole_power(k, int(exponent))

    def answer(response: Array) -> Array | None:
        refuse_zeros(
            "power",
            k,
            response,
            "Only whole powers of such a kernel exist; blur less, or add a little identity.",
        )
        phase = continuous_phase(k, response)
        if phase is None:
            return None
        return np.exp(exponent * (np.log(np.abs(response)) + 1j * phase))

    return kernel_with_response("power", k, answer, grid_shape("power", k, shape))


def continuous_phase(k: Kernel, response: Array) -> Array | None:
    """The phase without jumps, or None on a grid too coarse to be sure of it."""
    start = complex(response.flat[0])
    if k.dtype.kind != "c" and start.real < 0:
        raise OptionError(
            f"power: the sum of the taps is {start.real:.4g}, below 0, and has no real power.\n"
            "  Take the power of -k."
        )
    phase: Array = np.angle(response)
    for axis in neighbours(response.shape):
        _refuse_winding(k, response, axis)
        phase = np.unwrap(phase, axis=axis)
    for axis in neighbours(response.shape):
        step = np.abs(np.roll(phase, -1, axis) - phase)
        if step.max() > math.pi:  # the phase turns around a point between the axes
            index = np.unravel_index(int(step.argmax()), step.shape)
            if math.prod(response.shape) > 1 << 18:
                where = frequency_at([int(i) for i in index], response.shape)
                raise OptionError(
                    f"power: the phase of the spectrum turns around near {where}, where its gain "
                    f"is {float(np.abs(response[index])):.3g}: no continuous logarithm exists."
                )
            return None
        if step.max() > math.pi / 2:
            return None
    return phase


def _refuse_winding(k: Kernel, response: Array, axis: int) -> None:
    """Raise when the response goes around 0 along the line of an axis through frequency 0."""
    line = response[tuple(slice(None) if a == axis else 0 for a in range(response.ndim))]
    steps = np.angle(np.roll(line, -1) / line)
    turns = round(float(steps.sum()) / (2 * math.pi))
    if turns and np.abs(steps).max() < math.pi / 2:
        at = k.origin[axis] - turns
        inside = 0 <= at < k.shape[axis]
        move = f"origin {at} on that axis" if inside else "trim it, or pad it and move its origin"
        raise OptionError(
            f"power: along axis {axis} the spectrum turns {counted(abs(turns), 'time')} "
            f"around 0: the kernel moves the signal by about {counted(-turns, 'sample')}, and part "
            "of such a move is no kernel.\n"
            f"  Take the move out first: {move}."
        )
