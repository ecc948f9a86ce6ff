"""The frequency at which a kernel's gain is largest.

``P(f) = |K(f)|**2`` is looked at on a grid; from its highest local maxima Newton's method climbs,
all lobes at once, since between frequencies of the grid another lobe may be the higher one.
"""

from __future__ import annotations

import numpy as np

from intertwine.algebra.frame import Array

#: Lobes from which the highest is looked for, each beside its negative.
_LOBES = 8
_NEAR = 0.8  # of the highest: between frequencies of the grid a lobe rises by less than 1/5
_MOST_TERMS = 1 << 22  # taps times lobes: fewer lobes of large kernels
_STEPS = 30
_SETTLED = 1e-6  # cycles per sample
_EQUAL = 1e-9  # lobes this near to the highest are as high: the first one is taken


def highest(taps: Array, gain: Array) -> tuple[list[Array], float]:
    """The frequencies of the largest gain, lowest first, and this gain; `gain` is ``|K|``."""
    least = float(gain.flat[0])
    if least >= float(gain.max()) * (1 - _EQUAL):
        return [np.zeros(taps.ndim)], least
    places = np.argwhere(taps)
    values = taps[tuple(places.T)]
    start = _starts(gain, max(2, min(_LOBES, _MOST_TERMS // max(values.size, 1))))
    found, gains = _climbed(values, places - places.mean(axis=0), start, gain.shape)
    top = float(gains.max())
    if top <= least:
        return [np.zeros(taps.ndim)], least
    equal = found[gains >= top * (1 - _EQUAL)]
    if not np.iscomplexobj(taps):
        equal = np.array([_upwards(frequency) for frequency in equal])
    return sorted(equal, key=_order), top


def _upwards(frequency: Array) -> Array:
    """Of a frequency and its negative the one at 0 to 180 degrees."""
    first = np.flatnonzero(np.abs(frequency) > 1e-9)
    upwards = first.size and frequency[first[0]] < 0
    if frequency.size == 2 and first.size and first[0] == 1:
        upwards = frequency[1] > 0
    return frequency if upwards else -frequency


def _order(frequency: Array) -> tuple[float, ...]:
    """Lower frequencies first, and of those smaller angles."""
    size = round(float(np.linalg.norm(frequency)), 6)
    if frequency.size != 2:
        return (size, *np.round(-np.abs(frequency), 6).tolist())
    return (size, round(float(np.arctan2(-frequency[0], frequency[1])), 6))


def _starts(gain: Array, count: int) -> Array:
    """Frequencies of the highest local maxima of the grid, the highest first."""
    from scipy.ndimage import maximum_filter  # type: ignore[import-untyped]

    size = tuple(min(3, n) for n in gain.shape)
    level = np.where(gain >= maximum_filter(gain, size, mode="wrap"), gain, -1.0).ravel()
    best = np.argsort(-np.round(level / level.max(), 12), kind="stable")[:count]
    best = best[level[best] >= _NEAR * level.max()]
    at = np.unravel_index(best, gain.shape)
    return np.transpose([np.fft.fftfreq(n)[i] for n, i in zip(gain.shape, at, strict=True)])


def _climbed(
    values: Array, places: Array, start: Array, shape: tuple[int, ...]
) -> tuple[Array, Array]:
    """Each of `start` moved to the top of its lobe, and the gains there."""
    at, power, slope, bend = start, *_power(values, places, start)
    reach = np.full((len(at), 1), 0.5 / min((n for n in shape if n > 1), default=1))
    for _ in range(_STEPS):
        curve, ways = np.linalg.eigh(bend)
        floor = 1e-9 * np.abs(curve).max(axis=1, keepdims=True) + 1e-12 * power[:, None] + 1e-300
        uphill = np.einsum("sji,sj->si", ways, slope) / np.maximum(np.abs(curve), floor)
        move = np.einsum("sij,sj->si", ways, uphill)
        size = np.abs(move).max(axis=1, keepdims=True)
        move *= np.minimum(1, reach / np.maximum(size, 1e-300))
        tried = at + move
        there = _power(values, places, tried)
        better = there[0] >= power * (1 - 1e-14)
        at = np.where(better[:, None], tried, at)
        power = np.where(better, there[0], power)
        slope = np.where(better[:, None], there[1], slope)
        bend = np.where(better[:, None, None], there[2], bend)
        reach = np.where(better[:, None], reach, reach / 4)
        if float(np.minimum(size, reach).max()) < _SETTLED:
            break  # steps shrink with their squares
    at = at - np.rint(at)  # frequencies repeat: from -1/2 to 1/2
    return at, np.sqrt(power)


def _power(values: Array, places: Array, at: Array) -> tuple[Array, Array, Array]:
    """``P``, its slope and its second derivatives at each frequency of `at`."""
    terms = values * np.exp(-2j * np.pi * (at @ places.T))
    total = terms.sum(axis=1)
    first = -2j * np.pi * (terms @ places)
    ndim = places.shape[1]
    squares = (places[:, :, None] * places[:, None, :]).reshape(-1, ndim**2)
    second = -4 * np.pi**2 * (terms @ squares).reshape(-1, ndim, ndim)
    power = total.real**2 + total.imag**2
    slope = 2 * (total.conj()[:, None] * first).real
    outer = first.conj()[:, :, None] * first[:, None, :]
    bend = 2 * (outer + total.conj()[:, None, None] * second).real
    return power, slope, (bend + bend.transpose(0, 2, 1)) / 2
