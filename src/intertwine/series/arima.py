"""ARIMA: differences, then a rational kernel; fitted by the exact Gaussian likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.base.checks import is_integer, is_listed, word
from intertwine.base.errors import OptionError, ShapeError, counted, shown
from intertwine.kernel import Kernel
from intertwine.series import box_cox as transforms
from intertwine.series.polynomials import differenced, differencing
from intertwine.series.reading import Observed, read_regressors, read_series, refuse_constant
from intertwine.series.structure import Structure, lags_of

if TYPE_CHECKING:
    from intertwine.series.fitted import FittedARIMA

Array = NDArray[Any]

Order = int | Sequence[int]

TRENDS = {"n": (), "c": ("const",), "t": ("drift",), "ct": ("const", "drift")}
METHODS = ("ml", "css", "whittle")


@dataclass(frozen=True)
class Prepared:
    """Data as the likelihood takes them."""

    observed: Observed
    values: Array  # on the model's scale
    regressors: Array
    names: list[str]
    transform: transforms.BoxCox | None


class ARIMA:
    """A regression whose errors are ARIMA: ``phi(B) Phi(B^s) (1-B)^d (1-B^s)^D (x - X b) = ...``.

    ``... = theta(B) Theta(B^s) e``. MA taps carry a plus sign, as in R and statsmodels.

    Parameters
    ----------
    order : (p, d, q)
        p and q may be lists of lags: ``(1, 1, [1, 4])``.
    seasonal_order : (P, D, Q, s)
    trend : {"n", "c", "t", "ct"}, optional
        Nothing, a constant (the mean), a line, both. By default "c" without differences, else "n".
        Under one difference "t" is the drift.
    method : {"ml", "css", "whittle"}
        Exact likelihood; the sum of squares given the first samples; the likelihood of the
        periodogram. The last two take no gaps; all report the exact likelihood.
    box_cox : float, "log", "auto" or None
        Model the logarithm or a power of the samples; forecasts come back on their scale.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = np.cumsum(rng.normal(size=300)) + 50
    >>> model = ARIMA(order=(0, 1, 1)).fit(x)
    >>> bool(abs(model.params[0]) < 0.2)
    True
    >>> model.forecast(2, level=0.95).mean.shape
    (2,)
    """

    def __init__(
        self,
        order: Sequence[Any] = (0, 0, 0),
        seasonal_order: Sequence[Any] = (0, 0, 0, 0),
        trend: str | None = None,
        method: str = "ml",
        box_cox: float | str | None = None,
    ) -> None:
        self.p, self.d, self.q = _triple("order", order, 3)
        *seasonal, season = _triple("seasonal_order", seasonal_order, 4)
        self.seasonal_p, self.seasonal_d, self.seasonal_q = seasonal
        self.season = _season(season, any(seasonal))
        self.order = (order[0], self.d, order[2])
        self.seasonal_order = (
            seasonal_order[0], self.seasonal_d, seasonal_order[2], season if any(seasonal) else 0
        )  # fmt: skip
        if trend is None:
            trend = "n" if self.d or self.seasonal_d else "c"
        self.trend = word("ARIMA", "trend", trend, list(TRENDS))
        self.method = word("ARIMA", "method", method, METHODS)
        self.box_cox = box_cox
        if "c" in self.trend and (self.d or self.seasonal_d):
            raise OptionError(
                f"ARIMA: `trend={trend!r}` holds a constant, which differencing (d={self.d}, "
                f"D={self.seasonal_d}) removes.\n  Pass trend='t' for a drift, or trend='n'."
            )
        if "t" in self.trend and self.d + self.seasonal_d > 1:
            raise OptionError(
                f"ARIMA: `trend={trend!r}` is a line, which {self.d + self.seasonal_d} "
                "differences remove.\n  Pass trend='n'."
            )

    @cached_property
    def structure(self) -> Structure:
        """Which lags have taps."""
        return Structure(
            lags_of(self.p), lags_of(self.q), lags_of(self.seasonal_p),
            lags_of(self.seasonal_q), self.season,
        )  # fmt: skip

    @cached_property
    def differences(self) -> Kernel:
        """The kernel that takes the differences."""
        return differencing(self.d, self.seasonal_d, self.season)

    def __repr__(self) -> str:
        parts = [f"order={self.order}"]
        if any(self.seasonal_order):
            parts.append(f"seasonal_order={self.seasonal_order}")
        parts.append(f"trend={self.trend!r}")
        if self.method != "ml":
            parts.append(f"method={self.method!r}")
        if self.box_cox is not None:
            parts.append(f"box_cox={self.box_cox!r}")
        return f"ARIMA({', '.join(parts)})"

    def fit(self, x: Any, exog: Any = None) -> FittedARIMA:
        """Find the parameters that make `x` most likely.

        Parameters
        ----------
        x : (N,) array, list or pandas Series
            NaN are missing samples.
        exog : (N,) or (N, M) array or DataFrame, optional
            Regressors, known at every time.

        Returns
        -------
        FittedARIMA
            With `params`, `bse`, `sigma2`, `llf`, `aic`, `aicc`, `bic`, `residuals`, `forecast`.
        """
        from intertwine.series.fitted import fitted

        return fitted(self, self.prepare("ARIMA.fit", x, exog))

    def at(self, x: Any, params: ArrayLike, exog: Any = None) -> FittedARIMA:
        """The model of `x` with parameters that are given, in the order of `param_names`."""
        from intertwine.series.fitted import placed

        return placed(self, self.prepare("ARIMA.at", x, exog), np.asarray(params, float))

    @property
    def trend_names(self) -> list[str]:
        """What the coefficients of the trend are called."""
        return list(TRENDS[self.trend])

    def trend_rows(self, first: int, count: int) -> Array:
        """Regressors of the trend at times `first`, `first` + 1, ...; the data begin at 1."""
        rows = {"const": np.ones(count), "drift": np.arange(first, first + count, dtype=float)}
        return np.array([rows[name] for name in self.trend_names]).reshape(-1, count)

    def prepare(self, caller: str, x: Any, exog: Any) -> Prepared:
        """Check data and bring them to the scale of the model."""
        observed = read_series(caller, x)
        refuse_constant(caller, "x", observed.values)
        transform = transforms.read(caller, self.box_cox, observed.values, self.season)
        values = observed.values if transform is None else transform.forward(observed.values)
        given, names = read_regressors(caller, exog, values.size)
        regressors = np.concatenate([self.trend_rows(1, values.size), given])
        self._check_length(caller, values, len(regressors))
        self._check_regressors(caller, regressors, [*self.trend_names, *names])
        return Prepared(observed, values, regressors, [*self.trend_names, *names], transform)

    def _check_length(self, caller: str, values: Array, regressors: int) -> None:
        present = int(np.isfinite(values).sum())
        needed = self.differences.size - 1 + self.structure.size + regressors + 2
        if present < needed:
            raise ShapeError(
                f"{caller}: `x` has {counted(present, 'sample')}, this model needs {needed}: "
                f"{self.differences.size - 1} for differences, "
                f"{self.structure.size + regressors + 1} for parameters.\n"
                "  Pass a longer series, or a lower order."
            )

    def _check_regressors(self, caller: str, regressors: Array, names: list[str]) -> None:
        if not len(regressors):
            return
        left = differenced(regressors, self.differences)
        norms = np.sqrt((left**2).sum(axis=1))
        scale = np.abs(regressors).max(axis=1) * np.sqrt(left.shape[1])
        gone = [n for n, norm, s in zip(names, norms, scale, strict=True) if norm <= 1e-12 * s]
        if gone:
            raise OptionError(
                f"{caller}: differencing removes {', '.join(gone)}.\n"
                "  Leave it out: it has no effect under these differences."
            )
        found = np.linalg.matrix_rank(left / norms[:, None])
        if found < len(left):
            raise OptionError(
                f"{caller}: the {len(left)} regressors ({', '.join(names)}) have rank {found}.\n"
                "  Leave out those that others add up to; a constant is in already with trend='c'."
            )


def _triple(name: str, value: Any, count: int) -> list[Any]:
    parts = "(p, d, q)" if count == 3 else "(P, D, Q, s)"
    if not is_listed(value) or len(value) != count:
        raise OptionError(f"ARIMA: `{name}={shown(value)}` must be {parts}.")
    found: list[Any] = []
    for place, part in enumerate(value):
        lags = place in (0, 2) and is_listed(part)
        if lags and all(is_integer(lag) and lag > 0 for lag in part):
            found.append(tuple(sorted({int(lag) for lag in part})))
        elif is_integer(part) and 0 <= part <= 1 << 20:
            found.append(int(part))
        else:
            raise OptionError(
                f"ARIMA: `{name}={shown(tuple(value))}` must be {parts} of integers from 0; p and "
                "q may be lists of lags."
            )
    return found


def _season(season: int, used: bool) -> int:
    if used and season < 2:
        raise OptionError(
            f"ARIMA: a seasonal order needs a season of at least 2 samples, not {season}.\n"
            "  Pass it last: seasonal_order=(0, 1, 1, 12)."
        )
    return season if used else 1
