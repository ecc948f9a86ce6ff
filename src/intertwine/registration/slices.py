"""The spectrum of a page along rays: that of its profile across lines of any slope.

By the projection-slice theorem, a page that is summed along lines of the slope ``t`` has the
spectrum that the page has along one ray. `scan` reads all rays off one transform, by interpolation;
`Slices` computes those around one angle exactly.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.registration.candidates import vertex

Array = NDArray[Any]

#: The frequencies looked at, in cycles per pixel: lines of text, and their sharp edges.
_LOWEST, _HIGHEST = 0.02, 0.35

#: The fraction of each side over which the page fades out.
_TAPER = 0.03

#: So many columns, alike to a hundredth of a cycle, are added up before rays are told apart.
_BIN = 16

#: Letters of one line are in step with those of others: errors on drawn pages are so many times
#: what bands that differ by chance alone would have.
_IN_STEP = 1.5

#: Rays of a scan are this many degrees apart.
STEP_DEG = 0.05


def scan(ink: Array) -> tuple[Array, Array]:
    """Rays from -90 to 90 degrees and ``sum f |F(f, t)|``."""
    shape = tuple(scipy.fft.next_fast_len(2 * n, real=True) for n in ink.shape)
    strength = np.abs(scipy.fft.rfft2(_faded(ink), shape))
    degrees = np.arange(-round(90 / STEP_DEG), round(90 / STEP_DEG)) * STEP_DEG
    angle = np.deg2rad(degrees)[:, None]  # the spectrum of level lines lies on the rows' axis
    frequency = np.arange(_LOWEST, _HIGHEST, 2 / max(shape))
    rows = np.cos(angle) * frequency * shape[0]
    columns = np.sin(angle) * frequency * shape[1]
    rows, columns = np.where(columns < 0, -rows, rows), np.abs(columns)
    sampled = scipy.ndimage.map_coordinates(
        strength, np.stack([rows, columns]), order=1, mode="grid-wrap"
    )
    return degrees, sampled @ _weight(frequency)


class Slices:
    """Rays within a degree of one angle: ``P(f, t) = sum over x of X(f, x) exp(-2 pi i f x tan t)``

    with the transform ``X`` of the columns, and x from the middle of what is written: lines stay
    in their places when they turn about it.
    """

    def __init__(self, ink: Array, angle_deg: float) -> None:
        rows, columns = ink.shape
        self._size = scipy.fft.next_fast_len(2 * rows, real=True)
        frequency = scipy.fft.rfftfreq(self._size)
        self._kept = (frequency > _LOWEST) & (frequency < 1.4 * _HIGHEST)
        self._frequency = frequency[self._kept]
        spectra = scipy.fft.rfft(_faded(ink), self._size, axis=0)[self._kept]
        self._slope = math.tan(math.radians(angle_deg))
        amount = ink.clip(min=0).sum(axis=0, dtype=float)
        middle = float(amount @ np.arange(columns) / amount.sum())
        x = np.arange(columns) - middle
        spectra *= _shifted(self._frequency, x, self._slope)
        count = -(-columns // _BIN)
        spectra = np.pad(spectra, ((0, 0), (0, count * _BIN - columns)))
        self._spectra = spectra.reshape(len(spectra), count, _BIN).sum(axis=2)
        self._x = (np.arange(count) + 0.5) * _BIN - 0.5 - middle

    def strength(self, angle_deg: float) -> float:
        """``sum f |F(f, t)|`` along one ray."""
        cosine = math.cos(math.radians(angle_deg))
        ray = np.abs(self._ray(angle_deg))
        return float(ray @ _weight(self._frequency / cosine)) / cosine

    def sharpest(self, around_deg: float) -> float:
        """The angle of the strongest ray, close to `around_deg`."""
        best = around_deg
        for step, count in ((STEP_DEG / 4, 12), (STEP_DEG / 32, 6)):
            degrees = best + np.arange(-count, count + 1) * step
            values = np.array([self.strength(float(d)) for d in degrees])
            top = min(max(int(values.argmax()), 1), len(values) - 2)
            best = float(degrees[top]) + step * vertex(values[top - 1 : top + 2])
        return best

    def uncertainty(self, angle_deg: float, thick: int) -> float:
        """The standard error of an angle, from how bands of the page, `thick` pixels each, differ.

        The profile's power ``p(s)^2`` at its place s across the lines has a slope ``g`` over the
        angle and a curvature ``h``: the error is ``1.5 sqrt(sum g^2) / |sum h|`` over the
        bands (Huber's sandwich, and what it was off by on drawn pages).
        """
        apart = 0.01
        before, at, after = (
            np.add.reduceat(self._profile(angle_deg + d) ** 2, np.arange(0, self._size, thick))
            for d in (-apart, 0.0, apart)
        )
        slope, curvature = (after - before) / (2 * apart), (after - 2 * at + before) / apart**2
        total = abs(float(curvature.sum()))
        return _IN_STEP * math.sqrt(float((slope**2).sum())) / total if total else math.inf

    def _ray(self, angle_deg: float) -> Array:
        steeper = math.tan(math.radians(angle_deg)) - self._slope
        turned = _shifted(self._frequency, self._x, steeper)
        ray: Array = np.einsum("fx,fx->f", self._spectra, turned)
        return ray

    def _profile(self, angle_deg: float) -> Array:
        cosine = math.cos(math.radians(angle_deg))
        whole = np.zeros(self._size // 2 + 1, complex)
        whole[self._kept] = self._ray(angle_deg) * _weight(self._frequency / cosine)
        profile: Array = scipy.fft.irfft(whole, self._size)
        return profile


def _shifted(frequency: Array, x: Array, slope: float) -> Array:
    """``exp(-2 pi i f x slope)``, by the real functions: these are many times as fast."""
    phase = np.multiply.outer(frequency, (-2 * np.pi * slope) * x).astype(np.float32)
    shifted = np.empty(phase.shape, np.complex64)
    np.cos(phase, out=shifted.real)
    np.sin(phase, out=shifted.imag)
    return shifted


def _weight(frequency: Array) -> Array:
    """The frequency itself, fading out towards the highest."""
    weight: Array = frequency * np.exp(-((frequency / _HIGHEST) ** 2)) * (frequency >= _LOWEST)
    return weight


def _faded(ink: Array) -> Array:
    """The page without its mean, fading out along its border."""
    window = np.ones(ink.shape, np.float32)
    for axis, size in enumerate(ink.shape):
        place = 0.5 + np.minimum(np.arange(size), np.arange(size)[::-1])
        slope = np.minimum(1, place / max(1.0, _TAPER * size))
        window *= np.expand_dims(0.5 - 0.5 * np.cos(np.pi * slope), 1 - axis)
    faded: Array = (ink - float((ink * window).sum() / window.sum())) * window
    return faded.astype(np.float32)
