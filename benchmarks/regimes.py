"""The table of regimes: what is convolved with what, and who is asked."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import intertwine as iw
from benchmarks.case import Case, Taps

FULL = ("scipy.signal.fftconvolve", "scipy.signal.oaconvolve", "ducc0 fft", "torch fft")
DIRECT = ("scipy.ndimage.convolve", "cv2.filter2D", "torch conv")
IMAGE = DIRECT + FULL
VOLUME = ("scipy.ndimage.convolve", "torch conv", *FULL)
GAUSSIAN = (
    "scipy.ndimage.gaussian_filter",
    "cv2.GaussianBlur",
    "cv2.sepFilter2D",
    "ducc0 convolve_axis",
    "ducc0 fft",
)
BOX = ("scipy.ndimage.uniform_filter", "cv2.blur", "ducc0 fft")
LINE = ("scipy.ndimage.convolve", "cv2.sepFilter2D", *FULL)
SMALL = ("scipy.ndimage.convolve", "cv2.filter2D")
BYTE_BOX = ("cv2.boxFilter", "cv2.blur to uint8")
BYTES = ("scipy.ndimage.convolve", "cv2.filter2D", "cv2.filter2D to uint8")
ROUNDED = {"any taps": "cv2.filter2D", "Gaussian": "cv2.GaussianBlur", "box": "cv2.blur"}


def general(*size: int, many: int = 0, dtype: type = np.float32) -> Callable[..., Taps]:
    """Return a maker of kernels without any structure, lopsided, with ``sum |k| = 1``."""

    def make(rng: np.random.Generator, lengths: tuple[int, ...]) -> Taps:
        shape = tuple(min(k, n) for k, n in zip(size, lengths, strict=True))
        taps = rng.standard_normal((many, *shape) if many else shape)
        if np.issubdtype(dtype, np.complexfloating):
            taps = taps + 1j * rng.standard_normal(taps.shape)
        taps /= np.abs(taps).sum(axis=tuple(range(-len(shape), 0)), keepdims=True)
        return Taps(taps.astype(dtype), len(shape))

    return make


def weights(*, binary: bool) -> Callable[..., Taps]:
    """Return a maker of 3 x 3 weights that keep the range of bytes, perhaps k / 2**n."""

    def make(rng: np.random.Generator, lengths: tuple[int, ...]) -> Taps:
        taps = np.array([[1, 2, 0], [3, 4, 1], [2, 2, 1]]) / 16
        if not binary:
            taps = rng.uniform(0.1, 1, (3, 3))
        return Taps((taps / taps.sum()).astype(np.float32), 2)

    return make


def gaussian(sigma: float, ndim: int = 2) -> Callable[..., Taps]:
    """Return a maker of a Gaussian, cut at 4 sigma, in float64 as named kernels are."""

    def make(rng: np.random.Generator, lengths: tuple[int, ...]) -> Taps:
        line = iw.kernels.gaussian(sigma).taps
        taps = iw.kernels.gaussian(sigma, ndim=ndim).taps
        return Taps(taps, ndim, (line,) * ndim, sigma=sigma)

    return make


def short_gaussian(size: int) -> Callable[..., Taps]:
    """Return a maker of as many taps of a Gaussian, as wide as OpenCV takes it by default."""
    sigma = 0.3 * ((size - 1) / 2 - 1) + 0.8
    line = np.exp(-((np.arange(size) - size // 2) ** 2) / (2 * sigma**2))
    line /= line.sum()

    def make(rng: np.random.Generator, lengths: tuple[int, ...]) -> Taps:
        return Taps(np.outer(line, line), 2, (line, line), sigma=sigma)

    return make


def box(size: int, ndim: int = 2) -> Callable[..., Taps]:
    """Return a maker of a moving average, in float64 as named kernels are."""

    def make(rng: np.random.Generator, lengths: tuple[int, ...]) -> Taps:
        line = iw.kernels.box(size).taps
        return Taps(iw.kernels.box(size, ndim=ndim).taps, ndim, (line,) * ndim, box=size)

    return make


@dataclass(frozen=True)
class Regime:
    """One row: its name, the data, the kernel, and the peers that have an answer."""

    name: str
    shape: tuple[int, ...]
    taps: Callable[..., Taps]
    peers: tuple[str, ...]
    core: bool = False
    dtype: type = np.float32
    axes: tuple[int, ...] = (-2, -1)
    precision: float | None = None
    rounds: bool = False

    def case(self, shrink: float = 1.0) -> Case:
        """Make the data, `shrink` times fewer samples along the axes that are convolved."""
        rng = np.random.default_rng(20)
        shape = list(self.shape)
        for axis in self.axes:
            shape[axis] = max(round(shape[axis] / shrink ** (1 / len(self.axes))), 8)
        x = samples(rng, tuple(shape), self.dtype)
        taps = self.taps(rng, tuple(shape[axis] for axis in self.axes))
        return Case(x, taps, self.axes, precision=self.precision, rounds=self.rounds)


def samples(rng: np.random.Generator, shape: tuple[int, ...], dtype: type) -> np.ndarray:
    """Return normal noise, complex too, or uniform bytes."""
    if dtype is np.uint8:
        return rng.integers(0, 256, shape, np.uint8)
    if not np.issubdtype(dtype, np.complexfloating):
        return rng.standard_normal(shape, np.float32).astype(dtype, copy=False)
    pairs = rng.standard_normal((*shape, 2), np.float32).astype(np.float64)
    return pairs.view(np.complex128)[..., 0].astype(dtype, copy=False)


def bytes_to_bytes(size: int) -> list[Regime]:
    """Return the rows of photographs as they are kept, one for each kind of kernel."""
    makers = {"any taps": general(size, size), "Gaussian": short_gaussian(size), "box": box(size)}
    return [
        Regime(
            f"uint8 RGB to uint8, {kind} {size}x{size}", (2048, 2048, 3), makers[kind], (peer,),
            dtype=np.uint8, axes=(0, 1), rounds=True,
        )
        for kind, peer in ROUNDED.items()
    ]  # fmt: skip


L, W, T3 = (-1,), (0, 1), (-3, -2, -1)
M = 10_000_000

REGIMES = (
    Regime("3x3, 2048x2048", (2048, 2048), general(3, 3), IMAGE, core=True),
    Regime("7x7, 2048x2048", (2048, 2048), general(7, 7), IMAGE, core=True),
    Regime("31x31, 2048x2048", (2048, 2048), general(31, 31), IMAGE, core=True),
    Regime("Gaussian sigma 2, 4096x4096", (4096, 4096), gaussian(2), GAUSSIAN, core=True),
    Regime("3x3x3, 256^3", (256,) * 3, general(3, 3, 3), VOLUME, core=True, axes=T3),
    Regime("1-D, 10M x 4096 taps", (M,), general(4096), LINE, core=True, axes=L),
    Regime("3x3, 32x32 (latency)", (32, 32), general(3, 3), SMALL),
    Regime("3x3, 512x512", (512, 512), general(3, 3), IMAGE),
    Regime("3x3, 4096x4096", (4096, 4096), general(3, 3), SMALL),
    Regime(
        "uint8 RGB 3x3, taps k/16", (2048, 2048, 3), weights(binary=True), BYTES, False, np.uint8, W
    ),
    Regime(
        "uint8 RGB 3x3, any taps", (2048, 2048, 3), weights(binary=False), BYTES, False, np.uint8, W
    ),
    Regime(
        "box 11, uint8 RGB 2048x2048", (2048, 2048, 3), box(11), BYTE_BOX, dtype=np.uint8, axes=W
    ),
    *bytes_to_bytes(3),
    *bytes_to_bytes(5),
    *bytes_to_bytes(15),
    Regime("5x5, 2048x2048", (2048, 2048), general(5, 5), IMAGE),
    Regime("9x9, 2048x2048", (2048, 2048), general(9, 9), IMAGE),
    Regime("11x11, 2048x2048", (2048, 2048), general(11, 11), IMAGE),
    Regime("15x15, 2048x2048", (2048, 2048), general(15, 15), IMAGE),
    Regime("63x63, 4096x4096", (4096, 4096), general(63, 63), IMAGE),
    Regime("255x255, 2048x2048", (2048, 2048), general(255, 255), IMAGE),
    Regime("1023x1023, 1024x1024", (1024, 1024), general(1023, 1023), IMAGE),
    Regime("Gaussian sigma 20, 2048x2048", (2048, 2048), gaussian(20), GAUSSIAN),
    Regime("Gaussian sigma 20, to 1e-3", (2048, 2048), gaussian(20), GAUSSIAN, precision=1e-3),
    Regime("Gaussian sigma 60, to 1e-3", (2048, 2048), gaussian(60), GAUSSIAN, precision=1e-3),
    Regime("box 51, 2048x2048", (2048, 2048), box(51), BOX),
    Regime("Gaussian sigma 3, 256^3", (256,) * 3, gaussian(3, 3), GAUSSIAN, axes=T3),
    Regime("15x15x15, 192^3", (192,) * 3, general(15, 15, 15), VOLUME, axes=T3),
    Regime("1-D, 10M x 64 taps", (M,), general(64), LINE, axes=L),
    Regime("1-D, 10M x 1M taps", (M,), general(1_000_000), LINE, axes=L),
    Regime("64 images 256x256, 11x11", (64, 256, 256), general(11, 11), IMAGE),
    Regime("depthwise (8,64,128,128), 31x31", (8, 64, 128, 128), general(31, 31, many=64), IMAGE),
    Regime("64 kernels 7x7, 512x512", (512, 512), general(7, 7, many=64), IMAGE),
    Regime(
        "float64 31x31, 2048x2048",
        (2048, 2048),
        general(31, 31, dtype=np.float64),
        IMAGE,
        dtype=np.float64,
    ),
    Regime(
        "complex128 31x31, 2048x2048",
        (2048, 2048),
        general(31, 31, dtype=np.complex128),
        IMAGE,
        dtype=np.complex128,
    ),
)


def chosen(which: str, only: str = "") -> list[Regime]:
    """Return the rows of a set, ``core`` or ``all``, whose names hold `only`."""
    rows = [r for r in REGIMES if (which == "all" or r.core) and only.lower() in r.name.lower()]
    if not rows:
        names = "\n  ".join(r.name for r in REGIMES)
        raise SystemExit(
            f"No regime of the set {which!r} has {only!r} in its name. All:\n  {names}"
        )
    return rows


def gigabytes(case: Case) -> float:
    """Return what has to be read and written at least, in GB."""
    out = math.prod(case.out_shape) * case.result.itemsize
    return (case.x.nbytes + out + case.taps.array.nbytes) / 1e9
