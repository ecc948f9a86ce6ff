"""How often shuffled data look as correlated: exact where laws of many samples are not yet true."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_AT_ONCE, _MOST = 100, 1000
_ENOUGH = 20  # shuffles at least as far out: the p-value is then known to a quarter of itself
_CLEAR = 1e-9  # a law's p-value that no shuffle would contradict


def shuffled_pvalue(
    observed: float, law: float, statistics: Callable[[np.random.Generator, int], Array]
) -> float:
    """The share of shuffles with a statistic at least as large, the data themselves counted in.

    Parameters
    ----------
    law : float
        What the law of many samples says: taken where it leaves no doubt, since a thousand
        shuffles cannot show less than 0.001.
    statistics : (rng, count) -> (count,) array
        Of so many shuffles.
    """
    if law < _CLEAR:
        return law
    rng, beyond, drawn = np.random.default_rng(0), 1, 1
    while drawn <= _MOST - _AT_ONCE + 1 and beyond < _ENOUGH:
        found = statistics(rng, _AT_ONCE)
        beyond += int((found >= observed * (1 - 1e-12)).sum())
        drawn += _AT_ONCE
    return beyond / drawn
