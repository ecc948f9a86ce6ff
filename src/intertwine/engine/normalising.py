"""Normalised correlation from sums over windows: ``p / sqrt(sum w^2 - (sum w)^2 / m)``.

The sums come from plans; what is left is a few operations on each place, done in one pass.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from intertwine import _core

Array = NDArray[Any]


def norms(sums: Array, squares: Array, size: int, floor: Array, share: float, out: Array) -> bool:
    """Fill `out` with ``sqrt(squares - sums^2 / size)``; True if any is NaN.

    NaN are those whose square is not more than ``floor + share * sums^2 / size``.

    Parameters
    ----------
    sums, squares : (S, ...) float64 arrays, C order
        Of the samples in each window and of their squares, in S segments.
    size : int
        Samples in a window.
    floor : (S,) float64 array
        One for each segment.
    share : float
        How large a part of ``sums^2 / size`` must be left besides.
    out : (S, ...) float32 or float64 array, C order

    Examples
    --------
    >>> import numpy as np
    >>> sums, squares = np.array([[3.0, 4.0]]), np.array([[5.0, 8.0]])  # of (1, 2) and of (2, 2)
    >>> out = np.empty((1, 2))
    >>> norms(sums, squares, 2, np.zeros(1), 0.0, out), (out**2).round(9).tolist()
    (True, [[0.5, nan]])
    """
    return _core.norms(sums, squares, floor, 1 / size, share, out)


def scores(norms: Array, products: Array) -> None:
    """Divide ``(P, S, ...)`` products by ``(S, ...)`` norms in place, held within -1 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> products = np.array([[1.0, 3.0, -9.0]])
    >>> scores(np.array([2.0, np.nan, 8.0]), products)
    >>> products.tolist()
    [[0.5, nan, -1.0]]
    """
    _core.scores(norms, products)
