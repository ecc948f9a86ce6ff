"""Which random fields a kernel whitens: those whose power is 1 over its squared gain."""

from __future__ import annotations

import numpy as np

from intertwine.algebra.description.bands import profile
from intertwine.algebra.description.measure import Measures
from intertwine.algebra.frame import Array
from intertwine.algebra.symmetry import is_symmetric
from intertwine.base.text import number

_LOW, _HIGH = 0.05, 0.45  # cycles per sample between which the gain is looked at
_POSITIVE = 1e-3  # of the largest gain, above which every frequency comes out
_LEAST_RINGS = 8
_LEAST_RISE = 2.0  # times that the gain grows
_STRAIGHT = 1.25  # a factor by which a power law may miss the gain
_ROUND = 0.15  # root mean square of the logarithm of the gain around its rings


def whitens(found: Measures, kind: str) -> str:
    """Of even kernels whose positive gain rises with frequency, the fields that they whiten."""
    if np.iscomplexobj(found.taps) or not is_symmetric(found.kernel):
        return ""
    if float(found.response.real.min()) <= _POSITIVE * float(found.gain.max()):
        return ""
    frequency, gain = profile(found)
    inside = (frequency >= _LOW) & (frequency <= _HIGH)
    frequency, gain = frequency[inside], gain[inside]
    if gain.size < _LEAST_RINGS or (np.diff(gain) < 0).any() or not _round(found, frequency, gain):
        return ""
    rise = float(gain[-1] / gain[0])
    if rise < _LEAST_RISE:
        return ""
    power, start = np.polyfit(np.log(frequency), np.log(gain), 1)
    missed = np.abs(np.log(gain) - power * np.log(frequency) - start).max()
    if missed <= np.log(_STRAIGHT):
        return (
            f"its gain grows as f^{power:.2g} from {_LOW} to {_HIGH} cycles per sample: it whitens "
            f"fields whose power falls as f^-{2 * power:.2g}"
        )
    if kind == "sharpener":
        return ""
    return (
        f"it whitens fields whose power is 1 / gain², which falls {number(rise**2)}-fold from "
        f"{_LOW} to {_HIGH} cycles per sample"
    )


def _round(found: Measures, frequency: Array, gain: Array) -> bool:
    """Whether the gain is the same in every direction."""
    grid = np.meshgrid(*[np.fft.fftfreq(n) for n in found.gain.shape], indexing="ij")
    distance = np.sqrt(sum(f**2 for f in grid))
    inside = (distance >= frequency[0]) & (distance <= frequency[-1])
    shares = found.gain[inside] / np.interp(distance[inside], frequency, gain)
    logarithms = np.log(shares)
    return bool(logarithms.std() <= _ROUND)
