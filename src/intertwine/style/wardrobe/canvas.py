"""Outlines in heads onto pixels, without jagged edges: drawn large, then averaged."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.libraries import need
from intertwine.style.wardrobe.curves import Place

RGB = tuple[int, int, int]

#: Each pixel is the mean of so many by so many.
_FINE = 3


class Canvas:
    """A square picture on which heads are a unit of length.

    Parameters
    ----------
    size_px : int
    box : left, top, right, bottom, in heads: this part is shown in the middle.
    share : how much of the picture's side the longer side of `box` fills.
    turn_deg : by how much all that is drawn is rotated, counter-clockwise.
    background : RGB
    """

    def __init__(
        self,
        size_px: int,
        box: tuple[float, float, float, float],
        share: float,
        turn_deg: float,
        background: RGB,
    ) -> None:
        left, top, right, bottom = box
        self._image_module = need("PIL.Image", "Drawing garments")
        self._side = size_px * _FINE
        scale = share * self._side / max(right - left, bottom - top)
        c, s = scale * cos(radians(turn_deg)), scale * sin(radians(turn_deg))
        self._matrix = np.array([[c, s], [-s, c]])
        self._centre = np.array([(left + right) / 2, (top + bottom) / 2])
        self.unit = scale
        self._size_px = size_px
        self._image = self._image_module.new("RGB", (self._side, self._side), background)
        self._pen = need("PIL.ImageDraw", "Drawing garments").Draw(self._image)

    def heads(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return where each fine pixel lies, x and y in heads."""
        along = np.arange(self._side) + 0.5 - self._side / 2
        inverse = np.linalg.inv(self._matrix)
        x = inverse[0, 0] * along[None, :] + inverse[0, 1] * along[:, None] + self._centre[0]
        y = inverse[1, 0] * along[None, :] + inverse[1, 1] * along[:, None] + self._centre[1]
        return x.astype(np.float32), y.astype(np.float32)

    def cloth(self, cells: NDArray[np.uint8], colours: Sequence[RGB]) -> Any:
        """Return cloth for `fill`: one of `colours` for each fine pixel."""
        woven = self._image_module.fromarray(cells).convert("P")
        woven.putpalette([level for colour in colours for level in colour])
        return woven.convert("RGB")

    def fill(self, outline: Sequence[Place], paint: Any) -> None:
        """Fill an outline with a colour, or with cloth."""
        places = self._pixels(outline)
        if isinstance(paint, tuple):
            self._pen.polygon(places, fill=paint)
            return
        mask = self._image_module.new("1", self._image.size)
        need("PIL.ImageDraw", "Drawing garments").Draw(mask).polygon(places, fill=1)
        self._image.paste(paint, mask=mask)

    def line(self, places: Sequence[Place], width: float, colour: RGB) -> None:
        """Draw a line of a width in heads, at least a pixel wide, with round ends."""
        points = self._pixels(places)
        thick = max(round(width * self.unit), _FINE)
        self._pen.line(points, fill=colour, width=thick, joint="curve")
        r = thick / 2
        for x, y in (points[0], points[-1]):
            self._pen.ellipse((x - r, y - r, x + r, y + r), fill=colour)

    def _pixels(self, places: Sequence[Place]) -> list[Place]:
        turned = (np.asarray(places) - self._centre) @ self._matrix.T + self._side / 2
        return [(float(x), float(y)) for x, y in turned]

    def pixels(self) -> NDArray[np.uint8]:
        """Return the picture, uint8 (size_px, size_px, 3)."""
        return np.array(self._image.reduce(_FINE))
