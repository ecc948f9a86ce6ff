"""How small a p-value so few cases can give at all."""

from __future__ import annotations

from math import comb, factorial, prod

import numpy as np

from intertwine.significance.reading import Groups, Pairs

_LEVEL = 0.05


def few_note(data: Pairs | Groups, design: str, alternative: str) -> tuple[str, ...]:
    """A word where no difference, however large, could look unlike chance."""
    if isinstance(data, Pairs) and design != "correlation" and (data.a == data.b).all():
        return ("All differences are 0: there is no sign that chance could turn.",)
    if (
        isinstance(data, Pairs)
        and design == "correlation"
        and not (np.ptp(data.a) * np.ptp(data.b))
    ):
        return ()
    sides = 2 if alternative == "two-sided" else 1
    least = min(1.0, (1 if design == "proportion" else sides) / _arrangements(data, design))
    if least <= _LEVEL:
        return ()
    return (
        f"So few cases give no p-value below {least:.2g}, however large the "
        f"{'relation' if design == 'correlation' else 'difference'}.",
    )


def _arrangements(data: Pairs | Groups, design: str) -> int:
    if isinstance(data, Groups):
        return prod(comb(m.size, int(m.sum())) for m in data.first)
    if design == "correlation":
        return prod(factorial(int(n)) for n in np.bincount(data.codes))
    return 1 << int((data.a != data.b).sum())
