"""Prints: a second colour here and there, in lengths of the garment, not of the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from intertwine.style.wardrobe.canvas import RGB

Field = NDArray[np.float32]
Cells = NDArray[np.uint8]

#: Stripes, checks, dots and flowers repeat after so many heads.
_STRIPE, _CHECK, _DOT, _FLOWER = 0.36, 0.44, 0.36, 0.6


def _stripes(x: Field, y: Field) -> Cells:
    return 2 * np.asarray(y / _STRIPE % 1 < 0.4, np.uint8)


def _checks(x: Field, y: Field) -> Cells:
    across, down = (np.asarray(each / _CHECK % 1 < 0.5, np.uint8) for each in (x, y))
    return across + down


def _dots(x: Field, y: Field) -> Cells:
    u, v = _cell(x, y, _DOT)
    return 2 * np.asarray(u * u + v * v < 0.27**2, np.uint8)


def _flowers(x: Field, y: Field) -> Cells:
    u, v = _cell(x, y, _FLOWER)
    petals = np.hypot(u, v) < 0.2 + 0.16 * np.abs(np.cos(2.5 * np.arctan2(v, u)))
    return 2 * np.asarray(petals & (u * u + v * v > 0.01), np.uint8)


def _cell(x: Field, y: Field, size: float) -> tuple[Field, Field]:
    """Where each place lies in its cell, -0.5 to 0.5; every other row is shifted by half."""
    row = np.floor(y / size)
    u = (x / size + 0.5 * (row % 2)) % 1 - 0.5
    return u, y / size % 1 - 0.5


#: Where a print is: 0 not, 2 fully, 1 halfway, for places in heads.
PRINTS: dict[str, Callable[[Field, Field], Cells] | None] = {
    "plain": None, "stripes": _stripes, "checks": _checks, "dots": _dots, "flowers": _flowers,
}  # fmt: skip


def palette(colour: RGB, tone: float) -> list[RGB]:
    """Return the colours of 0, 1 and 2 of a print on `colour`, made darker by a tone below 1."""
    other = second(colour)
    mixed = [
        [base + part * (end - base) / 2 for base, end in zip(colour, other, strict=True)]
        for part in range(3)
    ]
    return [_toned(levels, tone) for levels in mixed]


def _toned(levels: Sequence[float], tone: float) -> RGB:
    r, g, b = (min(round(tone * level), 255) for level in levels)
    return r, g, b


def second(colour: RGB) -> RGB:
    """Return the colour of a print or an emblem on `colour`: light on dark, dark on light."""
    light = 0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2]
    other = (250, 244, 228) if light < 140 else (52, 48, 74)
    mixed = (round(0.2 * c + 0.8 * o) for c, o in zip(colour, other, strict=True))
    r, g, b = mixed
    return r, g, b
