"""Autoregressions by four ways of estimation, the order by a criterion."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.checks import integer, word
from intertwine.base.errors import OptionError, ShapeError, counted
from intertwine.series.arima import ARIMA, Prepared
from intertwine.series.fitted import FittedARIMA, fitted
from intertwine.series.likelihood import Likelihood
from intertwine.series.yule_walker import autocovariance, burg, least_squares, yule_walker

Array = NDArray[Any]

METHODS = ("ml", "yule-walker", "burg", "least-squares")
CRITERIA = ("aicc", "aic", "bic")


class AR:
    """``x[t] - m = sum_i ar[i] (x[t-i] - m) + e[t]``.

    Parameters
    ----------
    order : int, optional
        By default the one whose `criterion` is least, up to `max_order`.
    method : {"ml", "yule-walker", "burg", "least-squares"}
        Exact likelihood, which takes gaps; Levinson's recursion on autocovariances; Burg's; least
        squares.
    criterion : {"aicc", "aic", "bic"}
        Of the exact likelihood at each estimate.
    max_order : int, optional
        By default ``10 log10(n)``, as in R.

    Examples
    --------
    >>> from intertwine.series.arma import ARMA
    >>> x = ARMA(ar=[0.8]).simulate(500, rng=0)
    >>> found = AR(1, method="burg").fit(x)
    >>> bool(abs(found.arma.ar[0] - 0.8) < 0.1)
    True
    """

    def __init__(
        self,
        order: int | None = None,
        method: str = "ml",
        criterion: str = "aicc",
        max_order: int | None = None,
    ) -> None:
        self.order = None if order is None else integer("AR", "order", order, 0)
        self.method = word("AR", "method", method, METHODS)
        self.criterion = word("AR", "criterion", criterion, CRITERIA)
        self.max_order = None if max_order is None else integer("AR", "max_order", max_order, 0)

    def __repr__(self) -> str:
        order = f"up to {self.max_order}" if self.order is None else self.order
        return f"AR(order={order}, method={self.method!r})"

    def fit(self, x: Any) -> FittedARIMA:
        """Estimate; the result forecasts and diagnoses itself as every ARIMA model does."""
        first = ARIMA((self.order or 0, 0, 0), trend="c").prepare("AR.fit", x, None)
        if self.order is not None:
            return self._of_order(first, self.order)
        n = int(np.isfinite(first.values).sum())
        most = min(int(10 * np.log10(n)), n // 2 - 2)
        if self.max_order is not None:
            most = self.max_order
        found = [self._of_order(first, p) for p in range(max(most, 0) + 1)]
        return min(found, key=lambda model: getattr(model, self.criterion))

    def _of_order(self, data: Prepared, order: int) -> FittedARIMA:
        model = ARIMA((order, 0, 0), trend="c")
        if self.method == "ml" or order == 0:
            return fitted(model, data)
        values = data.values
        gaps = int(np.isnan(values).sum())
        if gaps:
            raise OptionError(
                f"AR.fit: method={self.method!r} takes no gaps, `x` has {gaps}.\n"
                "  Pass method='ml', which is exact with gaps."
            )
        if values.size < 2 * order + 2:
            raise ShapeError(
                f"AR.fit: `x` has {counted(values.size, 'sample')}, order {order} needs "
                f"{2 * order + 2}.\n  Pass a longer series, or a lower order."
            )
        taps, sigma2, mean = estimate(values, order, self.method)
        likelihood = Likelihood(values, data.regressors, model.differences, "AR.fit")
        return FittedARIMA(model, data, likelihood, taps, np.array([mean]), sigma2)


def estimate(x: Array, order: int, method: str) -> tuple[Array, float, float]:
    """Taps, variance of the errors and mean."""
    mean, n = float(np.mean(x)), x.size
    if method == "yule-walker":
        taps, sigma2, _ = yule_walker(autocovariance(x, order))
        return taps, sigma2 * n / (n - order - 1), mean
    if method == "burg":
        taps, sigma2, _ = burg(x, order)
        return taps, sigma2, mean
    return least_squares(x, order)
