"""Kernels longer than the border can tell: taps that always meet the same samples, added up.

Along an axis of n samples the endless line of data repeats after a period, or never changes again::

    symmetric  2n        mirror  2n - 2        wrap  n
    nearest, constant    taps that lie beyond an end for every output meet one number there
    zero, renormalize    such taps meet nothing, and are left out

So a kernel of any length is one of at most a period, or one that reaches from the last output to
the first sample and from the first output to the last sample. The sums are made in float64, those
of integers modulo 2**64; every method then computes with the short kernel.

What an infinity means depends on the taps one by one: two that meet it with opposite signs give
NaN, as does a tap of zero, whatever their sum. Where taps that are added up differ in sign,
infinities are put aside and `missing.stamp` sees to them, as for methods that mix samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.engine.methods.base import ROUNDOFF, Prepared
from intertwine.engine.problem import Axis, Problem, Taps

Array = NDArray[Any]

#: Positions after which the samples repeat.
_PERIODS = {
    "symmetric": lambda n: 2 * n,
    "mirror": lambda n: max(1, 2 * n - 2),
    "wrap": lambda n: n,
}


@dataclass(frozen=True, slots=True)
class Cycle:
    """Taps `period` apart are added up; the first that is left stands where tap `first` did."""

    axis: Axis
    period: int
    first: int

    def added(self, k: int) -> int:
        """Additions behind one tap, at most."""
        return -(-k // self.period) - 1

    def gather(self, taps: Array, how: np.ufunc) -> Array:
        """Put together what meets the same samples along the first axis of `taps`."""
        whole, rest = divmod(len(taps), self.period)
        found: Array = how.reduce(
            taps[: whole * self.period].reshape(whole, self.period, *taps.shape[1:])
        )
        found[:rest] = how(found[:rest], taps[whole * self.period :])
        return np.roll(found, -self.first, axis=0)


@dataclass(frozen=True, slots=True)
class Ends:
    """Taps `first` to `last` are left; those before and behind are added to them, if `kept`."""

    axis: Axis
    first: int
    last: int
    kept: bool

    def added(self, k: int) -> int:
        """Additions behind one tap, at most."""
        return self.kept * (k - self.axis.k)

    def gather(self, taps: Array, how: np.ufunc) -> Array:
        """Put together what meets the same number along the first axis of `taps`."""
        found = taps[self.first : self.last + 1].copy()
        if self.kept and self.first:
            found[0] = how(found[0], how.reduce(taps[: self.first]))
        if self.kept and self.last + 1 < len(taps):
            found[-1] = how(found[-1], how.reduce(taps[self.last + 1 :]))
        return found


def _fold(a: Axis) -> Cycle | Ends | None:
    """What becomes of the taps along one axis; None: they stay as they are."""
    if a.boundary not in _PERIODS:
        return _ends(a)
    samples = _PERIODS[a.boundary](a.n)
    period = samples // gcd(samples, a.dilation)
    if a.k <= period:
        return None
    first = (a.k - period) // 2  # from the middle: what was its own mirror image often stays so
    start = a.start + first * a.dilation
    middle = start + ((a.m - 1) * a.stride + (period - 1) * a.dilation) // 2
    start -= round((middle - a.n // 2) / samples) * samples
    return Cycle(replace(a, k=period, start=start), period, first % period)


def _ends(a: Axis) -> Ends | None:
    """Taps between those that lie before all samples and those behind, for every output."""
    kept = a.boundary in ("nearest", "constant")
    beyond = 0 if a.boundary == "nearest" else 1  # nearest: the end itself is one number already
    before = (-beyond - (a.m - 1) * a.stride - a.start) // a.dilation  # the last of them
    behind = -((a.start - (a.n - 1 + beyond)) // a.dilation)  # the first of them
    first, last = (before, max(behind, before + 1)) if kept else (before + 1, behind - 1)
    first = min(max(first, 0), a.k - 1)
    last = max(first, min(last, a.k - 1))
    if last - first + 1 == a.k:
        return None
    short = replace(a, k=last - first + 1, start=a.start + first * a.dilation)
    return Ends(short, first, last, kept)


@dataclass(frozen=True)
class Shortened:
    """A problem whose kernels are as long as the border can tell, and what they were made from.

    Attributes
    ----------
    problem : the same outputs under shorter kernels.
    error : bound on what adding up taps rounds, of ``sum|k|``.
    """

    problem: Problem
    error: float
    _folds: tuple[Cycle | Ends | None, ...]
    _taps: Array

    @cached_property
    def alike(self) -> bool:
        """Whether an infinity means the same under the short kernels: their own taps tell it."""
        if self.problem.dtype.kind in "biu":
            return True
        planes = [self._taps.real, self._taps.imag] if self.problem.complex_taps else [self._taps]
        for plane in planes:
            if plane.min() > 0 or plane.max() < 0:
                continue
            low, high = self.extremes(np.sign(plane).astype(np.int8))
            if not np.array_equal(low, high):
                return False
        return True

    def extremes(self, taps: Array) -> tuple[Array, Array]:
        """The least and the largest of the taps behind each of the short kernels'."""
        return (
            _gathered(taps, self._folds, np.minimum),
            _gathered(taps, self._folds, np.maximum),
        )

    def guard(self, prepared: Prepared) -> Prepared:
        """A method made ready for the short kernels, which never meets what they cannot tell."""
        return prepared if self.alike else Guarded(prepared, getattr(prepared, "kept_bytes", 0))


def is_too_long(problem: Problem) -> bool:
    """Whether the kernel is longer, along some axis, than the border can tell."""
    return any(a.k > 1 and _fold(a) is not None for a in problem.axes)


def shortened(problem: Problem) -> Shortened | None:
    """The problem with shorter kernels; None where they are short enough, or cannot be shorter."""
    if problem.out_size == 0 or not np.isfinite(problem.cval):
        return None
    folds = tuple(_fold(a) if a.k > 1 else None for a in problem.axes)
    if not any(folds):
        return None
    taps = problem.taps.array
    if not problem.exact:
        summed: np.dtype[Any] = np.dtype(np.complex128 if problem.complex_taps else np.float64)
    else:
        summed = np.dtype(np.uint64 if taps.dtype == np.uint64 else np.int64)
    short = _gathered(taps.astype(summed, copy=False), folds, np.add)
    if not problem.exact and not np.abs(short).max() <= np.finfo(problem.compute).max:
        return None  # together they are too large for the sums, one by one they are not
    axes = tuple(a if f is None else f.axis for a, f in zip(problem.axes, folds, strict=True))
    added = sum(f.added(a.k) for a, f in zip(problem.axes, folds, strict=True) if f is not None)
    error = 0.0 if problem.exact else ROUNDOFF["float64"] * added
    return Shortened(replace(problem, axes=axes, taps=Taps(short)), error, folds, taps)


def _gathered(taps: Array, folds: Sequence[Cycle | Ends | None], how: np.ufunc) -> Array:
    """Taps put together along every axis."""
    for axis, fold in enumerate(folds):
        if fold is not None:
            along = np.moveaxis(taps, axis, 0)
            taps = np.moveaxis(fold.gather(along, how), 0, axis)
    return np.ascontiguousarray(taps)


@dataclass(frozen=True, slots=True)
class Guarded:
    """A method that is given zeros for NaN and infinities, and says that it left them out."""

    prepared: Any
    kept_bytes: int

    def run(self, x: Array, out: Array, cval: float, add: bool, threads: int) -> bool:
        plain, found = _finite(x)
        return bool(self.prepared.run(plain, out, cval, add, threads)) or found

    def run_complex(
        self,
        x_re: Array,
        x_im: Array,
        out_re: Array,
        out_im: Array,
        cval_re: float,
        cval_im: float,
        threads: int,
    ) -> bool:
        (re, some), (im, others) = _finite(x_re), _finite(x_im)
        done = self.prepared.run_complex(re, im, out_re, out_im, cval_re, cval_im, threads)
        return bool(done) or some or others


def _finite(x: Array) -> tuple[Array, bool]:
    """The samples without NaN and infinities, and whether there were any."""
    if np.isfinite(x).all():
        return x, False
    return np.nan_to_num(x, nan=0.0, posinf=0.0, neginf=0.0), True


__all__ = ["Shortened", "is_too_long", "shortened"]
