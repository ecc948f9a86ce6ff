"""What a layer refuses, with both numbers and the next step."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from intertwine.base.errors import DTypeError, OptionError, ShapeError, counted
from intertwine.learn.layers.paddings import Pads


def check_input(caller: str, x: Tensor, weight: Tensor, channels: int) -> None:
    """Refuse inputs whose type, device or channels are not the layer's."""
    if not isinstance(x, Tensor):
        raise DTypeError(
            f"{caller}: the input is {type(x).__name__}, not a tensor.\n"
            f"  Pass torch.as_tensor(input, dtype={weight.dtype})."
        )
    if not (x.is_floating_point() or x.is_complex()):
        raise DTypeError(
            f"{caller}: the input is {x.dtype} but the weight is {weight.dtype}.\n"
            f"  Pass input.to({weight.dtype})."
        )
    if x.device != weight.device:
        raise OptionError(
            f"{caller}: the input is on {x.device} but the weight is on {weight.device}.\n"
            f"  Pass input.to({str(weight.device)!r}), or move the layer."
        )
    if x.dtype != weight.dtype and not torch.is_autocast_enabled(x.device.type):
        raise DTypeError(
            f"{caller}: the input is {x.dtype} but the weight is {weight.dtype}.\n"
            f"  Pass input.to({weight.dtype}), or convert the layer: layer.to({x.dtype})."
        )
    count = weight.ndim - 2
    if x.ndim not in (count + 1, count + 2):
        axes = ", ".join("DHW"[-count:]) if count > 1 else "L"
        raise ShapeError(
            f"{caller}: the input has {counted(x.ndim, 'axis', 'axes')} but "
            f"{count + 1} or {count + 2} are needed.\n"
            f"  input: {tuple(x.shape)}    wanted: (N, C, {axes}) or (C, {axes})"
        )
    if x.shape[-count - 1] != channels:
        raise ShapeError(
            f"{caller}: the input has {counted(x.shape[-count - 1], 'channel')} but the layer "
            f"takes {channels}.\n"
            f"  input: {tuple(x.shape)}    weight: {tuple(weight.shape)}\n"
            f"  The channels are axis {-count - 1} of the input."
        )


def check_reach(
    caller: str, x: Tensor, kernel_size: Sequence[int], dilation: Sequence[int], pads: Pads
) -> None:
    """Refuse kernels that are longer than the padded input."""
    count = len(kernel_size)
    for axis, (k, d, pair) in enumerate(zip(kernel_size, dilation, pads, strict=True), -count):
        n, reach = x.shape[axis] + sum(pair), (k - 1) * d + 1
        if n < reach:
            raise ShapeError(
                f"{caller}: the kernel reaches over {counted(reach, 'sample')} but the padded "
                f"input has {n} along axis {axis}.\n"
                f"  input: {tuple(x.shape)}    kernel_size: {tuple(kernel_size)}    "
                f"dilation: {tuple(dilation)}    padding: {pair}\n"
                f"  Pass padding='same', a smaller kernel or a larger input."
            )
