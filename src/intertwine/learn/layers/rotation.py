"""A layer that holds its kernels in several orientations and keeps the strongest answer."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from intertwine.base.checks import integer
from intertwine.base.errors import ShapeError
from intertwine.learn.layers.convolution import Conv2d


class RotationPooled2d(Conv2d):
    """A bank of rotated copies of each kernel, and the maximum over the angles.

    `angles` copies lie evenly over the full circle. Copies at multiples of 90 degrees hold the
    kernel's own taps; those between are interpolated (bilinear, zeros outside). With a multiple of
    four angles a picture that is rotated by 90 degrees gives the same output, rotated. Kernels are
    square; the other arguments are those of `Conv2d`.

    >>> import torch
    >>> layer = RotationPooled2d(1, 2, 3, padding=1, angles=4)
    >>> x = torch.randn(1, 1, 6, 6)
    >>> bool(torch.allclose(layer(x.rot90(1, (2, 3))), layer(x).rot90(1, (2, 3)), atol=1e-6))
    True
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, *args: Any, angles: int = 8,
        **options: Any,
    ) -> None:  # fmt: skip
        name = type(self).__name__
        count = integer(name, "angles", angles, 1)
        super().__init__(in_channels, out_channels, kernel_size, *args, **options)
        height, width = self.kernel_size
        if height != width:
            raise ShapeError(
                f"{name}: the kernel is {height} x {width}, and only a square one is rotated.\n"
                f"  Pass kernel_size={max(height, width)}."
            )
        self.angles = count

    def extra_repr(self) -> str:
        base: Any = super().extra_repr
        return f"{base()}, angles={self.angles}"

    def bank(self) -> Tensor:
        """The rotated kernels: those of output channel o are ``o * angles`` and the following."""
        matrices = torch.from_numpy(_rotations(self.kernel_size[0], self.angles)).to(self.weight)
        copies = torch.einsum("apq,oiq->oaip", matrices, self.weight.flatten(2))
        return copies.reshape(-1, *self.weight.shape[1:])

    def forward(self, input: Tensor) -> Tensor:
        y = self._conv_forward(input, self.bank(), None)
        apart = y.reshape(*y.shape[:-3], self.out_channels, self.angles, *y.shape[-2:])
        y = apart.amax(-3)
        return y if self.bias is None else y + self.bias.to(y.dtype).reshape(-1, 1, 1)


@cache
def _rotations(size: int, count: int) -> NDArray[np.float64]:
    """For each angle the matrix that rotates the taps of a kernel counter-clockwise."""
    taps = np.arange(size * size).reshape(size, size)
    found = np.empty((count, size * size, size * size))
    for number in range(count):
        quarters, rest = divmod(number * 4, count)
        matrix = _between(size, np.pi / 2 * rest / count)
        found[number] = matrix[np.rot90(taps, quarters).ravel()]
    return found


def _between(size: int, angle: float) -> NDArray[np.float64]:
    """The same for an angle below a quarter: each tap is interpolated where it comes from."""
    centre = (size - 1) / 2
    y, x = np.mgrid[:size, :size] - centre
    rows = np.cos(angle) * y + np.sin(angle) * x + centre
    columns = np.cos(angle) * x - np.sin(angle) * y + centre
    matrix = np.zeros((size * size, size, size))
    each = np.arange(size * size)
    for corner in np.ndindex(2, 2):
        row = np.floor(rows).astype(int) + corner[0]
        column = np.floor(columns).astype(int) + corner[1]
        weight = (1 - abs(rows - row)) * (1 - abs(columns - column))
        inside = (row >= 0) & (row < size) & (column >= 0) & (column < size)
        keep = inside.ravel()
        matrix[each[keep], row[inside], column[inside]] += weight[inside]
    return matrix.reshape(size * size, -1)
