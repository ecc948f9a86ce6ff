"""Which engine convolves: what a call costs on each, from a few measured rates.

The rates are of two AVX-512 cores; only their ratios count, and these are alike on other machines.
Training costs more than the rates say: torch's gradients of depthwise layers are slow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2, prod

from torch import Tensor

#: Multiply-adds a second: torch's dense sums, its depthwise ones, and the operator's.
DENSE, DEPTHWISE, OPERATOR = 100e9, 40e9, 80e9

#: Kernels of more taps an axis are no longer compiled by torch on the CPU, which then does less.
COMPILED_TAPS, UNCOMPILED, UNCOMPILED_DENSE = 9, 4e9, 15e9

#: Samples a second through the operator, whatever the kernel; through one transform of torch.
SAMPLES, TRANSFORMED = 600e6, 160e6

#: Seconds before the operator starts; seconds that gradients take torch, beside the sums.
START, BACKWARD = 2e-4, 6.0

#: The other engine must be quicker by this factor.
MARGIN = 1.3

#: Numbers in the spectra of all kernels of a layer.
MOST_SPECTRA = 1 << 27

#: On other devices torch's direct sums are slow for depthwise kernels beyond so many taps.
FEW_TAPS = 225


@dataclass(frozen=True, slots=True)
class Work:
    """The sizes of one call: of the padded input and the output along the filtered axes."""

    batch: int
    inputs: int
    outputs: int
    groups: int
    kernel: tuple[int, ...]
    padded: tuple[int, ...]
    result: tuple[int, ...]

    @property
    def sums(self) -> int:
        """Multiply-adds of the formula."""
        each = self.inputs // self.groups * prod(self.kernel)
        return self.batch * self.outputs * prod(self.result) * each


def work_of(
    x: Tensor, weight: Tensor, groups: int, padded: Sequence[int], result: Sequence[int]
) -> Work:
    count = weight.ndim - 2
    return Work(
        prod(x.shape[: -count - 1]),
        x.shape[-count - 1],
        weight.shape[0],
        groups,
        tuple(weight.shape[2:]),
        tuple(padded),
        tuple(result),
    )


def engine_of(work: Work, device: str, *, gradients: bool) -> str:
    """The engine that should be quickest: "torch", "depthwise" or "spectral".

    >>> engine_of(Work(8, 64, 64, 64, (31, 31), (158, 158), (128, 128)), "cpu", gradients=False)
    'depthwise'
    >>> engine_of(Work(8, 64, 64, 1, (3, 3), (130, 130), (128, 128)), "cpu", gradients=False)
    'torch'
    """
    if work.groups == work.inputs:
        return _depthwise(work, device, gradients)
    compiled = max(work.kernel) <= COMPILED_TAPS or device != "cpu"
    direct = work.sums / (DENSE if compiled else UNCOMPILED_DENSE)
    return "spectral" if _spectral_seconds(work) * MARGIN < direct else "torch"


def _depthwise(work: Work, device: str, gradients: bool) -> str:
    if device != "cpu":
        return "depthwise" if prod(work.kernel) > FEW_TAPS else "torch"
    rate = DEPTHWISE if max(work.kernel) <= COMPILED_TAPS else UNCOMPILED
    theirs = work.sums / rate
    results = work.batch * work.outputs * prod(work.result)
    ours = START + min(work.sums / OPERATOR, results / SAMPLES) + results / (2 * SAMPLES)
    if gradients:
        theirs, ours = theirs * (1 + BACKWARD), 4 * ours
    return "depthwise" if ours * MARGIN < theirs else "torch"


def _spectral_seconds(work: Work) -> float:
    """Transforms of inputs, kernels and outputs, and the products between them."""
    samples = prod(work.padded)
    each = work.inputs // work.groups
    kernels = work.outputs * each
    if kernels * samples > MOST_SPECTRA:
        return float("inf")
    planes = work.batch * (work.inputs + work.outputs) + kernels
    transforms = planes * samples * max(1.0, log2(samples) / 14) / TRANSFORMED
    products = 2 * work.batch * work.outputs * each * samples / (0.3 * DENSE)
    return START + transforms + products
