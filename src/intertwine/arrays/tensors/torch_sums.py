"""Sums of products in torch's own operations: all taps at once, or axis by axis."""

from __future__ import annotations

from math import prod
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn import functional

from intertwine.arrays.tensors.reading import can_be_read
from intertwine.base.errors import OptionError
from intertwine.engine.problem import Axis

#: A kernel is a product if its other singular values are so many roundings of the first.
_ROUNDINGS = 8

#: Kernels of more taps are not looked at: a decomposition takes longer than it saves.
_MOST_TAPS = 4096


def direct(x: Tensor, w: Tensor, along: list[Axis], caller: str) -> Tensor:
    """torch's own convolution layers; what is beyond three axes is summed tap by tap."""
    count = len(along)
    if count > 3:
        line, rest = along[0], along[1:]
        total = x.new_zeros(())
        for j in range(line.k):
            first = j * line.dilation
            axis = x.ndim - count
            rows = x.narrow(axis, first, (line.m - 1) * line.stride + 1)
            rows = rows[(slice(None),) * axis + (slice(None, None, line.stride),)]
            total = total + direct(rows.movedim(axis, 0), w.select(-count, j).unsqueeze(0), rest,
                                    caller)  # fmt: skip
        return total.movedim(0, x.ndim - count)
    free = x.ndim - count
    bank, own = w.shape[:free], x.shape[:free]
    batch = [i for i in range(free) if bank[i] == 1]
    apart = [i for i in range(free) if bank[i] > 1 and own[i] > 1]
    added = [i for i in range(free) if bank[i] > 1 and own[i] == 1]
    order = [*batch, *apart, *added]
    sizes = [own[i] for i in batch], [bank[i] for i in apart], [bank[i] for i in added]
    groups = prod(sizes[1])
    signal = x.permute(*order, *range(free, x.ndim)).reshape(prod(sizes[0]), groups,
                                                             *x.shape[free:])  # fmt: skip
    kernel = w.permute(*order, *range(free, w.ndim)).reshape(groups * prod(sizes[2]), 1,
                                                             *w.shape[free:])  # fmt: skip
    conv: Any = (functional.conv1d, functional.conv2d, functional.conv3d)[count - 1]
    dtype = torch.promote_types(x.dtype, w.dtype)
    y = conv(
        signal.to(dtype),
        kernel.to(dtype),
        stride=tuple(line.stride for line in along),
        dilation=tuple(line.dilation for line in along),
        groups=groups,
    )
    y = cast(Tensor, y).reshape(*sizes[0], *sizes[1], *sizes[2], *y.shape[2:])
    back = sorted(range(free), key=order.__getitem__)
    return y.permute(*back, *range(free, y.ndim))


def separable(x: Tensor, w: Tensor, along: list[Axis], caller: str) -> Tensor:
    """One pass along each axis, for a kernel that is an outer product."""
    factors = _factors(w, len(along), caller)
    for place, (line, factor) in enumerate(zip(along, factors, strict=True)):
        axis = x.ndim - len(along) + place
        moved = x.movedim(axis, -1)
        kernel = factor.reshape((1,) * (moved.ndim - 1) + (-1,))
        x = direct(moved, kernel, [line], caller).movedim(-1, axis)
    return x


def is_product(w: Tensor, count: int) -> bool:
    """Whether `w` is one kernel, known by its numbers, that is an outer product."""
    if w.requires_grad or not can_be_read(w) or not 1 < w.numel() <= _MOST_TAPS:
        return False
    if w.numel() != w.shape[-count:].numel():
        return False
    return _decomposed(w, count)[1] <= _ROUNDINGS * torch.finfo(w.dtype).eps


def _factors(w: Tensor, count: int, caller: str) -> list[Tensor]:
    """The 1-D factors of one kernel whose taps are an outer product."""
    if w.requires_grad or w.shape.numel() != w.shape[-count:].numel():
        raise OptionError(
            f"{caller}: `method='torch-separable'` takes one kernel without gradients.\n"
            f"  Pass method='torch-direct', or filter along each axis in a call of its own."
        )
    factors, left = _decomposed(w, count)
    if left > _ROUNDINGS * torch.finfo(w.dtype).eps:
        raise OptionError(
            f"{caller}: `method='torch-separable'` needs a kernel that is an outer product, "
            f"and this one is not: its second singular value is {left:.2g} of its first.\n"
            f"  Pass method='torch-direct'."
        )
    return factors


def _decomposed(w: Tensor, count: int) -> tuple[list[Tensor], float]:
    """The leading 1-D factors, and the largest other singular value relative to the leading one."""
    rest, factors, left = w.reshape(w.shape[-count:]), [], 0.0
    for _ in range(count - 1):
        u, s, v = torch.linalg.svd(rest.reshape(rest.shape[0], -1), full_matrices=False)
        if len(s) > 1 and s[1] > 0:
            left = max(left, float(s[1] / s[0]))
        factors.append(u[:, 0] * s[0])
        rest = v[0].reshape(rest.shape[1:])
    return [*factors, rest], left
