"""A net whose kernels are rotated about the picture's centre, pooled over the rotations.

The picture is sampled on rings around its centre. There a rotation is a cyclic shift along the
angle, so a kernel that slides along the angle is that kernel rotated about the centre, and each
rotation costs one position instead of one more kernel (Esteves et al. 2018; Henriques and Vedaldi
2017). The maximum over the angle at the end is the same for the picture in every orientation.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from intertwine.learn.layers import Conv2d

#: How many rings, and angles, become one in two poolings.
POOLED = 4


class PolarConv(nn.Module):
    """A convolution over (ring, angle), batch normalisation, and a ReLU unless `linear`.

    What lies beyond the innermost ring is that ring's far side, half a circle on; angles wrap;
    beyond the outermost ring there are zeros.
    """

    def __init__(self, inputs: int, outputs: int, linear: bool = False) -> None:
        super().__init__()
        self.conv = Conv2d(inputs, outputs, 3, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.activation = nn.Identity() if linear else nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, rings, angles) to (n, outputs, rings, angles)."""
        result: Tensor = self.activation(self.norm(self.conv(around(x))))
        return result


def around(x: Tensor) -> Tensor:
    """Put one sample around (n, C, rings, angles): the far side, zeros, and the wrapped angle.

    >>> x = torch.arange(8.0).reshape(1, 1, 2, 4)
    >>> around(x)[0, 0].int().tolist()
    [[1, 2, 3, 0, 1, 2], [3, 0, 1, 2, 3, 0], [7, 4, 5, 6, 7, 4], [0, 0, 0, 0, 0, 0]]
    """
    inner = x[:, :, :1].roll(x.shape[3] // 2, 3)
    rows = torch.cat([inner, x, torch.zeros_like(inner)], 2)
    return torch.cat([rows[..., -1:], rows, rows[..., :1]], 3)


class PolarResidual(nn.Module):
    """``relu(x + f(x))`` with two convolutions in f."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = PolarConv(channels, channels)
        self.second = PolarConv(channels, channels, linear=True)

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels, rings, angles) to the same shape."""
        return nn.functional.relu(x + self.second(self.first(x)))


class RotationPooledNet(nn.Module):
    """Residual stages on rings, the maximum over all rotations, and one dense layer.

    Parameters
    ----------
    classes : int
    widths : channels of the three stages; each has half the rings and angles of the one before.
    rings, angles : of the sampling, multiples of 4; the last ring touches the picture's edge.

    The stages halve the angles twice, so the maximum is over ``angles / 4`` rotations. A trained
    net (in `eval`) takes the mean of the logits of the 4 ways to begin: shifts of the rings by any
    sample change nothing. What is left is how a picture itself was sampled when it was rotated.
    """

    def __init__(
        self, classes: int, widths: tuple[int, int, int] = (24, 32, 64), rings: int = 16,
        angles: int = 64, dropout: float = 0.2,
    ) -> None:  # fmt: skip
        super().__init__()
        self.rings, self.angles = rings, angles
        first, second, third = widths
        self.stages = nn.Sequential(
            PolarConv(1, first), nn.MaxPool2d(2),
            PolarConv(first, second), PolarResidual(second), nn.MaxPool2d(2),
            PolarConv(second, third), PolarResidual(third),
        )  # fmt: skip
        # Rings differ, angles do not: one kernel over all rings.
        self.across = nn.Conv2d(third, third, (rings // POOLED, 1), bias=False)
        self.norm = nn.BatchNorm2d(third)
        self.drop = nn.Dropout(dropout)
        self.dense = nn.Linear(third, classes)

    def sampled(self, x: Tensor) -> Tensor:
        """(n, 1, H, H) to (n, 1, rings, angles), bilinear."""
        grid = polar_grid(self.rings, self.angles).to(x).expand(len(x), -1, -1, -1)
        return nn.functional.grid_sample(x, grid, align_corners=False)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 1, H, H) to (n, classes)."""
        rings = self.sampled(x)
        if self.training:
            return self.logits(rings)
        starts = range(POOLED)
        return torch.stack([self.logits(rings.roll(each, 3)) for each in starts]).mean(0)

    def logits(self, x: Tensor) -> Tensor:
        """(n, 1, rings, angles) to (n, classes)."""
        rings = nn.functional.relu(self.norm(self.across(self.stages(x))))
        result: Tensor = self.dense(self.drop(rings.amax((2, 3))))
        return result


def polar_grid(rings: int, angles: int) -> Tensor:
    """Places (rings, angles, 2), x then y, in units of half a side, counter-clockwise as seen.

    No ring lies on the centre, so that the far side of the first is one ring away.
    """
    radius = (torch.arange(rings, dtype=torch.float64) + 0.5)[:, None] / rings
    angle = torch.arange(angles, dtype=torch.float64) * (2 * math.pi / angles)
    return torch.stack([radius * angle.cos(), -radius * angle.sin()], 2)
