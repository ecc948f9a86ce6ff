"""What a kernel does to waves: gain, phase and delay at every frequency.

``K(f) = sum_n k[n] exp(-2 pi i f . n)``: a wave of frequency f is multiplied by K(f) and by nothing
else changed (the convolution theorem). The delay along axis a is minus the slope of the phase,
``Re(sum_n n_a k[n] exp(...) / K)``, which needs no unwrapping.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from intertwine.algebra.frame import Array, inexact, offsets, scale
from intertwine.algebra.response import VANISHING, default_shape, grid_shape, sampled
from intertwine.algebra.symmetry import is_hermitian

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from intertwine.kernel import Kernel


@dataclass(frozen=True)
class Spectrum:
    """The response of a kernel on a grid of frequencies, in the order of ``np.fft.fftfreq``.

    Attributes
    ----------
    frequencies : one line an axis, in cycles per sample, from -1/2 to 1/2.
    response : complex; a wave is multiplied by it.
    """

    frequencies: tuple[Array, ...]
    response: Array
    _kernel: Kernel

    @property
    def shape(self) -> tuple[int, ...]:
        """Frequencies on each axis."""
        return self.response.shape

    @cached_property
    def gain(self) -> Array:
        """How much larger waves come out: ``|K|``."""
        return np.abs(self.response)

    @cached_property
    def phase(self) -> Array:
        """How far waves are turned about the origin, in radians from -pi to pi; 0 where K is 0."""
        turned = np.angle(self.response)
        return np.where(self._vanishes, 0.0, turned)

    @cached_property
    def group_delay(self) -> tuple[Array, ...]:
        """How far slow changes of a wave's strength move along each axis, in samples.

        NaN where the gain vanishes.
        """
        taps = inexact(self._kernel)
        delays = []
        for axis, line in enumerate(offsets(self._kernel)):
            ramp = line.reshape([-1 if a == axis else 1 for a in range(taps.ndim)])
            slope = sampled(type(self._kernel)(taps * ramp, self._kernel.origin), self.shape)
            delay = np.full(self.shape, np.nan)
            np.divide(slope, self.response, out=slope, where=~self._vanishes)
            delay[~self._vanishes] = slope.real[~self._vanishes]
            delays.append(delay)
        return tuple(delays)

    @property
    def sentence(self) -> str:
        """The pass-band and its orientation in words."""
        from intertwine.algebra.description.bands import band_words

        return band_words(self._kernel)

    def plot(self) -> Figure:
        """Draw gain and phase: curves for one axis, pictures for two (the middle of more)."""
        from intertwine.algebra.picture import spectrum_figure

        return spectrum_figure(self)

    def __str__(self) -> str:
        return self.sentence

    @cached_property
    def _vanishes(self) -> Any:
        return self.gain <= VANISHING * scale(self._kernel)


def spectrum(k: Kernel, shape: int | Sequence[int] | None = None) -> Spectrum:
    """The response of `k` on `shape` frequencies."""
    grid = grid_shape("spectrum", k, shape) or default_shape(k)
    response = sampled(k, grid)
    if is_hermitian(k):
        response = response.real + 0j  # what rounding left of the imaginary part is not of k
    return Spectrum(tuple(np.fft.fftfreq(n) for n in grid), response, k)
