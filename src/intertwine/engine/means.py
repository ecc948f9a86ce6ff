"""Means stay within the range of the samples that they are means of.

Taps that are not negative and sum to one make means, but sums are rounded: one over samples of 1
may be 1.0000000000000002. The core holds the results of each of its tiles within the range of the
samples behind it. Where a result is more than one of its sums, it is held within that of all
samples here, last of all.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intertwine import _core
from intertwine.engine.boundary import FILLED
from intertwine.engine.lower import beyond_core, lower
from intertwine.engine.methods.each import Singles

if TYPE_CHECKING:
    from intertwine.engine.methods.base import Prepared
    from intertwine.engine.problem import Problem

Array = NDArray[Any]


def are_held(prepared: Prepared) -> bool:
    """Whether the core holds the means that it sums: it meets the samples as they are."""
    if isinstance(prepared, Singles):
        return all(are_held(one) for _, one in prepared.parts)
    return isinstance(prepared, _core.Prepared)


class Within:
    """Results of one problem held within the range of its samples and of what lies outside."""

    def __init__(self, problem: Problem) -> None:
        filled = {a.boundary for a in problem.axes if a.filtered and a.boundary in FILLED}
        outside = [0.0] if "zero" in filled else []
        cval = problem.cval.real
        if "constant" in filled and (isfinite(cval) or problem.missing != "ignore"):
            outside.append(cval)
        self._outside = outside
        self._problem = problem
        #: The same in the core, if that can take the problem.
        self.core: _core.Within | None = None
        if not beyond_core(problem):
            ignored = problem.missing == "ignore"
            self.core = _core.Within(lower(problem).geometry(last=True), outside, ignored)

    def hold(self, x: Array, mask: NDArray[np.bool_] | None, out: Array, threads: int) -> None:
        """Hold `out` within the range of the samples, those that `mask` lets count."""
        if mask is not None:
            x = np.where(mask, x, np.nan)
        if self.core is not None:
            self.core.run(x, out, 0.0, False, threads)
            return
        if self._problem.missing == "ignore":
            x = np.where(np.isfinite(x), x, np.nan)
        for place, means in zip(self._problem.places, self._problem.means, strict=True):
            samples = [*self._outside, np.fmin.reduce(x[place.samples], axis=None),
                       np.fmax.reduce(x[place.samples], axis=None)]  # fmt: skip
            if means:
                low, high = np.fmin.reduce(samples), np.fmax.reduce(samples)
                out[place.kernel] = np.clip(out[place.kernel], low, high)


__all__ = ["Within", "are_held"]
