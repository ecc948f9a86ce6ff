"""Layers whose every input channel has kernels of its own: one call of the operator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from torch import Tensor
from torch.nn import functional

from intertwine.convolution import convolve, correlate
from intertwine.learn.layers.paddings import Pads, mode_of, surround


def depthwise(
    x: Tensor,
    weight: Tensor,
    pads: Pads,
    boundary: str,
    stride: Sequence[int],
    dilation: Sequence[int],
) -> Tensor:
    """``y[n, c*m + i, p] = sum_j weight[c*m + i, 0, j] x[n, c, s*p + d*j - pad]`` for all i < m."""
    count = weight.ndim - 2
    modes = [mode_of(*each) for each in zip(pads, weight.shape[2:], dilation, strict=True)]
    outside = [pair if mode is None else (0, 0) for pair, mode in zip(pads, modes, strict=True)]
    x = surround(x, outside, boundary)
    late = [1 if mode == "late" else 0 for mode in modes]
    if any(late):
        weight = functional.pad(weight, [n for end in reversed(late) for n in (end, 0)])
    signal, kernels = _apart(x, weight, count)
    y: Any = correlate(
        signal,
        kernels,
        axes=tuple(range(-count, 0)),
        mode=["same" if mode == "late" else mode or "valid" for mode in modes],
        boundary=boundary,
        stride=tuple(stride),
        dilation=tuple(dilation),
    )
    return cast(Tensor, y if signal is x else y.flatten(-count - 2, -count - 1))


def spread_out(
    x: Tensor,
    weight: Tensor,
    padding: Sequence[int],
    more: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
) -> Tensor:
    """The adjoint of `depthwise` with zeros outside, for a weight (channels, kernels each, ...)."""
    count = weight.ndim - 2
    if max(stride) > 1:
        x = _with_zeros(x, stride)
    reach = [(k - 1) * d for k, d in zip(weight.shape[2:], dilation, strict=True)]
    modes, cuts = [], []
    for p, extra, r, k in zip(padding, more, reach, weight.shape[2:], strict=True):
        plain = extra == 0 and 2 * p == r and k % 2 == 1
        modes.append("same" if plain else "valid" if extra == 0 and p == r else "full")
        cuts.append((-p, extra - p) if modes[-1] == "full" else (0, 0))
    channels, each = weight.shape[:2]
    signal, kernels = _apart(x, weight.reshape(channels * each, 1, *weight.shape[2:]), count)
    y: Any = convolve(
        signal,
        kernels,
        axes=tuple(range(-count, 0)),
        mode=modes,
        boundary="zero",
        dilation=tuple(dilation),
    )
    y = y if signal is x else y.flatten(-count - 2, -count - 1)
    ends = [n for pair in reversed(cuts) for n in pair]
    return cast(Tensor, functional.pad(y, ends) if any(ends) else y)


def _apart(x: Tensor, weight: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The signal with an axis for the kernels of one channel, where there are several."""
    channels = x.shape[-count - 1]
    if weight.shape[0] == channels:
        return x, weight.squeeze(1)
    kernels = weight.reshape(channels, weight.shape[0] // channels, *weight.shape[2:])
    return x.unsqueeze(-count - 1), kernels


def _with_zeros(x: Tensor, stride: Sequence[int]) -> Tensor:
    """Zeros between the samples, one fewer than the stride."""
    count = len(stride)
    lengths = [(n - 1) * s + 1 for n, s in zip(x.shape[-count:], stride, strict=True)]
    spread = x.new_zeros((*x.shape[:-count], *lengths))
    places: Any = (..., *(slice(None, None, s) for s in stride))
    spread[places] = x
    return spread
