"""How far one picture is shifted against another: correlation with every frequency counting alike.

``c = ifft(conj(A) B / |A B|)`` of two windowed pictures is a single peak at the shift, where plain
correlation is a broad hill (Kuglin and Hines, 1975). Here frequencies fade out towards the
highest, where interpolation and noise live.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

Array = NDArray[Any]

#: Spectral width in cycles per pixel, as ``exp(-(f / width)^2 / 2)``.
_WIDTH = 0.2

#: Share of each side over which the window rises.
_TAPER = 0.15


def tapered(shape: tuple[int, ...]) -> Array:
    """A window that is 1 but for a cosine slope along every border."""
    window = np.ones(shape, np.float32)
    for axis, size in enumerate(shape):
        slope = np.minimum(1, (0.5 + np.minimum(np.arange(size), np.arange(size)[::-1]))
                           / max(1.0, _TAPER * size))  # fmt: skip
        line = 0.5 - 0.5 * np.cos(np.pi * slope)
        window *= np.expand_dims(line, [a for a in range(len(shape)) if a != axis])
    return window


def padded_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Room for shifts of up to half the picture to either side."""
    return tuple(scipy.fft.next_fast_len(n + n // 2, real=True) for n in shape)


def spectrum_of(values: Array, window: Array, shape: tuple[int, ...]) -> Array:
    """The transform of a picture under a window, its weighted mean taken away first."""
    level = float((values * window).sum() / max(float(window.sum()), 1e-9))
    spectrum: Array = scipy.fft.rfftn((values - level) * window, shape)
    return spectrum


@dataclass(frozen=True, slots=True)
class Peak:
    """A place of the surface, as a shift in whole pixels, and its height in standard deviations."""

    shift: tuple[int, ...]
    height: float


def surface_of(one: Array, other: Array, shape: tuple[int, ...]) -> Array:
    """The phase correlation over all shifts, in standard deviations; zero shift comes first."""
    product = np.conj(one) * other
    size = np.abs(product)
    size += 1e-6 * float(size.max()) + 1e-30
    surface: Array = scipy.fft.irfftn(product / size * _fading(shape), shape)
    surface -= surface.mean()
    surface /= surface.std() + 1e-30
    return surface


def _fading(shape: tuple[int, ...]) -> Array:
    """The weight of each frequency of the half spectrum."""
    squares = np.zeros((1,) * len(shape))
    for axis, size in enumerate(shape):
        last = axis == len(shape) - 1
        frequency = scipy.fft.rfftfreq(size) if last else scipy.fft.fftfreq(size)
        squares = squares + np.expand_dims(
            frequency**2, [a for a in range(len(shape)) if a != axis]
        )
    return np.asarray(np.exp(-squares / (2 * _WIDTH**2)), np.float32)


def highest(surface: Array, count: int = 1, apart: int = 3) -> list[Peak]:
    """The `count` highest places, each more than `apart` pixels from those before it."""
    left, peaks = surface.copy(), []
    for _ in range(count):
        place = np.unravel_index(int(left.argmax()), left.shape)
        height = float(left[place])
        shift = tuple(
            int(at) - size * (2 * int(at) > size)
            for at, size in zip(place, left.shape, strict=True)
        )
        peaks.append(Peak(shift, height))
        around = [
            np.arange(int(at) - apart, int(at) + apart + 1) % size
            for at, size in zip(place, left.shape, strict=True)
        ]
        left[np.ix_(*around)] = -np.inf
    return peaks
