"""Every refusal, by its whole text."""

import numpy as np
import pandas as pd
import pytest

from intertwine.base.errors import IntertwineError
from intertwine.series import AR, ARIMA, ARMA, auto_arima, backtest, read_layer

ROOTS = np.arange(30.0) ** 0.5


def dated(*days):
    """Six samples on days of January 2020."""
    times = pd.to_datetime([f"2020-01-{day:02}" for day in days])
    return pd.Series([1.0, 2, 3, 5, 4, 2], index=times)


CASES = [
    (
        lambda: ARIMA((1, 1, 0)).fit(np.arange(30.0)),
        "OptionError",
        "ARIMA.fit: `x` less its differences and regressors is constant, 1: there is no noise to "
        "model.\n"
        "  ARIMA(order=(1, 1, 0), trend='n')\n"
        "  Extend the series as it is: its trend or season never changes.",
    ),
    (
        lambda: ARIMA((1, 0, 0)).fit([5.0] * 20),
        "OptionError",
        "ARIMA.fit: `x` is constant, all 20 samples are 5.\n"
        "  There is nothing to model: every forecast is 5.",
    ),
    (
        lambda: ARIMA((1, 0, 0)).fit([np.nan] * 20),
        "OptionError",
        "ARIMA.fit: `x` holds 20 samples, all NaN.\n  Pass samples to learn from.",
    ),
    (
        lambda: ARIMA((3, 1, 2), (1, 1, 1, 12)).fit(np.arange(18.0) ** 1.5),
        "ShapeError",
        "ARIMA.fit: `x` has 18 samples, this model needs 22: 13 for differences, 8 for "
        "parameters.\n"
        "  Pass a longer series, or a lower order.",
    ),
    (
        lambda: ARIMA((1, 0, 0)).fit(np.ones((3, 4))),
        "ShapeError",
        "ARIMA.fit: `x` has shape (3, 4), one axis of samples is needed.\n"
        "  Pass one series, such as x[0].",
    ),
    (
        lambda: ARIMA((1, 0, 0)).fit(["a", "b"]),
        "DTypeError",
        "ARIMA.fit: `x` has dtype <U1, which cannot be convolved.\n"
        "  It holds text. If that spells numbers, pass np.asarray(x, float).",
    ),
    (
        lambda: ARIMA((1, 0, 0)).fit([1.0, np.inf, 2.0]),
        "OptionError",
        "ARIMA.fit: `x` holds 1 infinity, the first at 1.\n"
        "  Replace them; NaN stands for a missing sample.",
    ),
    (
        lambda: ARIMA((1, 0, 0)).fit([1.0, 2j, 2.0]),
        "DTypeError",
        "ARIMA.fit: `x` is complex.\n  Fit its real and imaginary parts one by one.",
    ),
    (
        lambda: ARIMA((1, 1, 0), trend="c"),
        "OptionError",
        "ARIMA: `trend='c'` holds a constant, which differencing (d=1, D=0) removes.\n"
        "  Pass trend='t' for a drift, or trend='n'.",
    ),
    (
        lambda: ARIMA((1, 2, 0), trend="t"),
        "OptionError",
        "ARIMA: `trend='t'` is a line, which 2 differences remove.\n  Pass trend='n'.",
    ),
    (
        lambda: ARIMA((1, 0)),
        "OptionError",
        "ARIMA: `order=(1, 0)` must be (p, d, q).",
    ),
    (
        lambda: ARIMA((1, -1, 0)),
        "OptionError",
        "ARIMA: `order=(1, -1, 0)` must be (p, d, q) of integers from 0; p and q may be "
        "lists of lags.",
    ),
    (
        lambda: ARIMA((1, 0, 0), (1, 0, 0, 1)),
        "OptionError",
        "ARIMA: a seasonal order needs a season of at least 2 samples, not 1.\n"
        "  Pass it last: seasonal_order=(0, 1, 1, 12).",
    ),
    (
        lambda: ARIMA((1, 0, 0), trend="linear"),
        "OptionError",
        "ARIMA: `trend='linear'` is not known.\n  Known: n, c, t, ct.",
    ),
    (
        lambda: ARIMA((1, 0, 0), method="mle"),
        "OptionError",
        "ARIMA: `method='mle'` is not known. Did you mean 'ml'?\n  Known: ml, css, whittle.",
    ),
    (
        lambda: ARIMA((1, 0, 0)).fit(ROOTS, exog=np.ones(29)),
        "ShapeError",
        "ARIMA.fit: `exog` has shape (29, 1), 30 rows are needed.\n"
        "  Pass one row of regressors for each sample.",
    ),
    (
        lambda: ARIMA((1, 0, 0)).fit(ROOTS, exog=np.ones(30)),
        "OptionError",
        "ARIMA.fit: the 2 regressors (const, x1) have rank 1.\n"
        "  Leave out those that others add up to; a constant is in already with "
        "trend='c'.",
    ),
    (
        lambda: ARIMA((1, 1, 0)).fit(ROOTS, exog=np.ones(30)),
        "OptionError",
        "ARIMA.fit: differencing removes x1.\n"
        "  Leave it out: it has no effect under these differences.",
    ),
    (
        lambda: ARIMA((1, 0, 0)).fit(ROOTS, exog=[np.nan] * 30),
        "OptionError",
        "ARIMA.fit: `exog` holds 30 NaN or infinities.\n"
        "  Regressors must be known at every time; gaps may be in the series alone.",
    ),
    (
        lambda: ARIMA((1, 0, 0), box_cox="log").fit(np.arange(30.0)),
        "OptionError",
        "ARIMA.fit: `box_cox='log'` needs positive samples, the smallest is 0.\n"
        "  Pass box_cox=None, or shift the series: x + 1.",
    ),
    (
        lambda: ARIMA((1, 0, 0), box_cox="sqrt").fit(np.arange(30.0) + 1),
        "OptionError",
        "ARIMA.fit: `box_cox='sqrt'` is not known.\n"
        "  Pass a number from -5 to 5, 'log', 'auto' or None.",
    ),
    (
        lambda: ARIMA((1, 0, 0)).at(ROOTS, [0.5, 1.0]),
        "ShapeError",
        "ARIMA.at: `params` has shape (2,), 3 are needed.\n  Pass const, ar.L1, sigma2.",
    ),
    (
        lambda: ARIMA((1, 0, 0)).at(ROOTS, [0, 1.0, 1.0]),
        "OptionError",
        "ARIMA.at: the AR taps are not stationary, a root lies on or inside the unit "
        "circle.\n"
        "  Difference the series instead, or pass other parameters.",
    ),
    (
        lambda: ARIMA((1, 0, 0)).at(ROOTS, [0, 0.5, -1.0]),
        "OptionError",
        "ARIMA.at: `sigma2=-1.0` must be above 0.",
    ),
    (
        lambda: ARIMA((1, 0, 0), method="css").fit([1.0, 2, np.nan, 4, 7, 3, 2, 4]),
        "OptionError",
        "ARIMA.fit: method='css' takes no gaps, `x` has 1.\n"
        "  Pass method='ml', which is exact with gaps.",
    ),
    (
        lambda: ARIMA((1, 0, 0)).fit(ROOTS, exog=np.arange(30.0)).forecast(2),
        "OptionError",
        "forecast: the model has 1 regressor (x1), whose next 2 rows are needed.\n"
        "  Pass them: forecast(h, exog=...).",
    ),
    (
        lambda: ARIMA((1, 0, 0)).fit(ROOTS).forecast(0),
        "OptionError",
        "forecast: `h=0` must be an integer from 1 to 100000.",
    ),
    (
        lambda: ARIMA((1, 0, 0)).fit(ROOTS).forecast(1, level=95),
        "OptionError",
        "forecast: `level=95` must be between 0 and 1, such as 0.95.",
    ),
    (
        lambda: ARMA([1.0]).simulate(5),
        "OptionError",
        "ARMA.simulate: the model is not stationary, a root of phi lies at 1, on or "
        "inside the unit circle.\n"
        "  Difference the series, and model what is left: see ARIMA.",
    ),
    (
        lambda: ARMA([0.5]).whiten([1.0, np.nan]),
        "OptionError",
        "ARMA.whiten: `x` holds NaN.\n  Gaps need estimates: see ARIMA(...).at(...).",
    ),
    (
        lambda: ARMA([[0.5]]),
        "ShapeError",
        "ARMA: `ar` has shape (1, 1), taps of lags 1, 2, ... are needed.\n"
        "  Pass a list, such as ar=[0.5].",
    ),
    (
        lambda: ARMA([np.nan]),
        "OptionError",
        "ARMA: `ar` holds NaN or infinities.\n  Pass finite taps.",
    ),
    (
        lambda: ARMA([0.5], sigma2=0),
        "OptionError",
        "ARMA: `sigma2=0` must be above 0.",
    ),
    (
        lambda: AR(2, "yw"),
        "OptionError",
        "AR: `method='yw'` is not known.\n  Known: ml, yule-walker, burg, least-squares.",
    ),
    (
        lambda: AR(2, "burg").fit([1.0, 2, np.nan, 4, 5, 2, 1]),
        "OptionError",
        "AR.fit: method='burg' takes no gaps, `x` has 1.\n"
        "  Pass method='ml', which is exact with gaps.",
    ),
    (
        lambda: auto_arima([3.0] * 10),
        "OptionError",
        "auto_arima: `x` is constant, all 10 samples are 3.\n"
        "  There is nothing to model: every forecast is 3.",
    ),
    (
        lambda: ARIMA((1, 0, 0)).fit(dated(1, 2, 2, 4, 5, 6)),
        "OptionError",
        "ARIMA.fit: the index names 2020-01-02 00:00:00 twice.\n"
        "  One sample a time is needed: x.groupby(level=0).mean(), for example.",
    ),
    (
        lambda: ARIMA((1, 0, 0)).fit(dated(1, 3, 2, 4, 5, 6)),
        "OptionError",
        "ARIMA.fit: the index is not in order of time.\n  Sort it: x.sort_index().",
    ),
    (
        lambda: ARIMA((1, 0, 0)).fit(dated(1, 2, 3, 4, 5, 9)),
        "OptionError",
        "ARIMA.fit: the times are not evenly spaced, steps run from 1 days 00:00:00 to 4 "
        "days 00:00:00.\n"
        "  Bring them to a calendar: x.asfreq('D') makes NaN of the days that are not "
        "there.",
    ),
    (
        lambda: ARIMA((1, 0, 0)).fit(pd.Series(["1", "x"])),
        "DTypeError",
        "ARIMA.fit: `x` holds str, not numbers.\n"
        "  Convert it: pandas.to_numeric(x, errors='coerce') makes NaN of other words.",
    ),
    (
        lambda: ARIMA((1, 0, 0)).fit(pd.DataFrame({"a": [1.0, 2], "b": [2.0, 3]})),
        "ShapeError",
        "ARIMA.fit: `x` has 2 columns, one series is needed.\n  Pass one of them: x['b'].",
    ),
    (
        lambda: backtest(np.arange(10.0), 9),
        "ShapeError",
        "backtest: `holdout=9` leaves 1 of 10 samples, at least 4 are needed.\n  Hold out fewer.",
    ),
    (
        lambda: read_layer([[1.0]]),
        "ShapeError",
        "read_layer: `weights` has shape (1, 1), one filter of one channel is needed.\n"
        "  Pass weights[out, in] of a layer with several channels.",
    ),
]


@pytest.mark.parametrize(("call", "kind", "text"), CASES, ids=[text[:40] for *_, text in CASES])
def test_messages(call, kind, text):
    with pytest.raises(IntertwineError) as raised:
        call()
    assert (type(raised.value).__name__, str(raised.value)) == (kind, text)
