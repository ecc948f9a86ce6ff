"""What hangs from the shoulders: from a vest to a coat and a dress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from intertwine.style.wardrobe.body import ARM, ARMPIT, NECK, SHOULDER, WAIST
from intertwine.style.wardrobe.collars import collar, hood, neckline
from intertwine.style.wardrobe.curves import Place, mirrored, smooth
from intertwine.style.wardrobe.garment import Garment
from intertwine.style.wardrobe.pattern import Pattern

#: Buttons begin so far below the neckline and end so far above the hem, in heads.
_ABOVE, _BELOW = 0.25, 0.35


def top(garment: Garment) -> Pattern:
    """Return the pattern of anything that hangs from the shoulders."""
    made, size, parts = Pattern(), garment.measures, garment.parts
    bottom = NECK + size["length"]
    opening = NECK + size["neck_depth"]
    if parts["collar"] == "hood":
        hood(made, size["neck"])
    edge = neckline(parts["neckline"], size["neck"], size["neck_depth"])
    back = smooth((0.0, NECK + 0.1), (0.6 * size["neck"], NECK + 0.07), (size["neck"], NECK))
    made.panel(mirrored([*back, *reversed(edge)]), tone=0.6, behind=True)
    if size.get("sleeve", 0) > 0:
        _sleeves(made, size)
    side = _side(size, bottom)
    made.panel(mirrored([*edge, (size["shoulder"], SHOULDER), *side, *_hem(size, side[-1])]))
    if garment.kind == "pullover":
        made.seam_pair((0.0, bottom - 0.14 + size["hem_curve"]), _along(side, bottom - 0.14))
    _pockets(made, parts.get("pockets", "none"), size, bottom)
    if parts["closure"] != "none":
        _front(made, parts["closure"], opening, bottom + size["hem_curve"])
    if parts.get("belt") == "yes":
        _belt(made, side)
    collar(made, parts["collar"], edge)
    buttons = ((0.0, opening + _ABOVE), (0.0, min(bottom - _BELOW, opening + 2.2)))
    return replace(
        made,
        buttons=buttons if parts["closure"] == "buttons" else None,
        emblem=((0.45 * size["chest"], ARMPIT + 0.2), 0.22),
        worn=(-1.2, -0.05, 1.2, bottom + 0.8),
    )


def _side(size: Mapping[str, float], bottom: float) -> list[Place]:
    """The side seam, from the armpit to the hem."""
    chest, waist, hem = size["chest"], size["waist"], size["hem"]
    if bottom < WAIST + 0.5:  # the narrowest place is too near the hem to be a waist
        return smooth((chest, ARMPIT), ((2 * waist + hem) / 3, bottom))
    return smooth((chest, ARMPIT), (waist, WAIST), (hem, bottom))


def _hem(size: Mapping[str, float], corner: Place) -> list[Place]:
    """The hem, from its corner to the middle, which hangs lower by the hem's curve."""
    x, y = corner
    return smooth(corner, (0.55 * x, y + 0.75 * size["hem_curve"]), (0.0, y + size["hem_curve"]))


def _along(side: list[Place], height: float) -> Place:
    """The place of a side seam nearest to a height."""
    return min(side, key=lambda place: abs(place[1] - height))


def _sleeves(made: Pattern, size: Mapping[str, float]) -> None:
    """A pair, each along an arm: as wide as the armhole above and as its cuff below."""
    (dx, dy), length, cuff = ARM, size["sleeve"], size["cuff"]
    shoulder = max(size["shoulder"], 0.88)  # an arm has to fit in
    outer = (shoulder + 0.1 + dx * length, SHOULDER + 0.12 + dy * length)
    inner = (outer[0] - dy * cuff, outer[1] + dx * cuff)
    head = smooth((size["shoulder"] - 0.1, SHOULDER - 0.03), (shoulder + 0.14, SHOULDER + 0.22))
    armhole = ((size["chest"] - 0.04, ARMPIT + 0.1), (0.5, ARMPIT))
    made.pair([*head, outer, inner, *armhole], tone=0.94)
    if length > 0.6:
        band = 0.12
        made.seam_pair(
            (outer[0] - dx * band, outer[1] - dy * band),
            (inner[0] - dx * band, inner[1] - dy * band),
        )


def _front(made: Pattern, closure: str, opening: float, bottom: float) -> None:
    if closure == "zip":
        made.seam((-0.04, opening), (-0.04, bottom))
        made.seam((0.04, opening), (0.04, bottom))
    else:
        made.seam((0.11, opening - 0.08), (0.11, bottom))


def _belt(made: Pattern, side: list[Place]) -> None:
    above, below = _along(side, WAIST - 0.1), _along(side, WAIST + 0.1)
    made.panel(mirrored([above, below]), tone=0.55)
    made.panel([(-0.12, above[1]), (0.12, above[1]), (0.12, below[1]), (-0.12, below[1])], tone=0.8)


def _pockets(made: Pattern, pockets: str, size: Mapping[str, float], bottom: float) -> None:
    level = min(bottom - 0.65, 3.3)
    inner, outer = 0.22, 0.85 * min(size["waist"], size["hem"])
    if pockets == "chest":
        made.panel(_pocket(-0.62 * size["chest"], -0.22 * size["chest"], ARMPIT, 0.42))
    elif pockets == "patch":
        made.pair(_pocket(inner, outer, level, 0.5))
    elif pockets == "slit":
        made.seam_pair((inner + 0.1, level + 0.4), (outer, level))
        made.seam_pair((inner + 0.14, level + 0.44), (outer + 0.02, level + 0.08))
    elif pockets == "pouch":
        low = bottom - 0.16
        made.panel(mirrored([(0.36, low - 0.6), (0.55, low - 0.3), (0.55, low)]), tone=0.96)


def _pocket(left: float, right: float, above: float, height: float) -> list[Place]:
    middle = (left + right) / 2
    low = above + height
    return [(left, above), (right, above), (right, low - 0.08), (middle, low), (left, low - 0.08)]
