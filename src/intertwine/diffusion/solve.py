"""Applying a law to data: by transforms in one shot, or by its kernel, whichever is quicker.

Both give the same answer to rounding. Walls without flux are mirrors (`symmetric`), so a law that
is the same to both sides is diagonal in the cosine transform; `wrap` is diagonal in the Fourier
transform; laws of coupled axes are applied to the data beside their mirror images. The other
boundaries are left to `convolve`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.convolution import convolve, plan
from intertwine.diffusion.laws import Law
from intertwine.engine.plan import Plan

Array = NDArray[Any]

#: Seconds for a sample and a doubling of the length, forth and back, on one thread.
_TRANSFORM_S = 1.3e-9
_CALL_S = 3e-5
#: The least that a convolution may cost for each sample, in seconds: for each tap, or for any
#: number of taps. Where even this is more than the transforms, the planner is not asked.
_TAP_S, _LEAST_S = 1.5e-11, 1.5e-9
_BUILD_S = 2e-8  # and to build each tap of the kernel


def apply_law(
    x: Array,
    law: Law,
    axes: tuple[int, ...],
    boundaries: tuple[str, ...],
    method: str,
    threads: int,
) -> Array:
    """Spread `x` along `axes` as `law` says."""
    if method != "transform" and (method == "kernel" or not folds(boundaries)):
        return _by_kernel(x, law, axes, boundaries, threads)
    quicker = _quicker_plan(x, law, axes, boundaries) if method == "auto" else None
    if quicker is not None:
        return quicker(x, threads=threads)
    if law.even and boundaries == ("symmetric",):
        return _by_cosines(x, law, axes[0], threads)
    return _by_waves(x, law, axes, boundaries, threads)


def folds(boundaries: tuple[str, ...]) -> bool:
    """Whether transforms know these boundaries."""
    return all(word in ("symmetric", "wrap") for word in boundaries)


def transform_seconds(x: Array, axes: tuple[int, ...], doubled: int) -> float:
    """What a transform forth and back is predicted to take."""
    size: int = x.size * 2**doubled * (2 if x.dtype.kind == "c" else 1)
    depth = sum(math.log2(max(2, x.shape[axis])) for axis in axes)
    return _CALL_S + _TRANSFORM_S * size * depth


def _quicker_plan(
    x: Array, law: Law, axes: tuple[int, ...], boundaries: tuple[str, ...]
) -> Plan | None:
    """The plan of a convolution that is predicted to beat the transforms, if there is one."""
    doubled = 0 if law.even else boundaries.count("symmetric")
    transform_s = transform_seconds(x, axes, doubled)
    taps = math.prod(2 * r + 1 for r in law.half_widths())
    if min(taps * _TAP_S, _LEAST_S) * x.size + taps * _BUILD_S > transform_s:
        return None
    kernel = law.kernel([None] * len(axes))
    chosen = plan(x, kernel, axes=axes, boundary=boundaries)
    kernel_s = next(c.seconds for c in chosen.candidates if chosen.method == c.method.NAME)
    return chosen if kernel_s < transform_s else None


def _by_kernel(
    x: Array, law: Law, axes: tuple[int, ...], boundaries: tuple[str, ...], threads: int
) -> Array:
    limits = [
        x.shape[axis] if word in ("zero", "nearest") else None
        for axis, word in zip(axes, boundaries, strict=True)
    ]
    kernel = law.kernel(limits)
    return convolve(x, kernel, axes=axes, boundary=boundaries, threads=threads)


def _by_cosines(x: Array, law: Law, axis: int, threads: int) -> Array:
    from scipy import fft  # type: ignore[import-untyped]

    length = x.shape[axis]
    gains = law.spectrum([np.pi * np.arange(length) / length]).astype(x.real.dtype)
    waves = fft.dct(x, axis=axis, workers=threads)
    waves *= gains.reshape([-1 if a == axis else 1 for a in range(x.ndim)])
    back: Array = fft.idct(waves, axis=axis, overwrite_x=True, workers=threads)
    return back


def _by_waves(
    x: Array, law: Law, axes: tuple[int, ...], boundaries: tuple[str, ...], threads: int
) -> Array:
    from scipy import fft

    data = x
    for axis, word in zip(axes, boundaries, strict=True):
        if word == "symmetric":
            data = np.concatenate((data, np.flip(data, axis)), axis)
    sizes = [data.shape[axis] for axis in axes]
    real = data.dtype.kind == "f"
    gains = law.spectrum(_frequencies(sizes, real))
    gains = _placed(gains, axes, data.ndim).astype(
        np.result_type(data.real.dtype, np.complex64 if gains.dtype.kind == "c" else np.float32)
    )
    forth, back = (fft.rfftn, fft.irfftn) if real else (fft.fftn, fft.ifftn)
    waves = forth(data, axes=axes, workers=threads)
    waves *= gains
    spread = back(waves, sizes, axes=axes, workers=threads)
    return np.ascontiguousarray(spread[tuple(slice(n) for n in x.shape)])


def _frequencies(sizes: list[int], real: bool) -> list[Array]:
    lines = [2 * np.pi * np.fft.fftfreq(n) for n in sizes]
    if real:
        lines[-1] = 2 * np.pi * np.fft.rfftfreq(sizes[-1])
    return list(np.meshgrid(*lines, indexing="ij", sparse=True))


def _placed(gains: Array, axes: tuple[int, ...], ndim: int) -> Array:
    """Turn an array over `axes`, in their order, into one that broadcasts against the data."""
    order = np.argsort(axes)
    shape = [1] * ndim
    for axis, length in zip(axes, gains.shape, strict=True):
        shape[axis] = length
    return gains.transpose(order).reshape(shape)
