"""Where in a picture a score comes from.

The linear shape code is a sum over the cells of a grid, so its cosine is one too, and the map is
exact: its cells add up to the cosine. Any other score is asked by occlusion (Zeiler and Fergus,
2014): how much it falls when a part of the picture is covered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from intertwine.base.checks import Array
from intertwine.base.libraries import need
from intertwine.style.codes import Codes
from intertwine.style.encoders import Encoder
from intertwine.style.foreground import border_colour
from intertwine.style.garments import CutOut
from intertwine.style.views import scores

#: The square around the garment that heat maps are made on, before they are laid on the picture.
SIDE = 112

#: Parts that are covered in turn, along each axis of that square.
COVERED = 5


@dataclass(frozen=True)
class Heat:
    """What each place of one picture adds to a score.

    Attributes
    ----------
    parts : tuple of (cells, cells) arrays
        One a grid on the garment's square. If `exact`, all cells together sum to the score.
    exact : bool
        Whether the score is a sum over cells, or was asked by occlusion.
    square : (SIDE, SIDE) float32 array
        The parts, smoothed, on the garment's square; its mean is the sum of the parts.
    map : (H, W) float32 array
        The same, laid on the picture.
    """

    parts: tuple[Array, ...]
    exact: bool
    square: Array
    map: Array


class Explained:
    """One picture of a match: its heat is asked for one match after another.

    Parameters
    ----------
    encoder : Encoder
    picture : (H, W, 3) uint8 array
    """

    def __init__(self, encoder: Encoder, picture: Array) -> None:
        self.picture = picture
        self._encoder: Any = encoder

    @cached_property
    def _cut(self) -> CutOut:
        return CutOut.of(self.picture)

    def heat(self, other: Codes, weights: Mapping[str, float]) -> Heat:
        """What each place adds to the score with the one picture that `other` codes."""
        parts = self._cells(other) if tuple(weights) == ("shape",) else None
        exact = parts is not None
        if parts is None:
            parts = [self._occlusion(other, weights)]
        cv2 = need("cv2", "Explaining a match")
        square = np.zeros((SIDE, SIDE), np.float32)
        for grid in parts:
            density = grid.astype(np.float32) * np.float32(grid.size)  # a coarse cell covers more
            square += cv2.resize(density, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
        height, width = self.picture.shape[:2]
        enlarged = np.diag([width / self._cut.mask.shape[1], height / self._cut.mask.shape[0]])
        back = enlarged @ cv2.invertAffineTransform(self._cut.placing(SIDE))
        return Heat(tuple(parts), exact, square, cv2.warpAffine(square, back, (width, height)))

    def _cells(self, other: Codes) -> list[Array] | None:
        """What each cell adds to the cosine of shape, where that is a sum over cells."""
        agreement = getattr(self._encoder, "agreement", None)
        found: list[Array] | None = None if agreement is None else agreement(self.picture, other)
        return found

    def _occlusion(self, other: Codes, weights: Mapping[str, float]) -> Array:
        """How much the score falls when each part of the garment's square is covered."""
        places, codes = self._covered
        found = scores(codes, other, weights)[:, 0]
        parts = np.zeros((COVERED, COVERED), np.float32)
        for (row, column), score in zip(places, found[1:], strict=True):
            parts[row, column] = found[0] - score
        return parts

    @cached_property
    def _covered(self) -> tuple[list[tuple[int, int]], Codes]:
        """The parts that show the garment, and the codes of the picture: whole, then each covered.

        The covered parts take the colour of the border, so that they look like background.
        """
        cut = self._cut
        cover, _ = border_colour(cut.pixels)
        down, across = np.indices(cut.mask.shape)
        corners = np.stack([across.ravel(), down.ravel(), np.ones(down.size)])
        column, row = np.floor(cut.placing(COVERED) @ corners + 0.5).reshape(2, *down.shape)
        places, pictures = [], [cut.pixels]
        for place in np.ndindex(COVERED, COVERED):
            inside = (row == place[0]) & (column == place[1])
            if (inside & cut.mask).any():
                covered = cut.pixels.copy()
                covered[inside] = cover
                places.append((place[0], place[1]))
                pictures.append(covered)
        return places, self._encoder.encode(pictures)
