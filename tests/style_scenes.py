"""Small drawings for the tests of style search: lopsided garments on plain or busy grounds."""

import numpy as np


def trousers(height=60, width=40, ground=255, colour=(30, 60, 120)):
    """Trousers whose right leg is wider and shorter than the left."""
    picture = np.full((height, width, 3), ground, np.uint8)
    top, bottom, left = height // 10, height - height // 10, width // 8
    third = width // 4
    picture[top : top + height // 3, left : left + 3 * third] = colour
    picture[top:bottom, left : left + third] = colour
    picture[top : bottom - height // 8, left + third + third // 3 : left + 3 * third] = colour
    return picture


def skirt(height=60, width=40, ground=255, colour=(140, 30, 60)):
    """A skirt that widens to the right only."""
    picture = np.full((height, width, 3), ground, np.uint8)
    for row in range(height // 8, height - height // 8):
        picture[row, width // 5 : width // 2 + (row - height // 8) // 3] = colour
    return picture


def cap(height=60, width=40, ground=255, colour=(20, 100, 40)):
    """Half a disk with a peak to the left."""
    picture = np.full((height, width, 3), ground, np.uint8)
    y, x = np.indices((height, width))
    radius = width // 3
    dome = (y - height / 2) ** 2 + (x - width / 2) ** 2 < radius**2
    picture[dome & (y < height / 2)] = colour
    picture[height // 2 : height // 2 + height // 12, 1 : width // 2] = colour
    return picture


def busy(picture, ground=255, seed=0):
    """The same garment before a blotched wall of many colours, on which GrabCut is needed."""
    rng = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    blotches = rng.integers(120, 256, (height // 6 + 1, width // 6 + 1, 3))
    wall = np.kron(blotches, np.ones((6, 6, 1)))[:height, :width].astype(np.uint8)
    return np.where((picture == ground).all(axis=2, keepdims=True), wall, picture)


def many(count, seed=0):
    """Pictures of the three kinds in many colours and sizes, and the kind of each."""
    rng = np.random.default_rng(seed)
    pictures, kinds = [], []
    for number in range(count):
        draw = (trousers, skirt, cap)[number % 3]
        height, width = rng.integers(50, 90), rng.integers(36, 60)
        pictures.append(draw(height, width, colour=tuple(rng.integers(0, 200, 3))))
        kinds.append(number % 3)
    return pictures, np.array(kinds)
