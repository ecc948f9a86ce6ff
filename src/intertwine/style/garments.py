"""Garments cut out, centred and brought to one size: what every view looks at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from intertwine.base.checks import Array
from intertwine.base.libraries import need
from intertwine.style.foreground import WORKING_SIDE, border_colour, foreground, working_copy

#: What red, green and blue add to brightness: ITU-R BT.601.
BRIGHTNESS = (0.299, 0.587, 0.114)

#: The root mean square distance from the centre that a garment is brought to, in sides. Unlike
#: extents, it hardly changes with a rotation, a strap or a pixel of noise. A square garment fills
#: 0.64 of the side, a long dress 0.85.
SPREAD = 0.26

#: Garments below this fraction of the picture are looked at closer, at most so much: a bag beside
#: the person who carries it.
SMALL = 0.6
MOST_CLOSER = 2.0


@dataclass(frozen=True)
class Garments:
    """`n` garments, each in the middle of a square of the same side, brought to one size.

    Attributes
    ----------
    pixels : (n, side, side, 3) float32 array     RGB, 0 to 1; the background is left in place.
    masks : (n, side, side) float32 array         1 on the garment, 0 beside it.
    """

    pixels: Array
    masks: Array

    @property
    def side(self) -> int:
        return int(self.masks.shape[-1])

    @cached_property
    def grey(self) -> Array:
        """Brightness, (n, side, side)."""
        red, green, blue = (self.pixels[..., i] * np.float32(w) for i, w in enumerate(BRIGHTNESS))
        return np.asarray(red + green + blue)

    @cached_property
    def inside(self) -> Array:
        """1 well inside the garment, where its outline's edges do not reach: (n, side, side)."""
        size = 2 * max(1, self.side // 28) + 1
        whole = (self.masks >= 1).astype(np.float32)
        return np.asarray(ndimage.minimum_filter(whole, (1, size, size), mode="constant"))

    def reduced(self, side: int) -> Garments:
        """The same on squares of a `side` that divides this one: means over blocks."""
        block = self.side // side
        if block == 1:
            return self
        count = len(self.masks)
        pixels = self.pixels.reshape(count, side, block, side, block, 3).mean(axis=(2, 4))
        masks = self.masks.reshape(count, side, block, side, block).mean(axis=(2, 4))
        return Garments(pixels, masks)


def _closer(picture: Array, pixels: Array, mask: Array) -> int:
    """The working side on which a small garment on a plain ground is as large as others are."""
    extent = max(int(np.ptp(inside)) + 1 for inside in np.nonzero(mask))
    if extent >= SMALL * WORKING_SIDE or not border_colour(pixels)[1]:
        return WORKING_SIDE
    closer = min(WORKING_SIDE / extent, MOST_CLOSER)
    return int(min(round(closer * WORKING_SIDE), max(picture.shape[:2])))


@dataclass(frozen=True)
class CutOut:
    """A picture of working size and the mask of its garment, before it is placed."""

    pixels: Array
    mask: Array

    @classmethod
    def of(cls, picture: Array) -> CutOut:
        """Cut out the garment of a picture: uint8 (H, W, 3) or (H, W)."""
        pixels = working_copy(picture)
        mask = foreground(pixels)
        side = _closer(picture, pixels, mask)
        if side > max(mask.shape):
            pixels = working_copy(picture, side)
            mask = foreground(pixels)
        return cls(pixels, mask)

    @cached_property
    def centre(self) -> Array:
        """The centre of mass of the mask: across, down, in pixels from the top left corner."""
        sums = self._moments
        return np.array([sums["m10"], sums["m01"]]) / sums["m00"] + 0.5

    @cached_property
    def spread(self) -> float:
        """The root mean square distance of the mask from its centre, in pixels."""
        sums = self._moments
        square = (sums["mu20"] + sums["mu02"]) / sums["m00"]
        return math.sqrt(square + 1 / 6)  # a pixel's own, 1/12 an axis

    @cached_property
    def _moments(self) -> dict[str, float]:
        cv2 = need("cv2", "Cutting out garments")
        return dict(cv2.moments(self.mask.view(np.uint8), binaryImage=True))

    def placing(self, side: int, angle_deg: float = 0.0, *, whole: bool = False) -> Array:
        """The (2, 3) map from pixels to a square: rotated, centred, scaled to one spread.

        With `whole` it is the picture that is centred, and its longer side that becomes `side`.
        """
        height, width = self.mask.shape
        centre, scale = self.centre, SPREAD * side / self.spread
        if whole:
            centre, scale = np.array([width, height]) / 2, side / max(width, height)
        cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
        linear = scale * np.array([[cos, sin], [-sin, cos]])
        shift = side / 2 - linear @ (centre - 0.5) - 0.5  # pixels' centres lie half inside
        return np.column_stack([linear, shift])

    def placed(
        self, side: int, angle_deg: float = 0.0, *, whole: bool = False
    ) -> tuple[Array, Array]:
        """The pixels (side, side, 3) uint8 and the mask (side, side) float32 of one square."""
        cv2 = need("cv2", "Cutting out garments")
        shrinks = 1 / np.linalg.norm(self.placing(side, angle_deg, whole=whole)[0, :2])
        finer = math.ceil(shrinks - 1e-9) * side  # so that no pixel is jumped over
        there, size = self.placing(finer, angle_deg, whole=whole), (finer, finer)
        counts = np.ones_like(self.mask) if whole else self.mask
        pixels = cv2.warpAffine(self.pixels, there, size, borderMode=cv2.BORDER_REPLICATE)
        mask = cv2.warpAffine(counts.astype(np.float32), there, size)
        if finer > side:
            pixels, mask = (
                cv2.resize(x, (side, side), interpolation=cv2.INTER_AREA) for x in (pixels, mask)
            )
        return pixels, mask


def place(
    cut_outs: Sequence[CutOut],
    side: int,
    angles_deg: Sequence[float] | None = None,
    *,
    whole: bool = False,
) -> Garments:
    """Return cut-outs on squares of one side, rotated counter-clockwise by angles if given.

    With `whole` they are the pictures as they are, everything in them counting as garment.
    """
    angles = [0.0] * len(cut_outs) if angles_deg is None else angles_deg
    squares = [cut.placed(side, a, whole=whole) for cut, a in zip(cut_outs, angles, strict=True)]
    pixels = np.stack([pixels for pixels, _ in squares]).astype(np.float32) / 255
    return Garments(pixels, np.stack([mask for _, mask in squares]))
