"""How far each tap is known.

Least squares without a ridge and without "non-negative" is unbiased: the true tap lies within
``t`` standard errors as often as the level says. A ridge pulls taps by amounts that depend on the
true ones, and so does a bound at 0; around what these give, no standard error holds. But they tell
nothing of the truth that the pair did not: the interval of the plain fit, on all that is left
flat by "sum one", "symmetric" and "separable", stays right. It is cut off where taps cannot be,
which loses no true tap, and stretched to the tap that was found.

Where the plain fit is open, nothing is known of a tap without a word on the others: NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special  # type: ignore[import-untyped]

from intertwine.learn.fitting.constraints import Constraint
from intertwine.learn.fitting.solve import Solution, is_solvable, solve
from intertwine.learn.fitting.system import System

Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Unbiased taps, their standard errors, and what taps can be at all."""

    middle: Array
    error: Array
    freedom: float
    least: float
    most: float

    def interval(self, taps: Array, level: float) -> tuple[Array, Array]:
        """The ends of each tap's interval."""
        reach = float(special.stdtrit(self.freedom, (1 + level) / 2)) * self.error
        low = np.clip(self.middle - reach, self.least, self.most)
        high = np.clip(self.middle + reach, self.least, self.most)
        return np.minimum(low, taps), np.maximum(high, taps)


def known(
    system: System,
    solution: Solution,
    residuals: Sequence[Array],
    ridge: float,
    constraint: Constraint,
) -> Known:
    """What the plain fit says of each tap, in the order of the kernel's taps."""
    least = 0.0 if constraint.non_negative else -np.inf
    most = 1.0 if constraint.non_negative and constraint.sum_one else np.inf
    if ridge and not is_solvable(system.equations.gram):
        unknown = np.full(system.window.shape, np.nan)
        return Known(unknown, unknown, 1.0, least, most)
    if ridge or constraint.non_negative:
        solution = solve(system, 0.0, replace(constraint, non_negative=False))
        residuals = system.residuals(system.fits(solution.taps))
    variance, freedom = system.variance(residuals, solution.decided)
    error = np.sqrt(variance * solution.spread)
    return Known(system.as_kernel(solution.taps), system.as_kernel(error), freedom, least, most)
