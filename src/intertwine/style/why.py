"""Why two pictures match: where their shapes agreed, drawn over both.

The linear shape code is a sum over the cells of a grid, so its cosine is one too, and the map is
exact: its cells add up to the cosine. Other codes are asked by occlusion (Zeiler and Fergus, 2014):
how much the cosine falls when a part of the picture is covered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from intertwine.base.checks import Array
from intertwine.base.libraries import need
from intertwine.style.codes import Codes
from intertwine.style.encoders import Encoder
from intertwine.style.foreground import border_colour, working_copy
from intertwine.style.garments import CutOut

#: The square that heat maps are drawn on, before they are laid over the picture.
SIDE = 112

#: Parts that are covered in turn, along each axis of the garment.
COVERED = 5


@dataclass(frozen=True)
class Why:
    """How two pictures agree.

    Attributes
    ----------
    cosines : dict           View -> cosine of the two codes.
    parts : tuple of lists   For each picture, arrays (cells, cells): each cell's part in the cosine
                             of shape. If `exact`, they sum to it.
    exact : bool             Whether the cosine is a sum over cells.
    pictures, heat : tuples  The pictures, RGB uint8 (H, W, 3) of working size, and their heat maps
                             (H, W): above 0 where the shapes agreed, below 0 where they did not.
    """

    cosines: dict[str, float]
    parts: tuple[list[Array], list[Array]]
    exact: bool
    pictures: tuple[Array, Array]
    heat: tuple[Array, Array]

    def drawn(self) -> tuple[Array, Array]:
        """Both pictures, RGB uint8: paled, agreement in red and disagreement in blue."""
        strength = max(float(np.abs(heat).max()) for heat in self.heat) or 1.0
        first, second = (
            _overlay(picture, heat / strength)
            for picture, heat in zip(self.pictures, self.heat, strict=True)
        )
        return first, second


def why(encoder: Encoder, a: Array, b: Array) -> Why:
    """Explain the match of two pictures: uint8 (H, W, 3) or (H, W), `encoder` being fitted."""
    codes = encoder.encode([a, b])
    sides = (_explained(encoder, a, codes.rows([1])), _explained(encoder, b, codes.rows([0])))
    (first, a_heat, exact), (second, b_heat, _) = sides
    return Why(
        cosines={view: float(codes[view][0] @ codes[view][1]) for view in codes},
        parts=(first, second),
        exact=exact,
        pictures=(working_copy(a), working_copy(b)),
        heat=(a_heat, b_heat),
    )


def _explained(encoder: Any, picture: Array, other: Codes) -> tuple[list[Array], Array, bool]:
    """Each cell's part, the heat map over the picture, and whether the parts sum to the cosine."""
    cut = CutOut.of(picture)
    agreement = getattr(encoder, "agreement", None)
    parts = None if agreement is None else agreement(picture, other)
    exact = parts is not None
    if parts is None:
        parts = [_occlusion(encoder, cut, other)]
    cv2 = need("cv2", "Explaining a match")
    square = np.zeros((SIDE, SIDE), np.float32)
    for grid in parts:
        density = grid.astype(np.float32) * np.float32(grid.size)  # a coarse cell covers more
        square += cv2.resize(density, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    height, width = cut.mask.shape
    back = cv2.invertAffineTransform(cut.placing(SIDE))
    return parts, cv2.warpAffine(square, back, (width, height)), exact


def _occlusion(encoder: Encoder, cut: CutOut, other: Codes) -> Array:
    """How much the cosine of shape falls when each part of the garment's square is covered."""
    cover, _ = border_colour(cut.pixels)
    there = cut.placing(COVERED)
    rows, columns = np.indices(cut.mask.shape)
    places = np.stack([columns.ravel(), rows.ravel(), np.ones(rows.size)])
    across, down = np.floor(there @ places + 0.5).reshape(2, *rows.shape)
    pictures = [cut.pixels]
    for row in range(COVERED):
        for column in range(COVERED):
            covered = cut.pixels.copy()
            covered[(down == row) & (across == column)] = cover
            pictures.append(covered)
    cosines = encoder.encode(pictures)["shape"] @ other["shape"][0]
    return np.asarray(cosines[0] - cosines[1:]).reshape(COVERED, COVERED)


def _overlay(picture: Array, heat: Array) -> Array:
    grey = picture.mean(axis=2, keepdims=True) * 0.5 + 127.5
    red, blue = np.array([214, 39, 40], float), np.array([31, 119, 180], float)
    colour = np.where(heat[..., np.newaxis] > 0, red, blue)
    opacity = 0.75 * np.minimum(np.abs(heat), 1)[..., np.newaxis]
    return np.asarray(np.rint(grey * (1 - opacity) + colour * opacity), np.uint8)
