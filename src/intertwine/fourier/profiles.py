"""Power by distance and by direction: profiles of a picture's spectrum.

A ring holds the frequencies nearest to its radius, so that a frequency of the grid lies in the ring
of its own name, and the rings together hold every frequency (Parseval). By direction, each
frequency counts for the angle that its cell of the grid covers, and each ring for its own mean at
every angle: the few low frequencies of the axes, which hold most of a picture's power, then do
not pass for directions. Powers of noise are exponential, which gives each profile its error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_ERRORS = 5.0  # standard errors above the mean from which a direction counts
_NEAR = 3  # bins on each side that a narrow cell reaches


@dataclass(frozen=True)
class Profile:
    """The mean `power` at each of `places`, in `unit`.

    Attributes
    ----------
    places : distances from frequency 0, or degrees: 0 points to the right, 90 up.
    power : the mean; NaN where a ring holds no frequency.
    unit : "cycles per pixel", "Hz" or "degrees".
    counts : frequencies in each ring; of directions, how many independent ones count.
    error : the standard error of each mean for noise that has no direction.
    """

    places: NDArray[np.float64]
    power: NDArray[np.float64]
    unit: str
    counts: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    error: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @property
    def directions(self) -> NDArray[np.float64]:
        """The places whose power stands five standard errors above the mean."""
        mean = float(np.nanmean(self.power))
        return self.places[self.power > mean + _ERRORS * self.error]


def radial(power: Array, radius: Array, width: float, unit: str) -> Profile:
    """The mean of each ring of `width`, centred on its multiples, out to the corners."""
    place = np.rint(radius / width).astype(int).ravel()
    count = np.bincount(place).astype(float)
    total = np.bincount(place, power.ravel())
    mean = np.full(count.size, np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    # Of real data half of the frequencies repeat the other half.
    error = np.divide(mean, np.sqrt(count / 2), out=np.full(count.size, np.nan), where=count > 0)
    return Profile(
        np.arange(count.size).astype(np.float64) * np.float64(width), mean, unit, count, error
    )


def angular(power: Array, down: Array, across: Array, bins: int, correlation: float) -> Profile:
    """The mean by direction over rings up to 0.5 cycles per pixel, each with its own weight."""
    cell = 1 / min(power.shape)
    radius = np.hypot(down, across)
    up = -down + np.zeros_like(across)
    half = (up > 0) | ((up == 0) & (across > 0))  # the other half repeats it
    kept = half & (radius <= 0.5)
    ring = np.rint(radius[kept] / cell).astype(int)
    turn = np.degrees(np.arctan2(up, across + np.zeros_like(down))[kept]) % 180
    width = np.hypot(np.degrees(0.5 * cell / radius[kept]), 90 / bins) * bins / 180
    sums = _spread(turn * bins / 180, width, ring, power[kept], bins)
    weights, squares, powers = sums
    rings = np.bincount(ring).astype(float)
    used = rings > 0
    level = np.bincount(ring, power[kept])[used] / rings[used]
    share = rings[used, None] / rings.sum()
    mean = np.divide(powers, weights, out=np.zeros_like(powers), where=weights > 0)[used]
    spread = np.divide(squares, weights**2, out=np.zeros_like(weights), where=weights > 0)[used]
    variance = (share**2 * level[:, None] ** 2 * spread).sum(axis=0) * correlation
    return Profile(
        np.arange(bins).astype(np.float64) * np.float64(180 / bins),
        (share * mean).sum(axis=0),
        "degrees",
        1 / np.maximum((share**2 * spread).sum(axis=0), 1e-300),
        np.sqrt(variance),
    )


def _spread(
    turn: Array, width: Array, ring: Array, power: Array, bins: int
) -> tuple[Array, Array, Array]:
    """Weights, their squares and weighted powers by ring and bin, of cells that cover angles."""
    shape = (int(ring.max(initial=0)) + 1, bins)
    sums = tuple(np.zeros(shape[0] * bins) for _ in range(3))
    narrow = width <= _NEAR / 3
    nearest = np.rint(turn).astype(int)
    for chosen, steps in (
        (narrow, range(-_NEAR, _NEAR + 1)),
        (~narrow, range(-(bins // 2), bins - bins // 2)),
    ):
        at, off = nearest[chosen], turn[chosen]
        for step in steps:
            apart = (at + step - off + bins / 2) % bins - bins / 2
            weight = np.exp(-0.5 * (apart / width[chosen]) ** 2)
            flat = ring[chosen] * bins + (at + step) % bins
            for total, values in zip(
                sums, (weight, weight**2, weight * power[chosen]), strict=True
            ):
                total += np.bincount(flat, values, total.size)
    weights, squares, powers = (each.reshape(shape) for each in sums)
    return weights, squares, powers
