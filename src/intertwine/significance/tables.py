"""Proportions: with the totals held, how many successes fall to the first group is hypergeometric.

Over strata the counts add, so their laws convolve. Under a common odds ratio w a count k is
``w^k`` times as likely: one law serves the p-value (Fisher's exact test) and the interval.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats  # type: ignore[import-untyped]

from intertwine.significance.laws import Bounds

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_WIDEST = 700.0  # of the logarithm of an odds ratio


class Table:
    """Successes of two groups, with strata added up."""

    def __init__(self, values: Sequence[Array], first: Sequence[Mask]):
        mass, self.least, self.observed = np.ones(1), 0, 0
        for v, m in zip(values, first, strict=True):
            successes, size = int(v.sum()), int(m.sum())
            least = max(0, successes - (v.size - size))
            counts = np.arange(least, min(size, successes) + 1)
            mass = np.convolve(mass, stats.hypergeom.pmf(counts, v.size, successes, size))
            self.least += least
            self.observed += int(v[m].sum())
        self.mass = mass
        self.counts = self.least + np.arange(mass.size)

    def pvalue(self, alternative: str) -> Bounds:
        """Two-sided: all counts that are no likelier than the observed one, as Fisher's test."""
        if alternative == "greater":
            p = self.mass[self.counts >= self.observed].sum()
        elif alternative == "less":
            p = self.mass[self.counts <= self.observed].sum()
        else:
            own = self.mass[self.observed - self.least]
            p = self.mass[self.mass <= own * (1 + 1e-9)].sum()
        p = min(1.0, float(p))
        return Bounds(p, p)

    def odds_ratio(self) -> float:
        """The one under which the observed count is the mean: maximum likelihood."""
        if self.observed == self.counts[0]:
            return 0.0 if self.counts.size > 1 else float("nan")
        if self.observed == self.counts[-1]:
            return float("inf")
        return self._solve(lambda law: float(law @ self.counts) - self.observed)

    def interval(self, level: float, alternative: str) -> tuple[float, float]:
        """The odds ratios that neither one-sided test rejects (Cornfield 1956, exactly)."""
        miss = (1 - level) / (2 if alternative == "two-sided" else 1)
        above, below = self.counts >= self.observed, self.counts <= self.observed
        low, high = 0.0, float("inf")
        if alternative != "less" and self.observed > self.counts[0]:
            low = self._solve(lambda law: float(law[above].sum()) - miss)
        if alternative != "greater" and self.observed < self.counts[-1]:
            high = self._solve(lambda law: miss - float(law[below].sum()))
        return low, high

    def _solve(self, rising: object) -> float:
        def at(log_ratio: float) -> float:
            logs = np.log(np.maximum(self.mass, 1e-320)) + self.counts * log_ratio
            return float(rising(np.exp(logs - special.logsumexp(logs))))  # type: ignore[operator]

        return float(np.exp(optimize.brentq(at, -_WIDEST, _WIDEST, xtol=1e-12)))
