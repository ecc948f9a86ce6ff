"""The convolution theorem: to convolve is to multiply frequencies.

On N samples that repeat, ``F(k * x) = c F(k) F(x)``, where c depends on where the transform is
scaled:

========== ============================ =========
norm       F(x)                         c
========== ============================ =========
backward   sum x exp(-2 pi i q n / N)   1
ortho      the same / sqrt(N)           sqrt(N)
forward    the same / N                 N
========== ============================ =========

On the line the same holds with integrals. With ``F(w) = (2 pi)^(-1/2) int x(t) exp(-i w t) dt``,
the form that keeps lengths, ``F(k * x) = sqrt(2 pi) F(k) F(x)``; with no factor before the
integral, c is 1.

Data end, and do not repeat: what to do about it is the subject of `padding_schemes`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.base import checks
from intertwine.base.errors import OptionError, ShapeError, counted
from intertwine.convolution import convolve
from intertwine.fourier.samples import as_samples, positive
from intertwine.kernel import Kernel

Array = NDArray[Any]

NORMS = ("backward", "ortho", "forward")
CONTINUOUS = ("unitary", "plain")


def theorem_gap(
    x: ArrayLike, k: ArrayLike | Kernel, *, norm: str = "backward", boundary: str = "zero"
) -> float:
    """``max |F(k * x) - c F(k) F(x)| / (c sum|k| sum|x|)``: how far the two sides are apart.

    The left side is convolved by `intertwine.convolve`, the right side never is. Expect a few
    roundings, 1e-16 in float64.

    Parameters
    ----------
    x : array
    k : array or Kernel with as many axes
    norm : {"backward", "ortho", "forward"}
        Where the transform is scaled; c is 1, sqrt(N) or N, and the gap is the same.
    boundary : {"zero", "wrap"}
        zero: both are filled up with zeros to N + K - 1, and the full convolution is compared.
        wrap: x repeats, and k is wrapped around with its origin at sample 0.

    Examples
    --------
    >>> from intertwine.fourier import theorem_gap
    >>> theorem_gap([[1.0, 2.0], [0.0, 3.0]], [[1.0, -1.0]], boundary="wrap") < 1e-15
    True
    """
    from scipy import fft  # type: ignore[import-untyped]

    samples, kernel = as_samples("theorem_gap", x), Kernel(k)
    checks.word("theorem_gap", "norm", norm, NORMS)
    checks.word("theorem_gap", "boundary", boundary, ("zero", "wrap"))
    if kernel.ndim != samples.ndim:
        raise ShapeError(
            f"theorem_gap: `k` has {counted(kernel.ndim, 'axis', 'axes')} but `x` has "
            f"{samples.ndim}.\n"
            f"  x: shape {samples.shape}    k: shape {kernel.shape}\n  Pass one axis for each."
        )
    if boundary == "zero":
        mixed = convolve(samples, kernel, mode="full", boundary="zero")
        ready = _padded(samples, mixed.shape), _padded(kernel.taps, mixed.shape)
    else:
        mixed = convolve(samples, kernel, boundary="wrap")
        ready = samples, wrapped(kernel, samples.shape)
    exponent = {"backward": 0.0, "ortho": 0.5, "forward": 1.0}[norm]
    scale = float(mixed.size) ** exponent
    left = fft.fftn(mixed, norm=norm)
    right = scale * fft.fftn(ready[0], norm=norm) * fft.fftn(ready[1], norm=norm)
    size = float(np.abs(samples).sum() * np.abs(kernel.taps).sum()) / scale
    return float(np.abs(left - right).max()) / size if size else 0.0


def _padded(x: Array, shape: tuple[int, ...]) -> Array:
    return np.pad(x, [(0, n - m) for n, m in zip(shape, x.shape, strict=True)])


def wrapped(kernel: Kernel, shape: tuple[int, ...]) -> Array:
    """The taps on a grid of `shape` that repeats, the origin at its first sample.

    Taps before the origin go to the end; a kernel larger than the grid overlaps itself.
    """
    grid = np.zeros(shape, np.result_type(kernel.dtype, np.float64))
    places = [
        (np.arange(size) - origin) % length
        for size, origin, length in zip(kernel.shape, kernel.origin, shape, strict=True)
    ]
    np.add.at(grid, np.ix_(*places), kernel.taps)
    return grid


def continuous_gap(
    f: Callable[[Array], Array],
    g: Callable[[Array], Array],
    *,
    norm: str = "unitary",
    reach: float = 12.0,
    step: float = 1 / 16,
) -> float:
    """The same gap for functions on the line, by sums of `step` from ``-reach`` to ``reach``.

    unitary: ``F(w) = (2 pi)^(-1/2) int f exp(-i w t) dt`` and c = sqrt(2 pi); plain: no factor
    before the integral and c = 1. Functions must fade within `reach`; smooth ones give rounding.

    Examples
    --------
    >>> import numpy as np
    >>> from intertwine.fourier import continuous_gap
    >>> continuous_gap(lambda t: np.exp(-t * t), lambda t: np.exp(-abs(t - 1) ** 2 / 2)) < 1e-14
    True
    """
    checks.word("continuous_gap", "norm", norm, CONTINUOUS)
    far = positive("continuous_gap", "reach", reach, math.inf, "units of t")
    fine = positive("continuous_gap", "step", step, far, "units of t")
    count = math.ceil(far / fine)
    at = np.arange(-count, count + 1) * fine
    first, second = np.asarray(f(at)), np.asarray(g(at))
    mixed = convolve(first, second, mode="full", boundary="zero") * fine
    waves = np.linspace(-4, 4, 81)
    factor = 1 / math.sqrt(2 * math.pi) if norm == "unitary" else 1.0

    def transform(values: Array) -> Array:
        half = len(values) // 2
        times = np.arange(-half, half + 1) * fine
        return np.asarray(factor * fine * (np.exp(-1j * np.outer(waves, times)) @ values))

    left = transform(mixed)
    right = transform(first) * transform(second) / factor
    largest = float(np.abs(right).max())
    return float(np.abs(left - right).max()) / largest if largest else float(np.abs(left).max())


@dataclass(frozen=True)
class Scheme:
    """A way to convolve by transforms, and what comes of it when its one rule is forgotten.

    Errors are the largest differences to the true answer, `wrong` the number of samples that the
    misuse spoils.
    """

    name: str
    result: Array
    error: float
    rule: str
    misused: Array
    misuse_error: float
    wrong: int


def padding_schemes(x: ArrayLike, k: ArrayLike | Kernel, block: int = 64) -> tuple[Scheme, ...]:
    """Three ways to convolve a signal by transforms, side by side, right and wrong.

    - zero-padding: both to N + K - 1 samples, then multiply. With N samples only, the end of the
      answer wraps around onto its first K - 1 samples.
    - wrapping the kernel: for data that repeat, with the kernel's origin at sample 0 and the taps
      before it at the end. Without, the answer is shifted by the origin.
    - divide and conquer (overlap-save): blocks that overlap by K - 1 samples, of which as many are
      dropped from each answer. With one sample too few, each block begins with a wrong sample.

    Parameters
    ----------
    x : (N,) array
    k : (K,) array or Kernel, K no longer than x
    block : int
        Samples of a transform in divide and conquer, more than K.
    """
    samples, kernel = as_samples("padding_schemes", x), Kernel(k)
    n_taps = kernel.size
    if samples.ndim != 1 or kernel.ndim != 1 or n_taps > samples.size:
        raise ShapeError(
            f"padding_schemes: `x` of shape {samples.shape} and `k` of shape {kernel.shape} must "
            f"have one axis each, and k no more samples than x.\n  Pass one row."
        )
    checks.integer("padding_schemes", "block", block, n_taps + 1)
    if samples.dtype.kind == "c" or kernel.dtype.kind == "c":
        raise OptionError("padding_schemes: pass real samples and taps.")
    samples, taps = samples.astype(np.float64), kernel.taps.astype(np.float64)
    full = convolve(samples, taps, mode="full", boundary="zero")
    periodic = convolve(samples, kernel, boundary="wrap")
    shifted = Kernel(taps, origin=0)
    return (
        _scheme(
            "zero-padding",
            full,
            _product(samples, taps, full.size),
            "both have N + K - 1 samples",
            np.pad(_product(samples, taps, samples.size), (0, n_taps - 1)),
        ),
        _scheme(
            "wrapping the kernel",
            periodic,
            _product(samples, wrapped(kernel, samples.shape), samples.size),
            "the origin is at sample 0",
            _product(samples, wrapped(shifted, samples.shape), samples.size),
        ),
        _scheme(
            "divide and conquer",
            full,
            _blocks(samples, taps, block, n_taps - 1),
            "blocks overlap by K - 1 samples",
            _blocks(samples, taps, block, max(n_taps - 2, 0)),
        ),
    )


def _scheme(name: str, truth: Array, result: Array, rule: str, misused: Array) -> Scheme:
    apart = np.abs(misused - truth)
    bound = 1e-9 * float(np.abs(truth).max())
    return Scheme(
        name, result, float(np.abs(result - truth).max()), rule, misused, float(apart.max()),
        int(np.count_nonzero(apart > bound)),
    )  # fmt: skip


def _product(x: Array, taps: Array, size: int) -> Array:
    """``F^-1(F(x) F(k))`` on `size` samples."""
    from scipy import fft

    return np.asarray(fft.irfft(fft.rfft(x, size) * fft.rfft(taps, size), size))


def _blocks(x: Array, taps: Array, block: int, overlap: int) -> Array:
    """Overlap-save: transforms of `block` samples, the first `overlap` of each answer dropped."""
    total = x.size + taps.size - 1
    fresh = block - overlap
    room = -(-total // fresh) * fresh
    waiting = np.pad(x, (overlap, room - x.size))
    parts = [
        _product(waiting[start : start + block], taps, block)[overlap:]
        for start in range(0, room, fresh)
    ]
    return np.concatenate(parts)[:total]
