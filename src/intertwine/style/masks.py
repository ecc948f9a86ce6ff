"""Masks: their parts, what is left of them without what is thin, their holes filled.

A mask is bool (H, W); beyond its borders there is nothing. Parts hang together by whole sides of
pixels, not by corners.
"""

from __future__ import annotations

import numpy as np

from intertwine.base.checks import Array
from intertwine.base.libraries import need


def parts(mask: Array) -> tuple[Array, Array]:
    """Return the number of each pixel's part, 0 beside the mask, and the parts' areas, 0 for 0."""
    cv2 = need("cv2", "Cutting out garments")
    _, labels = cv2.connectedComponents(_bytes(mask), connectivity=4)
    areas = np.bincount(labels.ravel())
    areas[0] = 0
    return labels, areas


def large_parts(mask: Array, least: float) -> Array:
    """Return the parts of a mask that have at least so many pixels."""
    labels, areas = parts(mask)
    return np.asarray((areas >= max(least, 1))[labels])


def main_parts(mask: Array, fraction: float) -> Array:
    """Return the parts that have at least this fraction of the largest one's pixels."""
    return large_parts(mask, fraction * parts(mask)[1].max())


def contact(labels: Array, count: int, one: Array, other: Array) -> Array:
    """Return how much of each part's surroundings is `one`, of what is `one` or `other`.

    `labels` number `count` parts from 0 on, as `parts` does; 0 stands for what is beside them.
    """
    cv2 = need("cv2", "Cutting out garments")
    grown = cv2.dilate(labels.astype(np.uint16), np.ones((5, 5), np.uint8)).astype(int)
    grown[labels > 0] = 0
    near, beside = (np.bincount(grown[mask], minlength=count) for mask in (one, other))
    return np.asarray(near / np.maximum(near + beside, 1))


def opened(mask: Array, size: int) -> Array:
    """Return what a square of `size` pixels covers while it stays inside the mask."""
    cv2 = need("cv2", "Cutting out garments")
    square = np.ones((size, size), np.uint8)
    first, last = (0, 0), (size - 1, size - 1)  # corners that stand for the square
    outside = {"borderType": cv2.BORDER_CONSTANT, "borderValue": 0}
    fits = cv2.erode(_bytes(mask), square, anchor=first, **outside)
    return np.asarray(cv2.dilate(fits, square, anchor=last, **outside) > 0)


def filled(mask: Array) -> Array:
    """Return the mask with its holes: what is beside it and cannot be left without crossing it."""
    cv2 = need("cv2", "Cutting out garments")
    framed = cv2.copyMakeBorder(_bytes(mask), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    cv2.floodFill(framed, None, (0, 0), 2, flags=4)
    return np.asarray(framed[1:-1, 1:-1] != 2)


def _bytes(mask: Array) -> Array:
    return np.ascontiguousarray(mask).view(np.uint8)
