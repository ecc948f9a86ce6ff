"""The frequency response on a grid, and kernels whose response is a function of it.

``K(f) = sum_n k[n] exp(-2 pi i f . n)``, n counted from the origin, so that the phase has no part
that only says where the array begins. On a grid of N frequencies the taps are folded modulo N,
which leaves these samples of K exact. Kernels made from a response are periodic with the grid; the
grid is doubled until what would be folded is rounding.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from intertwine.algebra.frame import Array, inexact, moderate, scale, times_power_of_two
from intertwine.algebra.geometry import trimmed
from intertwine.base.checks import integer
from intertwine.base.errors import OptionError, ShapeError, counted

if TYPE_CHECKING:
    from intertwine.kernel import Kernel

#: Gains below this share of ``sum |k|`` are rounding: nothing can be divided by them.
VANISHING = 1e-10
#: What a kernel made from a response may have left at the rim of its grid.
SETTLED = 1e-13
_LEAST = {1: 256, 2: 64, 3: 16}
_MOST = 1 << 22


def sampled(k: Kernel, shape: Sequence[int]) -> Array:
    """K at the frequencies ``np.fft.fftfreq(n)`` of each axis."""
    k, exponent = moderate(k)
    folded = inexact(k)
    for axis, (n, at) in enumerate(zip(shape, k.origin, strict=True)):
        folded = _folded(np.moveaxis(folded, axis, 0), n, at)
        folded = np.moveaxis(folded, 0, axis)
    response = np.fft.fftn(folded)
    return times_power_of_two(response, exponent) if exponent else response


def _folded(taps: Array, n: int, at: int) -> Array:
    """The first axis modulo `n`, its origin at 0."""
    size = taps.shape[0]
    front = -at % n
    rows = -(-(front + size) // n)
    padded = np.zeros((rows * n, *taps.shape[1:]), taps.dtype)
    padded[front : front + size] = taps
    result: Array = padded.reshape(rows, n, *taps.shape[1:]).sum(axis=0)
    return result


def grid_shape(caller: str, k: Kernel, shape: int | Sequence[int] | None) -> tuple[int, ...] | None:
    """Return `shape` as one number of frequencies an axis."""
    if shape is None:
        return None
    sizes = tuple(shape) if np.iterable(shape) else (shape,) * k.ndim
    if len(sizes) != k.ndim:
        raise ShapeError(
            f"{caller}: `shape` {sizes} names {counted(len(sizes), 'axis', 'axes')}, but the "
            "kernel "
            f"has {k.ndim}."
        )
    numbers = tuple(integer(caller, "shape", n, 1, _MOST) for n in sizes)
    if math.prod(numbers) > 8 * _MOST:
        raise ShapeError(f"{caller}: `shape` {numbers} has more than {8 * _MOST} frequencies.")
    return numbers


def default_shape(k: Kernel, times: int = 4) -> tuple[int, ...]:
    """A power of two of frequencies an axis, several for each tap."""
    least = _LEAST.get(k.ndim, 8)
    shape = [1 if n == 1 else max(least, 1 << (times * n - 1).bit_length()) for n in k.shape]
    while math.prod(shape) > _MOST and max(shape) > 2:
        shape[int(np.argmax(shape))] //= 2
    return tuple(shape)


def frequency_at(index: Sequence[int], shape: Sequence[int]) -> str:
    """The frequency of a grid point, as written in messages."""
    cycles = [float(np.fft.fftfreq(n)[i]) for i, n in zip(index, shape, strict=True)]
    text = ", ".join(f"{f:.4g}" for f in cycles)
    return f"{text} cycles per sample" if len(cycles) == 1 else f"({text}) cycles per sample"


def refuse_zeros(caller: str, k: Kernel, response: Array, remedy: str) -> None:
    """Raise where the response is too small to divide by or to take the logarithm of."""
    gain = np.abs(response)
    index = np.unravel_index(int(gain.argmin()), gain.shape)
    least = float(gain[index])
    if least <= VANISHING * scale(k):
        where = frequency_at([int(i) for i in index], gain.shape)
        raise OptionError(
            f"{caller}: the spectrum vanishes: at {where} its gain is {least:.3g}, "
            f"against {float(gain.max()):.3g} at most.\n  {remedy}"
        )


def kernel_with_response(
    caller: str,
    k: Kernel,
    answer: Callable[[Array], Array | None],
    shape: tuple[int, ...] | None,
) -> Kernel:
    """The kernel whose response is ``answer(K)``; `answer` returns None for a finer grid.

    With `shape` the kernel is as long as that and exact under ``boundary="wrap"`` on signals of
    that shape; without, it is as long as it needs to be.
    """
    left = math.inf
    for grid in _grids(k) if shape is None else (shape,):
        wanted = answer(sampled(k, grid))
        if wanted is None:
            continue
        taps: Array = np.fft.fftshift(np.fft.ifftn(wanted))
        taps = taps if k.dtype.kind == "c" else taps.real
        made = type(k)(taps, tuple(n // 2 for n in grid))
        if shape is not None:
            return made
        left = _at_the_rim(taps)
        if left <= SETTLED:
            return trimmed(made, 1e-16)
    if math.isinf(left):
        raise OptionError(
            f"{caller}: the phase turns too quickly to be followed near a zero of the spectrum, on "
            f"{_MOST} frequencies.\n  Smooth the kernel, or use a whole number of times."
        )
    size = ", ".join(str(min(n, max(64, 16 * m))) for n, m in zip(grid, k.shape, strict=True))
    cut = f"Pass shape=({size}{',' if k.ndim == 1 else ''}) to cut it there"
    more = {"inverse": ", or a larger regularization", "wiener": ", or a lower snr"}
    raise OptionError(
        f"{caller}: the answer is too long: {left:.2g} of its weight lies at the rim of {grid} "
        f"taps, because the spectrum nearly vanishes.\n  {cut}{more.get(caller, '')}."
        if caller in more
        else f"{caller}: the answer is too long: {left:.2g} of its weight lies at the rim of "
        f"{grid} taps, because the spectrum nearly vanishes."
    )


def _grids(k: Kernel) -> Iterator[tuple[int, ...]]:
    shape = default_shape(k, 8)
    while math.prod(shape) <= _MOST:
        yield shape
        shape = tuple(n if n == 1 else 2 * n for n in shape)
        if max(shape) == 1:
            return


def _at_the_rim(taps: Array) -> float:
    """The weight in the outer eighth of every long axis, as a share of all."""
    size = np.abs(taps)
    inner = tuple(slice(None) if n == 1 else slice(n // 16, n - n // 16) for n in size.shape)
    total = float(size.sum())
    return float((total - size[inner].sum()) / total) if total else 0.0


def neighbours(shape: Sequence[int]) -> Iterator[int]:
    """The axes along which a grid has neighbours."""
    return itertools.compress(range(len(shape)), [n > 1 for n in shape])
