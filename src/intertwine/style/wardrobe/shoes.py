"""A pair of boots or shoes, toes outward, as a drawn person's feet stand."""

from __future__ import annotations

from dataclasses import replace

from intertwine.style.wardrobe.body import ANKLE, FLOOR, LEG
from intertwine.style.wardrobe.curves import smooth
from intertwine.style.wardrobe.garment import Garment
from intertwine.style.wardrobe.pattern import Pattern


def pair(garment: Garment) -> Pattern:
    """Return the pattern of a pair; its length is that of the shaft."""
    made, size = Pattern(), garment.measures
    lift, sole, toe = size["heel"], size["sole"], LEG + 0.2 + size["toe"]
    high, back = FLOOR - size["length"] - 0.8 * lift, LEG - 0.24
    under = FLOOR - sole
    arch = under - 0.6 * lift
    front = smooth(
        (LEG + size["shaft"], high),
        (LEG + 0.22, max(ANKLE - 0.5 * lift, high + 0.08)),
        (0.5 * (LEG + toe) + 0.1, under - 0.24),
        (toe, under - 0.07),
    )
    upper = [*front, (toe, under), (LEG + 0.35, under), (LEG + 0.1, arch), (back, under - lift)]
    bulge = (back - 0.03, max(under - lift - 0.3, (under - lift + high) / 2))
    heel_back = smooth((back, under - lift), bulge, (LEG - size["shaft"], high))
    made.pair([*upper, *heel_back])
    made.pair(
        [
            (back, under - lift), (LEG + 0.1, arch), (LEG + 0.35, under), (toe, under),
            (toe, FLOOR), (LEG + 0.3, FLOOR), (LEG + 0.08, arch + sole),
            (LEG - 0.02, FLOOR), (back + 0.02, FLOOR),
        ],
        tone=0.45,
    )  # fmt: skip
    if garment.kind == "boots":
        made.seam_pair((LEG - size["shaft"], high + 0.1), (LEG + size["shaft"] - 0.01, high + 0.1))
    _closure(made, garment.parts["closure"], high, under)
    emblem = FLOOR - 0.52 - 0.5 * lift if garment.kind == "boots" else FLOOR - 0.3
    return replace(
        made,
        emblem=((LEG + 0.02, emblem), 0.12),
        worn=(-1.25, high - 1.5, 1.25, FLOOR + 0.1),
    )


def _closure(made: Pattern, closure: str, high: float, under: float) -> None:
    if closure == "zip":
        made.seam_pair((LEG - 0.08, high + 0.1), (LEG - 0.08, under - 0.2))
        made.seam_pair((LEG - 0.04, high + 0.1), (LEG - 0.04, under - 0.2))
    elif closure == "strap":
        made.pair([(LEG - 0.2, under - 0.28), (LEG + 0.36, under - 0.3), (LEG + 0.36, under - 0.2),
                   (LEG - 0.2, under - 0.18)], tone=0.7)  # fmt: skip
    elif closure == "laces":
        steps = 3 if under - high < 0.7 else 6
        for step in range(steps):
            y = high + 0.14 + step * (under - 0.35 - high) / steps
            made.seam_pair((LEG + 0.03, y + 0.05), (LEG + 0.22, y))
            made.seam_pair((LEG + 0.03, y), (LEG + 0.22, y + 0.05))
