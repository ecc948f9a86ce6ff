"""Products of spectra in torch's own operations, tile by tile (overlap-save, Stockham 1966)."""

from __future__ import annotations

from typing import NamedTuple

import scipy  # type: ignore[import-untyped]
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
    kernel = _dilated(w, along)
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
    tile = min(_fast(length), _fast(max(4 * reach, 64)))
    step, outputs = tile - reach + 1, length - reach + 1
    tiles = -(-outputs // step)
    return _Cut(tile, step, outputs, (tiles - 1) * step + tile - length)


def _fast(length: int) -> int:
    return int(scipy.fft.next_fast_len(length, True))


def _joined(y: Tensor, count: int) -> Tensor:
    """Tiles side by side along each axis: (..., tiles, samples) become (..., samples)."""
    free = y.ndim - 2 * count
    order = [axis for i in range(count) for axis in (free + i, free + count + i)]
    y = y.permute(*range(free), *order)
    for place in range(count):
        y = y.flatten(free + place, free + place + 1)
    return y


def _dilated(w: Tensor, along: list[Axis]) -> Tensor:
    """The kernel with zeros between its taps."""
    for place, line in enumerate(along):
        if line.dilation > 1:
            axis = w.ndim - len(along) + place
            spread = functional.pad(w.movedim(axis, -1).unsqueeze(-1), (0, line.dilation - 1))
            w = spread.flatten(-2)[..., : line.reach].movedim(-1, axis)
    return w
