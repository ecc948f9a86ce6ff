"""What hangs from the waist: skirts, trousers, shorts."""

from __future__ import annotations

from dataclasses import replace

from intertwine.style.wardrobe.body import LEG, WAIST
from intertwine.style.wardrobe.curves import Place, mirrored, smooth
from intertwine.style.wardrobe.garment import Garment
from intertwine.style.wardrobe.pattern import Pattern

#: Hips are so far below the waist, in heads.
_HIP = 0.85


def skirt(garment: Garment) -> Pattern:
    """Return the pattern of a skirt."""
    made, size = Pattern(), garment.measures
    bottom = WAIST + size["length"]
    low = bottom + size["hem_curve"]
    side = smooth((size["waist"], WAIST), (size["hip"], WAIST + _HIP), (size["hem"], bottom))
    hem = smooth(side[-1], (0.5 * size["hem"], bottom + 0.8 * size["hem_curve"]), (0.0, low))
    made.panel(mirrored([*side, *hem]))
    _band(made, size["waist"], size["band"])
    below = WAIST + size["band"]
    front = garment.parts["front"]
    if front == "pleats":
        for part in (0.0, 0.3, 0.6):
            made.seam_pair((part * size["waist"], below), (part * size["hem"], bottom))
    elif front == "slit":
        made.panel([(0.3, low - 0.4 * size["length"]), (0.42, low + 0.01), (0.2, low + 0.01)], 0.45)
    elif front == "buttons":
        made.seam((0.1, below), (0.1, low))
    _pockets(made, garment.parts["pockets"], size["hip"], below)
    return replace(
        made,
        buttons=((0.0, below + 0.2), (0.0, bottom - 0.3)) if front == "buttons" else None,
        emblem=((0.5 * size["hip"], WAIST + _HIP + 0.3), 0.2),
        worn=(-1.2, WAIST - 1.2, 1.2, min(bottom + 1.4, 8.1)),
    )


def trousers(garment: Garment) -> Pattern:
    """Return the pattern of trousers or shorts."""
    made, size = Pattern(), garment.measures
    bottom, fork = WAIST + size["length"], WAIST + size["rise"]
    middle = LEG + 0.02 * size["length"]
    outer, inner = middle + size["leg"], max(middle - size["leg"], 0.04)
    knee = (0.35 * size["hip"] + 0.65 * outer, 0.35 * (WAIST + _HIP) + 0.65 * bottom)
    side = smooth((size["waist"], WAIST), (size["hip"], WAIST + _HIP), knee, (outer, bottom))
    made.panel(mirrored([*side, (inner, bottom), (0.0, fork)]))
    _band(made, size["waist"], size["band"])
    below = WAIST + size["band"]
    made.seam((0.0, below), (0.0, fork))
    made.seam(*smooth((0.14, below), (0.13, below + 0.45), (0.0, below + 0.65)))
    if garment.parts["front"] == "crease":
        made.seam_pair((0.55 * size["hip"], below + 0.5), (middle, bottom))
    made.seam_pair((inner, bottom - 0.1), (outer, bottom - 0.1))
    _pockets(made, garment.parts["pockets"], size["hip"], below)
    if garment.parts["pockets"] == "cargo":
        level = WAIST + 0.5 * size["length"]
        made.pair(
            [(0.5, level - 0.35), (0.82, level - 0.35), (0.8, level + 0.2), (0.5, level + 0.2)]
        )
    return replace(
        made,
        emblem=((0.5 * size["hip"], WAIST + _HIP), 0.17),
        worn=(-1.2, WAIST - 1.2, 1.2, min(bottom + 1.4, 8.1)),
    )


def _band(made: Pattern, waist: float, height: float) -> None:
    made.panel(mirrored([(waist, WAIST - 0.02), (waist + 0.05, WAIST + height)]), tone=0.85)


def _pockets(made: Pattern, pockets: str, hip: float, below: float) -> None:
    if pockets == "slit":
        made.seam_pair((0.5 * hip, below), (0.85 * hip, below + 0.5))
    elif pockets == "patch":
        made.pair(_patch(0.25 * hip, 0.75 * hip, below + 0.3))


def _patch(left: float, right: float, above: float) -> list[Place]:
    return [(left, above), (right, above), (right, above + 0.5), (left, above + 0.5)]
