"""The plain pipeline that others are measured against: Sobel magnitude, principal components.

It compares whole pictures, so a coat hanger, a person or another place in the picture counts as
much as the garment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from intertwine import kernels
from intertwine.base.checks import Array
from intertwine.base.libraries import need
from intertwine.convolution import convolve

#: Pictures are brought to this side, and codes to so many numbers.
SIDE, NUMBERS = 64, 64


class PlainSobel:
    """``code = P (sqrt(down**2 + right**2) - mean)``, of length 1; P are principal components."""

    def fit(self, pictures: Sequence[Array]) -> Self:
        """Take mean and components from pictures, uint8 (H, W, 3)."""
        rows = edges(pictures)
        self._mean = rows.mean(axis=0)
        _, _, components = np.linalg.svd(rows - self._mean, full_matrices=False)
        self._components = components[:NUMBERS]
        return self

    def encode(self, pictures: Sequence[Array]) -> Array:
        """Return one code a picture, float32 (n, at most 64), rows of length 1."""
        codes = (edges(pictures) - self._mean) @ self._components.T
        return np.asarray(codes / np.maximum(np.linalg.norm(codes, axis=1, keepdims=True), 1e-12))


def edges(pictures: Sequence[Array]) -> Array:
    """Return the Sobel magnitude of each picture's grey levels, float32 (n, 64 * 64)."""
    cv2 = need("cv2", "Scaling pictures")
    size = (SIDE, SIDE)
    grey = [
        cv2.resize(cv2.cvtColor(each, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA)
        for each in pictures
    ]
    levels = np.stack(grey).astype(np.float32)
    down, right = (
        convolve(levels, kernels.sobel(axis=axis), axes=(1, 2), boundary="nearest")
        for axis in (0, 1)
    )
    return np.asarray(np.hypot(down, right).reshape(len(levels), -1))
