"""The best taps of those that are allowed, and how far they can be trusted.

On a flat set, ``taps = particular + basis @ free``, with a ridge L:

    inverse = basis (basis' (gram + L) basis)^-1 basis'          taps = particular + inverse moment'

Squaring the source in `gram` costs digits; the residual, convolved with the taps as they are, gives
them back: each step of refinement adds ``inverse @ gradient``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg  # type: ignore[import-untyped]

from intertwine.base.errors import OptionError, counted
from intertwine.learn.fitting.constraints import Constraint, allowed
from intertwine.learn.fitting.equations import LEAST_RCOND, Equations
from intertwine.learn.fitting.pairs import CALLER

Array = NDArray[np.float64]

_REFINEMENTS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Taps as one row, and the matrix `inverse` by which they answer to the moment."""

    taps: Array
    inverse: Array
    hat: Array  # diagonal of inverse @ gram: its sum is how many taps the data decided
    spread: Array  # variance of each tap for residuals of variance 1


def solve(
    equations: Equations,
    ridge: float,
    constraint: Constraint,
    shape: tuple[int, ...],
    gradient: Callable[[Array], Array],
) -> Solution:
    """Minimise ``|target - A k|^2 + ridge |k|^2`` over the kernels that `constraint` allows.

    ``gradient(taps)`` is the moment of the residual, ``A' (target - A taps)``.
    """
    held = equations.gram + ridge * np.eye(equations.moment.size)
    _check_known(equations, held)
    known, flat = allowed(constraint, held, equations.moment, shape)
    inverse = _inverse(held, flat.basis)
    taps = known
    if taps is None:
        taps = flat.particular + inverse @ (equations.moment - held @ flat.particular)
        taps = _refined(taps, inverse, lambda now: gradient(now) - ridge * now)
    if constraint.non_negative:
        taps = np.maximum(taps, 0.0)
    across = inverse @ equations.gram
    spread = np.einsum("ij,ij->i", across, inverse) if ridge else np.diag(inverse)
    return Solution(taps, inverse, np.diag(across), np.maximum(spread, 0.0))


def _check_known(equations: Equations, held: Array) -> None:
    """Refuse equations that leave some combination of taps open."""
    factor, failed = linalg.lapack.dpotrf(held, lower=1)
    if not failed:
        rcond, _ = linalg.lapack.dpocon(factor, np.abs(held).sum(axis=0).max(), uplo="L")
        if rcond >= LEAST_RCOND:
            return
    if not np.isfinite(held).all():
        raise OptionError(
            f"{CALLER}: the squares of `before` are too large to add up.\n"
            f"  Divide `before` and `after` by a large number."
        )
    values = linalg.eigvalsh(held)
    told = int((values > LEAST_RCOND * max(float(values[-1]), 0.0)).sum())
    raise OptionError(
        f"{CALLER}: `before` tells {told} of {counted(values.size, 'tap')} apart: other kernels "
        f"give the same `after`.\n"
        f"  Pass a `before` with more detail, a smaller shape, or ridge='gcv', which takes the "
        f"smallest of these kernels."
    )


def _inverse(held: Array, basis: Array | None) -> Array:
    inner = held if basis is None else basis.T @ held @ basis
    factor = linalg.cho_factor(inner, lower=True)
    if basis is None:
        return np.asarray(linalg.cho_solve(factor, np.eye(len(held))))
    return np.asarray(basis @ linalg.cho_solve(factor, basis.T))


def _refined(taps: Array, inverse: Array, gradient: Callable[[Array], Array]) -> Array:
    last: Any = np.inf
    for _ in range(_REFINEMENTS):
        step = inverse @ gradient(taps)
        length = float(np.linalg.norm(step))
        if not length < last / 2:
            break
        taps, last = taps + step, length
    return taps
