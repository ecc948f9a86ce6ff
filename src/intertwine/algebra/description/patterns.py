"""Kernels that look for something: a wave, or a pattern."""

from __future__ import annotations

from typing import Any

import numpy as np

from intertwine.algebra.description.answer import Description, along, angle_of
from intertwine.algebra.description.bell import CLOSE, EXACT, best_derivative
from intertwine.algebra.description.derivatives import (
    MOST_CLEAR,
    derivative,
    flattens,
    leading_order,
)
from intertwine.algebra.description.gabor import Wave, best_wave
from intertwine.algebra.description.measure import Measures
from intertwine.base.errors import counted
from intertwine.base.text import denoised

_NEAR = 0.15  # energy that a wave may miss
_TURNED = 0.35  # that of a fine wave which was turned: taps hold f as they hold 1 - f
_FINE = 0.3  # cycles per sample from which turning does that
_ENOUGH = 81  # taps from which random ones never come as near
_WAVES = 0.3  # waves in a standard deviation from which it is seen to oscillate


def smooth_derivative(found: Measures) -> Description | None:
    """A derivative of a Gaussian, where moments leave it open or a wave comes near as well."""
    if not flattens(found):
        return None
    rival = _wave(found)
    if rival is None and 0 < leading_order(found) <= MOST_CLEAR:
        return None  # the moments are enough
    best = best_derivative(found)
    most = CLOSE if rival is None else rival.misfit
    if rival is not None and best is not None and best.order > MOST_CLEAR:
        most = EXACT  # such a derivative along one direction is a wave, but for some thousandths
    if best is None or best.misfit > most:
        return None
    return derivative(found, best.order)


def _wave(found: Measures) -> Wave | None:
    """The best wave, if there is one that oscillates and is near enough."""
    best = best_wave(found) if abs(found.total) <= 0.35 else None
    if best is None or best.waves_in_sigma < _WAVES:
        return None
    turned = found.kernel.ndim > 1 and best.cycles > _FINE and found.taps.size >= _ENOUGH
    return best if best.misfit <= (_TURNED if turned else _NEAR) else None


def wave(found: Measures) -> Description | None:
    """A Gabor kernel: a wave under a Gaussian."""
    best = _wave(found)
    if best is None:
        return None
    numbers: dict[str, Any] = {
        "frequency": best.cycles,
        "sigma": best.sigma,
        "wave": tuple(best.frequency.tolist()),
        "misfit": best.misfit,
    }
    if best.frequency.size == 2:
        numbers["angle_deg"] = angle_of(best.frequency) % 180
    return Description(
        "Gabor",
        f"A Gabor: a wave of {denoised(best.cycles)} cycles per sample {along(best.frequency)} "
        f"under a Gaussian of standard deviation {counted(denoised(best.sigma), 'sample')} that "
        f"way; it answers to stripes of that spacing and direction{_share(best)}.",
        numbers,
    )


def _share(best: Wave) -> str:
    """How much of the kernel the wave is, where it is not all."""
    whole = best.misfit < 0.02
    return "" if whole else f", which are {100 * (1 - best.misfit):.0f} % of its energy"


def matched_pattern(found: Measures) -> Description | None:
    """A pattern to look for: mean 0 and sum of squares 1, and no symmetry."""
    if np.iscomplexobj(found.taps) or found.taps.size < 4:
        return None
    energy = float((found.taps**2).sum()) * found.scale**2
    if abs(found.total) > found.tolerance or abs(energy - 1) > 10 * found.tolerance:
        return None
    return Description(
        "matched pattern",
        f"A matched pattern: {found.taps.size} taps of mean 0 and sum of squares 1, so that the "
        "answer is largest where the signal looks like the kernel turned by half a turn.",
        {"energy": energy},
    )
