"""Series as convolutions: weighted averages, autoregressions and ARIMA models, fitted exactly.

A weighted moving average is a kernel, an autoregression the inverse of one, and an ARMA model their
quotient ``theta(B) / phi(B)``; differencing is one more kernel. The likelihood of such a model is a
whitening: convolve the series with the inverse kernel and see how large and how white the rest is.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intertwine.series.arima import ARIMA
    from intertwine.series.arma import ARMA
    from intertwine.series.automatic import auto_arima
    from intertwine.series.autoregression import AR
    from intertwine.series.averages import weighted_average
    from intertwine.series.comparison import backtest
    from intertwine.series.layers import read_layer
    from intertwine.series.smoothing import ExponentialSmoothing
    from intertwine.series.storage import load

_HOMES = {
    "AR": "autoregression",
    "ARIMA": "arima",
    "ARMA": "arma",
    "ExponentialSmoothing": "smoothing",
    "auto_arima": "automatic",
    "backtest": "comparison",
    "load": "storage",
    "read_layer": "layers",
    "weighted_average": "averages",
}

__all__ = [
    "AR",
    "ARIMA",
    "ARMA",
    "ExponentialSmoothing",
    "auto_arima",
    "backtest",
    "load",
    "read_layer",
    "weighted_average",
]


def __getattr__(name: str) -> Any:
    """Load what is named: fitting needs SciPy's optimisers, which take a while."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"intertwine.series.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'intertwine.series' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
