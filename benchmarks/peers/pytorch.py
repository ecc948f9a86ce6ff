"""torch on the CPU: its convolution layers, and its transforms. Zeros lie outside."""

from __future__ import annotations

import numpy as np
import torch
from scipy.fft import next_fast_len

from benchmarks.case import Case, Contender
from benchmarks.peers.common import at_most, refuse, region, transform_shape, wrapped

CONVOLUTIONS = {1: torch.conv1d, 2: torch.conv2d, 3: torch.conv3d}


def layer(case: Case, threads: int) -> Contender:
    """``torch.conv1d`` to ``conv3d``; channels are groups, several kernels output channels."""
    ndim = case.taps.ndim
    refuse(case.x.dtype.kind != "f", "floats only")
    refuse(case.axes[-1] != -1, "channels first only")
    refuse(any(k % 2 == 0 for k in case.taps.size), "odd kernels only")
    depthwise = case.taps.many and case.x.ndim == ndim + 2
    at_most(case, 1e10 if depthwise else 5e8)
    x = case.x if depthwise else case.x.reshape(-1, 1, *case.lengths)
    taps = np.flip(case.taps.array, range(-ndim, 0)).reshape(-1, 1, *case.taps.size)
    signal, weight = torch.from_numpy(x), torch.from_numpy(taps.copy())
    padding = [k // 2 for k in case.taps.size]
    groups = x.shape[1]

    @torch.inference_mode()
    def run() -> np.ndarray:
        torch.set_num_threads(threads)
        y = CONVOLUTIONS[ndim](signal, weight, padding=padding, groups=groups)
        return y.numpy().reshape(case.out_shape)

    return Contender(run, boundary="zero")


def whole(case: Case, threads: int) -> Contender:
    """``torch.fft`` of the whole; the kernel's spectrum is made once."""
    refuse(case.x.dtype.kind not in "fc", "floats only")
    real = case.x.dtype.kind == "f"
    shape = transform_shape(case, lambda n: next_fast_len(n, real))
    forward = torch.fft.rfftn if real else torch.fft.fftn
    backward = torch.fft.irfftn if real else torch.fft.ifftn
    signal = torch.from_numpy(case.x)
    kernel = forward(torch.from_numpy(wrapped(case, shape)), dim=case.axes)
    inside = region(case, len(case.out_shape))

    @torch.inference_mode()
    def run() -> np.ndarray:
        torch.set_num_threads(threads)
        spectrum = forward(signal, s=shape, dim=case.axes) * kernel
        return backward(spectrum, s=shape, dim=case.axes).numpy()[inside]

    return Contender(run, boundary="zero")


BUILDERS = {"torch conv": layer, "torch fft": whole}
