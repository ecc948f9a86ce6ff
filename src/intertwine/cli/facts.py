"""What the numbers of a kernel say about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.kernel import Kernel

Array = NDArray[Any]

#: Shares of the kernel's scale below this are rounding, not structure.
TINY = 1e-9
#: Below this share of the scale a sum is too small for flat areas to be seen.
NEARLY = 0.01
_MOST_FREQUENCIES = 1 << 22
_LARGE = 512  # rows and columns from which singular values take too long
_DIRECTIONS = 32


@dataclass(frozen=True)
class Facts:
    """Measured properties; every sentence of the card comes from here.

    Attributes
    ----------
    scale : ``sum |k|``.
    negative, positive : the sums of the negative and of the positive taps.
    rank : terms that a sum of products of one line an axis needs; None for more than 1 that were
        not counted: beyond two axes, or more than 32 of a large kernel.
    factors : one line for each axis when the rank is 1.
    symmetric, antisymmetric : under turning by half a turn about the origin.
    shift : where the weight's centre lies from the origin, in samples; None for a zero sum.
    spread : standard deviation along each axis, when no tap is negative.
    slope : the answer to a ramp that rises 1 a sample along each axis, for a zero sum.
    curvature : the answer to n**2 / 2 along each axis, for a zero sum without slope.
    finest, strongest : gain at the highest frequency along any axis, and the largest gain.
    noise : standard deviation of the result for independent noise of standard deviation 1.
    """

    total: complex
    scale: float
    negative: float
    positive: float
    rank: int | None
    factors: tuple[Array, ...]
    symmetric: bool
    antisymmetric: bool
    shift: tuple[float, ...] | None
    spread: tuple[float, ...] | None
    slope: tuple[float, ...] | None
    curvature: tuple[float, ...] | None
    finest: float
    strongest: float | None
    noise: float

    @property
    def zero_sum(self) -> bool:
        return abs(self.total) <= TINY * self.scale

    @property
    def nearly_zero_sum(self) -> bool:
        return abs(self.total) <= NEARLY * self.scale


@np.errstate(over="ignore", invalid="ignore")
def facts(kernel: Kernel) -> Facts:
    """Measure `kernel`; what leaves the range of float64 is infinite."""
    taps = kernel.taps.astype(np.complex128 if kernel.dtype.kind == "c" else np.float64)
    scale = float(np.abs(taps).sum())
    total = complex(taps.sum())
    zero = abs(total) <= TINY * scale
    real = taps.real
    mirrored = np.array_equal(kernel.origin, (~kernel).origin)
    rank, factors = _rank(taps)
    slope = _snap(tuple(-_moment(real, kernel.origin, a, 1) for a in range(taps.ndim)), scale)
    plain_average = not zero and bool((real >= 0).all()) and not np.iscomplexobj(taps)
    finest, strongest = _gains(taps)
    return Facts(
        total=0 if zero else total,
        scale=scale,
        negative=float(real[real < 0].sum()),
        positive=float(real[real > 0].sum()),
        rank=rank,
        factors=factors,
        symmetric=mirrored and _turned(taps, 1, scale),
        antisymmetric=mirrored and _turned(taps, -1, scale),
        shift=None if zero else _snap(tuple(-s / total.real for s in slope), 1.0),
        spread=_spread(real, kernel.origin) if plain_average else None,
        slope=slope if zero else None,
        curvature=_curvature(real, kernel.origin, scale) if zero and not any(slope) else None,
        finest=finest,
        strongest=strongest,
        noise=_length(taps),
    )


def _turned(taps: Array, sign: int, scale: float) -> bool:
    """Whether half a turn multiplies the taps by `sign`."""
    flat = taps.ravel()
    half = -(-flat.size // 2)
    return bool((np.abs(flat[:half] - sign * flat[: -half - 1 : -1]) <= TINY * scale).all())


def _length(taps: Array) -> float:
    """The root of the sum of squares, none of which overflows."""
    peak = float(np.abs(taps).max()) or 1.0
    return peak * float(np.linalg.norm(taps / peak))


def _snap(values: tuple[float, ...], scale: float) -> tuple[float, ...]:
    """Zero where only rounding is left."""
    return tuple(0.0 if abs(value) <= TINY * scale else value for value in values)


def _moment(taps: Array, origin: tuple[int, ...], axis: int, power: int) -> float:
    line = taps.sum(axis=tuple(a for a in range(taps.ndim) if a != axis))
    return float((line * (np.arange(line.size) - origin[axis]) ** float(power)).sum())


def _curvature(taps: Array, origin: tuple[int, ...], scale: float) -> tuple[float, ...]:
    return _snap(tuple(_moment(taps, origin, a, 2) / 2 for a in range(taps.ndim)), scale)


def _spread(taps: Array, origin: tuple[int, ...]) -> tuple[float, ...]:
    widths = []
    for axis in range(taps.ndim):
        mean, square = (_moment(taps, origin, axis, p) / taps.sum() for p in (1, 2))
        widths.append(float(np.sqrt(max(0.0, square - mean**2))))
    return tuple(widths)


def _rank(taps: Array) -> tuple[int | None, tuple[Array, ...]]:
    """Numerical rank, and the factors when it is 1."""
    if taps.ndim == 1:
        return 1, (taps,)
    if taps.ndim == 2:
        rank = _matrix_rank(taps)
        return rank, _factors(taps) if rank == 1 else ()
    for axis, size in enumerate(taps.shape):
        if _matrix_rank(np.moveaxis(taps, axis, 0).reshape(size, -1)) != 1:
            return None, ()
    return 1, _factors(taps)


def _matrix_rank(matrix: Array) -> int | None:
    """Singular values above rounding; None when a large matrix has more than are looked for.

    A large matrix is projected on its products with a few random vectors, which span all of it
    when its rank is small (Halko, Martinsson and Tropp, 2011).
    """
    least = max(matrix.shape) * 1e-12
    if min(matrix.shape) > _LARGE:
        vectors = np.random.default_rng(0).normal(size=(matrix.shape[1], _DIRECTIONS))
        basis = np.linalg.qr(matrix @ vectors)[0]
        inside = basis.conj().T @ matrix
        if _length(matrix - basis @ inside) > least * _length(matrix):
            return None
        matrix = inside
    values = np.linalg.svd(matrix, compute_uv=False)
    return int((values > values[0] * least).sum())


def _factors(taps: Array) -> tuple[Array, ...]:
    """Lines through the largest tap; all but the last scaled to be readable."""
    peak = np.unravel_index(int(np.abs(taps).argmax()), taps.shape)
    lines = []
    for axis in range(taps.ndim):
        through = tuple(slice(None) if a == axis else peak[a] for a in range(taps.ndim))
        lines.append(_readable(taps[through]))
    product = lines[0]
    for line in lines[1:]:
        product = np.multiply.outer(product, line)
    lines[-1] = lines[-1] * (taps[peak] / product[peak])
    return tuple(lines)


def _readable(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Small whole numbers if there are such, else a line of sum 1 if it has a sum."""
    least = line[np.abs(line) > TINY * np.abs(line).max()]
    whole: NDArray[np.float64] = line / np.abs(least).min()
    if np.abs(whole - np.rint(whole)).max() < 1e-6 and np.abs(whole).max() < 1000:
        return whole
    total = line.sum()
    return line / total if abs(total) > TINY * np.abs(line).sum() else line


def _gains(taps: Array) -> tuple[float, float | None]:
    """The largest gain at the end of an axis's frequencies, and the largest of all if known."""
    finest = 0.0
    for axis in range(taps.ndim):
        line = taps.sum(axis=tuple(a for a in range(taps.ndim) if a != axis))
        signs = 1 - 2 * (np.arange(line.size) % 2)
        finest = max(finest, float(abs((line * signs).sum())) if line.size > 1 else 0.0)
    shape = [max(size, min(64, 4 * size)) if size > 1 else 1 for size in taps.shape]
    if math.prod(shape) > _MOST_FREQUENCIES:
        return finest, None
    return finest, float(np.abs(np.fft.fftn(taps, shape, axes=range(taps.ndim))).max())
