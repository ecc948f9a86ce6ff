"""Which taps are allowed.

"sum one" and "symmetric" leave a flat set, ``taps = particular + basis @ free``; "non-negative"
leaves a part of it, and the taps that end at 0 leave a flat set again. "separable" kernels, sums of
`rank` products of one line an axis, are found line by line, and are flat only near the answer:
there `basis` holds the directions in which the lines can move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize  # type: ignore[import-untyped]

from intertwine.base.checks import integer, is_listed, word
from intertwine.base.errors import OptionError
from intertwine.learn.fitting.pairs import CALLER

Array = NDArray[np.float64]

WORDS = ("non-negative", "sum one", "symmetric", "separable")

_HEAVY = 1e4  # how much more a sum weighs than all samples while the taps at 0 are looked for
_ROUNDS, _CLOSE = 500, 1e-13


@dataclass(frozen=True, slots=True)
class Constraint:
    """The words that were asked for; `rank` is 0 without "separable"."""

    non_negative: bool = False
    sum_one: bool = False
    symmetric: bool = False
    rank: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """``taps = particular + basis @ free``; no basis stands for all taps free."""

    particular: Array
    basis: Array | None = None


def read_constraint(value: Any, rank: Any, shape: tuple[int, ...]) -> Constraint:
    """Check the words of a constraint."""
    listed = tuple(value) if is_listed(value) else () if value is None else (value,)
    words = {word(CALLER, "constraint", each, WORDS) for each in listed}
    if {"separable", "symmetric"} <= words:
        raise OptionError(
            f"{CALLER}: 'separable' and 'symmetric' cannot be asked for together.\n"
            f"  Pass one, and look whether the other holds: kernel.is_symmetric, kernel.rank."
        )
    if rank is not None and "separable" not in words:
        raise OptionError(f"{CALLER}: `rank={rank}` is that of constraint='separable': pass both.")
    terms = 0
    if "separable" in words:
        terms = integer(CALLER, "rank", 1 if rank is None else rank, 1)
        largest = int(np.prod(shape)) // max(shape)
        if terms > largest:
            raise OptionError(
                f"{CALLER}: `rank={terms}` is more than a kernel of {shape} can have, {largest}.\n"
                f"  Leave 'separable' out."
            )
    return Constraint("non-negative" in words, "sum one" in words, "symmetric" in words, terms)


def allowed(
    constraint: Constraint, gram: Array, moment: Array, shape: tuple[int, ...]
) -> tuple[Array | None, Flat]:
    """The set in which the best taps lie, flat or flat near it; the taps where they are known."""
    if constraint.rank:
        return _separable(constraint, gram, moment, shape)
    size = moment.size
    basis = _mirrored(size) if constraint.symmetric else None
    if constraint.non_negative:
        whole = np.eye(size) if basis is None else basis
        total = whole.sum(axis=0) if constraint.sum_one else None
        free = _non_negative(whole.T @ gram @ whole, whole.T @ moment, total) > 0
        basis = whole[:, free]
    return None, (_with_sum_one(basis, size) if constraint.sum_one else Flat(np.zeros(size), basis))


def _mirrored(size: int) -> Array:
    """One direction for every tap and its mirror image, reversed on every axis."""
    half = np.arange((size + 1) // 2)
    basis = np.zeros((size, half.size))
    basis[half, half] = basis[size - 1 - half, half] = 1.0
    return np.asarray(basis / np.sqrt((basis**2).sum(axis=0)))


def _with_sum_one(basis: Array | None, size: int) -> Flat:
    """Directions that leave the sum of the taps alone, around taps whose sum is 1."""
    total = np.ones(size) if basis is None else basis.sum(axis=0)
    start = total / (total @ total)
    turned = linalg.null_space(total[None])
    if basis is None:
        return Flat(start, turned)
    return Flat(basis @ start, basis @ turned)


def _least(gram: Array, moment: Array, total: Array | None, positive: bool) -> Array:
    """The v that minimises ``v gram v / 2 - moment v``, with ``total v = 1`` if there is one."""
    if positive:
        return _non_negative(gram, moment, total)
    inverse = linalg.pinvh(gram)
    found = inverse @ moment
    if total is not None:
        step = inverse @ total
        found = found + step * ((1 - total @ found) / (total @ step))
    return np.asarray(found)


def _non_negative(gram: Array, moment: Array, total: Array | None) -> Array:
    """The same for v that are nowhere negative (Lawson and Hanson, 1974)."""
    values, vectors = linalg.eigh(gram)
    known = values > values.size * np.finfo(float).eps * values[-1]
    roots = np.sqrt(values[known])
    rows, wanted = roots[:, None] * vectors[:, known].T, vectors[:, known].T @ moment / roots
    if total is not None:
        weight = _HEAVY * roots[-1] / np.linalg.norm(total)
        rows, wanted = np.vstack([rows, weight * total]), np.append(wanted, weight)
    found: Array = optimize.nnls(rows, wanted, maxiter=30 * rows.shape[1])[0]
    return found if total is None else found / (total @ found)


def _separable(
    constraint: Constraint, gram: Array, moment: Array, shape: tuple[int, ...]
) -> tuple[Array, Flat]:
    """Fit one axis' lines at a time, all others held, until nothing moves."""
    lines = _first_lines(linalg.pinvh(gram) @ moment, shape, constraint)
    last = np.inf
    for _ in range(_ROUNDS):
        for axis in range(len(shape)):
            onto = _onto_axis(lines, axis, shape)
            total = onto.sum(axis=0) if constraint.sum_one else None
            best = _least(onto.T @ gram @ onto, onto.T @ moment, total, constraint.non_negative)
            lines[axis] = best.reshape(constraint.rank, shape[axis])
        _even_out(lines)
        taps = _product(lines)
        value = float(taps @ gram @ taps / 2 - moment @ taps)
        if last - value <= _CLOSE * abs(value):
            break
        last = value
    basis = np.hstack([_onto_axis(lines, axis, shape) for axis in range(len(shape))])
    if constraint.non_negative:
        basis = basis[:, np.concatenate([line.ravel() > 0 for line in lines])]
    if constraint.sum_one:
        basis = basis @ linalg.null_space(basis.sum(axis=0)[None])
    return taps, Flat(taps, linalg.orth(basis))


def _first_lines(taps: Array, shape: tuple[int, ...], constraint: Constraint) -> list[Array]:
    """Where to start: products taken off the free fit one by one, the largest first."""
    rest = taps.reshape(shape)
    terms = []
    for _ in range(constraint.rank):
        term = []
        for axis in range(len(shape)):
            across = np.moveaxis(rest, axis, 0).reshape(shape[axis], -1)
            term.append(linalg.svd(across, full_matrices=False)[0][:, 0])
        product = reduce(np.multiply.outer, term)
        term[0] = term[0] * float((product * rest).sum())
        rest = rest - reduce(np.multiply.outer, term)
        terms.append(term)
    lines = [np.stack([term[axis] for term in terms]) for axis in range(len(shape))]
    return [np.abs(line) + 1e-12 for line in lines] if constraint.non_negative else lines


def _even_out(lines: list[Array]) -> None:
    """Give every line of a product the same length; the product stays."""
    sizes = np.stack([np.linalg.norm(line, axis=1) for line in lines])
    mean = np.exp(np.log(np.maximum(sizes, 1e-300)).mean(axis=0))
    for line, size in zip(lines, sizes, strict=True):
        line *= np.where(size > 0, mean / np.maximum(size, 1e-300), 0.0)[:, None]


def _onto_axis(lines: Sequence[Array], axis: int, shape: tuple[int, ...]) -> Array:
    """The matrix from the lines of one axis to the taps, the lines of the others being held."""
    rank = lines[0].shape[0]
    columns = []
    for term in range(rank):
        parts = [line[term] for line in lines]
        for place in range(shape[axis]):
            parts[axis] = np.eye(shape[axis])[place]
            columns.append(reduce(np.multiply.outer, parts).ravel())
    return np.stack(columns, axis=1)


def _product(lines: Sequence[Array]) -> Array:
    terms = [reduce(np.multiply.outer, [line[t] for line in lines]) for t in range(len(lines[0]))]
    return np.asarray(sum(terms)).ravel()
