"""Which engine convolves: what a call costs on each, from a few measured rates.

The rates are of two AVX-512 cores; their ratios count. torch compiles depthwise sums for short
kernels, and for channels that lie last in memory; for others it falls back to plain loops. Its
gradients of depthwise layers are plain loops too. Large results come to torch as fresh memory,
page by page; the operator keeps that of results that were let go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2, prod

import torch
from torch import Tensor

#: Multiply-adds a second: torch's dense sums, those with large kernels, compiled or not; its
#: depthwise ones, compiled or not; and both ways back of these, for channels that lie last and for
#: others.
DENSE, DENSE_LARGE, DENSE_LOOPS, COMPILED, LOOPS = 100e9, 50e9, 15e9, 50e9, 3.5e9
BACK_LAST, BACK = 4.5e9, 2e9

#: torch compiles 2-D kernels up to so many taps along an axis.
COMPILED_TAPS = 13

#: Seconds a result that torch rearranges, and a byte of fresh memory; sizes that are always fresh.
REARRANGED, FRESH, FRESH_BYTES = 1e-9, 1e-9, 32 << 20

#: The operator's multiply-adds a second in long rows, and the length of rows that halves it;
#: seconds for a result, for a sample that is transformed, and for one that is rearranged.
OPERATOR, SHORT_ROW = 80e9, 60
RESULT, TRANSFORMED, COLLECTED = 0.5e-9, 1.2e-9, 0.7e-9

#: Its seconds before it starts; for a kernel that it has not met; for a sample on the way back.
START, NEW_KERNEL, GRADIENT = 1e-4, 4e-5, 7e-9

#: Samples a second through torch's transforms, products between them included.
SPECTRA = 50e6

#: The other engine must be quicker by this factor.
MARGIN = 1.3

#: Numbers in the spectra of all kernels of a layer.
MOST_SPECTRA = 1 << 27

#: On other devices torch's direct sums are slow for depthwise kernels beyond so many taps.
FEW_TAPS = 225


@dataclass(frozen=True, slots=True)
class Work:
    """The sizes of one call: of the padded input and the output along the filtered axes.

    `last` says whether channels lie last in memory, `back` whether gradients are wanted.
    """

    batch: int
    inputs: int
    outputs: int
    groups: int
    kernel: tuple[int, ...]
    padded: tuple[int, ...]
    result: tuple[int, ...]
    last: bool = False
    back: bool = False

    @property
    def results(self) -> int:
        return self.batch * self.outputs * prod(self.result)

    @property
    def sums(self) -> int:
        """Multiply-adds of the formula."""
        return self.results * (self.inputs // self.groups) * prod(self.kernel)


def work_of(
    x: Tensor, weight: Tensor, groups: int, padded: Sequence[int], result: Sequence[int]
) -> Work:
    """The sizes of a layer's call with this input and a weight (outputs, inputs a group, ...)."""
    count = weight.ndim - 2
    plain = x.is_contiguous()
    return Work(
        prod(x.shape[: -count - 1]),
        x.shape[-count - 1],
        weight.shape[0],
        groups,
        tuple(weight.shape[2:]),
        tuple(padded),
        tuple(result),
        x.ndim == 4 and not plain and x.is_contiguous(memory_format=torch.channels_last),
        torch.is_grad_enabled() and (x.requires_grad or weight.requires_grad),
    )


def engine_of(work: Work, device: str) -> str:
    """The engine that should be quickest: "torch", "depthwise" or "spectral".

    >>> engine_of(Work(8, 64, 64, 64, (31, 31), (158, 158), (128, 128)), "cpu")
    'depthwise'
    >>> engine_of(Work(8, 64, 64, 1, (3, 3), (130, 130), (128, 128)), "cpu")
    'torch'
    """
    if work.groups == work.inputs:
        if device != "cpu":
            return "depthwise" if prod(work.kernel) > FEW_TAPS else "torch"
        return "depthwise" if operator_seconds(work) * MARGIN < torch_seconds(work) else "torch"
    large = device == "cpu" and max(work.kernel) > COMPILED_TAPS
    loops = large and work.back and not work.last
    direct = work.sums / (DENSE_LOOPS if loops else DENSE_LARGE if large else DENSE)
    return "spectral" if spectral_seconds(work) * MARGIN < direct else "torch"


def wants_channels_last(x: Tensor, weight: Tensor) -> bool:
    """Whether torch compiles its sums only for channels that lie last, and nobody needs gradients.

    Its gradients in that layout are slower than in the other.
    """
    back = torch.is_grad_enabled() and (x.requires_grad or weight.requires_grad)
    large = weight.ndim == 4 and max(weight.shape[2:]) > COMPILED_TAPS
    return large and x.ndim == 4 and x.device.type == "cpu" and not back


def torch_seconds(work: Work) -> float:
    """A depthwise layer by torch, on the CPU."""
    flat = len(work.kernel) == 2
    compiled = work.last or (flat and (max(work.kernel) <= COMPILED_TAPS or not work.back))
    seconds = work.sums / (COMPILED if compiled else LOOPS)
    if not work.last:
        seconds += REARRANGED * work.results
    if 4 * work.results >= FRESH_BYTES:
        seconds += FRESH * 4 * work.results * (1 if work.last else 2)
    if work.back:
        seconds += 2 * work.sums / (BACK_LAST if work.last and compiled else BACK)
    return seconds


def operator_seconds(work: Work) -> float:
    """A depthwise layer by the operator, on the CPU."""
    row = work.result[-1]
    direct = work.sums / OPERATOR * (1 + SHORT_ROW / max(1, row))
    samples = work.batch * work.outputs * prod(work.padded)
    transformed = samples * TRANSFORMED * (1 + SHORT_ROW / max(1, row))
    once = START + RESULT * work.results + min(direct, transformed)
    if work.last:
        once += COLLECTED * work.results
    if not work.back:
        return once
    return 2 * (once + NEW_KERNEL * work.outputs) + GRADIENT * samples


def spectral_seconds(work: Work) -> float:
    """Transforms of inputs, kernels and outputs, and the products between them."""
    samples = prod(work.padded)
    kernels = work.outputs * (work.inputs // work.groups)
    if kernels * samples > MOST_SPECTRA:
        return float("inf")
    planes = work.batch * (work.inputs + work.outputs) + kernels
    return START + planes * samples * max(1.0, log2(max(2, samples)) / 14) / SPECTRA
