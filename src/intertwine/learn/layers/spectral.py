"""Dense layers with large kernels: products of spectra, summed over the input channels.

A transform of each input, kernel and output, and between them one small matrix product for each
frequency: its cost does not grow with the kernel. In torch's operations, for any device.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from intertwine.arrays.tensors.torch_transforms import dilated, fast_length
from intertwine.learn.layers.paddings import Pads, surround


def spectral(
    x: Tensor,
    weight: Tensor,
    pads: Pads,
    boundary: str,
    stride: Sequence[int],
    dilation: Sequence[int],
    groups: int,
) -> Tensor:
    """What ``conv2d`` and its like return, by way of frequencies."""
    count = weight.ndim - 2
    x = surround(x, pads, boundary)
    device = x.device.type
    dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else x.dtype
    if x.dtype in (torch.float16, torch.bfloat16):
        x, weight = x.float(), weight.float()
    lengths = x.shape[-count:]
    size = [fast_length(n) for n in lengths]
    axes = tuple(range(-count, 0))
    batch, channels = x.shape[: -count - 1], x.shape[-count - 1]
    apart = x.reshape(-1, groups, channels // groups, *lengths)
    signal = torch.fft.rfftn(apart, s=size, dim=axes)
    kernel = torch.fft.rfftn(dilated(weight, dilation), s=size, dim=axes).conj()
    kernel = kernel.reshape(groups, weight.shape[0] // groups, *kernel.shape[1:])
    product = _summed(signal.flatten(3), kernel.flatten(3))
    product = product.reshape(*product.shape[:3], *signal.shape[3:])
    y = torch.fft.irfftn(product, s=size, dim=axes)
    y = y.reshape(*batch, weight.shape[0], *size)
    ends = [n - (k - 1) * d for n, k, d in zip(lengths, weight.shape[2:], dilation, strict=True)]
    places: Any = (..., *(slice(0, end, s) for end, s in zip(ends, stride, strict=True)))
    result: Tensor = y[places].to(dtype)
    return result


def _summed(signal: Tensor, kernel: Tensor) -> Tensor:
    """``sum_i signal[n, g, i, f] kernel[g, o, i, f]``: a matrix product for each frequency."""
    left = signal.permute(1, 3, 0, 2)
    right = kernel.permute(0, 3, 2, 1)
    return (left @ right).permute(2, 0, 3, 1)
