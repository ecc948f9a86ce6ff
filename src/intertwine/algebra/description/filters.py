"""Filters by the band that they pass: low, high, band, all or all but a band; wavelets; Hilbert's.

The measure is the cosine squared between the gain ``|K|`` and a band of gain 1, over all
frequencies: 1 for an ideal filter. It says how much of the energy an even band explains, whatever
the phase is.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from intertwine.algebra.description.answer import Description
from intertwine.algebra.description.bands import profile
from intertwine.algebra.description.measure import Measures
from intertwine.algebra.frame import Array
from intertwine.base.text import denoised

_LEAST_TAPS = 7
_EVEN = 0.915  # of the energy that a band explains; 0.90 of a Gaussian's slope
_ODD = 0.9  # the same for Hilbert transformers and differentiators
_RANDOM = 0.88  # and 1 over their number: what a band of random taps stays below
_ORDERS = (1, 2, 3, 4)  # of Butterworth's gain
_ROLLED = 0.97  # of the energy that Butterworth's gain explains
_MANY = 49
_BINS = 96
_PASS, _STOP = 0.7, 0.3
_MOST_OF_ALL = 0.93  # of all frequencies: a wider band is no filter's
_WIDE = 0.55
_HALF_POWER = 0.5**0.5
_RIPPLE = 1.1  # times the gain at the passing end, as high as it may rise elsewhere
_ALL = 0.98  # of the energy that an even gain everywhere explains
_RISES = (0.36, 0.4, 0.45, 0.5)  # cycles per sample up to which a differentiator's gain grows


@dataclass(frozen=True)
class Band:
    """The best even band: from `low` to `high` cycles per sample, or all but these."""

    kind: str
    low: float
    high: float
    share: float


def best_band(found: Measures) -> Band:
    """The kind and the edges of the band that explains most."""
    radius, gain = _by_radius(found)
    most = float(radius.max())
    edges = np.linspace(0, most * (1 + 1e-9), _BINS + 1)
    place = np.searchsorted(edges, radius, side="right") - 1
    sums = np.concatenate([[0], np.cumsum(np.bincount(place, gain, _BINS))])
    counts = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=_BINS))])
    energy = float((gain**2).sum())
    inside, number = sums[None, :] - sums[:, None], counts[None, :] - counts[:, None]
    ordered = np.triu(np.ones_like(inside, bool), 1)
    rest = sums[-1] - inside
    few = (counts[-1] - number) * _STOP * inside >= rest * number  # what is left hardly passes
    few &= found.kernel.ndim == 1
    few[1:, :-1] = False  # but for the ends
    passed = _explained(inside, number, counts[-1], energy, few) * ordered
    stopped = _explained(rest, counts[-1] - number, counts[-1], energy) * ordered
    stopped[0] = 0
    stopped[:, -1] = 0
    even = float(gain.sum() ** 2 / (gain.size * energy))
    if even >= _ALL and gain.min() >= _HALF_POWER * gain.max():
        return Band("all-pass", 0.0, most, even)
    first, last = np.unravel_index(int(passed.argmax()), passed.shape)
    if stopped.max() > passed.max():
        first, last = np.unravel_index(int(stopped.argmax()), stopped.shape)
        return Band("band-stop", float(edges[first]), float(edges[last]), float(stopped.max()))
    kind = "low-pass" if first == 0 else "high-pass" if last == _BINS else "band-pass"
    return Band(kind, float(edges[first]), float(min(edges[last], most)), float(passed.max()))


def _explained(
    inside: Array, number: Array, everything: int, energy: float, wide: Array | None = None
) -> Array:
    some = (number > 0) & (number <= _MOST_OF_ALL * everything)
    if wide is not None:
        some |= (number > 0) & wide
    share = np.zeros(inside.shape)
    np.divide(inside**2, number * energy, out=share, where=some)
    return share


def _by_radius(found: Measures) -> tuple[Array, Array]:
    grid = np.meshgrid(*[np.fft.fftfreq(n) for n in found.gain.shape], indexing="ij")
    return np.sqrt(sum(f**2 for f in grid)).ravel(), found.gain.ravel()


def band(found: Measures) -> Description | None:
    """A filter whose gain is nearly that of an even band."""
    axes = found.used_axes
    if np.iscomplexobj(found.taps):
        return None
    if max(found.kernel.shape) < _LEAST_TAPS or len(axes) not in (1, found.kernel.ndim):
        return None
    best = best_band(found)
    chance = _RANDOM + 1 / found.taps.size if found.parity == 0 else 0.0
    if best.share < max(_EVEN, chance):
        return _butterworth(found) if found.taps.size >= _MANY else None
    if best.kind == "high-pass" and found.kernel.ndim > 1 and abs(found.total) <= found.rounding:
        return None  # it keeps nothing of flat areas: a Laplacian, thin as it may be
    if best.kind in ("low-pass", "high-pass") and not _level_enough(found, best):
        return None
    numbers = {"edges": _edges(best), "share": best.share}
    return Description(best.kind, f"{_noun(best)}, {100 * best.share:.0f} % of its energy", numbers)


def _butterworth(found: Measures) -> Description | None:
    """A low-pass or a high-pass of Butterworth's gain, ``1 / sqrt(1 + (f / edge)**(2 order))``."""
    radius, gain = _by_radius(found)
    size = float(np.linalg.norm(gain))
    best = (0.0, "", 0.0, 0)
    digital = found.kernel.ndim == 1  # whose gain is 0 at half a cycle per sample
    for kind in ("low-pass", "high-pass"):
        edge = _half_power(found, kind)
        if not edge:
            continue
        lines = [radius / edge]
        if digital:
            lines.append(np.tan(np.pi * np.minimum(radius, 0.4999)) / np.tan(np.pi * edge))
        for order, line in itertools.product(_ORDERS, lines):
            low = 1 / np.sqrt(1 + line ** (2 * order))
            shape = low if kind == "low-pass" else np.sqrt(1 - low**2)
            share = float((gain @ shape) / (size * np.linalg.norm(shape))) ** 2
            best = max(best, (share, kind, edge, order))
    share, kind, edge, order = best
    edges = np.geomspace(0.01, 0.5, 80).tolist()
    bell = max(_explained_by(gain, np.exp(-0.5 * (radius / edge) ** 2)) for edge in edges)
    if share < max(_ROLLED, bell):  # a Gaussian's gain comes nearer: a blur
        return None
    text = (
        f"A {kind} filter: near Butterworth's gain of order {order} with its edge at "
        f"{denoised(edge)} cycles per sample, {100 * share:.0f} % of its energy"
    )
    return Description(kind, text, {"edges": (edge,), "share": share, "order": order})


def _half_power(found: Measures, kind: str) -> float:
    """Where the gain is sqrt(1/2) of that at the passing end; 0 where it is so not just once."""
    frequency, gain = profile(found)
    end = float(gain[0 if kind == "low-pass" else -1])
    if end * _RIPPLE < 1:
        return 0.0
    gain = gain / end
    above = gain >= _HALF_POWER
    crossings = np.flatnonzero(np.diff(above))
    if crossings.size != 1 or above[0] != (kind == "low-pass"):
        return 0.0
    at = int(crossings[0])
    step = (gain[at] - _HALF_POWER) / (gain[at] - gain[at + 1])
    return float(frequency[at] + step * (frequency[at + 1] - frequency[at]))


def _level_enough(found: Measures, best: Band) -> bool:
    """Whether the gain falls within the band, and not all along as under a Gaussian."""
    radius, gain = _by_radius(found)
    inside = (radius >= best.low) & (radius <= best.high)
    return bool((gain[inside] >= 0.8 * gain.max()).mean() >= _WIDE)


def _edges(best: Band) -> tuple[float, ...]:
    if best.kind == "low-pass":
        return (best.high,)
    if best.kind == "all-pass":
        return ()
    return (best.low,) if best.kind == "high-pass" else (best.low, best.high)


def _noun(best: Band) -> str:
    low, high = denoised(best.low), denoised(best.high)
    if best.kind == "all-pass":
        return "An all-pass filter: near an even gain at every frequency"
    where = {
        "low-pass": f"up to {high}",
        "high-pass": f"from {low}",
        "band-pass": f"from {low} to {high}",
        "band-stop": f"outside {low} to {high}",
    }[best.kind]
    return f"A {best.kind} filter: near an even gain {where} cycles per sample"


def wavelet(found: Measures) -> Description | None:
    """Daubechies' filters: orthogonal to their shifts by 2, with as many zeros as can be."""
    taps = found.taps
    if taps.ndim != 1 or np.iscomplexobj(taps) or taps.size % 2 or taps.size < 4:
        return None
    energy = float((taps**2).sum())
    shifted = [float(taps[2 * m :] @ taps[: -2 * m]) for m in range(1, taps.size // 2)]
    if max(map(abs, shifted)) > 1e-6 * energy:
        return None
    for kind, signs in (("low-pass", -1.0), ("high-pass", 1.0)):
        line = taps * signs ** np.arange(taps.size)
        at = np.arange(taps.size) / taps.size
        moments = [float((line * at**p).sum()) for p in range(taps.size // 2)]
        if max(map(abs, moments)) <= 1e-6 * float(np.abs(taps).sum()):
            text = (
                f"A {kind} filter: Daubechies' wavelet filter of {taps.size // 2} vanishing moments"
            )
            return Description(kind, text, {"vanishing": taps.size // 2, "share": 1.0})
    return None


def _explained_by(gain: Array, shape: Array) -> float:
    return float((gain @ shape) ** 2 / ((gain @ gain) * (shape @ shape)))


def odd_filters(found: Measures) -> Description | None:
    """Hilbert transformers and differentiators of a wide band: odd taps, an even or rising gain."""
    taps = found.taps
    if taps.ndim != 1 or np.iscomplexobj(taps) or taps.size < _LEAST_TAPS or found.parity != -1:
        return None
    half = found.gain[: found.gain.size // 2 + 1]
    frequency = np.linspace(0, 0.5, half.size)
    rising, edge = max((_explained_by(half, frequency * (frequency <= e)), e) for e in _RISES)
    if rising >= _ODD:
        text = (
            f"A differentiator: near a gain that grows with frequency up to {edge:g} cycles per "
            f"sample, {100 * rising:.0f} % of its energy"
        )
        return Description("differentiator", text, {"share": rising, "order": 1, "edges": (edge,)})
    inside = half >= 0.5 * half.max()
    even = float(half[inside].sum() ** 2 / (inside.sum() * (half @ half)))
    if even >= _ODD and inside.mean() >= _WIDE:
        text = (
            "A Hilbert transformer: sinusoids turn by 90 degrees about its middle, their gain even "
            f"where it is above half of the largest, {100 * even:.0f} % of its energy"
        )
        edges = frequency[inside][[0, -1]].tolist()
        return Description("Hilbert transformer", text, {"share": even, "edges": tuple(edges)})
    return None
