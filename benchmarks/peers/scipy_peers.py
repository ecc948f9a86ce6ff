"""SciPy: ``ndimage`` has one thread, its ``reflect`` is ``symmetric``; ``signal`` pads zeros."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import fft, ndimage, signal

from benchmarks.case import Case, Contender
from benchmarks.peers.common import at_most, refuse


def ndimage_convolve(case: Case, threads: int) -> Contender:
    """``ndimage.convolve`` (``convolve1d`` on lines), one image and kernel after the other."""
    at_most(case, 5e9)
    table = 8 * math.prod(case.taps.size) ** 2 if case.taps.ndim > 1 else 0
    refuse(table > 1e9, f"it would allocate {table / 1e9:.0f} GB for offsets")
    kept = case.empty()
    line = case.taps.ndim == 1
    function = ndimage.convolve1d if line else ndimage.convolve
    origin = [-1 if k % 2 == 0 else 0 for k in case.taps.size]  # of even sizes, ours is one less

    def run(out: np.ndarray | None = None) -> np.ndarray:
        y = np.empty(case.out_shape, case.result) if out is None else out
        for x, taps, target in case.planes(y):
            function(x, taps, output=target, mode="reflect", origin=origin[0] if line else origin)
        return y

    return Contender(run, lambda: run(kept), case.boundary)


def _filter(case: Case, call: Callable[..., np.ndarray]) -> Contender:
    kept = case.empty()
    return Contender(lambda: call(case.x), lambda: call(case.x, output=kept), case.boundary)


def gaussian_filter(case: Case, threads: int) -> Contender:
    """``ndimage.gaussian_filter``, cut at 4 sigma as ours."""

    def call(x: np.ndarray, output: np.ndarray | None = None) -> np.ndarray:
        return ndimage.gaussian_filter(x, case.taps.sigma, output=output, mode="reflect")

    return _filter(case, call)


def uniform_filter(case: Case, threads: int) -> Contender:
    """``ndimage.uniform_filter``: running sums."""

    def call(x: np.ndarray, output: np.ndarray | None = None) -> np.ndarray:
        return ndimage.uniform_filter(x, case.taps.box, output=output, mode="reflect")

    return _filter(case, call)


def _signal(name: str) -> Callable[[Case, int], Contender]:
    """Return a builder for a function of ``scipy.signal``; its FFTs run on `threads` threads."""
    function = getattr(signal, name)

    def build(case: Case, threads: int) -> Contender:
        refuse(case.taps.many, "one kernel a call")
        taps = case.aligned()
        axes = [axis % case.x.ndim for axis in case.axes]

        def run() -> np.ndarray:
            with fft.set_workers(threads):
                return function(case.x, taps, mode="same", axes=axes)

        return Contender(run, boundary="zero")

    return build


BUILDERS = {
    "scipy.ndimage.convolve": ndimage_convolve,
    "scipy.ndimage.gaussian_filter": gaussian_filter,
    "scipy.ndimage.uniform_filter": uniform_filter,
    "scipy.signal.fftconvolve": _signal("fftconvolve"),
    "scipy.signal.oaconvolve": _signal("oaconvolve"),
}
