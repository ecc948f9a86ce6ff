"""Kernels as sums of products of one line of taps an axis.

A kernel of two axes is a matrix, and one of rank r is a sum of r products of lines, the fewest
possible; the best sum of fewer is that of the largest singular values (Eckart and Young, 1936). A
kernel of more axes is unfolded along its first axis and each right factor is split in turn; its
rank is given as the largest rank of its unfoldings, which no sum can do with less terms than.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from intertwine.algebra.checks import at_least
from intertwine.algebra.frame import TINY, Array, inexact, scale

if TYPE_CHECKING:
    from intertwine.kernel import Kernel

#: Singular values below this share of the largest, times the longest side, are rounding.
_ROUNDING = 1e-12
_LARGE = 512  # rows and columns from which singular values take long
_DIRECTIONS = 64


@dataclass(frozen=True)
class Separated:
    """A kernel as a sum of products, one 1-D kernel an axis.

    Attributes
    ----------
    terms : one tuple for each product, with one `Kernel` of one axis for each axis.
    error : ``sum |k - terms| / sum |k|``, measured. By Young's inequality no result changes by
        more than this times ``sum |k| max |x|``.
    """

    terms: tuple[tuple[Kernel, ...], ...]
    error: float

    @property
    def rank(self) -> int:
        """The number of products."""
        return len(self.terms)

    @property
    def kernel(self) -> Kernel:
        """The sum of the products."""
        products = (functools.reduce(lambda a, b: a.outer(b), term) for term in self.terms)
        return functools.reduce(lambda a, b: a + b, products)


def rank(k: Kernel) -> int:
    """The largest numerical rank of the unfoldings; 1 means separable, 0 that every tap is 0."""
    taps = _scaled(k)
    if taps.ndim == 1:
        return int(taps.any())
    if taps.ndim == 2:
        return _matrix_rank(taps, _tolerance(k))
    return max(
        _matrix_rank(np.moveaxis(taps, axis, 0).reshape(size, -1), _tolerance(k))
        for axis, size in enumerate(taps.shape)
    )


def separable(k: Kernel, tol: float = 1e-10) -> Separated:
    """Write `k` as a sum of products, its terms missing at most `tol` of ``sum |k|``."""
    limit = at_least("separable", "tol", tol, 0.0)
    total = scale(k)
    if total == 0:
        zero = tuple(type(k)(np.zeros(n), at) for n, at in zip(k.shape, k.origin, strict=True))
        return Separated((zero,), 0.0)
    taps = inexact(k)
    lines = factors(k) if rank(k) == 1 else ()
    found = [lines] if lines else _terms(taps / total, limit)
    if not lines:
        found = [(term[0] * total, *term[1:]) for term in found]
    rest = taps.copy()
    for term in found:
        rest -= functools.reduce(np.multiply.outer, term)
    terms = tuple(
        tuple(type(k)(line, at) for line, at in zip(term, k.origin, strict=True)) for term in found
    )
    return Separated(terms, float(np.abs(rest).sum()) / total)


def factors(k: Kernel) -> tuple[Array, ...]:
    """The lines of a kernel of rank 1, through its largest tap, scaled to be readable."""
    taps = inexact(k)
    peak = np.unravel_index(int(np.abs(taps).argmax()), taps.shape)
    lines = []
    for axis in range(taps.ndim):
        through = tuple(slice(None) if a == axis else peak[a] for a in range(taps.ndim))
        lines.append(_readable(taps[through]))
    product = functools.reduce(np.multiply.outer, lines)
    lines[-1] = lines[-1] * (taps[peak] / product[peak])
    return tuple(lines)


def _readable(line: Array) -> Array:
    """Small whole numbers if there are such, else a line of sum 1 if it has a sum."""
    least = line[np.abs(line) > TINY * np.abs(line).max()]
    whole: Array = line / np.abs(least).min()
    if np.abs(whole - np.rint(whole)).max() < 1e-6 and np.abs(whole).max() < 1000:
        return whole
    total = line.sum()
    share: Array = line / total if abs(total) > TINY * np.abs(line).sum() else line
    return share


def _scaled(k: Kernel) -> Array:
    taps = inexact(k)
    peak = float(np.abs(taps).max())
    return taps / peak if peak else taps


def _tolerance(k: Kernel) -> float:
    eps = float(np.finfo(k.dtype).eps) if k.dtype.kind in "fc" else 0.0
    return max(_ROUNDING, eps)


def _matrix_rank(matrix: Array, tolerance: float) -> int:
    """Count the singular values above rounding.

    A large matrix is first projected on its products with a few random vectors, which span all of
    it when its rank is small (Halko, Martinsson and Tropp, 2011).
    """
    least = max(matrix.shape) * tolerance
    if min(matrix.shape) > _LARGE:
        vectors = np.random.default_rng(0).normal(size=(matrix.shape[1], _DIRECTIONS))
        basis = np.linalg.qr(matrix @ vectors)[0]
        inside = basis.conj().T @ matrix
        if np.linalg.norm(matrix - basis @ inside) <= least * np.linalg.norm(matrix):
            matrix = inside
    values = np.linalg.svd(matrix, compute_uv=False)
    return int((values > values[0] * least).sum()) if values[0] else 0


def _terms(taps: Array, budget: float) -> list[tuple[Array, ...]]:
    """Split along the first axis, dropping what has an absolute sum within `budget`."""
    if taps.ndim == 1:
        return [(taps,)]
    matrix = taps.reshape(taps.shape[0], -1)
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    # What is left out has an absolute sum of at most sqrt(size) times its Frobenius norm.
    tail = np.sqrt(np.append(np.cumsum(values[::-1] ** 2)[::-1], 0.0)) * np.sqrt(matrix.size)
    enough = np.flatnonzero(tail <= max(budget / 2, 1e-15 * matrix.size))
    keep = max(1, int(enough[0]))
    found: list[tuple[Array, ...]] = []
    for i in range(keep):
        share = np.sqrt(values[i])
        weight = share * float(np.abs(left[:, i]).sum())
        inner = budget / 2 / keep / weight if weight else budget
        rest = _terms((right[i] * share).reshape(taps.shape[1:]), inner)
        found += [(left[:, i] * share, *term) for term in rest]
    return found
