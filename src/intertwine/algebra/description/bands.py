"""Which waves pass: low, high or a band of frequencies."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from intertwine.algebra.description.answer import Description, along, apart
from intertwine.algebra.description.bell import CLOSE, best_derivative
from intertwine.algebra.description.derivatives import MOST_CLEAR, leading_order
from intertwine.algebra.description.measure import Measures
from intertwine.algebra.frame import Array
from intertwine.base.text import denoised

if TYPE_CHECKING:
    from intertwine.kernel import Kernel

_PASS, _STOP = 0.7, 0.3  # of the largest gain
_KINDS: dict[tuple[bool, ...], str] = {
    (True, False): "low-pass",
    (False, True): "high-pass",
    (False, True, False): "band-pass",
}
_FLAT = 0.75  # of what passes that is nearly the strongest; 0.68 under a Gaussian
_LEAST_TAPS = 7  # fewer are no filter but a difference or a mean
_PLATEAU = 0.15  # of all frequencies up to 1/2 that a pass or stop band covers at least


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


def bands(found: Measures) -> list[tuple[bool, float, float]]:
    """Bands that pass (True) or stop (False) from 0 to 1/2, with where each begins and ends."""
    frequency, gain = profile(found)
    found_bands: list[tuple[bool, float, float]] = []
    for f, g in zip(frequency.tolist(), gain.tolist(), strict=True):
        passes = None if _STOP < g < _PASS else g >= _PASS
        if passes is None:
            continue
        if found_bands and found_bands[-1][0] == passes:
            found_bands[-1] = (passes, found_bands[-1][1], f)
        else:
            found_bands.append((passes, f, f))
    return found_bands


def band(found: Measures) -> Description | None:
    """A filter with plateaus: low-pass, high-pass or band-pass."""
    if np.iscomplexobj(found.taps) or found.parity == 0:
        return None
    if max(found.kernel.shape) < _LEAST_TAPS or len(found.used_axes) not in (1, found.kernel.ndim):
        return None
    parts = bands(found)
    kinds = tuple(passes for passes, _, _ in parts)
    kind = _KINDS.get(kinds)
    if kind == "band-pass" and _derives(found):
        return None  # a derivative passes a band too, and says more
    wide = [end - start for passes, start, end in parts if passes]
    if kind is None or wide[0] < _PLATEAU / 2 or not _even(found, kind):
        return None
    edges = [(b[2] + a[1]) / 2 for b, a in itertools.pairwise(parts)]
    if kind == "low-pass":
        which = (
            f"waves up to about {denoised(edges[0])} cycles per sample pass, finer ones are stopped"
        )
    elif kind == "high-pass":
        which = (
            f"waves from about {denoised(edges[0])} cycles per sample pass, longer ones are stopped"
        )
    else:
        which = (
            f"waves from about {denoised(edges[0])} to {denoised(edges[1])} cycles per sample pass"
        )
    strongest = float(found.gain.max() * found.scale)
    return Description(
        kind,
        f"A {kind} filter: {which}; the largest gain is {denoised(strongest)}.",
        {"edges": tuple(edges), "strongest": strongest},
    )


def _derives(found: Measures) -> bool:
    """Whether the moments, or in more than one direction the taps, are those of a derivative."""
    if found.kernel.ndim == 1 or 0 < leading_order(found) <= MOST_CLEAR:
        return 0 < leading_order(found) <= MOST_CLEAR
    best = best_derivative(found)
    return best is not None and best.misfit <= CLOSE


def _even(found: Measures, kind: str) -> bool:
    """Whether the pass-band is a plateau, not the flank of a derivative or of a wave."""
    frequency, gain = profile(found)
    high = gain >= 0.85
    share = float(high.sum()) / max(1, int((gain >= _PASS).sum()))
    least = 0.08
    if kind == "high-pass":  # a second derivative of few taps is strong up to 1/2 too
        least = 0.3 if leading_order(found) else 0.2
    return share >= _FLAT and float(np.diff(frequency[high][[0, -1]])[0]) >= least


def band_words(k: Kernel) -> str:
    """The pass-band and its orientation, for any kernel."""
    found = Measures.of(k)
    if not found.scale:
        return "Every tap is 0: nothing passes."
    peak = np.unravel_index(int(found.gain.argmax()), found.gain.shape)
    where = np.array(
        [float(np.fft.fftfreq(n)[i]) for n, i in zip(found.gain.shape, peak, strict=True)]
    )
    strongest = denoised(float(found.gain.max() * found.scale))
    flat = denoised(abs(complex(found.response.flat[0])) * found.scale)
    if not where.any():
        words = f"Strongest for flat areas, gain {strongest}"
    else:
        words = (
            f"Strongest, gain {strongest}, at {denoised(float(np.linalg.norm(where)))} cycles per "
            f"sample{'' if where.size == 1 else ' ' + along(where)}; gain {flat} for flat areas"
        )
    return f"{words}. Above 0.71 of the strongest {_passing(found)}.{_orientation(found)}"


def _passing(found: Measures) -> str:
    """From where to where the gain is above sqrt(1/2) of the largest.

    A band that holds only one of the frequencies looked at lies between its two neighbours.
    """
    frequency, gain = profile(found)
    inside = np.flatnonzero(gain >= np.sqrt(0.5))
    if inside.size == frequency.size:
        return "at every frequency"
    first, last = int(inside[0]), int(inside[-1])
    if first < last:
        low, high = apart(float(frequency[first]), float(frequency[last]))
        return f"from {low} to {high} cycles per sample"
    above = float(frequency[min(last + 1, frequency.size - 1)])
    if first == 0:
        return f"only below {denoised(above)} cycles per sample"
    low, high = apart(float(frequency[first - 1]), above)
    return f"only between {low} and {high} cycles per sample"


def _orientation(found: Measures) -> str:
    """The direction in which the passing energy lies, if it prefers one."""
    if found.kernel.ndim != 2:
        return ""
    grid = np.meshgrid(*[np.fft.fftfreq(n) for n in found.gain.shape], indexing="ij")
    energy = found.gain**2
    tensor = np.array([[float((energy * a * b).sum()) for b in grid] for a in grid])
    values, ways = np.linalg.eigh(tensor)
    if values[-1] <= 0 or (values[-1] - values[0]) / values.sum() < 0.05:
        return " No direction is preferred."
    return f" Waves that change {along(ways[:, -1])} pass best."
