"""Worn garments: the skin of who wears them is taken out of the mask.

Skin of every tone has nearly one chroma (Chai and Ngan, 1999): what differs is brightness. A mask
that holds skin beside one large piece of something else shows a person who wears it. Wood, sand and
stone have that chroma too, so this is for pictures on a plain background. A garment
that has the colour of skin itself stays whole: beside it too little is left, or only the scattered
pieces of a print.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage  # type: ignore[import-untyped]

from intertwine.base.checks import Array
from intertwine.base.libraries import need

#: Ranges of chroma: Cr and Cb of ITU-R BT.601, 0 to 255.
CR, CB = (143, 165), (85, 118)

#: Its least channel is so much of its largest: dark orange and red have chromas like skin's.
LEAST_PALE = 0.4

#: Skin shows in pieces of at least this part of the mask; smaller ones belong to a print.
LEAST_LIMB = 0.03

#: Smaller pieces are skin if they differ by less than this from its median colour, of 255.
SAME_SKIN = 25

#: What remains must cover so much of the mask, so much of it must hang together, and so much of
#: what it encloses must be its own: the seams and prints of a brown coat are a net.
LEAST_GARMENT = 0.12
LEAST_WHOLE = 0.75
LEAST_SOLID = 0.85

#: Pieces of the rest smaller than this part of the largest are hair, shoes, a watch.
LEAST_PIECE = 0.4


def without_skin(picture: Array, mask: Array) -> Array:
    """Return the mask of what is worn: bool (H, W); `mask` itself where nobody wears anything.

    Parameters
    ----------
    picture : (H, W, 3) uint8 array
    mask : (H, W) bool array
        The person and the garment, or the garment alone.
    """
    area = mask.sum()
    skins = mask & skin(picture)
    limbs = _pieces(skins, LEAST_LIMB * area)
    if not limbs.any():
        return mask
    apart = np.abs(picture - np.median(picture[limbs], axis=0)).max(axis=2)
    bare = limbs | (skins & (apart < SAME_SKIN))  # hands and feet too
    size = max(2, round(0.015 * max(mask.shape)))
    rest = ndimage.binary_opening(mask & ~bare, np.ones((size, size), bool))
    areas = np.bincount(ndimage.label(rest)[0].ravel())[1:]
    if not len(areas):
        return mask
    worn = _pieces(rest, LEAST_PIECE * areas.max())
    if worn.sum() < max(LEAST_GARMENT * area, LEAST_WHOLE * rest.sum()):
        return mask
    filled = ndimage.binary_fill_holes(worn)
    if worn.sum() < LEAST_SOLID * filled.sum():
        return mask
    return np.asarray(filled & ~bare)


def _pieces(mask: Array, least: float) -> Array:
    """The pieces of a mask that have at least so many pixels."""
    labels, _ = ndimage.label(mask)
    areas = np.bincount(labels.ravel())
    areas[0] = 0
    return np.asarray((areas >= max(least, 1))[labels])


def skin(picture: Array) -> Array:
    """Where a picture has the colour of skin: bool (H, W)."""
    cv2 = need("cv2", "Cutting out garments")
    _, cr, cb = np.moveaxis(cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb), -1, 0)
    pale = picture.min(axis=2) >= LEAST_PALE * picture.max(axis=2)
    return np.asarray((CR[0] <= cr) & (cr <= CR[1]) & (CB[0] <= cb) & (cb <= CB[1]) & pale)
