"""Paired differences: under the null the sign of each is a coin.

The sum over the positive ones is a sum of independent terms, 0 or ``|d|``, so its distribution
is a convolution of two-point kernels: taps 1/2 and 1/2, ``|d|`` cells apart. No number is negative
and none is subtracted, which keeps the relative error of every chance, however small, below n eps.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intertwine.significance.grids import cells_on_grid
from intertwine.significance.halves import sign_halves, tails_by_halves
from intertwine.significance.laws import Law, Tails, next_narrow, sampled_tails, tails_of

Array = NDArray[np.float64]
Cells = NDArray[np.int64]

#: Additions that an exact distribution may take, and those of a bracket: about a second.
_MOST_WORK, _BRACKET_WORK = 1.2e9, (1e6, 1e7, 1e8)
_MOST_CELLS = 1 << 24
_AT_ONCE = 1 << 22  # signs that are drawn at once


def coin_law(reach: Cells) -> Array:
    """The distribution of a sum of terms, each 0 or its entry of `reach` by a coin.

    >>> coin_law(np.array([1, 1, 2])) * 8
    array([1., 2., 2., 2., 1.])
    """
    reach = np.sort(reach)
    mass = np.zeros(int(reach.sum()) + 1)
    mass[0] = 1.0
    filled = 1
    for number, step in enumerate(reach, start=1):
        # Convolution with the taps [1, 1], `step` apart; the halves come together as powers of 2.
        if step:
            mass[step : filled + step] += mass[:filled]
        else:
            mass[:filled] *= 2
        filled += int(step)
        if number % 512 == 0:
            mass[:filled] *= 2.0**-512
    mass *= 2.0 ** -(reach.size % 512)
    return mass


def difference_cells(a: Array, b: Array, eps: float) -> tuple[Cells, float] | None:
    """The differences as whole numbers of a unit; None off a grid, or if their law is too long."""
    found = cells_on_grid(np.concatenate([a, b]), eps)
    if found is None:
        return None
    cells, unit = found
    differences = cells[: a.size] - cells[a.size :]
    shared = int(np.gcd.reduce(differences)) or 1
    return differences // shared, unit * shared


def sign_law(
    differences: Array, cells: Cells | None, unit: float = 1.0, work: float = _BRACKET_WORK[-1]
) -> Law:
    """The distribution of the sum of `differences` under random signs."""
    sizes = np.abs(differences)
    if cells is not None and _affordable(np.abs(cells)):
        reach = np.abs(cells)
        return Law(coin_law(reach), -unit * float(reach.sum()), 2 * unit)
    total = float(sizes.sum())
    unit = max(total * differences.size / (2 * work), total / _MOST_CELLS)
    reach = np.rint(sizes / unit).astype(np.int64)
    # A sum of signs off by s * e is at worst off by the sum of |e|, either way.
    off = float(np.abs(sizes - unit * reach).sum()) + _rounding(sizes)
    return Law(coin_law(reach), -unit * float(reach.sum()), 2 * unit, -off, off)


def sign_tails(differences: Array, cells: Cells | None, unit: float) -> Tails:
    """The chances of their sum and beyond."""
    observed = float(differences.sum())
    if cells is not None and _affordable(np.abs(cells)):
        return tails_of(sign_law(differences, cells, unit), unit * float(cells.sum()))
    sizes = np.abs(differences)
    halves = sign_halves(sizes)
    if halves is not None:
        positive = float(sizes[differences > 0].sum())
        return tails_by_halves(halves, positive, _rounding(sizes))
    return next_narrow((sign_law(differences, None, work=w) for w in _BRACKET_WORK), observed)


def drawn_signs(differences: Array, resamples: int, seed: int) -> Tails:
    """The chances from seeded draws of signs."""
    rng = np.random.default_rng(seed)
    step = max(1, _AT_ONCE // differences.size)
    draws = [
        (2.0 * rng.integers(0, 2, (min(step, resamples - begin), differences.size)) - 1)
        @ differences
        for begin in range(0, resamples, step)
    ]
    observed = float(differences.sum())
    return sampled_tails(np.concatenate(draws), observed, _rounding(np.abs(differences)))


def _affordable(reach: Cells) -> bool:
    cells = float(reach.astype(np.float64).sum())
    return cells <= _MOST_CELLS and cells * reach.size / 2 <= _MOST_WORK


def _rounding(sizes: Array) -> float:
    """How far two orders of adding `sizes` may lie apart."""
    return float(4 * np.finfo(float).eps * sizes.size * sizes.sum())
