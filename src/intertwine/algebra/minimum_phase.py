"""The kernel of the same gain whose weight comes as early as it can.

Among the causal kernels of one gain, the one with all zeros inside the unit circle has the largest
first tap, ``exp(mean log |K|)`` (Szegő 1915, Kolmogorov 1941). It is found by mirroring the zeros
of short kernels, and for long ones from the cepstrum: the part of ``log |K|`` at positive times is
doubled (Oppenheim and Schafer, 1975).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from intertwine.algebra.frame import Array, inexact
from intertwine.algebra.geometry import trimmed
from intertwine.algebra.response import VANISHING, frequency_at
from intertwine.base.errors import OptionError, ShapeError

if TYPE_CHECKING:
    from intertwine.kernel import Kernel

_SHORT = 24  # taps up to which the zeros are found to nearly full precision
_CLOSE = 1e-7  # what the gain may differ by, as a share of the largest
_MOST = 1 << 20


def minimum_phase(k: Kernel) -> Kernel:
    """Return the causal kernel of the gain of `k` with its zeros inside the unit circle."""
    if k.ndim != 1:
        raise ShapeError(
            f"minimum_phase: the kernel has {k.ndim} axes, and zeros of more than one variable "
            "are no points that could be mirrored.\n"
            "  Take the factors: [line.minimum_phase() for line in k.separable().terms[0]]."
        )
    used = np.flatnonzero(k.taps)
    if not used.size:
        raise OptionError("minimum_phase: every tap is 0.")
    taps = inexact(k)[used[0] : used[-1] + 1]
    peak = float(np.abs(taps).max())
    early = _from_zeros(taps / peak) if taps.size <= _SHORT else None
    if early is None or _gain_error(early, taps / peak) > _CLOSE:
        early = _from_cepstrum(taps / peak)
    return trimmed(type(k)(early * peak, 0))


def _from_zeros(taps: Array) -> Array:
    zeros = np.roots(taps)
    outside = np.abs(zeros) > 1
    first = abs(taps[0]) * np.abs(zeros[outside]).prod()
    zeros[outside] = 1 / zeros[outside].conj()
    early: Array = first * np.atleast_1d(np.poly(zeros))
    return early if np.iscomplexobj(taps) else early.real


def _gain_error(a: Array, b: Array) -> float:
    n = 8 * a.size
    gain, wanted = np.abs(np.fft.fft(a, n)), np.abs(np.fft.fft(b, n))
    return float(np.abs(gain - wanted).max() / wanted.max())


def _from_cepstrum(taps: Array) -> Array:
    n = 1 << (16 * taps.size - 1).bit_length()
    while True:
        gain = np.abs(np.fft.fft(taps, n))
        least = int(gain.argmin())
        if gain[least] <= VANISHING * np.abs(taps).sum():
            raise OptionError(
                f"minimum_phase: the spectrum vanishes: at {frequency_at([least], [n])} its gain "
                f"is {gain[least]:.3g}, and {taps.size} taps are too many to find the zeros of.\n"
                "  Add a little identity to the kernel, or factor it."
            )
        cepstrum = np.fft.ifft(np.log(gain))
        cepstrum[1 : n // 2] *= 2
        cepstrum[n // 2 + 1 :] = 0
        early: Array = np.fft.ifft(np.exp(np.fft.fft(cepstrum)))[: taps.size]
        early = early if np.iscomplexobj(taps) else early.real
        if _gain_error(early, taps) <= _CLOSE:
            return early
        n *= 2
        if n > _MOST:
            raise OptionError(
                f"minimum_phase: {_gain_error(early, taps):.2g} of the gain is missed on {_MOST} "
                "frequencies, because the spectrum nearly vanishes.\n"
                "  Add a little identity to the kernel, or factor it."
            )
