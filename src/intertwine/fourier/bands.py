"""Sounds by frequency: Welch's average, and levels in octave bands as an equaliser shows them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.base import checks
from intertwine.base.errors import ShapeError
from intertwine.fourier.samples import as_samples, positive

Values = NDArray[np.float64]

_OCTAVE = 10**0.3  # IEC 61260-1: an octave is ten to the 3/10, within 0.3 % of two
_SHOWN_HZ = (31.5, 63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000)


@dataclass(frozen=True)
class Density:
    """Mean power by frequency: `density` in squared units a hertz at `frequencies_hz`."""

    frequencies_hz: Values
    density: Values


@dataclass(frozen=True)
class Bands:
    """The level of each octave: nominal middle, and share of the mean square in decibels."""

    middles_hz: Values
    level_db: Values


def welch(x: ArrayLike, rate_hz: float, *, segment: int = 4096) -> Density:
    """Power by frequency, averaged over segments of the signal: Welch's method, by SciPy.

    Hann windows that overlap by half. The sum of `density` times the step in frequency is the mean
    square of the signal less its mean.

    Parameters
    ----------
    x : (N,) array
    rate_hz : float
    segment : int
        Samples of a segment: more are finer in frequency, fewer are steadier.

    Examples
    --------
    >>> import numpy as np
    >>> from intertwine.fourier import welch
    >>> found = welch(np.sin(2 * np.pi * 50 * np.arange(8000) / 1000), 1000, segment=1000)
    >>> float(found.frequencies_hz[found.density.argmax()])
    50.0
    """
    from scipy import signal  # type: ignore[import-untyped]

    samples = as_samples("welch", x)
    if samples.ndim != 1 or samples.size < 2:
        raise ShapeError(
            f"welch: `x` of shape {samples.shape} must be one signal of two samples or more.\n"
            f"  Average channels first, or pass one."
        )
    rate = positive("welch", "rate_hz", rate_hz, np.inf, "hertz")
    size = min(checks.integer("welch", "segment", segment, 2), samples.size)
    frequencies, density = signal.welch(samples.astype(np.float64), rate, nperseg=size)
    return Density(frequencies, density)


def octave_bands(x: ArrayLike, rate_hz: float) -> Bands:
    """The level of each octave from 31.5 Hz up: ``10 log10`` of the mean square within the band.

    Bands are those of IEC 61260-1 (base ten): middle ``f = 1000 * 10^(3 n / 10)``, edges at
    ``f * 10^(-3/20)`` and ``f * 10^(3/20)``. Only bands whose middle the sampling rate can hold are
    given. A wave of amplitude 1 is -3 dB; silence is -inf.

    Examples
    --------
    >>> import numpy as np
    >>> from intertwine.fourier import octave_bands
    >>> bands = octave_bands(np.sin(2 * np.pi * 1000 * np.arange(16000) / 8000), 8000)
    >>> int(bands.middles_hz[bands.level_db.argmax()]), round(float(bands.level_db.max()), 1)
    (1000, -3.0)
    """
    rate = positive("octave_bands", "rate_hz", rate_hz, np.inf, "hertz")
    segment = 1 << max(4, int(np.ceil(np.log2(rate / 4))))  # 4 Hz or finer: the lowest band has 20
    found = welch(x, rate, segment=segment)
    shown = np.array([middle for middle in _SHOWN_HZ if middle <= rate / 2])
    exact = 1000 * _OCTAVE ** np.round(np.log(shown / 1000) / np.log(_OCTAVE))
    step = found.frequencies_hz[1]
    edges = np.append(found.frequencies_hz - step / 2, found.frequencies_hz[-1] + step / 2)
    below = np.append(0.0, np.cumsum(found.density * step))
    high = np.interp(exact * _OCTAVE**0.5, edges, below)
    power = high - np.interp(exact / _OCTAVE**0.5, edges, below)
    level = np.full(power.shape, -np.inf)
    np.log10(power, out=level, where=power > 0)
    return Bands(shown, 10 * level)
