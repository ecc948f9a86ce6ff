"""Sums of 16 bits: exact, and twice as many in a vector as of float32.

Whole taps over whole samples are summed modulo ``2**16``, within which the results lie. Results
that are rounded and clipped to 8 bits may have fractions as taps, if ``2**halvings`` makes all of
them whole: ``[1, 2, 1] / 4`` is summed as ``[1, 2, 1]`` and halved twice, halves to even.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intertwine.engine.memory import kept_by_owner
from intertwine.engine.problem import Problem
from intertwine.engine.types import integer_bounds, integer_limits

SIGNED, UNSIGNED = np.dtype(np.int16), np.dtype(np.uint16)

#: Sums with a sign have a bit for it, and are not halved further.
MOST_HALVINGS = 14


class Short(NamedTuple):
    """How results are made of 16-bit sums: of taps times ``2**halvings``, and halved as often."""

    halvings: int
    negative: bool

    def whole(self, taps: NDArray[Any]) -> NDArray[Any]:
        """The taps that are summed."""
        return np.ldexp(taps, self.halvings).astype(np.int64) if self.halvings else taps


@kept_by_owner
def short_sums(problem: Problem) -> Short | None:
    """How 16-bit sums give the results of a problem, or None: they are too few bits."""
    if problem.exact:
        # Sums that are clipped to 8 bits must fit 16 with a sign; any others must be results.
        size = problem.result.itemsize
        own = problem.result if size == SIGNED.itemsize else SIGNED
        least, largest = problem.sum_range
        return Short(0, least < 0) if size <= 2 and _fit(own, least, largest) else None
    if problem.dtype.kind not in "biu" or problem.result.kind not in "iu":
        return None
    fill = problem.cval.real
    if problem.weighted or problem.result.itemsize > 1 or not fill.is_integer():
        return None
    return _halved(problem, int(fill))


def _halved(problem: Problem, fill: int) -> Short | None:
    """The same where taps are fractions of whole numbers by a power of two."""
    low, high = integer_limits(problem.dtype)
    low, high = min(low, fill, 0), max(high, fill)
    kernels = problem.kernels.astype(np.float64)
    if not np.abs(kernels).max() * max(high, -low) < 1 << 16:
        return None
    for halvings in range(MOST_HALVINGS + 1):
        whole = np.ldexp(kernels, halvings)
        if (whole == np.rint(whole)).all():
            least, largest, _ = integer_bounds(whole.astype(np.int64), low, high)
            half = (1 << halvings) >> 1
            if halvings and least >= 0 and _fit(UNSIGNED, least, largest + half):
                return Short(halvings, False)
            return Short(halvings, True) if _fit(SIGNED, least, largest + half) else None
    return None


def _fit(dtype: np.dtype[Any], least: int, largest: int) -> bool:
    low, high = integer_limits(dtype)
    return low <= least and largest <= high


__all__ = ["Short", "short_sums"]
