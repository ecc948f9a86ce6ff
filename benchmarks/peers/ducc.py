"""ducc0: fast transforms. It has no convolution of its own but a periodic one along an axis."""

from __future__ import annotations

import numpy as np
from ducc0 import fft

from benchmarks.case import Case, Contender
from benchmarks.peers.common import refuse, region, transform_shape, wrapped


def whole(case: Case, threads: int) -> Contender:
    """One transform of the whole: pad with zeros to a good size, multiply, go back, crop.

    The spectrum of the kernel is made once; `reuse` keeps the padded data and the spectra too,
    which is the most that a user can do.
    """
    complex_ = case.x.dtype.kind == "c"
    shape = transform_shape(case, lambda n: fft.good_size(n, not complex_))
    full = list(case.x.shape)
    for axis, n in zip(case.axes, shape, strict=True):
        full[axis] = n
    inside, ndim = region(case, case.x.ndim), len(case.out_shape)
    axes = [axis % case.x.ndim for axis in case.axes]
    out_axes = [axis % ndim for axis in case.axes]

    def forward(a: np.ndarray, axes: list[int], out: np.ndarray | None = None) -> np.ndarray:
        transform = fft.c2c if complex_ else fft.r2c
        return transform(a, axes=axes, out=out, nthreads=threads)

    def backward(a: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        if complex_:
            return fft.c2c(a, axes=out_axes, forward=False, inorm=2, out=out, nthreads=threads)
        return fft.c2r(
            a,
            axes=out_axes,
            lastsize=shape[-1],
            forward=False,
            inorm=2,
            out=out,
            nthreads=threads,
            allow_overwriting_input=True,
        )

    taps = wrapped(case, shape).astype(case.result)
    kernel = forward(taps, [axis % taps.ndim for axis in case.axes])

    def fresh() -> np.ndarray:
        padded = np.zeros(full, case.result)
        padded[inside] = case.x
        spectrum = forward(padded, axes)
        spectrum = spectrum * kernel if case.taps.many else np.multiply(spectrum, kernel, spectrum)
        return backward(spectrum)[region(case, ndim)]

    padded = np.zeros(full, case.result)
    first = forward(padded, axes)
    second = np.zeros(np.broadcast_shapes(first.shape, kernel.shape), first.dtype)
    back = backward(second.copy())

    def reuse() -> np.ndarray:
        padded[inside] = case.x
        forward(padded, axes, first)
        np.multiply(first, kernel, second)
        return backward(second, back)[region(case, ndim)]

    return Contender(fresh, reuse, "zero")


def along_axes(case: Case, threads: int) -> Contender:
    """``fft.convolve_axis`` for each factor in turn; periodic."""
    refuse(not case.taps.factors, "no factors")
    lines = []
    for axis, n, factor in zip(case.axes, case.lengths, case.taps.factors, strict=True):
        refuse(len(factor) > n, "kernel larger than the data")
        line = np.zeros(n, case.result)
        line[: len(factor)] = factor
        lines.append((axis % case.x.ndim, np.roll(line, -((len(factor) - 1) // 2))))
    kept = case.empty()

    def run(out: np.ndarray | None = None) -> np.ndarray:
        y = np.empty(case.out_shape, case.result) if out is None else out
        source = case.x
        for axis, line in lines:
            fft.convolve_axis(source, y, axis, line, nthreads=threads)
            source = y
        return y

    return Contender(run, lambda: run(kept), "wrap")


BUILDERS = {"ducc0 fft": whole, "ducc0 convolve_axis": along_axes}
