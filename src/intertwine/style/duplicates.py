"""Near-copies: pictures that agree, once laid over each other, in every place and colour.

A copy that was re-encoded, resized or cropped by a few per cent differs from its source by an
affine map close to the identity and by little noise. Candidates are nearest neighbours among coarse
pictures; each pair is then aligned (enhanced correlation, Evangelidis and Psarakis 2008) and
compared. Another garment of the same cut agrees in most places, never in all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from intertwine.base.checks import Array
from intertwine.base.errors import FileError, shown
from intertwine.base.libraries import need
from intertwine.style.pictures import read_picture

Progress = Callable[[str, int, int], None]

#: Pictures are compared at this side; candidates at the coarse one.
SIDE, COARSE = 64, 16

#: Candidates of a picture: so many of its nearest, whose coarse pictures correlate so well.
NEIGHBOURS, LEAST_CORRELATION = 12, 0.8

#: A copy covers its source up to so much of a side, cropped on either one, and a little more.
MOST_SHIFT = 0.09

#: Levels, of 255, by which aligned copies differ: on average, and at the worst place.
MOST_MEAN, MOST_LOCAL = 9.0, 40.0

#: Cosines of so many pairs at once.
_PAIRS = 1 << 24


def groups(
    ids: Sequence[str], thumbnails: Mapping[str, bytes], progress: Progress | None = None
) -> list[list[str]]:
    """Return the groups of near-copies among pictures; those without a copy are in none.

    Parameters
    ----------
    ids : sequence of str
        The order within groups.
    thumbnails : mapping
        Id -> bytes of a small picture.

    Raises
    ------
    FileError
        A small picture is damaged; names it.
    """
    if len(ids) < 2:
        return []
    small = np.stack([_square(_read(id, thumbnails[id])) for id in ids])
    parent = list(range(len(ids)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = n = parent[parent[n]]
        return n

    for done, (first, others) in enumerate(_candidates(small), 1):
        for second in others:
            low, high = sorted((root(first), root(second)))
            if low != high and is_copy(small[first], small[second]):
                parent[high] = low
        if progress:
            progress("comparing", done, len(ids))
    found: dict[int, list[str]] = {}
    for n, id in enumerate(ids):
        found.setdefault(root(n), []).append(id)
    return [group for group in found.values() if len(group) > 1]


def _read(id: str, thumbnail: bytes) -> Array:
    try:
        return read_picture(thumbnail)
    except FileError as error:
        raise FileError(
            f"duplicates: the small picture that the index keeps of {shown(id)} is damaged.\n"
            f"  Remove it from the index, or add it again."
        ) from error


def _square(picture: Array) -> Array:
    cv2 = need("cv2", "Finding near-copies")
    return np.asarray(cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA))


def _candidates(small: Array) -> Iterator[tuple[int, list[int]]]:
    """Each picture with the neighbours that may be its copies."""
    step = SIDE // COARSE
    coarse = small.reshape(len(small), COARSE, step, COARSE, step, 3).mean((2, 4), dtype=np.float32)
    rows = coarse.reshape(len(small), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    height = max(1, _PAIRS // len(rows))
    count = min(NEIGHBOURS, len(rows) - 1)
    for begin in range(0, len(rows), height):
        cosines = rows[begin : begin + height] @ rows.T
        cosines[np.arange(len(cosines)), begin + np.arange(len(cosines))] = -1
        near = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        for line, (places, values) in enumerate(zip(near, cosines, strict=True)):
            yield begin + line, [int(p) for p in places if values[p] >= LEAST_CORRELATION]


def is_copy(first: Array, second: Array) -> bool:
    """Whether two pictures of one size, uint8 (N, N, 3), agree once they are aligned."""
    cv2 = need("cv2", "Finding near-copies")
    if _agree(first, second, np.ones(first.shape[:2], bool)):
        return True
    a, b = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (first, second))
    everywhere = np.full((SIDE, SIDE), 255, np.uint8)
    warp = np.eye(2, 3, dtype=np.float32)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 40, 1e-4)
    try:
        _, found = cv2.findTransformECC(a, b, warp, cv2.MOTION_AFFINE, stop, everywhere, 3)
    except cv2.error:  # the pictures have no common structure to align
        return False
    warp = np.asarray(found, np.float32)
    corners = np.array([[0, 0, 1], [SIDE, 0, 1], [0, SIDE, 1], [SIDE, SIDE, 1]], np.float32)
    if np.abs(corners @ warp.T - corners[:, :2]).max() > 2 * MOST_SHIFT * SIDE:
        return False
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(second, warp, (SIDE, SIDE), flags=flags)
    inside = cv2.warpAffine(everywhere, warp, (SIDE, SIDE), flags=flags)
    return _agree(first, np.asarray(moved), inside == 255)


def _agree(first: Array, second: Array, where: Array) -> bool:
    cv2 = need("cv2", "Finding near-copies")
    apart = np.abs(first.astype(np.float32) - second).max(axis=2)
    apart[~where] = 0
    local = cv2.blur(apart, (3, 3))
    return bool(apart[where].mean() <= MOST_MEAN and local.max() <= MOST_LOCAL)
