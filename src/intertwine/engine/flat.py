"""Flat data under kernels whose taps sum to zero: exactly zero, whatever method sums.

`direct` takes differences of samples, and so do lines that are opposite to their mirror image. The
other methods round on the way. Where their data hold one number throughout, and what lies outside
repeats it, these results are zero, and are made so last of all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intertwine.engine.boundary import FILLED
from intertwine.engine.differences import MOST_TAPS, cancel
from intertwine.engine.methods import direct, reference, separable
from intertwine.engine.methods.each import Each

if TYPE_CHECKING:
    from intertwine.engine.methods.base import Means
    from intertwine.engine.problem import Axis, Problem

Array = NDArray[Any]

#: Samples that are looked at first along each axis.
FEW = 8


class Flat:
    """The results of one problem that are zero where its data are flat."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        #: Places of the kernels that have such results.
        self.kernels = [
            place.kernel
            for place, zero in zip(problem.places, _zero_sums(problem.kernels), strict=True)
            if zero and not any(_meets_another(a) for a in problem.axes)
        ]

    def is_exact(self, method: Means) -> bool:
        """Whether sums of flat data by a method are zero as they are."""
        own = method.method if isinstance(method, Each) else method
        singles = self._problem.singles if self._problem.bank else (self._problem,)
        opposite = own is separable and all(separable.cancels(p) for p in singles)
        return opposite or (own in (direct, reference) and self._problem.kernel_size <= MOST_TAPS)

    def hold(self, x: Array, mask: NDArray[np.bool_] | None, out: Array) -> None:
        """Make results zero where all samples are equal."""
        if mask is None and _flat(x):
            for place in self.kernels:
                out[place] = 0


def _zero_sums(kernels: Array) -> NDArray[np.bool_]:
    """Of which kernels the taps of each plane sum to zero."""
    if kernels.dtype.kind != "c":
        return cancel(kernels)
    planes = kernels.real, kernels.imag
    found = [cancel(plane) | ~plane.any(axis=1) for plane in planes]
    both: NDArray[np.bool_] = found[0] & found[1]
    return both


def _meets_another(axis: Axis) -> bool:
    """Whether windows reach beyond the data, where another number lies."""
    within = axis.start >= 0 and (axis.m - 1) * axis.stride + axis.start + axis.reach <= axis.n
    return axis.filtered and axis.boundary in FILLED and not within


def _flat(x: Array) -> bool:
    """Whether all samples are one finite number."""
    if x.size == 0 or not np.isfinite(x.flat[0]):
        return False
    few = x[tuple(slice(None, None, max(1, n // FEW)) for n in x.shape)]
    first = x.flat[0]
    return bool((few == first).all()) and all(bool((part == first).all()) for part in x)


__all__ = ["Flat"]
