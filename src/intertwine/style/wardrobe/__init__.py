"""A wardrobe to try the search on: garments drawn from a few numbers, each picture on demand.

A `Garment` is a cut: its kind and its measures. `draw` paints it in any colour, print and emblem,
flat, on a coat hanger or on a person, so that one garment has many pictures and it is known which
pictures show the same one.

    cuts.py        what kinds there are and how their measures vary
    garment.py     `Garment`, and collections of different ones
    pattern.py     a cut as panels, seams and places for buttons: tops.py, bottoms.py, ...
    canvas.py      panels onto pixels
    drawing.py     `draw`: fabric.py, emblems.py, hanger.py and person.py put together
    shop.py        many pictures into a folder
"""

from __future__ import annotations

from intertwine.style.wardrobe.cuts import KINDS
from intertwine.style.wardrobe.drawing import draw
from intertwine.style.wardrobe.emblems import EMBLEMS
from intertwine.style.wardrobe.fabric import PRINTS
from intertwine.style.wardrobe.garment import Garment, collection
from intertwine.style.wardrobe.hanger import HANGING
from intertwine.style.wardrobe.shop import COLOURS, write

__all__ = [
    "COLOURS", "EMBLEMS", "HANGING", "KINDS", "PRINTS", "Garment", "collection", "draw", "write",
]  # fmt: skip
