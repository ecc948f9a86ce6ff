"""Pictures shifted, mirrored and partly erased: what changes a picture and not its class."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Augmentation:
    """How pictures are changed while a net trains.

    Attributes
    ----------
    shift : the largest shift along each axis, a fraction of the side.
    flip : mirror half of the pictures, left to right. Not for letters and digits.
    erase : the side of a square that is set to the mean grey, a fraction of the picture's side
        (DeVries and Taylor 2017). 0: none.
    """

    shift: float = 1 / 14
    flip: bool = True
    erase: float = 2 / 7

    def __call__(self, pictures: Tensor) -> Tensor:
        """Change (n, C, H, W) pictures whose mean is 0, each by draws of torch's generator.

        What a shift leaves open repeats the border.
        """
        count, _, height, width = pictures.shape
        down, right = (round(self.shift * side) for side in (height, width))
        padded = nn.functional.pad(pictures, (right, right, down, down), mode="replicate")
        rows = _drawn(2 * down + 1, count) + torch.arange(height)
        columns = torch.arange(width).expand(count, width)
        if self.flip:
            columns = torch.where(torch.rand(count, 1) < 0.5, columns.flip(1), columns)
        columns = columns + _drawn(2 * right + 1, count)
        which = torch.arange(count)[:, None, None]
        moved = padded.permute(0, 2, 3, 1)[which, rows[:, :, None], columns[:, None, :]]
        if self.erase:
            hidden = self._covered(count, height)[:, :, None] & self._covered(count, width)[:, None]
            moved = moved.masked_fill(hidden[..., None], 0.0)
        return moved.permute(0, 3, 1, 2)

    def _covered(self, count: int, side: int) -> Tensor:
        """Which rows, or columns, the square covers: (count, side). Its centre lies anywhere."""
        extent = round(self.erase * side)
        start = _drawn(side, count) - extent // 2
        place = torch.arange(side)
        return (place >= start) & (place < start + extent)


def _drawn(choices: int, count: int) -> Tensor:
    """`count` whole numbers below `choices`, as a column."""
    return torch.randint(0, choices, (count, 1))
