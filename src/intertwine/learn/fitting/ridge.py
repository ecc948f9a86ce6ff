"""How much to hold the taps back: generalised cross-validation (Golub, Heath and Wahba, 1979).

A ridge L minimises ``|target - A k|^2 + L |k|^2``. With the eigenvalues w of the gram and z the
moment in its eigenvectors, what is left and the number of taps that the data decide are

    rest(L) = squares - sum z^2 / w + sum z^2 L^2 / (w (w + L)^2)        taps(L) = sum w / (w + L)

and the L is taken whose ``rows * rest(L) / (rows - taps(L))^2`` is least: what leaving out each
target in turn and predicting it from the others would miss, in a form that ignores how axes lie.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg, optimize  # type: ignore[import-untyped]

from intertwine.base.checks import number
from intertwine.base.errors import OptionError, did_you_mean, shown
from intertwine.learn.fitting.equations import LEAST_RCOND, Equations
from intertwine.learn.fitting.pairs import CALLER

_STEPS = 80


def checked_ridge(value: Any) -> float | None:
    """Return a ridge as a number; None stands for cross-validation."""
    if isinstance(value, str):
        if value == "gcv":
            return None
        raise OptionError(
            f"{CALLER}: `ridge={shown(value)}` is not known.{did_you_mean(value, ['gcv'])}\n"
            "  Pass a number, 'gcv' for cross-validation, or 0 for none."
        )
    wanted = "'gcv' or a number, 0 or more"
    return number(
        CALLER, "ridge", 0.0 if value is None else value, lambda n: 0 <= n < np.inf, wanted
    )


def cross_validated(equations: Equations) -> float:
    """The ridge that generalised cross-validation takes."""
    values, vectors = linalg.eigh(equations.gram)
    top = float(values[-1])
    if top <= 0:  # the source is 0 everywhere: any ridge gives taps of 0
        return 1.0
    known = values > values.size * np.finfo(float).eps * top
    values, parts = values[known], (vectors[:, known].T @ equations.moment) ** 2
    rest = max(equations.squares - float((parts / values).sum()), 0.0)

    def score(log_ridge: float) -> float:
        ridge = np.exp(log_ridge)
        left = rest + float((parts / values * (ridge / (values + ridge)) ** 2).sum())
        taps = float((values / (values + ridge)).sum())
        return float(np.log(left + 1e-300) - 2 * np.log(max(equations.rows - taps, 1e-9)))

    # No smaller than what makes the equations solvable, in the norm that is asked there.
    ends = np.log(top * LEAST_RCOND * len(equations.gram)), np.log(10 * top)
    tried = np.linspace(*ends, _STEPS)
    best = int(np.argmin([score(each) for each in tried]))
    around = tried[max(best - 1, 0)], tried[min(best + 1, _STEPS - 1)]
    found = optimize.minimize_scalar(score, bounds=around, method="bounded")
    return float(np.exp(found.x))
