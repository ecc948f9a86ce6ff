"""A layer whose every output is one of its neighbours, drawn by the kernel's probabilities.

In training ``y[n, o, p] = x[n, i, p + j]`` with (i, j) drawn from the softmax of the weights of
output channel o; in evaluation y is the expectation, a convolution with these probabilities.

A draw has no derivative by its probabilities. Two estimators are usual. The score function
(Williams, 1992) is unbiased, but it needs the value of the loss, which a layer does not see, and
one draw an output makes it very noisy. Straight-through (Bengio, Leonard and Courville, 2013) takes
the derivative of the expectation instead: no more noise than the draw itself, and exact wherever
the loss is linear in the output. This layer takes it for its weights. The derivative by the input
is that of the samples that were drawn, and exact.
"""

from __future__ import annotations

import torch
from torch import Tensor

from intertwine.base.errors import OptionError
from intertwine.learn.layers.checks import check_input, check_reach
from intertwine.learn.layers.convolution import Conv2d
from intertwine.learn.layers.paddings import pads_of, surround


class StochasticConv2d(Conv2d):
    """Draw each output from its neighbours in training, and give their mean in evaluation.

    Arguments are those of `Conv2d`; ``weight`` holds logits. Draws follow torch's random state:
    ``torch.manual_seed`` repeats them.

    >>> import torch
    >>> layer = StochasticConv2d(1, 1, 3, padding="same", padding_mode="nearest", bias=False)
    >>> x = torch.tensor([[[1.0, 2.0, 4.0], [1.0, 2.0, 4.0], [1.0, 2.0, 4.0]]])
    >>> set(layer(x).unique().tolist()) <= {1.0, 2.0, 4.0}
    True
    >>> bool((layer.eval()(x) > 1).all())
    True
    """

    def _check_renormalize(self) -> None:
        if self.boundary == "renormalize":
            raise OptionError(
                "StochasticConv2d: `padding_mode='renormalize'` leaves no neighbour to draw beyond "
                "the border.\n"
                "  Pass another padding_mode, such as 'nearest'."
            )

    def probabilities(self) -> Tensor:
        """The probability of each neighbour, of the shape of ``weight``; an output's sum to one."""
        return self.weight.flatten(1).softmax(1).reshape(self.weight.shape)

    def forward(self, input: Tensor) -> Tensor:
        probabilities = self.probabilities()
        if not self.training:
            return self._conv_forward(input, probabilities, self.bias)
        if input.numel() == 0:  # nothing to draw
            return self._conv_forward(input, probabilities, self.bias)
        y = self._draw(input, probabilities.detach())
        if torch.is_grad_enabled() and self.weight.requires_grad:
            mean = self._conv_forward(input.detach(), probabilities, None)
            y = y + (mean - mean.detach())
        return y if self.bias is None else y + self.bias.to(y.dtype).reshape(-1, 1, 1)

    def _draw(self, x: Tensor, probabilities: Tensor) -> Tensor:
        """A neighbour of every output."""
        name = type(self).__name__
        check_input(name, x, probabilities, self.in_channels)
        pads = pads_of(self.padding, self.kernel_size, self.dilation)
        check_reach(name, x, self.kernel_size, self.dilation, pads)
        batched = x if x.ndim == 4 else x.unsqueeze(0)
        padded = surround(batched, pads, self.boundary)
        height, width = padded.shape[-2:]
        places, outputs = self._places(height, width, x.device)
        total = probabilities.flatten(1).cumsum(1)
        count = batched.shape[0] * outputs[0].numel()
        uniform = torch.rand(self.out_channels, count, dtype=total.dtype, device=x.device)
        drawn = torch.searchsorted(total / total[:, -1:], uniform, right=True)
        drawn = drawn.clamp_(max=total.shape[1] - 1)
        index = places.gather(1, drawn).reshape(self.out_channels, batched.shape[0], -1)
        index = index.transpose(0, 1) + outputs[0].flatten()
        y = padded.flatten(1).gather(1, index.flatten(1))
        y = y.reshape(batched.shape[0], self.out_channels, *outputs[0].shape)
        return y if x.ndim == 4 else y.squeeze(0)

    def _places(self, height: int, width: int, device: torch.device) -> tuple[Tensor, list[Tensor]]:
        """Where the neighbours lie beside an output of each channel, and where outputs lie."""
        each = self.in_channels // self.groups
        rows, columns = (
            torch.arange(k, device=device) * d
            for k, d in zip(self.kernel_size, self.dilation, strict=True)
        )
        taps = (rows[:, None] * width + columns).flatten()
        channels = torch.arange(each, device=device)[:, None] * height * width
        group = torch.arange(self.out_channels, device=device) // (self.out_channels // self.groups)
        first = group[:, None] * each * height * width
        lines = [
            torch.arange((n - (k - 1) * d - 1) // s + 1, device=device) * s
            for n, k, d, s in zip(
                (height, width), self.kernel_size, self.dilation, self.stride, strict=True
            )
        ]
        return first + (channels + taps).flatten(), [lines[0][:, None] * width + lines[1]]
