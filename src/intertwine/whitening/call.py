"""`whiten`: a table by its covariance, a series by an autoregression."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.checks import word
from intertwine.base.errors import ShapeError
from intertwine.significance.autoregression import fitted, residual
from intertwine.whitening.estimator import Whitener
from intertwine.whitening.matrices import METHODS
from intertwine.whitening.reading import real_array

Array = NDArray[Any]


def whiten(
    X: Any,
    method: str = "zca",
    *,
    n_components: int | float | None = None,
    shrinkage: float = 0.0,
) -> Array:
    """Make data white: mean 0, variance 1, nothing correlated.

    Parameters
    ----------
    X : (n, p) table, or a series for "ar"
        Rows are observations.
    method : {"pca", "zca", "pca-cor", "zca-cor", "chol", "ar"}
        Which of the whitening matrices, see `Whitener`; or "ar": what an autoregression, its order
        chosen by AICc, does not foretell of a series, scaled to variance 1. The first samples,
        which have no predecessors, are foretold from those that there are.
    n_components, shrinkage
        As in `Whitener`.

    Returns
    -------
    array
        ``(n, k)``; of a series one as long.

    Raises
    ------
    ShapeError, OptionError
        One row, NaN, numbers whose squares overflow, a table for "ar".

    Examples
    --------
    >>> z = whiten([[1.0, 2.0], [2.0, 4.5], [3.0, 5.0], [4.0, 9.0]], "pca")
    >>> np.allclose(np.cov(z.T), np.eye(2))
    True
    """
    word("whiten", "method", method, (*METHODS, "ar"))
    array = real_array("whiten", "X", X, "Leave them out, or fill them.")
    if method != "ar":
        if array.ndim != 2 or len(array) < 2 or not array.shape[1]:
            raise ShapeError(
                f"whiten: `X` has shape {array.shape}; a table of 2 rows and 1 column at least is "
                'needed.\n  Pass X.reshape(-1, 1) for one column, or method="ar" for a series.'
            )
        model = Whitener(method, n_components=n_components, shrinkage=shrinkage)
        return np.asarray(model.fit_transform(X))
    if array.ndim != 1 or array.size < 10:
        raise ShapeError(
            f'whiten: method="ar" needs a series of at least 10 samples, got shape {array.shape}.\n'
            "  Pass one column."
        )
    return _innovations(array.astype(np.float64))


def _innovations(series: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = series - series.mean()
    taps = fitted(centred, min(1 + series.size // 10, 30))
    # The shorter predictors that the first samples take are those of Levinson's recursion.
    start = []
    shorter, gain = taps, 1.0
    for count in range(taps.size, 0, -1):
        reflection = float(shorter[-1])
        shorter = (shorter[:-1] + reflection * shorter[-2::-1]) / (1 - reflection**2)
        gain *= (1 - reflection**2) ** 0.5
        foretold = float(shorter @ centred[: count - 1][::-1]) if count > 1 else 0.0
        start.append(gain * (centred[count - 1] - foretold))
    white = np.concatenate([start[::-1], residual(centred, taps)])
    spread = float(white.std())
    return white / spread if spread > 0 else white
