"""A model as a picture: history and forecast above, the residuals' autocorrelations below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from intertwine.base.libraries import need
from intertwine.series.forecasts import Forecast

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from intertwine.series.fitted import FittedARIMA

#: Samples of the past that are drawn for each sample of the forecast, and at least.
_PAST, _LEAST_PAST = 6, 100


def drawn(fitted: FittedARIMA, h: int | None, level: float, exog: Any) -> Figure:
    """Both panels in one figure."""
    if h is None:
        season = fitted.model.season
        h = 2 * season if 1 < season <= 60 else 12
    return figure_of(fitted, fitted.forecast(h, level, exog))


def figure_of(fitted: FittedARIMA, forecast: Forecast, labels: Any = None) -> Figure:
    """The same for a forecast at hand; `labels` are the times of all samples and steps."""
    figures: Any = need("matplotlib.figure", "A picture of a forecast")
    figure: Figure = figures.Figure(figsize=(10, 6.5), layout="constrained")
    above, below = figure.subplots(2, 1, height_ratios=[3, 1.4])
    _history(above, fitted, forecast, labels)
    _correlations(below, fitted)
    return figure


def _history(axes: Any, fitted: FittedARIMA, forecast: Forecast, labels: Any) -> None:
    values, steps = fitted._data.observed.values, len(forecast)
    index = fitted._data.observed.index
    start = max(0, values.size - max(_LEAST_PAST, _PAST * steps))
    past: Any = np.arange(start, values.size)
    ahead: Any = np.arange(values.size, values.size + steps)
    if labels is not None:
        past, ahead = labels[start : values.size], labels[values.size : values.size + steps]
    elif index is not None and hasattr(index, "to_timestamp"):
        past = index[start:].to_timestamp()
        ahead = forecast.index.to_timestamp()
    elif index is not None:
        past, ahead = index[start:], forecast.index
    axes.plot(past, values[start:], color="#444444", lw=1.1, label="series")
    mean, lower, upper = (np.asarray(forecast[name]) for name in ("mean", "lower", "upper"))
    axes.plot(ahead, mean, color="#c06000", lw=1.6, label="forecast")
    axes.fill_between(
        ahead, lower, upper, color="#e0a03c", alpha=0.35, lw=0,
        label=f"{100 * forecast.level:g} % interval",
    )  # fmt: skip
    axes.set_title(repr(fitted.model), fontsize=10)
    axes.legend(loc="upper left", fontsize=8, frameon=False)


def _correlations(axes: Any, fitted: FittedARIMA) -> None:
    found = fitted.diagnose()
    lags = np.arange(1, found.acf.size + 1)
    axes.bar(lags, found.acf, width=0.3, color="#2d58aa")
    axes.axhspan(-found.bound, found.bound, color="#888888", alpha=0.2, lw=0)
    axes.axhline(0, color="#444444", lw=0.8)
    axes.set_xlabel("lag")
    axes.set_ylabel("ACF of residuals", fontsize=9)
    axes.set_title(found.sentences[0], fontsize=9)
