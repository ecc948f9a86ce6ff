"""Hats: a crown and a brim, on the head."""

from __future__ import annotations

from dataclasses import replace

from intertwine.style.wardrobe.curves import mirrored, smooth
from intertwine.style.wardrobe.garment import Garment
from intertwine.style.wardrobe.pattern import Pattern

#: The brim lies on the forehead.
_BRIM = 0.3


def hat(garment: Garment) -> Pattern:
    """Return the pattern of a hat; its length is the crown's height."""
    made, size = Pattern(), garment.measures
    high, wide = _BRIM - size["length"], size["crown"] + 0.06
    top = wide - size["taper"] * 0.5
    edge, low = wide + size["brim"], _BRIM + size["droop"] * size["brim"]
    brim = [(0.0, _BRIM - 0.1), *smooth((wide, _BRIM - 0.1), (edge, low)),
            *smooth((edge, low + 0.05), (wide, _BRIM + 0.1),
                    (0.0, _BRIM + 0.14))]  # fmt: skip
    made.panel(mirrored(brim), tone=0.9)
    crown = [*smooth((0.0, high + size["dent"]), (0.6 * top, high), (top, high + 0.14)),
             *smooth((wide, _BRIM - 0.08), (0.0, _BRIM))]  # fmt: skip
    made.panel(mirrored(crown))
    if garment.parts["ribbon"] == "yes":
        above = _BRIM - 0.32
        narrow = wide + (top - wide) * 0.24 / max(size["length"], 0.3)
        made.panel(mirrored([(narrow, above), *smooth((wide, _BRIM - 0.08), (0.0, _BRIM))]), 0.5)
    return replace(
        made,
        emblem=((0.0, high + 0.45 * size["length"]), 0.13),
        worn=(-1.3, high, 1.3, 2.3),
    )
