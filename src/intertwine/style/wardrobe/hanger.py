"""A coat hanger with its hook: under the shoulders, or with clips at a waistband."""

from __future__ import annotations

from intertwine.style.wardrobe.body import NECK, SHOULDER, WAIST
from intertwine.style.wardrobe.canvas import RGB, Canvas
from intertwine.style.wardrobe.curves import Place, smooth
from intertwine.style.wardrobe.garment import Garment

_WOOD: RGB = (158, 112, 68)
_STEEL: RGB = (96, 98, 104)

#: Kinds that are hung by their waistband.
_CLIPPED = ("skirt", "trousers", "shorts")

#: Kinds that hang on a coat hanger.
HANGING = ("vest", "tee", "blouse", "shirt", "pullover", "jacket", "coat", "dress", *_CLIPPED)

#: The top of the hook above a hanger's bar, in heads.
_HOOK = 0.75


def height(garment: Garment) -> float:
    """Return where the hook's top is, in heads from the crown."""
    return (WAIST - 0.3 if garment.kind in _CLIPPED else NECK - 0.06) - _HOOK


def hang(canvas: Canvas, garment: Garment) -> None:
    """Draw the hanger; the garment is drawn over it."""
    bar = height(garment) + _HOOK
    canvas.line(_hook(bar), 0.07, _STEEL)
    if garment.kind not in _CLIPPED:
        end = (max(garment.measures["shoulder"] - 0.06, 0.3), SHOULDER + 0.02)
        for side in (-1, 1):
            canvas.line([(0.0, bar), (side * end[0], end[1])], 0.14, _WOOD)
        return
    wide = garment.measures["waist"]
    canvas.line([(-wide, bar), (wide, bar)], 0.07, _WOOD)
    for side in (-1, 1):
        canvas.line([(side * 0.75 * wide, bar), (side * 0.75 * wide, WAIST + 0.1)], 0.09, _STEEL)


def _hook(bar: float) -> list[Place]:
    """From the left end of the hook's bow over its top down to the bar."""
    top = bar - _HOOK
    bow = smooth((-0.19, top + 0.22), (-0.13, top + 0.07), (0.0, top), (0.15, top + 0.08),
                 (0.17, top + 0.22), (0.02, top + 0.42))  # fmt: skip
    return [*bow, (0.0, bar)]
