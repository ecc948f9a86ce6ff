"""Many steps of a walk at once: n of them, or a Poisson number of mean t.

``flow(t) = exp(t (k - delta)) = exp(-t) sum_n t**n / n! k^(*n)``, the law of a walk that makes a
Poisson number of steps, each drawn from `k` (Feller, An Introduction to Probability Theory II,
1971, X.1: pseudo-Poisson processes). Three facts make it safe to compute:

* Chernoff: a displacement beyond ``a`` along an axis has a probability of at most
  ``exp(t (M(s) - 1) - s a)`` for every s > 0, M being the moment generating function of a step. The
  box that is kept leaves out less than `TAIL` in all, and the same number bounds what wraps around
  a Fourier transform of the size of that box.
* For short times the series itself is summed: all its terms are positive, so every tap is
  relatively accurate, down to the smallest.
* For long times the spectrum is, with ``k^ - 1`` summed as ``-2 sin(w j / 2)**2``, in which nothing
  cancels.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import OptionError
from intertwine.convolution import convolve
from intertwine.kernel import Kernel

Array = NDArray[Any]

TAIL = 1e-18  # what a box may leave out, in all
_SERIES = 16.0  # mean number of steps up to which the series is summed
_MOST_WORK = 1 << 26  # multiplications for which the series, or the exact spectrum, is summed
_MANY = 1 << 17  # taps from which on rounding is left to pairwise summation
MOST_TAPS = 1 << 27  # 1 GiB of float64


def step_kernel(kernel: Kernel, count: int) -> Kernel:
    """The law of the sum of `count` independent steps, by repeated squaring."""
    check_size([count * (n - 1) + 1 for n in kernel.shape], "step")
    result = Kernel(np.ones((1,) * kernel.ndim), (0,) * kernel.ndim)
    power = kernel
    while count:
        if count & 1:
            result = composed(result, power)
        count >>= 1
        if count:
            power = composed(power, power)
    return result


def composed(first: Kernel, second: Kernel) -> Kernel:
    """The law of one step after another: taps convolve, origins add."""
    direct = first.size * second.size <= _MOST_WORK
    taps = convolve(
        first.taps.astype(np.float64),
        second.taps.astype(np.float64),
        mode="full",
        boundary="zero",
        method="direct" if direct else "auto",
    )
    origin = [a + b for a, b in zip(first.origin, second.origin, strict=True)]
    return Kernel(np.maximum(taps, 0), origin)


def flow_kernel(kernel: Kernel, time: float) -> Kernel:
    """The law after a Poisson number of steps of mean `time`: positive, of sum 1."""
    below, above = reach(kernel, time)
    shape = [int(b + a + 1) for b, a in zip(below, above, strict=True)]
    check_size(shape, "flow")
    terms = _terms(time)
    if time <= _SERIES and kernel.size * math.prod(shape) * terms <= _MOST_WORK:
        taps = _by_series(kernel, time, shape, below, terms)
    else:
        taps = _by_spectrum(kernel, time, shape, below)
    return Kernel(taps / total(taps), below)


def check_size(shape: list[int], caller: str) -> None:
    """Refuse a kernel that memory should not be asked for."""
    if math.prod(shape) > MOST_TAPS:
        size = " x ".join(f"{n:,}" for n in shape)
        raise OptionError(
            f"{caller}: the kernel would have {size} taps, more than {MOST_TAPS:,}.\n"
            "  Ask for fewer steps or a shorter time."
        )


def total(values: Array) -> float:
    """The sum, correctly rounded unless there are very many."""
    if values.size > _MANY:
        return float(values.sum(dtype=np.float64))
    return math.fsum(values.ravel().tolist())


def reach(kernel: Kernel, time: float) -> tuple[list[int], list[int]]:
    """How far the walk gets along each axis, down and up, save for `TAIL` of its weight."""
    log_odds = -math.log(TAIL / (2 * kernel.ndim))
    below, above = [], []
    for axis, at in enumerate(kernel.origin):
        others = tuple(a for a in range(kernel.ndim) if a != axis)
        weights = kernel.taps.sum(axis=others, dtype=np.float64)
        places = np.arange(weights.size) - at
        below.append(_chernoff(weights, -places, time, log_odds))
        above.append(_chernoff(weights, places, time, log_odds))
    return below, above


def _chernoff(weights: Array, places: Array, time: float, log_odds: float) -> int:
    """The least a on a grid of s with ``time (M(s) - 1) - s a <= -log_odds``, rounded up."""
    weights, places = weights[weights > 0], places[weights > 0]
    furthest = int(places.max())
    if furthest <= 0 or time == 0:
        return 0
    s = np.geomspace(1e-10, 600.0, 2000) / furthest
    growth = (np.expm1(np.multiply.outer(s, places)) * weights).sum(axis=1)
    with np.errstate(over="ignore"):
        bounds = (time * growth + log_odds) / s
    return max(0, math.ceil(float(bounds.min())))


def _terms(time: float) -> int:
    """Terms of the series after which a Poisson tail is below `TAIL`: ``e^-t (e t / n)^n``."""
    n = max(1, math.ceil(time))
    while time > 0 and n * (1 + math.log(time / n)) - time > math.log(TAIL):
        n += 1
    return n


def _by_series(
    kernel: Kernel, time: float, shape: list[int], origin: list[int], terms: int
) -> Array:
    """``delta + t/1 k (delta + t/2 k (delta + ...))`` inside the box."""
    start = np.zeros(shape)
    start[tuple(origin)] = 1
    flow = start
    for n in range(terms, 0, -1):
        mixed = convolve(flow, kernel, boundary="zero", method="direct")
        flow = start + mixed * (time / n)
    result: Array = flow * math.exp(-time)
    return result


def _by_spectrum(kernel: Kernel, time: float, shape: list[int], origin: list[int]) -> Array:
    """The inverse transform of ``exp(t (k^ - 1))``; rounding below 0 is cut off."""
    from scipy import fft  # type: ignore[import-untyped]

    sizes = [int(fft.next_fast_len(n, real=True)) for n in shape]
    taps = fft.irfftn(np.exp(time * exponent(kernel, sizes)), sizes)
    for axis, at in enumerate(origin):
        taps = np.roll(taps, at, axis)
    kept: Array = np.maximum(taps[tuple(slice(n) for n in shape)], 0)
    return kept


def exponent(kernel: Kernel, sizes: list[int]) -> Array:
    """``k^ - 1`` at the frequencies of a real transform of these sizes."""
    if np.count_nonzero(kernel.taps) * math.prod(sizes) <= _MOST_WORK:
        return exponent_at(kernel, _real_frequencies(sizes))
    from scipy import fft

    grid = np.zeros(sizes)
    places = np.argwhere(kernel.taps) - np.array(kernel.origin)
    np.add.at(grid, tuple(places.T % np.array(sizes)[:, None]), kernel.taps[kernel.taps != 0])
    grid[(0,) * grid.ndim] -= 1
    spectrum: Array = fft.rfftn(grid)
    return spectrum


def exponent_at(kernel: Kernel, frequencies: list[Array]) -> Array:
    """``k^ - 1`` at angular `frequencies` that broadcast: nothing cancels near 0."""
    change = np.zeros(np.broadcast_shapes(*(w.shape for w in frequencies)), np.complex128)
    for index in np.argwhere(kernel.taps):
        place = [int(i) - c for i, c in zip(index, kernel.origin, strict=True)]
        if not any(place):
            continue
        weight = float(kernel.taps[tuple(index)])
        phase = sum(j * w for j, w in zip(place, frequencies, strict=True) if j)
        change.real -= 2 * weight * np.sin(phase / 2) ** 2
        change.imag -= weight * np.sin(phase)
    return change


def _real_frequencies(sizes: list[int]) -> list[Array]:
    """Angular frequencies of `rfftn`, one axis each, shaped to broadcast."""
    lines = [2 * np.pi * np.fft.fftfreq(n) for n in sizes[:-1]]
    lines.append(2 * np.pi * np.fft.rfftfreq(sizes[-1]))
    return list(np.meshgrid(*lines, indexing="ij", sparse=True))
