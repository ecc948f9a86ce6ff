"""Small hierarchical nets: kernels, pooling, kernels on what was pooled, and one dense layer.

Channels double where pooling halves the sides, so that each stage costs about as much as the one
before. Batch normalisation follows every convolution; a residual block adds what it was given.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from intertwine.base.checks import word
from intertwine.learn.layers import Conv2d


class ConvNorm(nn.Module):
    """A convolution without bias, batch normalisation, and a ReLU unless `linear`."""

    def __init__(self, inputs: int, outputs: int, size: int = 3, linear: bool = False) -> None:
        super().__init__()
        self.conv = Conv2d(inputs, outputs, size, padding=size // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.activation = nn.Identity() if linear else nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, H, W) to (n, outputs, H, W)."""
        result: Tensor = self.activation(self.norm(self.conv(x)))
        return result


class Residual(nn.Module):
    """``relu(x + f(x))`` with two convolutions in f (He, Zhang, Ren, Sun 2015)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = ConvNorm(channels, channels)
        self.second = ConvNorm(channels, channels, linear=True)

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels, H, W) to the same shape."""
        return nn.functional.relu(x + self.second(self.first(x)))


class HierarchicalNet(nn.Module):
    """Stages of convolutions between poolings, then the mean over the picture and a dense layer.

    Parameters
    ----------
    channels : int
        Of the pictures: 1 for grey, 3 for colour.
    classes : int
    widths : channels of each stage. The first runs at full resolution, each other one at half the
        resolution of the one before.
    blocks : residual blocks of each stage.

    Examples
    --------
    >>> import torch
    >>> HierarchicalNet(1, 10, (8, 16), (0, 1))(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    """

    def __init__(
        self, channels: int, classes: int, widths: tuple[int, ...], blocks: tuple[int, ...]
    ) -> None:
        super().__init__()
        stages: list[nn.Module] = []
        inputs = channels
        for number, (width, count) in enumerate(zip(widths, blocks, strict=True)):
            parts: list[nn.Module] = [nn.MaxPool2d(2, ceil_mode=True)] if number else []
            parts += [ConvNorm(inputs, width), *(Residual(width) for _ in range(count))]
            stages.append(nn.Sequential(*parts))
            inputs = width
        self.stages = nn.Sequential(*stages)
        self.dense = nn.Linear(inputs, classes)

    def features(self, x: Tensor) -> Tensor:
        """(n, channels, H, W) to the mean over the picture of the last stage: (n, width)."""
        result: Tensor = self.stages(x).mean(dim=(2, 3))
        return result

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels, H, W) to one logit a class: (n, classes)."""
        result: Tensor = self.dense(self.features(x))
        return result


#: Preset -> widths and residual blocks of its stages.
PRESETS: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "small": ((24, 24, 48), (0, 1, 1)),
    "large": ((32, 64, 128), (0, 1, 1)),
}

#: Makes a net from the number of channels and of classes.
NetMaker = Callable[[int, int], nn.Module]


def build(preset: str, channels: int, classes: int) -> nn.Module:
    """Return the net of a preset, its weights drawn from torch's generator.

    Raises
    ------
    OptionError
        The preset is not known.
    """
    widths, blocks = PRESETS[word("train", "preset", preset, tuple(PRESETS))]
    return HierarchicalNet(channels, classes, widths, blocks)


def parameters_of(net: nn.Module) -> int:
    """Return how many numbers training changes."""
    return sum(each.numel() for each in net.parameters())
