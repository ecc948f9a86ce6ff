"""Products of spectra in torch's own operations, tile by tile (overlap-save, Stockham 1966)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from intertwine.engine.problem import Axis


def padded(x: Tensor, pads: list[int], fill: complex) -> Tensor:
    """`x` with one number around it, or with less of it where a pad is negative."""
    if not x.is_complex():
        return functional.pad(x, pads, value=fill.real)
    real = functional.pad(x.real, pads, value=fill.real)
    return torch.complex(real, functional.pad(x.imag, pads, value=fill.imag))


def overlap_save(x: Tensor, w: Tensor, along: list[Axis], caller: str) -> Tensor:
    """Products of spectra, tile by tile (overlap-save): each tile's first outputs are whole."""
    count = len(along)
    cuts = [_cut(n, line.reach) for n, line in zip(x.shape[-count:], along, strict=True)]
    tile = [cut.tile for cut in cuts]
    signal = padded(x, [end for cut in cuts[::-1] for end in (0, cut.lacking)], 0j)
    first = x.ndim - count
    for place, cut in enumerate(cuts):
        signal = signal.unfold(first + place, cut.tile, cut.step)
    # (..., tiles of each axis, samples of each axis)
    kernel = dilated(w, [line.dilation for line in along])
    for place in range(count):
        kernel = kernel.unsqueeze(w.ndim - count + place)
    axes = tuple(range(-count, 0))
    if x.is_complex() or w.is_complex():
        spectrum = torch.fft.fftn(signal, dim=axes)
        product = spectrum * torch.fft.fftn(kernel.conj(), s=tile, dim=axes).conj()
        y = torch.fft.ifftn(product, dim=axes)
    else:
        spectrum = torch.fft.rfftn(signal, dim=axes)
        product = spectrum * torch.fft.rfftn(kernel, s=tile, dim=axes).conj()
        y = torch.fft.irfftn(product, s=tile, dim=axes)
    for place, cut in enumerate(cuts):
        y = y.narrow(place - count, 0, cut.step)
    y = _joined(y, count)
    for place, (cut, line) in enumerate(zip(cuts, along, strict=True)):
        axis = y.ndim - count + place
        y = y[(slice(None),) * axis + (slice(0, cut.outputs, line.stride),)]
    return y


class _Cut(NamedTuple):
    """One axis in tiles of equal length: each gives `step` outputs, `lacking` zeros are added."""

    tile: int
    step: int
    outputs: int
    lacking: int


def _cut(length: int, reach: int) -> _Cut:
    tile = min(fast_length(length), fast_length(max(4 * reach, 64)))
    step, outputs = tile - reach + 1, length - reach + 1
    tiles = -(-outputs // step)
    return _Cut(tile, step, outputs, (tiles - 1) * step + tile - length)


def fast_length(n: int) -> int:
    """The least product of 2, 3 and 5 that is not below `n`, found so that compilers follow.

    >>> [fast_length(n) for n in (1, 7, 158, 16384 + 1023)]
    [1, 8, 160, 17496]
    """
    best = 1 << (n - 1).bit_length()
    five = 1
    while five < best:
        length = five
        while length < best:
            short = -(-n // length)
            best = min(best, length << (short - 1).bit_length())
            length *= 3
        five *= 5
    return best


def _joined(y: Tensor, count: int) -> Tensor:
    """Tiles side by side along each axis: (..., tiles, samples) become (..., samples)."""
    free = y.ndim - 2 * count
    order = [axis for i in range(count) for axis in (free + i, free + count + i)]
    y = y.permute(*range(free), *order)
    for place in range(count):
        y = y.flatten(free + place, free + place + 1)
    return y


def dilated(w: Tensor, dilation: Sequence[int]) -> Tensor:
    """Kernels with zeros between their taps along the last axes, one for each `dilation`."""
    for axis, d in enumerate(dilation, w.ndim - len(dilation)):
        if d > 1:
            apart = functional.pad(w.movedim(axis, -1).unsqueeze(-1), (0, d - 1))
            spread = apart.flatten(-2)
            w = spread[..., : spread.shape[-1] - d + 1].movedim(-1, axis)
    return w
