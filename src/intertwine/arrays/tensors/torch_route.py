"""The operator in torch's own operations, for any device: three methods and a small planner.

Whatever lies outside is put around the signal first, so that each method only slides the kernel
over what is there. torch takes gradients of all of it, forward and backward.
"""

from __future__ import annotations

from math import log2

import numpy as np
import torch
from torch import Tensor

from intertwine.arrays.tensors.geometry import Geometry, Shape, lines
from intertwine.arrays.tensors.reading import can_be_read
from intertwine.arrays.tensors.torch_sums import direct, is_product, separable
from intertwine.arrays.tensors.torch_transforms import overlap_save, padded
from intertwine.engine.boundary import FILLED, fold
from intertwine.engine.problem import Axis

METHODS = ("torch-direct", "torch-separable", "torch-fft")

#: A product of the direct sum costs so much less than an operation of a transform.
_DIRECT_GAIN = 4.0


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
    if chosen == "torch-fft" and can_be_read(signal) and not bool(torch.isfinite(signal).all()):
        chosen = "torch-direct"
    run = {"torch-direct": direct, "torch-fft": overlap_save, "torch-separable": separable}
    result: Tensor = run[chosen](signal, w, [found[axis] for axis in along], geometry.caller)
    return result.movedim(tuple(range(-len(along), 0)), along)


def _choose(found: tuple[Axis, ...], along: Shape, w: Tensor) -> str:
    """The direct sum, unless passes along the axes or transforms clearly take less work."""
    outputs, taps, padded = 1.0, 1.0, 1.0
    for axis in along:
        line = found[axis]
        outputs *= line.m
        taps *= line.k
        padded *= (line.m - 1) * line.stride + line.reach
    passes = sum(found[axis].k for axis in along)
    if len(along) > 1 and 2 * passes < taps and is_product(w, len(along)):
        return "torch-separable"
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
            x = padded(x, pads, fill)
        else:
            places = np.arange(line.start, line.start + count)
            index = torch.from_numpy(fold(places, line.n, line.boundary)).to(x.device)
            x = x.index_select(axis, index)
    return x
