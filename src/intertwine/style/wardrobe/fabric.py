"""Prints: a second colour here and there, in lengths of the garment, not of the picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.style.wardrobe.canvas import RGB

Field = NDArray[np.float32]

#: Stripes, checks, dots and flowers repeat after so many heads.
_STRIPE, _CHECK, _DOT, _FLOWER = 0.36, 0.44, 0.36, 0.6


def _stripes(x: Field, y: Field) -> Field:
    return np.asarray(y / _STRIPE % 1 < 0.4, np.float32)


def _checks(x: Field, y: Field) -> Field:
    across = [each / _CHECK % 1 < 0.5 for each in (x, y)]
    return np.asarray((across[0].astype(np.float32) + across[1]) / 2, np.float32)


def _dots(x: Field, y: Field) -> Field:
    u, v = _cell(x, y, _DOT)
    return np.asarray(np.hypot(u, v) < 0.27, np.float32)


def _flowers(x: Field, y: Field) -> Field:
    u, v = _cell(x, y, _FLOWER)
    radius, angle = np.hypot(u, v), np.arctan2(v, u)
    petals = radius < 0.2 + 0.16 * np.abs(np.cos(2.5 * angle))
    return np.asarray(petals & (radius > 0.1), np.float32)


def _cell(x: Field, y: Field, size: float) -> tuple[Field, Field]:
    """Where each place lies in its cell, -0.5 to 0.5; every other row is shifted by half."""
    row = np.floor(y / size)
    u = (x / size + 0.5 * (row % 2)) % 1 - 0.5
    return u, y / size % 1 - 0.5


PRINTS: dict[str, Callable[[Field, Field], Field] | None] = {
    "plain": None, "stripes": _stripes, "checks": _checks, "dots": _dots, "flowers": _flowers,
}  # fmt: skip


def fabric(word: str, colour: RGB, heads: tuple[Field, Field]) -> NDArray[np.uint8]:
    """Return cloth of a colour and a print for places in heads."""
    x, y = heads
    base = np.array(colour, np.float32)
    amount: Any = 0.0
    printed = PRINTS[word]
    if printed is not None:
        amount = printed(x, y)[:, :, None]
    levels = base + amount * (np.array(second(colour), np.float32) - base)
    shade = 1 - 0.07 * np.abs(np.sin(1.7 * x + 0.4 * y))[:, :, None]  # cloth is never quite flat
    return np.rint(np.broadcast_to(levels, (*x.shape, 3)) * shade).astype(np.uint8)


def second(colour: RGB) -> RGB:
    """Return the colour of a print or an emblem on `colour`: light on dark, dark on light."""
    light = 0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2]
    other = (250, 244, 228) if light < 140 else (52, 48, 74)
    mixed = (round(0.2 * c + 0.8 * o) for c, o in zip(colour, other, strict=True))
    r, g, b = mixed
    return r, g, b


def toned(levels: NDArray[np.uint8], tone: float) -> NDArray[np.uint8]:
    """Return darker (below 1) or lighter cloth."""
    return np.rint(np.clip(levels * np.float32(tone), 0, 255)).astype(np.uint8)
