"""A fitted ARIMA model: what was found, how sure it is, and what it says of the future."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm  # type: ignore[import-untyped]

from intertwine.base.checks import integer, number
from intertwine.base.errors import OptionError, ShapeError, counted
from intertwine.series.arima import ARIMA, Prepared
from intertwine.series.arma import ARMA
from intertwine.series.forecasts import Forecast
from intertwine.series.information import information
from intertwine.series.likelihood import Likelihood
from intertwine.series.projection import project
from intertwine.series.reading import read_regressors

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from intertwine.series.diagnosis import Diagnosis

Array = NDArray[Any]

#: Steps of a forecast: the work for their variances grows with the square.
_FARTHEST = 100_000


class FittedARIMA:
    """A model with its parameters and its data. Never changes; `append` makes another.

    Attributes
    ----------
    params, bse, param_names
        Coefficients of trend and regressors, AR, MA, seasonal AR, seasonal MA, `sigma2`; their
        standard errors, from the curvature of the likelihood.
    llf, aic, aicc, bic
        The exact log-likelihood and what criteria make of it.
    nobs : int
        Samples that count: those present, less one for each difference.
    notes : tuple of str
        What a reader should know before trusting it.
    """

    def __init__(
        self,
        model: ARIMA,
        data: Prepared,
        likelihood: Likelihood,
        arma_params: Array,
        coefficients: Array | None,
        sigma2: float | None,
        notes: tuple[str, ...] = (),
        fitted: bool = True,
    ) -> None:
        self.model, self._data, self._likelihood = model, data, likelihood
        self._arma_params = arma_params
        self._taps = model.structure.taps(arma_params)
        profile = likelihood.profile(*self._taps, coefficients)
        if profile is None:
            raise OptionError(
                "ARIMA.at: the AR taps are not stationary, a root lies on or inside the unit "
                "circle.\n  Difference the series instead, or pass other parameters."
            )
        self._profile = profile
        self._coefficients = profile.coefficients
        self.sigma2 = float(profile.variance if sigma2 is None else sigma2)
        self._is_fitted = fitted
        self.notes = notes
        self.llf = float(profile.log_likelihood(self.sigma2))
        self.nobs = likelihood.count

    # What was found.

    @property
    def params(self) -> Array:
        """All parameters, in the order of `param_names`."""
        return np.concatenate([self._coefficients, self._arma_params, [self.sigma2]])

    @property
    def param_names(self) -> list[str]:
        """As statsmodels calls them."""
        return [*self._data.names, *self.model.structure.names, "sigma2"]

    @cached_property
    def cov_params(self) -> Array:
        """Covariance of the estimates without `sigma2`: the inverse of the observed information."""
        found = information(
            self._likelihood, self.model.structure, self._arma_params, self._profile
        )
        size = len(found)
        usable = np.isfinite(found).all(axis=1)
        cov = np.full((size, size), np.nan)
        part = found[np.ix_(usable, usable)]
        if part.size and np.linalg.matrix_rank(part) == len(part):
            cov[np.ix_(usable, usable)] = np.linalg.inv(part)
        return cov

    @cached_property
    def bse(self) -> Array:
        """Standard errors; NaN where the likelihood has no peak, as on the unit circle."""
        with np.errstate(invalid="ignore"):
            errors = np.sqrt(np.diag(self.cov_params))
        return np.concatenate([errors, [self.sigma2 * np.sqrt(2 / self.nobs)]])

    @property
    def _free(self) -> int:
        return self.params.size

    @property
    def aic(self) -> float:
        """Akaike's criterion; `sigma2` counts as a parameter."""
        return -2 * self.llf + 2 * self._free

    @property
    def aicc(self) -> float:
        """The same, corrected for short series (Hurvich and Tsai 1989)."""
        left = self.nobs - self._free - 1
        k = self._free
        return self.aic + 2 * k * (k + 1) / left if left > 0 else np.inf

    @property
    def bic(self) -> float:
        """Schwarz's criterion."""
        return -2 * self.llf + float(np.log(self.nobs)) * self._free

    @cached_property
    def arma(self) -> ARMA:
        """The rational kernel of the differenced series."""
        polynomials = []
        for taps in self._taps:
            dense = np.zeros(taps.reach)
            dense[taps.lags - 1] = taps.values[0]
            polynomials.append(dense)
        return ARMA(*polynomials, sigma2=self.sigma2)

    def describe(self) -> str:
        """In words: how long shocks last, in the series and in its differences."""
        from intertwine.series.words import described_fit

        return described_fit(self)

    # What it says of the data.

    @cached_property
    def _innovations(self) -> tuple[Array, Array]:
        return self._likelihood.innovations(*self._taps, self._coefficients)

    @property
    def residuals(self) -> Any:
        """One-step prediction errors on the scale of the model.

        NaN at gaps and at the first samples, which differences leave without a prediction.
        """
        return self._data.observed.wrapped(self._innovations[0], "residuals")

    @property
    def standardized_residuals(self) -> Any:
        """The same over their standard deviations: white with variance 1 if the model is right."""
        errors, variance = self._innovations
        return self._data.observed.wrapped(
            errors / np.sqrt(self.sigma2 * variance), "standardized_residuals"
        )

    @property
    def fittedvalues(self) -> Any:
        """One-step predictions on the scale of the data, as medians where it was transformed."""
        predicted = self._data.values - self._innovations[0]
        transform = self._data.transform
        back = predicted if transform is None else transform.backward(predicted)
        return self._data.observed.wrapped(back, "fittedvalues")

    def predict(self, start: int = 0, end: int | None = None) -> Any:
        """One-step predictions of samples `start` to `end` (not included), as in `fittedvalues`."""
        return self.fittedvalues[start:end]

    def diagnose(self, lags: int | None = None) -> Diagnosis:
        """Whether the residuals are white and normal: Ljung-Box, their ACF, Jarque-Bera."""
        from intertwine.series.diagnosis import diagnose

        return diagnose(self, lags)

    # What it says of the future.

    def forecast(
        self, h: int = 1, level: float = 0.95, exog: Any = None, bias_corrected: bool = False
    ) -> Forecast:
        """The next `h` samples: mean, standard error, and the interval that holds `level`.

        Standard errors take parameters as known, as R's and statsmodels' do.

        Parameters
        ----------
        exog : (h,) or (h, M) array, optional
            The regressors of these samples, needed where the model has some.
        bias_corrected : bool
            With a Box-Cox transform: means on the scale of the data instead of medians.
        """
        h = integer("forecast", "h", h, 1, _FARTHEST)
        level = number(
            "forecast", "level", level, lambda v: 0 < v < 1, "between 0 and 1, such as 0.95"
        )
        mean, variance = project(
            self._likelihood, self._profile, *self._taps, self._coefficients, h
        )
        mean = mean + self._coefficients @ self._future_regressors(h, exog)
        se = np.sqrt(self.sigma2 * variance)
        reach = float(norm.ppf(0.5 + level / 2)) * se
        lower, upper = mean - reach, mean + reach
        transform = self._data.transform
        if transform is not None:
            lower, upper = transform.backward(lower), transform.backward(upper)
            mean = transform.mean(mean, se**2) if bias_corrected else transform.backward(mean)
        ahead = self._data.observed.ahead
        return Forecast(
            ahead(mean, "mean"), ahead(se, "se"), ahead(lower, "lower"), ahead(upper, "upper"),
            level,
        )  # fmt: skip

    def _future_regressors(self, h: int, exog: Any) -> Array:
        trend = self.model.trend_rows(self._data.values.size + 1, h)
        wanted = len(self._data.names) - len(trend)
        if exog is None and wanted:
            raise OptionError(
                f"forecast: the model has {counted(wanted, 'regressor')} "
                f"({', '.join(self._data.names[len(trend) :])}), whose next {h} rows are needed.\n"
                "  Pass them: forecast(h, exog=...)."
            )
        rows, _ = read_regressors("forecast", exog, h)
        if len(rows) != wanted:
            raise ShapeError(
                f"forecast: `exog` has {counted(len(rows), 'column')}, the model has {wanted}.\n"
                "  Pass the same regressors as in fit, in the same order."
            )
        return np.concatenate([trend, rows])

    def simulate(
        self, h: int, paths: int = 1, rng: np.random.Generator | int | None = None,
        exog: Any = None,
    ) -> Array:  # fmt: skip
        """Draw what may follow the data: (paths, h), on the scale of the data."""
        from intertwine.series.futures import drawn

        h, paths = integer("simulate", "h", h, 1), integer("simulate", "paths", paths, 1)
        rows = self._future_regressors(h, exog)
        found = drawn(self, h, paths, np.random.default_rng(rng)) + self._coefficients @ rows
        transform = self._data.transform
        return found if transform is None else transform.backward(found)

    def append(self, x: Any, exog: Any = None) -> FittedARIMA:
        """The same model and parameters with more data behind the old; nothing is fitted again."""
        from intertwine.series.futures import joined

        return joined(self, x, exog)

    # How it presents itself.

    def summary(self) -> str:
        """Parameters, errors and criteria as a table."""
        from intertwine.series.summary import summary

        return summary(self)

    def __repr__(self) -> str:
        return self.summary()

    def plot(self, h: int | None = None, level: float = 0.95, exog: Any = None) -> Figure:
        """Draw history, forecast with its interval, and the residuals' ACF, with Matplotlib."""
        from intertwine.series.picture import drawn

        return drawn(self, h, level, exog)

    def save(self, path: str | Path) -> None:
        """Write model, parameters and data as JSON; `intertwine.series.load` reads it."""
        from intertwine.series.storage import save

        save(self, Path(path))


def fitted(model: ARIMA, data: Prepared) -> FittedARIMA:
    """Find the parameters of `model` for `data`."""
    from intertwine.series.searching import find

    likelihood = Likelihood(data.values, data.regressors, model.differences, "ARIMA.fit")
    params, notes = find(model, likelihood)
    return FittedARIMA(model, data, likelihood, params, None, None, notes)


def placed(model: ARIMA, data: Prepared, params: Array) -> FittedARIMA:
    """The model with all its parameters given."""
    likelihood = Likelihood(data.values, data.regressors, model.differences, "ARIMA.at")
    m, count = len(data.names), model.structure.size
    if params.shape != (m + count + 1,):
        names = [*data.names, *model.structure.names, "sigma2"]
        raise ShapeError(
            f"ARIMA.at: `params` has shape {params.shape}, {m + count + 1} are needed.\n"
            f"  Pass {', '.join(names)}."
        )
    sigma2 = number("ARIMA.at", "sigma2", float(params[-1]), lambda v: 0 < v < np.inf, "above 0")
    return FittedARIMA(
        model, data, likelihood, params[m : m + count], params[:m], sigma2, fitted=False
    )
