"""Backtests: a model beside forecasts that need none, on samples that it never saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.checks import integer
from intertwine.base.errors import IntertwineError, ShapeError
from intertwine.base.tables import aligned
from intertwine.series.arima import ARIMA
from intertwine.series.automatic import auto_arima
from intertwine.series.reading import read_series
from intertwine.series.smoothing import ExponentialSmoothing

Array = NDArray[Any]


@dataclass(frozen=True)
class Score:
    """One forecaster on the samples held out.

    `mase` is the mean absolute error over that of the (seasonal) naive forecast, one step ahead
    within the training samples (Hyndman and Koehler 2006); `coverage` is the share of samples
    inside the 95 % interval, NaN without one.
    """

    name: str
    mae: float
    rmse: float
    mase: float
    coverage: float
    forecast: Array


@dataclass(frozen=True)
class Backtest:
    """Scores, the model first."""

    holdout: int
    season: int
    scores: tuple[Score, ...]

    @property
    def best(self) -> Score:
        """The forecaster with the least MASE."""
        return min(self.scores, key=lambda score: score.mase)

    def __repr__(self) -> str:
        head = ("", "MAE", "RMSE", "MASE", "in 95 %")
        rows = [
            (
                s.name, f"{s.mae:.4g}", f"{s.rmse:.4g}", f"{s.mase:.3f}",
                "" if np.isnan(s.coverage) else f"{100 * s.coverage:.0f} %",
            )
            for s in self.scores
        ]  # fmt: skip
        lines = aligned([head, *rows])
        return "\n".join([f"The last {self.holdout} samples, forecast from those before:", *lines])


def backtest(x: Any, holdout: int, season: int = 1, model: ARIMA | None = None) -> Backtest:
    """Fit without the last `holdout` samples, forecast them, and compare.

    Parameters
    ----------
    model : ARIMA, optional
        What to fit; by default `auto_arima` chooses, from the training samples alone.

    Examples
    --------
    >>> from intertwine.series.arma import ARMA
    >>> x = 10 + ARMA(ar=[0.9]).simulate(200, rng=1)
    >>> result = backtest(x, 8, model=ARIMA((1, 0, 0)))
    >>> [score.name for score in result.scores]
    ['ARIMA(1, 0, 0)', 'exponential smoothing', 'naive', 'mean']
    """
    season = integer("backtest", "season", season, 1)
    values = read_series("backtest", x).values
    holdout = integer("backtest", "holdout", holdout, 1)
    if values.size - holdout < 2 * season + 2:
        raise ShapeError(
            f"backtest: `holdout={holdout}` leaves {values.size - holdout} of {values.size} "
            f"samples, at least {2 * season + 2} are needed.\n  Hold out fewer."
        )
    train, test = values[:-holdout], values[-holdout:]
    scale = _naive_error(train, season)
    found = auto_arima(train, season) if model is None else model.fit(train)
    forecast = found.forecast(holdout)
    inside = (forecast.lower <= test) & (test <= forecast.upper)
    coverage = float(inside[np.isfinite(test)].mean())
    scores = [_score(_name(found.model), forecast.mean, test, scale, coverage)]
    for name, make in _plain(train, holdout, season):
        try:
            scores.append(_score(name, make(), test, scale, np.nan))
        except IntertwineError:  # too short for it
            continue
    return Backtest(holdout, season, tuple(scores))


def _name(model: ARIMA) -> str:
    seasonal = ""
    if any(model.seasonal_order):
        *orders, season = model.seasonal_order
        seasonal = f"({', '.join(map(str, orders))}){season}"
    return f"ARIMA({', '.join(map(str, model.order))}){seasonal}"


def _plain(train: Array, h: int, season: int) -> list[tuple[str, Callable[[], Array]]]:
    last = _filled_forward(train)

    def smoothed() -> Array:
        fitted = ExponentialSmoothing(season=season if season > 1 else None).fit(train)
        return np.asarray(fitted.forecast(h).mean)

    found: list[tuple[str, Callable[[], Array]]] = [("exponential smoothing", smoothed)]
    if season > 1:
        found.append(("seasonal naive", lambda: np.resize(last[-season:], h)))
    found.append(("naive", lambda: np.full(h, last[-1])))
    found.append(("mean", lambda: np.full(h, np.nanmean(train))))
    return found


def _filled_forward(x: Array) -> Array:
    """Each gap holds the sample before it; the first ones the first sample."""
    at = np.where(np.isfinite(x), np.arange(x.size), -1)
    at = np.maximum.accumulate(at)
    return x[np.where(at < 0, int(np.argmax(np.isfinite(x))), at)]


def _naive_error(train: Array, season: int) -> float:
    steps = np.abs(train[season:] - train[:-season])
    return float(np.nanmean(steps)) or np.nan


def _score(name: str, forecast: Array, test: Array, scale: float, coverage: float) -> Score:
    errors = np.asarray(forecast) - test
    mae = float(np.nanmean(np.abs(errors)))
    rmse = float(np.sqrt(np.nanmean(errors**2)))
    return Score(name, mae, rmse, mae / scale, coverage, np.asarray(forecast))
