"""Kernels that look for something: a wave, a derivative of a Gaussian, or a pattern."""

from __future__ import annotations

from typing import Any

import numpy as np

from intertwine.algebra.description.answer import Description, along, angle_of
from intertwine.algebra.description.bell import CLOSE, EXACT, best_derivative
from intertwine.algebra.description.degrees import NAMED
from intertwine.algebra.description.derivatives import derivative, flattens
from intertwine.algebra.description.gabor import Wave, best_wave
from intertwine.algebra.description.measure import Measures
from intertwine.base.errors import counted
from intertwine.base.text import denoised

_NEAR = 0.2  # energy that a wave may miss
_WAVES = 0.3  # waves in a standard deviation from which it is seen to oscillate
_GONE = 0.1  # of a lower moment that cutting off the tails leaves
_MOST_CLEAR = 4  # orders above are waves but for some thousandths


def smooth_derivative(found: Measures) -> Description | None:
    """A derivative of a Gaussian, where no wave comes nearer."""
    if not flattens(found):
        return None
    best = best_derivative(found)
    if best is None or best.misfit > (1 - NAMED if best.order <= 2 else CLOSE):
        return None
    rival = _wave(found)
    if rival is not None and best.misfit > (rival.misfit if best.order <= _MOST_CLEAR else EXACT):
        return None
    lower = range(best.order - 2, 0, -2)
    if any(found.vanishing(order) > _GONE for order in lower):
        return None  # no derivative of this order: lower polynomials are answered
    return derivative(found, best)


def _wave(found: Measures) -> Wave | None:
    """The best wave, if there is one that oscillates and is near enough."""
    best = best_wave(found) if abs(found.total) <= 0.35 else None
    if best is None or best.waves_in_sigma < _WAVES:
        return None
    return best if best.misfit <= _NEAR else None


def wave(found: Measures) -> Description | None:
    """A Gabor kernel: a wave under a Gaussian."""
    best = _wave(found)
    if best is None or best.sigma > 4 * max(found.kernel.shape):
        return None
    numbers: dict[str, Any] = {
        "frequency": best.cycles,
        "sigma": best.sigma,
        "wave": tuple(best.frequency.tolist()),
        "share": 1 - best.misfit,
        "centre": best.centre,
        "precision": best.precision,
    }
    if best.frequency.size == 2:
        numbers["angle_deg"] = angle_of(best.frequency) % 180
    return Description(
        "Gabor",
        f"A Gabor: a sinusoid of {denoised(best.cycles)} cycles per sample {along(best.frequency)} "
        f"under a Gaussian of standard deviation {counted(denoised(best.sigma), 'sample')} that "
        f"way{_share(best)}",
        numbers,
    )


def _share(best: Wave) -> str:
    """How much of the kernel the wave is, where it is not all."""
    return "" if best.misfit < 0.005 else f", {100 * (1 - best.misfit):.0f} % of its energy"


def matched_pattern(found: Measures) -> Description | None:
    """A pattern to look for: mean 0 and sum of squares 1, and no symmetry."""
    if np.iscomplexobj(found.taps) or found.taps.size < 4:
        return None
    norm = found.sized(float(np.linalg.norm(found.taps)))
    if abs(found.total) > found.tolerance or abs(norm - 1) > 5 * found.tolerance:
        return None
    turned = "reversed" if found.taps.ndim == 1 else "rotated by half a turn"
    return Description(
        "matched pattern",
        f"A matched pattern: {found.taps.size} taps of mean 0 and sum of squares 1, so that the "
        f"answer is largest where the signal looks like the kernel {turned}",
        {"energy": norm**2},
    )
