r"""The matched filter for coloured noise: weight each frequency by the inverse of its noise.

With the pattern ``h``, the data ``d`` and the noise's power spectrum ``S`` (white noise of unit
variance has ``S = 1``)::

    z[n]    = sum_f conj(H) D / S exp(2 pi i f n)
    sigma^2 = sum_f |H|^2 / S
    snr     = z / sigma          real pattern: of unit variance in noise alone
    snr     = |z| / sqrt(sigma^2 / 2)      complex pattern, both quadratures of a chirp of unknown
                                           phase: each has unit variance

as gravitational-wave searches define it (Allen et al., Phys. Rev. D 85, 122006, 2012). ``S`` is the
mean over half-overlapping Blackman windows an eighth of the data long, at most (Welch 1967). Its
inverse becomes a filter of finite length ("inverse spectrum truncation", ibid., section VII), which
joins the pattern in one kernel, so that the search itself is one correlation. The data fade in and
out at their ends, lest the step there ring through the filter.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.base.errors import OptionError
from intertwine.convolution import convolve, correlate
from intertwine.kernel import Kernel
from intertwine.matching.names import CALLER
from intertwine.matching.templates import levelled

Array = NDArray[Any]

#: The shortest segment worth a spectrum, and the longest beyond twice the pattern.
SHORTEST, ENOUGH = 8, 4096

#: Doublings of the spectrum's resolution before its inverse is cut to a filter.
DOUBLINGS = 2

#: Noise is not taken for less than these parts of its level where the pattern is: roughly, then
#: where it tells.
FLOORS = 1e-8, 1e-4

#: A window's side lobes: a pattern with less than this of its strongest energy has none there.
LEAKAGE = 1e-6

#: Frequencies with less power than this beside the strongest hold rounding, not noise.
WEAKEST = 1e-24


def surface(data: Array, patterns: Array, first: tuple[int, ...], result: np.dtype[Any]) -> Array:
    """Signal-to-noise ratios ``(P, M1, ..., Md)``, pooled over channels.

    `first` is where the pattern starts out: 0, or its middle on the first sample and zeros outside.
    """
    x = _prepared(data)
    window = patterns.shape[2:]
    lengths = tuple(_segment(n, k) for n, k in zip(x.shape[1:], window, strict=True))
    faded = x
    for axis, (n, length) in enumerate(zip(x.shape[1:], lengths, strict=True), 1):
        ramp = scipy.signal.windows.tukey(n, min(1.0, length / (2 * n)))
        faded = faded * ramp.reshape(-1, *(1,) * (x.ndim - 1 - axis))
    noise = [spectrum(channel, lengths) for channel in x]
    found = []
    for pattern in patterns:
        filters = [
            inverse_filter(_floored(power, own)) for power, own in zip(noise, pattern, strict=True)
        ]
        parts = [
            _filtered(channel, own, weights, first)
            for channel, own, weights in zip(faded, pattern, filters, strict=True)
        ]
        z, power = sum(part for part, _ in parts), sum(energy for _, energy in parts)
        ratio = np.asarray(z) / np.sqrt(power / 2 if np.iscomplexobj(z) else power)
        found.append(np.abs(ratio) if np.iscomplexobj(z) else ratio)
    return np.stack(found).astype(result)


def _prepared(data: Array) -> Array:
    """Each channel without its mean and of unit variance."""
    axes = tuple(range(1, data.ndim))
    x = data.astype(np.complex128 if data.dtype.kind == "c" else np.float64)
    x = levelled(x, axes)
    x -= x.mean(axes, keepdims=True)
    spread = np.sqrt((np.abs(x) ** 2).mean(axes, keepdims=True))
    if (spread <= 1e-14).any():
        raise OptionError(
            f"{CALLER}: `data` is constant, so that whiten='noise' finds no noise to weigh by.\n"
            f"  Leave `whiten` out."
        )
    x /= spread
    return x


def _segment(samples: int, window: int) -> int:
    longest = max(2 * window, ENOUGH)
    return min(max(min(samples // 8, longest), SHORTEST), samples)


def spectrum(x: Array, lengths: tuple[int, ...]) -> NDArray[np.float64]:
    """Power of the noise at the frequencies of segments so long: their mean, by Welch's method.

    White noise of unit variance has 1 throughout.
    """
    window = np.ones(())
    for length in lengths:
        window = window[..., None] * scipy.signal.windows.blackman(length, sym=False)
    starts = [
        range(0, n - length + 1, max(1, length // 2))
        for n, length in zip(x.shape, lengths, strict=True)
    ]
    power = np.zeros(lengths)
    for corner in product(*starts):
        part = x[tuple(slice(i, i + n) for i, n in zip(corner, lengths, strict=True))]
        power += np.abs(scipy.fft.fftn(part * window)) ** 2
    power /= prod(len(s) for s in starts) * (window**2).sum()
    return power


def _floored(power: NDArray[np.float64], own: Array) -> NDArray[np.float64]:
    """Noise that is nowhere far below its level where the pattern can be told from it.

    Bands that were filtered away, or never were in data brought to a higher rate, hold leakage and
    rounding: their inverse would outweigh all the rest. The level is the noise at the median of
    the pattern's energy, at first, and then of its ``|H|^2 / S``.
    """
    lengths = power.shape
    energy = spectrum(np.pad(own, [(n, n) for n in lengths]), lengths)
    energy[energy < LEAKAGE * energy.max()] = 0
    order = np.argsort(power, axis=None)
    weight = energy
    for floor in FLOORS:
        share = np.cumsum(weight.flat[order])
        level = power.flat[order[np.searchsorted(share, share[-1] / 2)]]
        power = np.maximum(power, floor * level)
        weight = np.divide(energy, power, out=np.zeros(lengths), where=power > 0)
    return power


def inverse_filter(power: NDArray[np.float64]) -> Kernel:
    """``1 / S`` as a kernel: interpolated, transformed, faded out towards its ends."""
    for axis in range(power.ndim):
        for _ in range(DOUBLINGS):
            between = (power + np.roll(power, -1, axis)) / 2
            shape = list(power.shape)
            shape[axis] *= 2
            power = np.stack([power, between], axis + 1).reshape(shape)
    alive = power > WEAKEST * power.max()
    inverse = np.where(alive, 1 / np.where(alive, power, 1), 0)
    taps = scipy.fft.fftshift(scipy.fft.ifftn(inverse))
    if np.allclose(taps.imag, 0, atol=1e-9 * float(np.abs(taps).max())):
        taps = taps.real
    for axis, n in enumerate(taps.shape):
        fade = scipy.signal.windows.hann(n, sym=False)
        taps = taps * fade.reshape(-1, *(1,) * (taps.ndim - 1 - axis))
    return Kernel(taps, origin=tuple(n // 2 for n in taps.shape))


def _filtered(x: Array, own: Array, weights: Kernel, first: tuple[int, ...]) -> tuple[Array, float]:
    """``z`` at every place of the search, and ``sigma^2``."""
    joined = convolve(own, weights.taps, mode="full", boundary="zero")
    under = tuple(slice(c, c + k) for c, k in zip(weights.origin, own.shape, strict=True))
    energy = float((own.conj() * joined[under]).sum().real)
    origin = tuple(c - f for c, f in zip(weights.origin, first, strict=True))
    z = correlate(x, Kernel(joined, origin=origin), boundary="zero")
    if not any(first):
        z = z[tuple(slice(0, n - k + 1) for n, k in zip(x.shape, own.shape, strict=True))]
    return z, energy
