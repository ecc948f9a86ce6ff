"""The colours of garments: a soft histogram of lightness and hue over the mask.

Colours are CIELAB, where equal distances look alike; a colour between two bins counts for both, so
that a little more light moves the histogram a little.
"""

from __future__ import annotations

import itertools

import numpy as np

from intertwine.base.checks import Array
from intertwine.base.libraries import need
from intertwine.style.edges import shares
from intertwine.style.garments import Garments

#: Centres of the bins: lightness 0 to 100, then green to red and blue to yellow.
BINS = (
    np.linspace(0, 100, 5, dtype=np.float32),
    np.linspace(-60, 60, 7, dtype=np.float32),
    np.linspace(-60, 60, 7, dtype=np.float32),
)

#: Means over blocks of this square: noise and seams do not count.
SIDE = 28


def features(garments: Garments) -> Array:
    """Return (n, 245) float32: roots of the shares of each bin."""
    cv2 = need("cv2", "The colour view")
    small = garments.reduced(SIDE)
    count = len(small.masks)
    tall = np.ascontiguousarray(small.pixels.reshape(-1, SIDE, 3), np.float32)
    lab = cv2.cvtColor(tall, cv2.COLOR_RGB2Lab).reshape(count, -1, 3)
    below, above = zip(*(_neighbours(lab[..., i], BINS[i]) for i in range(3)), strict=True)
    sizes = [len(centres) for centres in BINS]
    rows = np.arange(count)[:, np.newaxis] * int(np.prod(sizes))
    total = np.zeros(count * int(np.prod(sizes)))
    for corner in itertools.product((below, above), repeat=3):
        (i, a), (j, b), (k, c) = (corner[axis][axis] for axis in range(3))
        places = rows + (i * sizes[1] + j) * sizes[2] + k
        weights = a * b * c * small.masks.reshape(count, -1)
        total += np.bincount(places.ravel(), weights.ravel(), minlength=total.size)
    histogram = total.reshape(count, -1)
    return shares(histogram.astype(np.float32))


def _neighbours(values: Array, centres: Array) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """The bins below and above each value, with the fraction that counts for each."""
    step = centres[1] - centres[0]
    place = np.clip((values - centres[0]) / step, 0, len(centres) - 1)
    lower = np.minimum(place.astype(int), len(centres) - 2)
    fraction = place - lower
    return (lower, 1 - fraction), (lower + 1, fraction)
