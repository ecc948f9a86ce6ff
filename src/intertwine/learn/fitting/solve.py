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
from intertwine.learn.fitting.equations import LEAST_RCOND
from intertwine.learn.fitting.pairs import CALLER
from intertwine.learn.fitting.system import System

Array = NDArray[np.float64]

_REFINEMENTS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Taps as one row, and the matrix `inverse` by which they answer to the moment."""

    taps: Array
    inverse: Array
    spread: Array  # variance of each tap for residuals of variance 1
    decided: float  # how many taps the data decided: the trace of inverse @ gram


def solve(system: System, ridge: float, constraint: Constraint) -> Solution:
    """Minimise ``|target - A k|^2 + ridge |k|^2`` over the kernels that `constraint` allows."""
    equations = system.equations
    held = equations.gram + ridge * np.eye(equations.moment.size)
    if not is_solvable(held):
        raise _open(held)
    known, flat = allowed(constraint, held, equations.moment, system.window.shape)
    inverse = _inverse(held, flat.basis)
    taps = known
    if taps is None:
        taps = flat.particular + inverse @ (equations.moment - held @ flat.particular)
        taps = _refined(taps, inverse, lambda now: system.gradient(now) - ridge * now)
    if constraint.non_negative:
        taps = np.maximum(taps, 0.0)
    across = inverse @ equations.gram
    spread = np.einsum("ij,ij->i", across, inverse) if ridge else np.diag(inverse)
    return Solution(taps, inverse, np.maximum(spread, 0.0), float(np.trace(across)))


def is_solvable(held: Array) -> bool:
    """Whether equations leave no combination of taps open, by their condition number."""
    factor, failed = linalg.lapack.dpotrf(held, lower=1)
    if failed:
        return False
    rcond, _ = linalg.lapack.dpocon(factor, np.abs(held).sum(axis=0).max(), uplo="L")
    return bool(rcond >= LEAST_RCOND)


def _open(held: Array) -> OptionError:
    if not np.isfinite(held).all():
        return OptionError(
            f"{CALLER}: the squares of `before` are too large to add up.\n"
            f"  Divide `before` and `after` by a large number."
        )
    values = linalg.eigvalsh(held)
    told = int((values > LEAST_RCOND * max(float(values[-1]), 0.0)).sum())
    return OptionError(
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
