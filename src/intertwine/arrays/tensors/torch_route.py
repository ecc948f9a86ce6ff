"""The operator in torch's own operations, for any device: three methods and a small planner.

Whatever lies outside is put around the signal first, so that each method only slides the kernel
over what is there. torch takes gradients of all of it, forward and backward.
"""

from __future__ import annotations

from math import log2, prod
from typing import Any

import numpy as np
import torch
from scipy.fft import next_fast_len
from torch import Tensor
from torch.nn import functional

from intertwine.arrays.tensors.geometry import Geometry, Shape, lines
from intertwine.base.errors import OptionError
from intertwine.engine.boundary import FILLED, fold
from intertwine.engine.problem import Axis

METHODS = ("torch-direct", "torch-separable", "torch-fft")

#: A product of the direct sum costs so much less than an operation of a transform.
_DIRECT_GAIN = 4.0

#: Kernels whose singular values beyond the first are below this, relative to it, are products.
_RANK_ONE = 1e-6


def route(x: Tensor, w: Tensor, geometry: Geometry, method: str, threads: int) -> Tensor:
    """F by a forced method, or by the one that should be quickest."""
    found = lines(geometry, tuple(x.shape), tuple(w.shape))
    along = geometry.layout(x.ndim).axes
    chosen = _choose(found, along, w) if method in ("auto", "torch") else method
    shape = [line.m for line in found]
    if 0 in shape or 0 in x.shape:
        return x.new_zeros(shape, dtype=torch.promote_types(x.dtype, w.dtype))
    signal = _surrounded(x, found, along, geometry.cval)
    signal = signal.movedim(along, tuple(range(-len(along), 0)))
    # A transform would carry NaN and infinities all over the result.
    if chosen == "torch-fft" and not torch.compiler.is_compiling() and not _finite(signal):
        chosen = "torch-direct"
    run = {"torch-direct": _direct, "torch-fft": _transformed, "torch-separable": _separable}
    result = run[chosen](signal, w, [found[axis] for axis in along], geometry.caller)
    return result.movedim(tuple(range(-len(along), 0)), along)


def _finite(signal: Tensor) -> bool:
    return bool(torch.isfinite(signal).all())


def _choose(found: tuple[Axis, ...], along: Shape, w: Tensor) -> str:
    """The direct sum, unless the work of transforms is clearly less."""
    outputs, taps, padded = 1.0, 1.0, 1.0
    for axis in along:
        line = found[axis]
        outputs *= line.m
        taps *= line.k
        padded *= (line.m - 1) * line.stride + line.reach
    transforms = 3 * padded * (5 * log2(max(2.0, padded)) + 2)
    return "torch-fft" if transforms * _DIRECT_GAIN < outputs * taps else "torch-direct"


def _surrounded(x: Tensor, found: tuple[Axis, ...], along: Shape, cval: complex) -> Tensor:
    """The samples that windows reach, those outside included.

    Beyond two axes at once zeros come before `cval`, so that they are put there last.
    """
    order = sorted(along, key=lambda axis: ("constant", "zero").index(found[axis].boundary)
                   if found[axis].boundary in FILLED else -1)  # fmt: skip
    for axis in order:
        line = found[axis]
        count = (line.m - 1) * line.stride + line.reach
        if line.boundary in FILLED:
            ends = (-line.start, line.start + count - line.n)
            pads = [0] * (2 * (x.ndim - 1 - axis)) + list(ends)
            fill = cval if line.boundary == "constant" else 0j
            x = _padded(x, pads, fill)
        else:
            places = np.arange(line.start, line.start + count)
            index = torch.from_numpy(fold(places, line.n, line.boundary)).to(x.device)
            x = x.index_select(axis, index)
    return x


def _padded(x: Tensor, pads: list[int], fill: complex) -> Tensor:
    if not x.is_complex():
        return functional.pad(x, pads, value=fill.real)
    real = functional.pad(x.real, pads, value=fill.real)
    return torch.complex(real, functional.pad(x.imag, pads, value=fill.imag))


def _direct(x: Tensor, w: Tensor, along: list[Axis], caller: str) -> Tensor:
    """torch's own convolution layers; what is beyond three axes is summed tap by tap."""
    count = len(along)
    if count > 3:
        line, rest = along[0], along[1:]
        total: Any = 0
        for j in range(line.k):
            first = j * line.dilation
            axis = x.ndim - count
            rows = x.narrow(axis, first, (line.m - 1) * line.stride + 1)
            rows = rows[(slice(None),) * axis + (slice(None, None, line.stride),)]
            total = total + _direct(rows.movedim(axis, 0), w.select(-count, j).unsqueeze(0), rest,
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
    y = y.reshape(*sizes[0], *sizes[1], *sizes[2], *y.shape[2:])
    back = sorted(range(free), key=order.__getitem__)
    return y.permute(*back, *range(free, y.ndim))


def _separable(x: Tensor, w: Tensor, along: list[Axis], caller: str) -> Tensor:
    """One pass along each axis, for a kernel that is an outer product."""
    factors = _factors(w, len(along), caller)
    for place, (line, factor) in enumerate(zip(along, factors, strict=True)):
        axis = x.ndim - len(along) + place
        moved = x.movedim(axis, -1)
        kernel = factor.reshape((1,) * (moved.ndim - 1) + (-1,))
        x = _direct(moved, kernel, [line], caller).movedim(-1, axis)
    return x


def _factors(w: Tensor, count: int, caller: str) -> list[Tensor]:
    """The 1-D factors of one kernel whose taps are an outer product."""
    if w.requires_grad or w.shape.numel() != w.shape[-count:].numel():
        raise OptionError(
            f"{caller}: `method='torch-separable'` takes one kernel without gradients.\n"
            f"  Pass method='torch-direct', or filter along each axis in a call of its own."
        )
    rest = w.reshape(w.shape[-count:])
    factors = []
    for _ in range(count - 1):
        matrix = rest.reshape(rest.shape[0], -1)
        u, s, v = torch.linalg.svd(matrix, full_matrices=False)
        if len(s) > 1 and s[1] > _RANK_ONE * s[0]:
            raise OptionError(
                f"{caller}: `method='torch-separable'` needs a kernel that is an outer product, "
                f"and this one is not: its second singular value is {float(s[1] / s[0]):.2g} of "
                f"its first.\n  Pass method='torch-direct'."
            )
        factors.append(u[:, 0] * s[0])
        rest = v[0].reshape(rest.shape[1:])
    return [*factors, rest]


def _transformed(x: Tensor, w: Tensor, along: list[Axis], caller: str) -> Tensor:
    """Products of spectra, tile by tile (overlap-save): each tile's first outputs are whole."""
    count = len(along)
    reach = [line.reach for line in along]
    length = list(x.shape[-count:])
    tile = [min(next_fast_len(n, True), next_fast_len(max(4 * r, 64), True))
            for n, r in zip(length, reach, strict=True)]  # fmt: skip
    step = [t - r + 1 for t, r in zip(tile, reach, strict=True)]
    whole = [n - r + 1 for n, r in zip(length, reach, strict=True)]
    tiles = [-(-m // s) for m, s in zip(whole, step, strict=True)]
    pads: list[int] = []
    for n, t, s, c in zip(length[::-1], tile[::-1], step[::-1], tiles[::-1], strict=True):
        pads += [0, (c - 1) * s + t - n]
    signal = _padded(x, pads, 0j)
    first = x.ndim - count
    for place in range(count):
        signal = signal.unfold(first + place, tile[place], step[place])
    # (..., tiles of each axis, samples of each axis)
    kernel = _dilated(w, along)
    kernel = kernel[(..., *(None,) * count, *(slice(None),) * count)]
    axes = tuple(range(-count, 0))
    if x.is_complex() or w.is_complex():
        spectrum = torch.fft.fftn(signal, dim=axes)
        product = spectrum * torch.fft.fftn(kernel.conj(), s=tile, dim=axes).conj()
        y = torch.fft.ifftn(product, dim=axes)
    else:
        spectrum = torch.fft.rfftn(signal, dim=axes)
        product = spectrum * torch.fft.rfftn(kernel, s=tile, dim=axes).conj()
        y = torch.fft.irfftn(product, s=tile, dim=axes)
    y = y[(..., *(slice(0, s) for s in step))]
    free = y.ndim - 2 * count
    order = [*range(free)]
    for place in range(count):
        order += [free + place, free + count + place]
    y = y.permute(order)
    for place in range(count):
        y = y.flatten(free + place, free + place + 1)
    return y[(..., *(slice(0, m, line.stride) for m, line in zip(whole, along, strict=True)))]


def _dilated(w: Tensor, along: list[Axis]) -> Tensor:
    """The kernel with zeros between its taps."""
    for place, line in enumerate(along):
        if line.dilation > 1:
            axis = w.ndim - len(along) + place
            spread = functional.pad(w.movedim(axis, -1).unsqueeze(-1), (0, line.dilation - 1))
            w = spread.flatten(-2)[..., : line.reach].movedim(-1, axis)
    return w
