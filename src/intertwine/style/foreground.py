"""Where the garment is: a mask that leaves out the background, the floor, hangers and people.

A product photo on a plain ground is told apart by the colour of its border (`border_colour`). Any
other is cut by GrabCut (Rother, Kolmogorov and Blake, 2004), which models the colours inside and
outside of a frame. Its answer hangs on that frame, so several frames vote. The hanger and what is
small are then dropped, and holes are filled.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from intertwine.base.checks import Array
from intertwine.base.libraries import need
from intertwine.style.masks import filled, main_parts, opened, parts
from intertwine.style.people import without_skin

#: The longer side of the picture that is looked at, in pixels. GrabCut needs about so many.
WORKING_SIDE = 160

#: Cuts that vote: the frame's margin as a fraction of the sides, and the space of colours.
#: Garments often fill the picture, hence narrow frames.
CUTS = ((0.02, "rgb"), (0.05, "rgb"), (0.02, "lab"))

#: A border is plain when so much of it is within `PLAIN_REACH` of its median colour, 0 to 255.
PLAIN_FRACTION = 0.7
PLAIN_REACH = 12.0

#: Masks that cover less of the picture have failed.
LEAST_AREA = 0.01

#: Hangers are thinner than this fraction of the mask's longer side.
HANGER_WIDTH = 0.07

#: Parts smaller than this fraction of the largest are dropped.
LEAST_PART = 0.1


def working_copy(picture: Array, side: int = WORKING_SIDE) -> Array:
    """Return `picture` as RGB (H, W, 3), its longer side at most `side` pixels."""
    cv2 = _cv2()
    if picture.ndim == 2:
        picture = np.repeat(picture[:, :, np.newaxis], 3, axis=2)
    scale = side / max(picture.shape[:2])
    if scale < 1:
        height, width = (max(1, round(scale * n)) for n in picture.shape[:2])
        picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(picture)


def foreground(picture: Array) -> Array:
    """Return where the garment is: bool (H, W).

    Parameters
    ----------
    picture : (H, W, 3) uint8 array
        As `working_copy` returns it.

    Returns
    -------
    bool array
        Never empty: everything counts where no garment can be told from the background.
    """
    colour, plain = border_colour(picture)
    apart = np.abs(picture.astype(np.float32) - colour).max(axis=2) > PLAIN_REACH
    mask = apart if plain else _voted(picture)
    for candidate in (mask, apart):
        cleaned = clean(without_skin(picture, candidate) if plain else candidate)
        if cleaned.mean() >= LEAST_AREA:
            return cleaned
    return np.ones(picture.shape[:2], bool)


def border_colour(picture: Array) -> tuple[Array, bool]:
    """Return the median colour of the border, and whether the border is plain.

    >>> picture = np.full((9, 9, 3), 250, np.uint8)
    >>> picture[2:7, 2:] = (0, 90, 0)  # reaches the right border
    >>> border_colour(picture)
    (array([250., 250., 250.], dtype=float32), True)
    """
    ring = np.concatenate([picture[0], picture[-1], picture[1:-1, 0], picture[1:-1, -1]])
    ring = ring.astype(np.float32)
    colour = np.median(ring, axis=0)
    near = (np.abs(ring - colour) <= PLAIN_REACH).all(axis=1)
    return colour, bool(near.mean() >= PLAIN_FRACTION)


def _voted(picture: Array) -> Array:
    """What most of the cuts call garment."""
    cv2 = _cv2()
    spaces = {"rgb": picture, "lab": cv2.cvtColor(picture, cv2.COLOR_RGB2Lab)}
    votes = [_grab_cut(spaces[space], margin) for margin, space in CUTS]
    return np.asarray(2 * np.sum(votes, axis=0) > len(CUTS))


def _grab_cut(picture: Array, margin: float) -> Array:
    """One cut: what lies outside the frame is background for sure."""
    cv2 = _cv2()
    height, width = picture.shape[:2]
    top, left = max(1, int(margin * height)), max(1, int(margin * width))
    frame = (left, top, width - 2 * left, height - 2 * top)
    labels = np.zeros((height, width), np.uint8)
    if min(frame[2:]) < 2:
        return labels.astype(bool)
    cv2.setRNGSeed(0)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    try:
        cv2.grabCut(picture, labels, frame, *models, 3, cv2.GC_INIT_WITH_RECT)
    except cv2.error:  # fewer colours than its models have
        return np.zeros((height, width), bool)
    return np.asarray((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))


def clean(mask: Array) -> Array:
    """Drop small parts and the hanger, then fill holes."""
    return filled(main_parts(_without_hanger(main_parts(mask, LEAST_PART)), LEAST_PART))


def _without_hanger(mask: Array) -> Array:
    """Drop what is thin and rises above all that is thick: hooks, bars and clips."""
    extents = [np.ptp(where) + 1 for where in np.nonzero(mask) if len(where)]
    size = round(HANGER_WIDTH * max(extents, default=0))
    if size < 2:
        return mask
    thick = opened(mask, size)
    if not thick.any():
        return mask
    thin, areas = parts(mask & ~thick)
    top = int(thick.any(axis=1).argmax())
    rises = np.zeros(len(areas), bool)
    rises[thin[: max(0, top - size)].ravel()] = True
    rises[0] = False
    return np.asarray(mask & ~rises[thin])


def _cv2() -> Any:
    return need("cv2", "Cutting out garments")
