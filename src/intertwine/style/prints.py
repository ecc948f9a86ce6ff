"""The same garments in other cloth: what a print changes, an encoder can learn to damp.

Stripes, checks, dots and a round emblem, in colours drawn by chance, are laid over the garment as
far as its mask reaches.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intertwine.base.checks import Array
from intertwine.style.garments import Garments

#: Widths of one stripe and the next, in sides of the square.
PERIODS = (0.04, 0.14)


def printed(garments: Garments, seeds: Sequence[int]) -> Garments:
    """Return the garments with prints; equal seeds give equal prints."""
    pixels = garments.pixels.copy()
    down, across = np.indices((garments.side, garments.side)) / garments.side - 0.5
    for picture, mask, seed in zip(pixels, garments.masks, seeds, strict=True):
        rng = np.random.default_rng(seed)
        ink, cover = PRINTS[rng.integers(len(PRINTS))](down, across, rng)
        first, second = rng.random((2, 3))
        cloth = np.where(ink[..., np.newaxis], first, second)
        picture += (mask * cover)[..., np.newaxis] * (cloth - picture)
    return Garments(pixels, garments.masks)


def _stripes(down: Array, across: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    angle = np.pi / 4 * rng.integers(4)
    along = np.cos(angle) * across + np.sin(angle) * down
    return _phase(along, rng.uniform(*PERIODS), rng) < rng.uniform(-0.2, 0.2), _opacity(rng)


def _checks(down: Array, across: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    period = rng.uniform(*PERIODS)
    lines = _phase(across, period, rng) < 0, _phase(down, period, rng) < 0
    return lines[0] | lines[1], _opacity(rng) * (0.5 + 0.5 * (lines[0] == lines[1]))


def _dots(down: Array, across: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    period = rng.uniform(*PERIODS)
    square = _phase(across, period, rng) ** 2 + _phase(down, period, rng) ** 2
    return square < rng.uniform(0.05, 0.15), _opacity(rng)


def _emblem(down: Array, across: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    x, y = rng.uniform(-0.12, 0.12, 2)
    inside = (across - x) ** 2 + (down - y) ** 2 < rng.uniform(0.05, 0.12) ** 2
    return inside, inside.astype(float)


def _phase(places: Array, period: float, rng: np.random.Generator) -> Array:
    """Where in its period each place lies, -0.5 to 0.5."""
    return np.asarray((places / period + rng.random()) % 1 - 0.5)


def _opacity(rng: np.random.Generator) -> Array:
    """How much of the cloth below is covered: folds show through."""
    return np.asarray(rng.uniform(0.3, 0.8))


PRINTS = (_stripes, _checks, _dots, _emblem)
