"""Bags, which hang from a hand, and backpacks."""

from __future__ import annotations

from dataclasses import replace

from intertwine.style.wardrobe.body import ARM, ARM_LENGTH, JOINT
from intertwine.style.wardrobe.curves import Place, ellipse, smooth
from intertwine.style.wardrobe.garment import Garment
from intertwine.style.wardrobe.pattern import Pattern

#: The hand that holds a bag.
_X, _Y = JOINT[0] + ARM[0] * ARM_LENGTH, JOINT[1] + ARM[1] * ARM_LENGTH


def bag(garment: Garment) -> Pattern:
    """Return the pattern of a bag whose handle is in the hand."""
    made, size = Pattern(), garment.measures
    above = _Y + size["handle"]
    _handle(made, size["handle_width"], _Y, above)
    _body(made, garment, above)
    return replace(
        made,
        emblem=((_X, above + 0.62 * size["length"]), 0.22),
        worn=(-0.3, 2.2, _X, above + size["length"] + 0.3),
    )


def backpack(garment: Garment) -> Pattern:
    """Return the pattern of a backpack, held by its loop."""
    made, size = Pattern(), garment.measures
    above = _Y + size["handle"]
    low = above + size["length"]
    wide = size["width"]
    for side in (-1, 1):
        x, inner = _X + side * wide, _X + side * (wide - 0.2)
        outer = smooth((x, above + 0.3), (x + side * 0.16, above + 1.0), (x, low - 0.2))
        made.panel([(inner, above + 0.3), *outer, (inner, low - 0.2)], tone=0.7)
    _handle(made, size["handle_width"], _Y, above + 0.1)
    _body(made, garment, above)
    top = low - size["pocket"] * size["length"]
    made.panel(_rounded(0.78 * wide, 0.0, 0.5, top, low - 0.12), tone=0.94)
    made.seam((_X - 0.7 * wide, top + 0.16), (_X + 0.7 * wide, top + 0.16))
    return replace(
        made,
        emblem=((_X, above + 0.3 * size["length"]), 0.2),
        worn=(-0.3, 2.2, _X, low + 0.3),
    )


def _handle(made: Pattern, width: float, top: float, foot: float) -> None:
    outer, inner = _arch(width + 0.05, top, foot), _arch(width - 0.05, top + 0.1, foot)
    made.panel([*outer, *reversed(inner)], tone=0.75)


def _arch(width: float, top: float, foot: float) -> list[Place]:
    low = foot + 0.08
    return smooth((_X - width, low), (_X - 0.75 * width, top + 0.3 * (foot - top)), (_X, top),
                  (_X + 0.75 * width, top + 0.3 * (foot - top)), (_X + width, low))  # fmt: skip


def _body(made: Pattern, garment: Garment, above: float) -> None:
    size, closure = garment.measures, garment.parts["closure"]
    low, wide = above + size["length"], size["width"]
    made.panel(_rounded(wide, size["taper"], size["round"], above, low))
    if garment.parts.get("pockets") == "patch":
        made.panel(_rounded(0.6 * wide, 0.0, 0.3, above + 0.5 * size["length"], low - 0.1), 0.95)
    if closure == "flap":
        lid = above + 0.42 * size["length"]
        made.panel(_rounded((1 - size["taper"] / 2) * wide, 0.0, size["round"], above, lid), 0.9)
        made.panel(ellipse(_X, lid - 0.05, 0.07, 0.07), 0.4)
    elif closure == "zip":
        inset = (1 - size["taper"]) * wide * 0.8
        made.seam((_X - inset, above + 0.2), (_X + inset, above + 0.2))
        made.seam((_X - inset, above + 0.26), (_X + inset, above + 0.26))


def _rounded(width: float, taper: float, radius: float, above: float, low: float) -> list[Place]:
    """A shape as wide as `width` below and narrower by `taper` above, its lower corners rounded."""
    high = (1 - taper) * width
    r = radius * min(width, low - above) * 0.6
    corner = smooth((width, low - r), (width - 0.3 * r, low - 0.3 * r), (width - r, low))
    right = [(high - 0.2 * r, above), (high, above + 0.2 * r), *corner]
    return [*((_X + x, y) for x, y in right), *((_X - x, y) for x, y in reversed(right))]
