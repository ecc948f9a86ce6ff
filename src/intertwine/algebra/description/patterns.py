"""Kernels that look for something: a wave, or a pattern."""

from __future__ import annotations

from typing import Any

import numpy as np

from intertwine.algebra.description.answer import Description, along, angle_of, number
from intertwine.algebra.description.derivatives import leading_order
from intertwine.algebra.description.gabor import best_wave
from intertwine.algebra.description.measure import Measures

_EXACT, _NEAR = 1e-3, 0.15  # energy that the wave may miss: sampled as it is, turned on the grid
_MORE_THAN_DERIVATIVES = 0.6
_WAVES = 0.3  # waves in a standard deviation from which it is seen to oscillate


def wave(found: Measures) -> Description | None:
    """A Gabor kernel: a wave under a Gaussian."""
    if abs(found.total) > 0.35:
        return None
    # A Gaussian's derivative of order m looks much like a wave too, of sqrt(m) / (2 pi) waves in a
    # standard deviation; among those it is a wave only if nothing is missed.
    order = 0 if np.iscomplexobj(found.taps) or not found.parity else leading_order(found)
    best = best_wave(found)
    if best is None or best.waves_in_sigma < _WAVES:
        return None
    alike = order > 0 and best.waves_in_sigma < _MORE_THAN_DERIVATIVES
    if best.misfit > (_EXACT if alike else _NEAR):
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
        f"A Gabor: a wave of {number(best.cycles)} cycles per sample {along(best.frequency)} under "
        f"a Gaussian of standard deviation {number(best.sigma)} samples that way; it answers to "
        "stripes of that spacing and direction.",
        numbers,
    )


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
