"""Convolution layers: torch's own, with an engine for each call."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.compiler import is_compiling as compiling
from torch.nn import functional
from torch.nn.modules.conv import _ConvNd

from intertwine.arrays.tensors.reading import can_be_read, is_wrapped
from intertwine.base.errors import OptionError
from intertwine.learn.layers.checks import check_input, check_reach
from intertwine.learn.layers.choice import engine_of, wants_channels_last, work_of
from intertwine.learn.layers.depthwise import depthwise
from intertwine.learn.layers.paddings import boundary_of, mode_of, pads_of, surround
from intertwine.learn.layers.spectral import spectral

_TORCH: dict[int, Any] = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}


class _Convolution(_ConvNd):
    """What the three layers share: torch's arguments and parameters, and a choice of engines."""

    boundary: str

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        boundary = boundary_of(type(self).__name__, padding_mode)
        base: Any = super().__init__
        base(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias,
            device=device, dtype=dtype,
        )  # fmt: skip
        self.padding_mode = padding_mode  # type: ignore[assignment]  # the library's words too
        self.boundary = boundary
        self._check_renormalize()

    def _check_renormalize(self) -> None:
        if self.boundary != "renormalize":
            return
        name = type(self).__name__
        if self.groups != self.in_channels:
            raise OptionError(
                f"{name}: `padding_mode='renormalize'` rescales each kernel by itself, but "
                f"groups={self.groups} adds up {self.in_channels // self.groups} of them.\n"
                f"  Pass groups={self.in_channels}, or another padding_mode."
            )
        pads = pads_of(self.padding, self.kernel_size, self.dilation)
        for pair, k, d in zip(pads, self.kernel_size, self.dilation, strict=True):
            if mode_of(pair, k, d) is None:
                raise OptionError(
                    f"{name}: `padding_mode='renormalize'` takes a padding of 0, "
                    f"{(k - 1) * d // 2} or {(k - 1) * d} for {k} taps, not {pair[0]}.\n"
                    f"  Pass padding='same'."
                )

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        name = type(self).__name__
        check_input(name, input, weight, self.in_channels)
        pads = pads_of(self.padding, self.kernel_size, self.dilation)
        check_reach(name, input, self.kernel_size, self.dilation, pads)
        engine = self.engine(input, weight)
        if not _can_take(engine, input, weight) and self.boundary != "renormalize":
            engine = "torch"
        if engine == "torch":
            return self._by_torch(input, weight, bias, pads)
        if engine == "depthwise":
            y = depthwise(input, weight, pads, self.boundary, self.stride, self.dilation)
        else:
            y = spectral(
                input, weight, pads, self.boundary, self.stride, self.dilation, self.groups
            )
        if bias is None:
            return y
        return with_bias(y, bias, len(self.kernel_size))

    def engine(self, x: Tensor, weight: Tensor | None = None) -> str:
        """What convolves this input: "torch", "depthwise" (the operator) or "spectral"."""
        weight = self.weight if weight is None else weight
        if self.boundary == "renormalize":
            return "depthwise"
        if x.is_complex() or x.numel() == 0 or weight.is_complex():
            return "torch"
        count = len(self.kernel_size)
        pads = pads_of(self.padding, self.kernel_size, self.dilation)
        padded = [n + sum(pair) for n, pair in zip(x.shape[-count:], pads, strict=True)]
        result = [
            (n - (k - 1) * d - 1) // s + 1
            for n, k, d, s in zip(padded, self.kernel_size, self.dilation, self.stride, strict=True)
        ]
        return engine_of(work_of(x, weight, self.groups, padded, result), x.device.type)

    def _by_torch(
        self, x: Tensor, weight: Tensor, bias: Tensor | None, pads: list[tuple[int, int]]
    ) -> Tensor:
        convolve = _TORCH[len(self.kernel_size)]
        if self.boundary == "zero":
            padding: Any = self.padding
        else:
            x, padding = surround(x, pads, self.boundary), 0
        if wants_channels_last(x, weight):
            x = x.contiguous(memory_format=torch.channels_last)
        return convolve(x, weight, bias, self.stride, padding, self.dilation, self.groups)  # type: ignore[no-any-return]


def _can_take(engine: str, x: Tensor, weight: Tensor) -> bool:
    """Whether an engine keeps a NaN or an infinity where its windows are; a compiler cannot ask.

    The operator takes finite kernels only; spectra spread what is not finite over the result, and
    overflow early.
    """
    if engine == "torch" or not (can_be_read(x) and can_be_read(weight)):
        return True
    if not bool(torch.isfinite(weight).all()):
        return False
    if engine == "depthwise" or x.numel() == 0:
        return True
    reach = x.numel() / x.shape[0] * float(weight.detach().abs().max())
    return bool(x.detach().abs().max() * reach < torch.finfo(torch.float32).max)


def with_bias(y: Tensor, bias: Tensor, count: int) -> Tensor:
    """A bias for each channel, in place: memory for another result takes as long as the sums."""
    shaped = bias.to(y.dtype).reshape(-1, *[1] * count)
    # Under `vmap` the bias may have an axis that the result lacks.
    return y + shaped if not compiling() and is_wrapped(bias) else y.add_(shaped)


class Conv1d(_Convolution, nn.Conv1d):
    """``torch.nn.Conv1d`` whose long and depthwise kernels are quick.

    Arguments, parameters and ``state_dict`` are torch's, so that a torch layer's weights load.
    Beside torch's own words `padding_mode` takes the library's boundaries: "symmetric", "mirror"
    (torch's reflect), "nearest" (replicate), "wrap" (circular), "zero" (zeros), and for depthwise
    layers "renormalize".

    >>> import torch
    >>> layer = Conv1d(4, 4, 1023, padding="same", groups=4)
    >>> layer(torch.zeros(2, 4, 5000)).shape
    torch.Size([2, 4, 5000])
    """


class Conv2d(_Convolution, nn.Conv2d):
    """``torch.nn.Conv2d`` whose large and depthwise kernels are quick; see `Conv1d`.

    >>> import torch
    >>> layer = Conv2d(1, 32, 16)
    >>> layer(torch.zeros(1, 256, 256)).shape
    torch.Size([32, 241, 241])
    >>> layer.load_state_dict(torch.nn.Conv2d(1, 32, 16).state_dict())
    <All keys matched successfully>
    """


class Conv3d(_Convolution, nn.Conv3d):
    """``torch.nn.Conv3d`` whose large and depthwise kernels are quick; see `Conv1d`."""
