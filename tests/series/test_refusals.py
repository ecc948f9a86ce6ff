"""What is wrong with tables, times, sizes and files, by its whole text."""

import json

import numpy as np
import pandas as pd
import pytest

from intertwine.base.errors import IntertwineError
from intertwine.series import ARIMA, auto_arima, load

ROOTS = np.arange(30.0) ** 0.5
MODEL = ARIMA((1, 0, 0))


def timed(index):
    return pd.Series(ROOTS, index=index)


CASES = [
    (
        lambda: auto_arima(pd.DataFrame()),
        "auto_arima: `x` has no columns.\n  Pass one of samples.",
    ),
    (
        lambda: MODEL.fit(timed(pd.period_range("2000-01", periods=31, freq="M").delete(5))),
        "ARIMA.fit: 1 period of the index is left out, the first behind 2000-05.\n"
        "  Make gaps of them: x.reindex(pandas.period_range(x.index[0], x.index[-1])).",
    ),
    (
        lambda: MODEL.fit(
            timed(pd.period_range("2000-01", periods=34, freq="M").delete([5, 6, 7, 9]))
        ),
        "ARIMA.fit: 4 periods of the index are left out, the first behind 2000-05.\n"
        "  Make gaps of them: x.reindex(pandas.period_range(x.index[0], x.index[-1])).",
    ),
    (
        lambda: MODEL.fit(timed(pd.MultiIndex.from_product([[1, 2], range(15)]))),
        "ARIMA.fit: the index has 2 levels, one of times is needed.\n"
        "  Pass one series: x.loc[key], or x.droplevel(0).",
    ),
    (
        lambda: MODEL.fit(timed(pd.DatetimeIndex([pd.NaT, *pd.date_range("2000", periods=29)]))),
        "ARIMA.fit: the index holds a time that is missing, at 0.\n"
        "  Leave it out: x[x.index.notna()].",
    ),
    (
        lambda: MODEL.fit(pd.Series(ROOTS * 1j)),
        "ARIMA.fit: `x` is complex.\n  Fit its real and imaginary parts one by one.",
    ),
    (
        lambda: MODEL.fit(ROOTS * 1e300),
        "ARIMA.fit: `x` reaches 5.385e+300 in magnitude, whose squares overflow.\n"
        "  Pass it in another unit: x / 5e+300.",
    ),
    (
        lambda: MODEL.fit(ROOTS, exog=1e-300 * ROOTS),
        "ARIMA.fit: `exog` reaches 5.385e-300 in magnitude, whose squares vanish.\n"
        "  Pass it in another unit: exog / 5e-300.",
    ),
    (
        lambda: ARIMA((1, 0, 0), box_cox=np.nan).fit(ROOTS),
        "ARIMA.fit: `box_cox=nan` is not known.\n"
        "  Pass a number from -5 to 5, 'log', 'auto' or None.",
    ),
    (
        lambda: MODEL.fit(ROOTS).forecast(10**12),
        "forecast: `h=1000000000000` must be an integer from 1 to 100000.",
    ),
    (
        lambda: auto_arima(ROOTS, d="1"),
        "auto_arima: `d='1'` must be an integer from 0 to 5.",
    ),
    (
        lambda: auto_arima(ROOTS, seasonal_d=-1),
        "auto_arima: `seasonal_d=-1` must be an integer from 0 to 5.",
    ),
    (
        lambda: auto_arima(ROOTS, seasonal_d=1),
        "auto_arima: `seasonal_d=1` needs a season of at least 2 samples.\n"
        "  Pass season=12, for example.",
    ),
    (
        lambda: auto_arima([ROOTS, ROOTS], workers=0),
        "auto_arima: `workers=0` must be an integer from 1 to 1024.",
    ),
    (
        lambda: auto_arima([3.0, 4.0]),
        "auto_arima: no model could be fitted to `x`.\n"
        "  The simplest failed: auto_arima: `x` has 2 samples, this model needs 3: 0 for "
        "differences, 2 for parameters.",
    ),
    (
        lambda: auto_arima(np.arange(30.0)),
        "auto_arima: no model could be fitted to `x`.\n"
        "  The simplest failed: ARIMA.fit: `x` less its differences and regressors is constant, "
        "1: there is no noise to model.",
    ),
    (
        lambda: MODEL.fit(ROOTS, exog=ROOTS**3).append([5.0]),
        "append: the model has 1 regressor, `exog` has 0.\n  Pass the same regressors as in fit.",
    ),
]


@pytest.mark.parametrize(("call", "text"), CASES, ids=[text[:50] for _, text in CASES])
def test_what_is_refused(call, text):
    with pytest.raises(IntertwineError) as raised:
        call()
    assert str(raised.value) == text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text[:200], "it is no JSON"),
        (lambda text: "", "it is no JSON"),
        (lambda text: "[1, 2]", "it names no format"),
        (
            lambda text: text.replace("ARIMA 1", "ARIMA 2"),
            "its format is 'intertwine ARIMA 2', not 'intertwine ARIMA 1'",
        ),
        (lambda text: without(text, "index"), "it lacks 'index'"),
        (lambda text: without(text, "x"), "it lacks 'x'"),
        (
            lambda text: changed(text, params=[1.0, 0.5]),
            "ARIMA.at: `params` has shape (2,), 3 are needed",
        ),
        (
            lambda text: changed(text, params=[1.0, 1.5, 1.0]),
            "ARIMA.at: the AR taps are not stationary, a root lies on or inside the unit circle",
        ),
        (lambda text: changed(text, x=["a"]), "could not convert string to float: 'a'"),
        (
            lambda text: changed(text, order=[1, "a", 0]),
            "ARIMA: `order=(1, 'a', 0)` must be (p, d, q) of integers from 0; p and q may be lists "
            "of lags",
        ),
    ],
)
def test_files_that_hold_no_model(tmp_path, change, reason):
    path = tmp_path / "m.json"
    MODEL.fit(ROOTS).save(path)
    path.write_text(change(path.read_text()))
    with pytest.raises(IntertwineError) as raised:
        load(path)
    assert str(raised.value) == (
        f"{path} holds no fitted model: {reason}.\n  FittedARIMA.save writes one."
    )


def without(text, name):
    content = json.loads(text)
    del content[name]
    return json.dumps(content, indent=1)


def changed(text, **parts):
    return json.dumps(json.loads(text) | parts)


CALENDARS = {
    "months": pd.period_range("2000-01", periods=33, freq="M"),
    "ends of months": pd.date_range("2000-01-31", periods=33, freq="ME"),
    "hours over a change of the clock": pd.date_range(
        "2024-03-30 12:00", periods=33, freq="h", tz="Europe/Berlin"
    ),
    "numbers": pd.Index(np.arange(33) / 4 + 2000),
}


@pytest.mark.parametrize("name", CALENDARS)
@pytest.mark.parametrize("known", [True, False])
def test_forecasts_carry_the_calendar_on_also_from_a_file(name, known, tmp_path):
    """`known`: pandas has been told the step, or has to find it."""
    whole = CALENDARS[name]
    index = whole[:30]
    if not known and isinstance(index, pd.DatetimeIndex):
        index = pd.DatetimeIndex(list(index))
    fitted = MODEL.fit(timed(index))
    expected = fitted.forecast(3).mean
    assert expected.index.tolist() == whole[30:].tolist()
    fitted.save(tmp_path / "m.json")
    pd.testing.assert_series_equal(load(tmp_path / "m.json").forecast(3).mean, expected)


@pytest.mark.parametrize("power", [-5, -1, -0.5, 0, 0.5, 5])
def test_intervals_beyond_the_range_of_a_power_are_its_ends(power):
    x = np.exp(np.random.default_rng(0).normal(size=60).cumsum())
    found = ARIMA((0, 1, 1), box_cox=power).fit(x).forecast(40, bias_corrected=True)
    assert (np.asarray(found.lower) >= 0).all()
    assert not np.isnan(found.upper).any()
    if power == -1:
        assert np.isinf(found.upper[-1])


def test_a_power_is_found_beside_long_gaps():
    x = np.exp(np.random.default_rng(1).normal(size=90))
    x[30:61] = np.nan
    assert -1 <= ARIMA((1, 0, 0), box_cox="auto").fit(x)._data.transform.l <= 2
    x[:] = 4.0
    x[7] = 5.0
    x[1:6] = np.nan
    assert np.isfinite(ARIMA((0, 0, 0), box_cox="auto").fit(x).llf)


@pytest.mark.parametrize("season", [59, 61, 10**9])
def test_a_season_longer_than_the_data_can_tell_of_is_none(season):
    x = np.random.default_rng(0).normal(size=60)
    found, plain = (auto_arima(x, each, max_p=1, max_q=1) for each in (season, 1))
    assert found.model.seasonal_order == (0, 0, 0, 0)
    assert np.array_equal(found.params, plain.params)
