"""Why two pictures match: what each view adds to the score, and where; drawn over both pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from intertwine.base.atomic import atomic
from intertwine.base.checks import Array
from intertwine.base.errors import FileError
from intertwine.base.libraries import need
from intertwine.style.heat import Heat

#: Pixels between the pictures that are drawn side by side.
GAP_PX = 8

#: Formats that a drawing is saved in.
SUFFIXES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}


@dataclass(frozen=True)
class Why:
    """How a hit agrees with what was asked.

    Attributes
    ----------
    id : str                 The hit.
    score : float            The weighted mean of the views' cosines: the score of the search.
    cosines : dict           View -> cosine of the two codes, of every view that they have.
    shares : dict            View -> what it adds to the score; the shares sum to it.
    sentence : str           The same in words, with the places that agree most and least.
    note : str               Which picture is shown by its thumbnail, and why; mostly empty.
    exact : bool             Whether the parts of each picture sum to the score.
    heats : tuple of Heat    Of each picture asked with, then of the hit.
    pictures : tuple         Those pictures, RGB uint8 (H, W, 3).
    """

    id: str
    score: float
    cosines: dict[str, float]
    shares: dict[str, float]
    sentence: str
    note: str
    exact: bool
    heats: tuple[Heat, ...]
    pictures: tuple[Array, ...]

    def overlays(self) -> tuple[Array, ...]:
        """Each picture paled, agreement drawn over it in red and disagreement in blue."""
        strength = max(float(np.abs(heat.map).max()) for heat in self.heats) or 1.0
        return tuple(
            _overlay(picture, heat.map / strength)
            for picture, heat in zip(self.pictures, self.heats, strict=True)
        )

    def draw(self, height_px: int = 320) -> Array:
        """The overlays side by side at one height, RGB uint8: what was asked, then the hit."""
        cv2 = need("cv2", "Drawing an explanation")
        panels: list[Array] = []
        for overlay in self.overlays():
            width = max(1, round(overlay.shape[1] * height_px / overlay.shape[0]))
            shrinks = overlay.shape[0] > height_px
            how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
            panels += [
                np.full((height_px, GAP_PX, 3), 255, np.uint8),
                cv2.resize(overlay, (width, height_px), interpolation=how),
            ]
        return np.concatenate(panels[1:], axis=1)

    def save(self, path: str | Path) -> None:
        """Write the drawing as PNG, JPEG or WebP, by the file's ending.

        Raises
        ------
        FileError
            The ending is another, or the file cannot be written.
        """
        path = Path(path)
        kind = SUFFIXES.get(path.suffix.lower())
        if kind is None:
            raise FileError(f"{path}: a drawing is saved as {', '.join(SUFFIXES)}.")
        image = need("PIL.Image", "Saving an explanation").fromarray(self.draw())
        with atomic(path) as file:
            image.save(file, kind)


def _overlay(picture: Array, heat: Array) -> Array:
    grey = picture.mean(axis=2, keepdims=True) * 0.5 + 127.5
    red, blue = np.array([214, 39, 40], float), np.array([31, 119, 180], float)
    colour = np.where(heat[..., np.newaxis] > 0, red, blue)
    opacity = 0.75 * np.minimum(np.abs(heat), 1)[..., np.newaxis]
    return np.asarray(np.rint(grey * (1 - opacity) + colour * opacity), np.uint8)
