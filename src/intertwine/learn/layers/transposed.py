"""Transposed convolution: torch's own layers, depthwise ones by the operator where that pays.

The adjoint of a correlation is a convolution over the whole overlap: samples are spread apart by
the stride, and `padding` is cut off.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn import functional
from torch.nn.modules.conv import _ConvTransposeNd

from intertwine.base.errors import OptionError, shown
from intertwine.learn.layers.checks import check_input
from intertwine.learn.layers.choice import engine_of, work_of
from intertwine.learn.layers.convolution import with_bias
from intertwine.learn.layers.depthwise import spread_out

_TORCH: dict[int, Any] = {
    1: functional.conv_transpose1d,
    2: functional.conv_transpose2d,
    3: functional.conv_transpose3d,
}


class _Transposed(_ConvTransposeNd):
    """What the three layers share."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if padding_mode not in ("zeros", "zero"):
            raise OptionError(
                f"{type(self).__name__}: `padding_mode={shown(padding_mode)}` has no meaning for a "
                f"transposed convolution, whose padding is cut off.\n  Leave padding_mode out."
            )
        base: Any = super().__init__
        base(
            in_channels, out_channels, kernel_size, stride, padding, output_padding, groups, bias,
            dilation, device=device, dtype=dtype,
        )  # fmt: skip

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        check_input(type(self).__name__, input, self.weight, self.in_channels)
        count = len(self.kernel_size)
        more = self._output_padding(
            input,
            output_size,
            self.stride,  # type: ignore[arg-type]
            self.padding,  # type: ignore[arg-type]
            self.kernel_size,  # type: ignore[arg-type]
            count,
            self.dilation,  # type: ignore[arg-type]
        )
        if self.engine(input) == "torch":
            return _TORCH[count](  # type: ignore[no-any-return]
                input, self.weight, self.bias, self.stride, self.padding, more, self.groups,
                self.dilation,
            )  # fmt: skip
        padding: Any = self.padding
        y = spread_out(input, self.weight, padding, more, self.stride, self.dilation)
        if self.bias is None:
            return y
        return with_bias(y, self.bias, count)

    def engine(self, x: Tensor) -> str:
        """What convolves this input: "torch", or "depthwise" (the operator).

        Strides are left to torch: most samples between them would be zeros.
        """
        count = len(self.kernel_size)
        plain = self.groups == self.in_channels and set(self.stride) == {1}
        if not plain or x.is_complex() or x.numel() == 0:
            return "torch"
        size = x.shape[-count:]
        weight = self.weight.flatten(0, 1).unsqueeze(1)  # every kernel has an output
        return engine_of(work_of(x, weight, self.groups, size, size), x.device.type)


class ConvTranspose1d(_Transposed, nn.ConvTranspose1d):
    """``torch.nn.ConvTranspose1d`` whose long depthwise kernels are quick."""


class ConvTranspose2d(_Transposed, nn.ConvTranspose2d):
    """``torch.nn.ConvTranspose2d`` whose large depthwise kernels are quick.

    >>> import torch
    >>> ConvTranspose2d(3, 3, 21, padding=10, groups=3)(torch.zeros(1, 3, 64, 64)).shape
    torch.Size([1, 3, 64, 64])
    """


class ConvTranspose3d(_Transposed, nn.ConvTranspose3d):
    """``torch.nn.ConvTranspose3d`` whose large depthwise kernels are quick."""
