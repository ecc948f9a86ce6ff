"""The four ways to write a picture as waves. Each is orthonormal: errors are the same size before
and after, so that what is left out of the coefficients is what is missing in the picture.

- ``circle``, ``largest``: the Fourier transform, as its real twin (Hartley): ``Re F - Im F``. A
real
  picture's F has conjugate pairs; the twin holds the same two numbers in the pair's two places.
- ``dct``: the cosine transform of the whole picture, which has no jump at the borders.
- ``block-dct``: the cosine transform of each 8 x 8 block, as in JPEG.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.fourier.images import Levels

Indices = NDArray[np.int64]

BLOCK = 8
NAMES = ("circle", "largest", "dct", "block-dct")


@dataclass(frozen=True)
class Basis:
    """One of the `NAMES`, for planes of `height` x `width` pixels."""

    name: str
    height: int
    width: int

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of coefficients: the picture's, or up to the next whole block."""
        step = BLOCK if self.name == "block-dct" else 1
        return -(-self.height // step) * step, -(-self.width // step) * step

    @property
    def size(self) -> int:
        """Coefficients of one plane."""
        return self.grid[0] * self.grid[1]

    def analyse(self, planes: Levels) -> Levels:
        """Coefficients (C, size) of planes (C, H, W)."""
        from scipy import fft  # type: ignore[import-untyped]

        if self.name == "dct":
            waves = fft.dctn(planes, axes=(1, 2), norm="ortho")
        elif self.name == "block-dct":
            waves = fft.dctn(self._blocks(planes), axes=(2, 4), norm="ortho")
        else:
            waves = _hartley(planes)
        return np.asarray(waves.reshape(len(planes), -1))

    def synthesise(self, waves: Levels) -> Levels:
        """The planes whose coefficients these are."""
        from scipy import fft

        count, (rows, columns) = len(waves), self.grid
        if self.name == "dct":
            planes = fft.idctn(waves.reshape(count, rows, columns), axes=(1, 2), norm="ortho")
        elif self.name == "block-dct":
            blocks = waves.reshape(count, rows // BLOCK, BLOCK, columns // BLOCK, BLOCK)
            planes = fft.idctn(blocks, axes=(2, 4), norm="ortho").reshape(count, rows, columns)
        else:
            planes = _hartley(waves.reshape(count, rows, columns))
        return np.asarray(planes[:, : self.height, : self.width])

    def _blocks(self, planes: Levels) -> Levels:
        rows, columns = self.grid
        margin = ((0, 0), (0, rows - self.height), (0, columns - self.width))
        filled = np.pad(planes, margin, mode="edge")
        return filled.reshape(len(planes), rows // BLOCK, BLOCK, columns // BLOCK, BLOCK)

    def radii(self) -> Indices:
        """The squared frequency of each coefficient, in whole numbers so that all machines agree.

        For whole pictures, in units of ``1 / (H W)`` cycles per pixel (half that for cosines).
        """
        rows, columns = self.grid
        if self.name == "block-dct":
            rank = np.arange(BLOCK, dtype=np.int64) ** 2
            down = np.tile(rank, rows // BLOCK)
            return np.add.outer(down, np.tile(rank, columns // BLOCK)).ravel()
        down, across = self._steps(rows) * columns, self._steps(columns) * rows
        return np.add.outer(down**2, across**2).ravel()

    def _steps(self, length: int) -> Indices:
        steps = np.arange(length, dtype=np.int64)
        if self.name == "dct":
            return steps
        return np.where(steps > (length - 1) // 2, steps - length, steps)

    def order(self, radii: Indices) -> Indices:
        """Places from the lowest frequency to the highest: neighbours in it are alike in size."""
        return np.asarray(np.argsort(radii, kind="stable"))


def _hartley(planes: Levels) -> Levels:
    """``Re F - Im F`` over the square root of the number of pixels. Its own inverse."""
    from scipy import fft

    waves: NDArray[Any] = fft.fft2(planes, norm="ortho")
    return np.asarray(waves.real - waves.imag)


def pair_sizes(basis: Basis, waves: Levels) -> Levels:
    """The size of each coefficient; for Fourier pairs the size ``|F|`` that both places share."""
    if basis.name != "largest":
        return np.abs(waves)
    rows, columns = basis.grid
    grid = waves.reshape(len(waves), rows, columns)
    other = np.roll(grid[:, ::-1, ::-1], 1, axis=(1, 2))  # the place of the opposite frequency
    return np.sqrt((grid**2 + other**2) / 2).reshape(waves.shape)
