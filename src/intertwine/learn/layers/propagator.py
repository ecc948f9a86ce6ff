"""A layer whose kernels are probability densities: each spreads what it meets, and adds nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from intertwine.kernel import Kernel
from intertwine.learn.layers.convolution import Conv2d
from intertwine.propagator import Propagator


class PropagatorConv2d(Conv2d):
    """A convolution whose every kernel is a softmax of its weights: positive taps that sum to one.

    Arguments are those of `Conv2d`; ``weight`` holds logits. `propagators` reads the kernels as
    densities of steps, with their drift and diffusion.

    >>> import torch
    >>> layer = PropagatorConv2d(2, 2, 3, groups=2, bias=False)
    >>> bool(torch.allclose(layer(torch.full((2, 8, 8), 5.0)), torch.tensor(5.0)))
    True
    >>> len(layer.propagators()), len(layer.propagators()[0])
    (2, 1)
    """

    def probabilities(self) -> Tensor:
        """The kernels, of the shape of ``weight``; each sums to one over its taps."""
        return self.weight.flatten(2).softmax(2).reshape(self.weight.shape)

    def forward(self, input: Tensor) -> Tensor:
        return self._conv_forward(input, self.probabilities(), self.bias)

    def propagators(self) -> tuple[tuple[Propagator, ...], ...]:
        """The densities of steps, one for each output channel and each input of its group.

        A layer correlates and a propagator is convolved, so that these are the layer's kernels,
        mirrored: ``iw.convolve(x, p)`` is what the layer makes of x under ``padding="same"``.
        """
        taps = self.probabilities().detach().double().cpu().numpy()
        return tuple(tuple(Propagator(_mirrored(kernel)) for kernel in kernels) for kernels in taps)


def _mirrored(taps: NDArray[Any]) -> Kernel:
    """The kernel that convolves as torch correlates: its origin is where "same" puts it."""
    origin = tuple(n // 2 for n in taps.shape)
    exact = taps / taps.sum()
    return Kernel(np.flip(exact), origin=origin)
