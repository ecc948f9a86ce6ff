"""Which waves pass, in words for any kernel's spectrum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from intertwine.algebra.description.answer import along, apart
from intertwine.algebra.description.behaviour import where_strongest
from intertwine.algebra.description.measure import Measures
from intertwine.algebra.frame import Array
from intertwine.base.text import denoised, in_range

if TYPE_CHECKING:
    from intertwine.kernel import Kernel

_MOST_BANDS = 3  # that are listed one by one
_ROUNDED = 1e-12  # of the weight: a gain that is 0 but for rounding
_EQUAL = 1e-9  # of the gain: what rounding takes off where it is 0.71 exactly


def profile(found: Measures) -> tuple[Array, Array]:
    """Gain by distance from frequency 0, up to 1/2, as a share of the largest."""
    grid = np.meshgrid(*[np.fft.fftfreq(n) for n in found.gain.shape], indexing="ij")
    distance = np.sqrt(sum(f**2 for f in grid))
    bins = max(16, max(found.gain.shape) // 2)
    which = np.rint(distance * 2 * bins).astype(int).ravel()
    inside = which <= bins
    count = np.bincount(which[inside], minlength=bins + 1)
    total = np.bincount(which[inside], found.gain.ravel()[inside], bins + 1)
    mean = np.divide(total, count, out=np.full(bins + 1, np.nan), where=count > 0)
    kept = count > 0
    return (np.arange(bins + 1) / (2 * bins))[kept], mean[kept] / np.nanmax(mean)


def band_words(k: Kernel) -> str:
    """The pass-band and its orientation, for any kernel."""
    found = Measures.of(k)
    if not found.taps.any():
        return "Every tap is 0: nothing passes."
    tops, gain = found.peaks
    where = tops[0]
    strongest = in_range(found.sized(gain))
    level = float(found.gain.flat[0])
    flat = in_range(found.sized(level) if level > _ROUNDED else 0.0)
    if not where.any():
        words = f"Strongest for flat areas, gain {strongest}"
    else:
        at = where_strongest(tops) if np.isrealobj(found.taps) else _at(where)
        words = f"Strongest, gain {strongest}, at {at}; gain {flat} for flat areas"
    side = "" if where.any() else _orientation(found)  # one direction is enough
    return f"{words}. Above 0.71 of the strongest {_passing(found)}.{side}"


def _at(where: Array) -> str:
    way = "" if where.size == 1 else f" {along(where)}"
    return f"{denoised(float(np.linalg.norm(where)))} cycles per sample{way}"


def _passing(found: Measures) -> str:
    """From where to where the gain is above sqrt(1/2) of the largest, each band by itself.

    A band that holds only one of the frequencies looked at lies between its two neighbours.
    """
    frequency, gain = profile(found)
    inside = gain >= np.sqrt(0.5) * (1 - _EQUAL)
    if inside.all():
        return "at every frequency"
    turns = np.diff(np.concatenate([[0], inside, [0]]))
    firsts, lasts = np.flatnonzero(turns == 1), np.flatnonzero(turns == -1) - 1
    if firsts.size == 1:
        return f"{_band(frequency, int(firsts[0]), int(lasts[0]))} cycles per sample"
    if firsts.size > _MOST_BANDS:
        low, high = apart(float(frequency[firsts[0]]), float(frequency[lasts[-1]]))
        return f"in {firsts.size} bands between {low} and {high} cycles per sample"
    bands = [_band(frequency, int(a), int(b)) for a, b in zip(firsts, lasts, strict=True)]
    listed = f"{', '.join(bands[:-1])} and {bands[-1]}"
    return f"{listed} cycles per sample"


def _band(frequency: Array, first: int, last: int) -> str:
    if first < last:
        low, high = apart(float(frequency[first]), float(frequency[last]))
        return f"from {low} to {high}"
    above = float(frequency[min(last + 1, frequency.size - 1)])
    if first == 0:
        return f"only below {denoised(above)}"
    low, high = apart(float(frequency[first - 1]), above)
    return f"only between {low} and {high}"


def _orientation(found: Measures) -> str:
    """The direction in which the passing energy lies, if it prefers one."""
    if found.kernel.ndim != 2:
        return ""
    grid = np.meshgrid(*[np.fft.fftfreq(n) for n in found.gain.shape], indexing="ij")
    inside = sum(f**2 for f in grid) <= 0.25  # a disc prefers no direction, a square its corners
    energy = np.where(inside, found.gain**2, 0)
    tensor = np.array([[float((energy * a * b).sum()) for b in grid] for a in grid])
    values, ways = np.linalg.eigh(tensor)
    if values[-1] <= 0 or (values[-1] - values[0]) / values.sum() < 0.05:
        return " No direction is preferred."
    return f" Waves that change {along(ways[:, -1])} pass best."
