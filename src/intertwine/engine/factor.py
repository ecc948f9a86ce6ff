"""Kernels as sums of products of 1-D kernels.

A matrix of rank r is a sum of r outer products (its singular value decomposition, Eckart and
Young 1936); a kernel of more axes is unfolded along its first axis and each right factor is
decomposed in turn. Singular vectors are exact beside the largest tap only; where small taps would
drown in that, the terms are crosses: lines through the largest tap of what is left (Bebendorf
2000).

What is put in place of a kernel stands for each of its taps, not only for the large ones: see
`keeps_taps`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Term = tuple[Array, ...]

#: More terms than this never pay.
MOST_TERMS = 12

#: For kernels of more taps than this a sum of several terms is not looked for.
MOST_TAPS = 1 << 20

#: Taps beyond 32 bits that are tried.
MOST_OBJECTS = 4096

#: A tap may change by so much of itself where factors or boxes stand for it, in each type of sums.
KEPT = {"float32": 1e-3, "float64": 1e-8}

#: Taps handled at a time where a pass needs temporary arrays.
SLAB = 1 << 18


@dataclass(frozen=True, slots=True)
class Factors:
    """``k ~ sum over terms of the outer product of its 1-D factors``, one factor an axis.

    `error` bounds ``sum|k - its terms| / sum|k|``.
    """

    terms: tuple[Term, ...]
    error: float


def keeps_taps(taps: Array, made: Array, sizes: Array, compute: str) -> bool:
    """Whether `made` stands for every one of `taps`, so that an impulse shows each of them.

    `sizes` are the magnitudes that were added up to `made`, which rounding in the type `compute`
    follows. Where a tap is zero, or below the smallest number of that type, rounding may be left.
    """
    limits, magnitude = np.finfo(compute), np.abs(taps)
    lost = np.abs(made - taps) + float(limits.eps) / 2 * sizes
    return bool(((lost <= KEPT[compute] * magnitude) | (magnitude < limits.tiny)).all())


def _integer_factors(taps: Array) -> Term | None:
    """Whole-number factors of a kernel of rank one, or None when there are none."""
    factors, rest = [], taps
    while rest.ndim > 1:
        matrix = rest.reshape(rest.shape[0], -1)
        pivot = matrix[int((matrix != 0).any(axis=1).argmax())]
        divisor = np.gcd.reduce(np.abs(pivot))
        if divisor == 0:
            return None
        direction = pivot // divisor
        place = int((direction != 0).argmax())
        column = matrix[:, place] // direction[place]
        step = max(1, SLAB // matrix.shape[1])
        for i in range(0, len(matrix), step):
            if not np.array_equal(np.multiply.outer(column[i : i + step], direction),
                                  matrix[i : i + step]):  # fmt: skip
                return None
        factors.append(column)
        rest = direction.reshape(rest.shape[1:])
    return (*factors, rest)


def integer_factors(taps: Array) -> Factors | None:
    """Exact factors of an integer kernel of rank one; None for any other.

    Taps beyond 32 bits, whose products could wrap, are Python's integers, and only a few are tried.
    """
    if max(int(taps.max()), -int(taps.min())) <= 1 << 31:
        found = _integer_factors(taps.astype(np.int64))
    elif taps.size <= MOST_OBJECTS:
        found = _integer_factors(taps.astype(object))
    else:
        return None
    if found is None or max(abs(int(v)) for f in found for v in f) > 1 << 31:
        return None
    return Factors((tuple(f.astype(np.int64) for f in found),), 0.0)


def _decomposition(matrix: Array) -> tuple[Array, Array, Array, float]:
    """Singular vectors and values, and the Frobenius norm of what they leave out.

    A large matrix is first projected on a few random directions, which hold all of it when its
    rank is small (Halko, Martinsson and Tropp 2011); otherwise what is left out tells.
    """
    if min(matrix.shape) <= 4 * MOST_TERMS:
        return (*np.linalg.svd(matrix, full_matrices=False), 0.0)
    directions = np.random.default_rng(0).normal(size=(matrix.shape[1], 2 * MOST_TERMS))
    basis = np.linalg.qr(matrix @ directions)[0]
    inside = basis.T @ matrix
    left, values, right = np.linalg.svd(inside, full_matrices=False)
    return basis @ left, values, right, float(np.linalg.norm(matrix - basis @ inside))


def _rank_is_high(matrix: Array, budget: float) -> bool:
    """Whether some of its rows and columns tell already that more than `MOST_TERMS` are needed.

    What few terms leave out of a part is no more than what they leave out of the whole.
    """
    rows, columns = (slice(None, None, max(1, n // (2 * MOST_TERMS))) for n in matrix.shape)
    values = np.linalg.svd(matrix[rows, columns], compute_uv=False)
    return bool(np.linalg.norm(values[MOST_TERMS:]) > budget)


def _terms(taps: Array, budget: float) -> list[Term] | None:
    """Decompose, dropping parts whose absolute sum is within `budget`; None: too many terms."""
    if taps.ndim == 1:
        return [(taps,)]
    matrix = taps.reshape(taps.shape[0], -1)
    if min(matrix.shape) > MOST_TERMS and _rank_is_high(matrix, budget):
        return None
    left, values, right, rest = _decomposition(matrix)
    # What is left out has absolute sum at most sqrt(size) times its Frobenius norm.
    tail = np.sqrt(np.append(np.cumsum(values[::-1] ** 2)[::-1], 0.0) + rest**2)
    fits = tail * np.sqrt(float(matrix.size)) <= budget / 2
    keep = max(1, int(np.argmax(fits)))
    if not fits.any() or keep > MOST_TERMS:
        return None
    terms: list[Term] = []
    for i in range(keep):
        share = np.sqrt(values[i])
        inner = budget / 2 / keep / max(share * np.abs(left[:, i]).sum(), 1e-300)
        found = _terms((right[i] * share).reshape(taps.shape[1:]), inner)
        if found is None or len(terms) + len(found) > MOST_TERMS:
            return None
        terms += [(left[:, i] * share, *term) for term in found]
    return terms


def absolute_sum(taps: Array) -> float:
    """``sum |k|``, added up in parts that stay in the caches."""
    step = max(1, SLAB * len(taps) // max(1, taps.size))
    parts = (taps[i : i + step] for i in range(0, len(taps), step))
    return float(sum(np.abs(part).sum(dtype=np.float64) for part in parts))


def outer(term: Term) -> Array:
    """The N-D kernel that a term stands for."""
    full = np.ones(())
    for factor in term:
        full = np.multiply.outer(full, factor)
    return full


def _crosses(taps: Array, compute: str, most: int = MOST_TERMS) -> list[Term] | None:
    """Terms that are lines through the largest tap of what is left; None: more than `most`.

    They are taps themselves, as exact as these, and what they leave is relative to taps nearby.
    """
    if taps.ndim == 1:
        return [(taps,)]
    matrix = taps.reshape(len(taps), -1)
    rest, sizes, terms = matrix.copy(), np.zeros(matrix.shape), list[Term]()
    while not keeps_taps(matrix, matrix - rest, sizes, compute):
        i, j = (int(n) for n in np.unravel_index(np.abs(rest).argmax(), rest.shape))
        if rest[i, j] == 0 or len(terms) >= most:
            return None
        column, row = rest[:, j].copy(), rest[i] / rest[i, j]
        product = np.multiply.outer(column, row)
        rest -= product
        rest[i], rest[:, j] = 0, 0
        sizes += np.abs(product)
        inner = _crosses(row.reshape(taps.shape[1:]), compute, most - len(terms))
        if inner is None or len(terms) + len(inner) > most:
            return None
        terms += [(column, *term) for term in inner]
    return terms


def _single_term(taps: Array, budget: float, compute: str | None) -> tuple[Term, float]:
    """The lines through the largest tap, which are the factors if there is one term only.

    Also returns the absolute sum of what their product misses, counted until it is above `budget`;
    infinity where it does not keep the taps.
    """
    most = max(int(taps.argmax()), int(taps.argmin()), key=lambda i: abs(taps.flat[i]))
    place = [int(i) for i in np.unravel_index(most, taps.shape)]
    peak = taps[tuple(place)]
    lines = [np.empty(0)] * taps.ndim
    for axis in range(taps.ndim):
        through: list[Any] = [*place]
        through[axis] = slice(None)
        lines[axis] = taps[tuple(through)].astype(np.float64)
    term = (lines[0], *(line / peak for line in lines[1:]))
    rest = outer(term[1:])
    missing = 0.0
    step = max(1, SLAB // max(1, rest.size))
    for i in range(0, taps.shape[0], step):
        block = slice(i, i + step)
        made = np.multiply.outer(term[0][block], rest)
        off = np.abs(made - taps[block])
        missing += float(off.sum())
        if missing > budget:
            break
        # One term rounds each tap relative to itself: what it misses is all that may be lost.
        if compute and not _keeps_block(taps[block], off, made, compute):
            return term, float("inf")
    return term, missing


def _keeps_block(taps: Array, off: Array, space: Array, compute: str) -> bool:
    """Whether no tap changes by more than is `KEPT`; `space` is written over."""
    np.abs(taps, out=space)
    np.multiply(space, KEPT[compute], out=space)
    lost = off > space
    return not lost.any() or bool((np.abs(taps[lost]) < np.finfo(compute).tiny).all())


def real_factors(taps: Array, tolerance: float, compute: str | None = None) -> Factors | None:
    """Terms whose sum differs from `taps` by at most `tolerance` of ``sum|k|``, few enough to pay.

    It keeps every tap where sums run in the type `compute`; without one it is an approximation.
    Axes of one tap get the factor ``[1.]``.
    """
    long = [i for i, n in enumerate(taps.shape) if n > 1] or [0]
    total = absolute_sum(taps)
    if total == 0:
        return Factors((tuple(np.zeros(n) for n in taps.shape),), 0.0)
    single, rest = _single_term(taps, tolerance * total, compute)
    if rest <= tolerance * total:
        return Factors((single,), rest / total)
    if taps.size > MOST_TAPS:
        return None
    reduced = taps.reshape([taps.shape[i] for i in long]).astype(np.float64)
    scaled = reduced / total
    terms = _terms(scaled, tolerance)
    if terms is not None and compute and not _keeps(scaled, terms, compute):
        terms = _crosses(scaled, compute)
        terms = None if terms is None or not _keeps(scaled, terms, compute) else terms
    if terms is None:
        return None
    factors = [(term[0] * total, *term[1:]) for term in terms]
    one = np.ones(1)
    full = tuple(
        tuple(f[long.index(i)] if i in long else one for i in range(taps.ndim)) for f in factors
    )
    missing = np.abs(sum(outer(t) for t in full) - taps).sum() / total
    return Factors(full, float(missing)) if missing <= 2 * tolerance else None


def _keeps(taps: Array, terms: Sequence[Term], compute: str) -> bool:
    made, sizes = np.zeros(taps.shape), np.zeros(taps.shape)
    for term in terms:
        product = outer(term)
        made += product
        sizes += np.abs(product)
    return keeps_taps(taps, made, sizes, compute)


def balanced(term: Term) -> Term:
    """Move the factor of an axis with one tap into another: methods take that tap as one."""
    scale, longest = 1, max(range(len(term)), key=lambda i: term[i].size)
    result = list(term)
    for i, factor in enumerate(term):
        if factor.size == 1 and i != longest:
            scale = scale * factor[0]
            result[i] = np.ones_like(factor)
    result[longest] = result[longest] * scale
    return tuple(result)
