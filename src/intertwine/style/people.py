"""Worn garments: the skin of who wears them is taken out of the mask.

Skin of every tone has nearly one chroma (Chai and Ngan, 1999): what differs is brightness. A mask
that holds skin beside one large piece of something else shows a person who wears it. Wood, sand and
stone have that chroma too, so this is for pictures on a plain background. Brown cloth beside pale
skin differs in brightness: of the two tones, the wearer's leaves a garment in fewer pieces. One
of skin's colour and brightness stays whole: beside it too little is left, or only the scattered
pieces of a print. Skin within a neckline hides the garment's back, and counts as garment.
"""

from __future__ import annotations

import numpy as np

from intertwine.base.checks import Array
from intertwine.base.libraries import need
from intertwine.style.masks import contact, filled, large_parts, main_parts, opened, parts

#: Ranges of chroma: Cr and Cb of ITU-R BT.601, 0 to 255.
CR, CB = (143, 165), (85, 118)

#: Its least channel is so much of its largest: dark orange and red have chromas like skin's.
LEAST_PALE = 0.4

#: Thinner than this fraction of the picture's longer side are no limbs, but the borders between
#: red and white, and no garments, but the borders of limbs.
THIN = 0.015

#: Skin shows in pieces of at least this part of the mask; smaller ones belong to a print.
LEAST_LIMB = 0.03

#: Smaller pieces are skin if they differ by less than this from its median colour, of 255.
SAME_SKIN = 25

#: A smaller piece with so much of its border along cloth is part of it: a stripe, no hand.
MOST_CONTACT = 0.7

#: Tones of skin and cloth differ by at least so much brightness, of 255.
TONE_STEP = 40

#: What remains must cover so much of the mask, so much of it must hang together, and so much of
#: what it encloses must be its own or background, as behind a bag's handle: the seams and prints
#: of a brown coat are a net.
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
    size = max(2, round(THIN * max(mask.shape)))
    skins = mask & skin(picture)
    limbs = large_parts(opened(skins, size), LEAST_LIMB * mask.sum())
    if not limbs.any():
        return mask
    worn = _worn(mask, _bare(picture, mask, skins, limbs), size)
    if worn is not None:
        return worn
    found = []
    for tone in _tones(picture, limbs):
        pieces = large_parts(opened(tone, size), LEAST_LIMB * mask.sum())
        if pieces.any():
            worn = _worn(mask, _bare(picture, mask, skins, pieces), size)
            if worn is not None:
                found.append((_pieces(worn), -tone.sum(), worn))
    return min(found, key=lambda each: each[:2])[2] if found else mask


def _pieces(mask: Array) -> int:
    return int(np.count_nonzero(parts(mask)[1]))


def _bare(picture: Array, mask: Array, skins: Array, limbs: Array) -> Array:
    """The limbs, and hands and feet of the same colour."""
    apart = np.abs(picture - np.median(picture[limbs], axis=0)).max(axis=2)
    small = skins & (apart < SAME_SKIN) & ~limbs
    labels, areas = parts(small)
    free = contact(labels, len(areas), mask & ~limbs & ~small, ~mask) < MOST_CONTACT
    return np.asarray(limbs | (small & free[labels]))


def _tones(picture: Array, limbs: Array) -> list[Array]:
    """Two tones of skin's chroma, the darker and the lighter, if there are two."""
    cv2 = need("cv2", "Cutting out garments")
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    threshold, _ = cv2.threshold(grey[limbs], 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    pair = [limbs & (grey <= threshold), limbs & (grey > threshold)]
    if not all(tone.any() for tone in pair):
        return []
    dark, pale = (float(np.median(grey[tone])) for tone in pair)
    return pair if pale - dark >= TONE_STEP else []


def _worn(mask: Array, bare: Array, size: int) -> Array | None:
    """What is worn if this is bare; None if it is no garment."""
    area, rest = mask.sum(), opened(mask & ~bare, size)
    worn = main_parts(rest, LEAST_PIECE)
    if worn.sum() < max(LEAST_GARMENT * area, LEAST_WHOLE * rest.sum()):
        return None
    whole = filled(worn)
    if (whole & mask & ~worn).sum() > (1 - LEAST_SOLID) * whole.sum():
        return None
    return np.asarray(whole & mask & ~bare) | _necks(worn, bare)


def _necks(worn: Array, bare: Array) -> Array:
    """What is bare within a neckline: with the garment to the left, to the right and below."""
    left = np.logical_or.accumulate(worn, axis=1)
    right = np.logical_or.accumulate(worn[:, ::-1], axis=1)[:, ::-1]
    below = np.logical_or.accumulate(worn[::-1], axis=0)[::-1]
    return np.asarray(bare & left & right & below)


def skin(picture: Array) -> Array:
    """Where a picture has the colour of skin: bool (H, W)."""
    cv2 = need("cv2", "Cutting out garments")
    chroma = cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)
    like = cv2.inRange(chroma, (0, CR[0], CB[0]), (255, CR[1], CB[1])) > 0
    if like.any():
        red, green, blue = cv2.split(picture)
        darkest, lightest = cv2.min(cv2.min(red, green), blue), cv2.max(cv2.max(red, green), blue)
        like &= darkest >= LEAST_PALE * lightest
    return np.asarray(like)
