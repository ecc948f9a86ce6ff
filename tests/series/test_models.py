"""Fitted models: what they find, keep, append, simulate and write."""

import numpy as np
import pandas as pd
import pytest

from intertwine.base.errors import FileError
from intertwine.series import AR, ARIMA, ARMA, ExponentialSmoothing, load
from intertwine.series.diagnosis import Diagnosis, Whiteness
from intertwine.series.estimate import Box, exact_objective
from intertwine.series.likelihood import Likelihood
from intertwine.series.reparametrize import partial_of, taps_of
from series.published import AIR_PASSENGERS, LH, US_ACC_DEATHS

AIRLINE = ARIMA((0, 1, 1), (0, 1, 1, 12), box_cox="log")


def test_the_gradient_vanishes_at_the_fit():
    fitted = AIRLINE.fit(AIR_PASSENGERS)
    likelihood = Likelihood(np.log(AIR_PASSENGERS), np.zeros((0, 144)), AIRLINE.differences, "test")
    box = Box(AIRLINE.structure)
    point = box.point(fitted.params[:2])
    _, slope = exact_objective(likelihood, AIRLINE.structure, box)(point)
    assert np.abs(slope).max() < 1e-6


def test_taps_and_partial_autocorrelations_are_one_for_one():
    rng = np.random.default_rng(0)
    for p in (1, 2, 5, 9):
        partial = rng.uniform(-0.95, 0.95, p)
        taps, rows = taps_of(partial)
        assert partial_of(taps) == pytest.approx(partial, abs=1e-9)
        for i in range(p):
            moved = partial + 1e-6 * np.eye(p)[i], partial - 1e-6 * np.eye(p)[i]
            slope = (taps_of(moved[0])[0] - taps_of(moved[1])[0]) / 2e-6
            assert rows[i] == pytest.approx(slope, abs=1e-7)
    assert partial_of(np.array([0.5, 0.6])) is None


@pytest.mark.parametrize("method", ["css", "whittle"])
def test_other_objectives_come_near_the_exact_one(method):
    x = 5 + ARMA([0.6], [0.3]).simulate(2000, rng=1)
    exact = ARIMA((1, 0, 1)).fit(x)
    other = ARIMA((1, 0, 1), method=method).fit(x)
    assert other.params == pytest.approx(exact.params, abs=0.01)
    assert 0 <= exact.llf - other.llf < 0.5


def test_lags_may_be_left_out():
    truth = ARMA([0.0, 0.0, 0.6], [0.5])
    fitted = ARIMA(([3], 0, [1]), trend="n").fit(truth.simulate(1500, rng=2))
    assert fitted.param_names == ["ar.L3", "ma.L1", "sigma2"]
    assert fitted.params[:2] == pytest.approx([0.6, 0.5], abs=0.08)
    full = ARIMA((3, 0, 1), trend="n")
    same = full.at(fitted._data.values, [0, 0, fitted.params[0], *fitted.params[1:]])
    assert same.llf == pytest.approx(fitted.llf, abs=1e-9)


def test_appending_keeps_the_parameters():
    whole = AIRLINE.fit(AIR_PASSENGERS[:120])
    longer = whole.append(AIR_PASSENGERS[120:])
    assert np.array_equal(longer.params, whole.params)
    direct = AIRLINE.at(AIR_PASSENGERS, whole.params)
    assert np.array_equal(longer.forecast(3).mean, direct.forecast(3).mean)
    one_step = whole.forecast(1).mean[0]
    assert longer.fittedvalues[120] == pytest.approx(one_step, rel=1e-12)
    assert longer.predict(120, 121) == pytest.approx([one_step], rel=1e-12)


def test_saving_and_loading(tmp_path):
    rng = np.random.default_rng(3)
    exog = rng.normal(size=(60, 2))
    x = exog @ [1.0, -2.0] + ARMA([0.5]).simulate(60, rng)
    x[7] = np.nan
    fitted = ARIMA((1, 0, 0)).fit(x, exog)
    fitted.save(tmp_path / "model.json")
    again = load(tmp_path / "model.json")
    future = rng.normal(size=(4, 2))
    assert again.param_names == fitted.param_names
    assert again.llf == pytest.approx(fitted.llf, abs=1e-12)
    assert np.array_equal(again.forecast(4, exog=future).mean, fitted.forecast(4, exog=future).mean)
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(FileError, match="holds no fitted model"):
        load(tmp_path / "other.json")
    with pytest.raises(FileError, match="There is no file"):
        load(tmp_path / "none.json")


def test_pandas_in_and_out(tmp_path):
    index = pd.date_range("1949-01", periods=144, freq="MS")
    series = pd.Series(AIR_PASSENGERS, index=index, name="passengers")
    fitted = AIRLINE.fit(series)
    assert fitted.residuals.index.equals(index)
    forecast = fitted.forecast(3)
    table = forecast.to_pandas()
    assert list(table.columns) == ["mean", "se", "lower", "upper"]
    assert list(table.index.strftime("%Y-%m")) == ["1961-01", "1961-02", "1961-03"]
    plain = AIRLINE.fit(AIR_PASSENGERS).forecast(3)
    assert np.array_equal(np.asarray(forecast.mean), plain.mean)
    fitted.save(tmp_path / "air.json")
    assert load(tmp_path / "air.json").forecast(3).mean.index.equals(forecast.mean.index)
    more = fitted.append(pd.Series([450.0], index=forecast.index[:1]))
    assert str(more.forecast(1).index[0])[:7] == "1961-02"
    periods = series.copy()
    periods.index = series.index.to_period("M")
    assert str(AIRLINE.fit(periods).forecast(1).index[0]) == "1961-01"


def test_drawn_futures_have_the_forecast_s_mean_and_error():
    x = AIR_PASSENGERS.copy()
    x[[50, 143]] = np.nan
    fitted = ARIMA((0, 1, 1), (0, 1, 1, 12)).fit(x)
    paths = fitted.simulate(5, paths=4000, rng=0)
    forecast = fitted.forecast(5)
    assert paths.shape == (4000, 5)
    assert (np.abs(paths.mean(axis=0) - forecast.mean) < 4 * forecast.se / np.sqrt(4000)).all()
    assert paths.std(axis=0) == pytest.approx(forecast.se, rel=4 / np.sqrt(8000))


def test_means_and_medians_of_transformed_series():
    fitted = AIRLINE.fit(AIR_PASSENGERS)
    median, mean = fitted.forecast(2), fitted.forecast(2, bias_corrected=True)
    assert mean.mean == pytest.approx(median.mean * np.exp(median.se**2 / 2))
    assert np.array_equal(mean.lower, median.lower)
    root = ARIMA((0, 1, 1), (0, 1, 1, 12), box_cox=0.5).fit(AIR_PASSENGERS)
    paths = root.simulate(1, paths=20_000, rng=1)[:, 0]
    assert root.forecast(1, bias_corrected=True).mean[0] == pytest.approx(paths.mean(), rel=2e-3)


def test_a_regression_s_forecast_needs_its_regressors():
    x = np.arange(50.0) + ARMA([0.5]).simulate(50, rng=4)
    line = ARIMA((1, 0, 0), trend="ct").fit(x)
    other = ARIMA((1, 0, 0)).fit(x, exog=np.arange(1.0, 51))
    assert line.llf == pytest.approx(other.llf, abs=1e-8)
    ahead = other.forecast(3, exog=[51.0, 52.0, 53.0])
    assert line.forecast(3).mean == pytest.approx(ahead.mean, abs=1e-8)


def test_white_noise_is_not_forecast():
    noise = np.random.default_rng(5).normal(10, 2, 400)
    fitted = ARIMA((0, 0, 0)).fit(noise)
    assert fitted.forecast(5).mean == pytest.approx([noise.mean()] * 5)
    assert fitted.forecast(5).se == pytest.approx([noise.std()] * 5)
    assert fitted.diagnose().whiteness.is_white
    assert "look white" in str(fitted.diagnose())


@pytest.mark.parametrize(
    ("p_value", "white", "normal"),
    [
        (0.2, "The residuals look white", "They look normal"),
        (0.03, "The residuals may or may not be white", "They may or may not be normal"),
        (0.004, "The residuals are not white", "They are not normal"),
    ],
)
def test_a_doubtful_test_says_nothing_for_sure(p_value, white, normal):
    found = Diagnosis(Whiteness(9.0, p_value, 4, 4), np.array([0.3, 0.1]), 0.2, 0.0, 3.0, p_value)
    first, second = found.sentences
    assert first.startswith(f"{white} (")
    assert second.startswith(f"{normal} (")


def test_a_model_too_small_is_told():
    fitted = ARIMA((0, 0, 0)).fit(ARMA([0.8]).simulate(300, rng=6))
    found = fitted.diagnose()
    assert not found.whiteness.is_white
    assert found.sentences[0].startswith("The residuals are not white (Ljung-Box over 10 lags: ")
    assert "most at lag 1" in found.sentences[0]


def test_one_difference_too_many_is_told():
    fitted = ARIMA((0, 1, 1)).fit(np.random.default_rng(7).normal(size=200))
    assert fitted.params[0] < -0.97
    trend = ARIMA((0, 2, 1)).fit(np.arange(100.0) + np.random.default_rng(8).normal(size=100))
    note = (
        "An MA root lies on the unit circle: the series looks differenced once too often, or has a "
        "trend or season that never changes. Its standard errors mean little."
    )
    assert trend.notes == (note,)
    assert note in trend.summary()


def test_a_near_unit_root_is_described():
    walk = np.random.default_rng(9).normal(size=4000).cumsum()
    fitted = ARIMA((1, 0, 0)).fit(walk)
    root = 1 / fitted.params[1]
    assert f"It is close to a unit root ({root:.4g})" in fitted.arma.describe()


def test_a_long_season_is_no_burden():
    rng = np.random.default_rng(10)
    model = ARMA([], [-0.4]) * ARMA.seasonal(365, [], [-0.5])
    w = model.simulate(1400, rng)
    x = np.zeros(1400 + 366)
    for t in range(366, x.size):
        x[t] = x[t - 1] + x[t - 365] - x[t - 366] + w[t - 366]
    fitted = ARIMA((0, 1, 1), (0, 1, 1, 365)).fit(x)
    assert fitted.params[:2] == pytest.approx([-0.4, -0.5], abs=0.12)
    assert fitted.forecast(400).se[-1] > fitted.forecast(1).se[0]


def test_autoregressions_choose_their_order():
    x = 3 + ARMA([0.5, 0.0, 0.3]).simulate(600, rng=11)
    for method in ("ml", "yule-walker", "burg", "least-squares"):
        fitted = AR(method=method, criterion="bic", max_order=6).fit(x)
        assert fitted.model.order == (3, 0, 0), method
        assert fitted.params[1:4] == pytest.approx([0.5, 0.0, 0.3], abs=0.1)


def test_exponential_smoothing_is_the_recursion():
    x = US_ACC_DEATHS
    fitted = ExponentialSmoothing().fit(x)
    alpha = fitted.params[0]
    assert fitted.llf == pytest.approx(
        ARIMA((0, 1, 1)).at(x, [alpha - 1, fitted.sigma2]).llf, abs=1e-9
    )
    level = x[0]
    for value in x[1:]:
        level += alpha * (value - level)
    assert fitted.forecast(3).mean == pytest.approx([level] * 3, rel=1e-6)


def test_holt_winters_is_the_recursion():
    x = np.log(AIR_PASSENGERS)
    fitted = ExponentialSmoothing(trend=True, season=12).fit(x)
    alpha, beta, gamma = fitted.params[:3]
    level, slope, season = (
        x[:12].mean(),
        (x[12:24].mean() - x[:12].mean()) / 12,
        x[:12] - x[:12].mean(),
    )
    seasons = list(season)
    for value in np.tile(x, 1)[12:]:
        error = value - (level + slope + seasons[-12])
        level, slope = level + slope + alpha * error, slope + beta * error
        seasons.append(seasons[-12] + gamma * error)
    ahead = [level + slope * (i + 1) + seasons[len(seasons) - 12 + i] for i in range(6)]
    assert fitted.forecast(6).mean == pytest.approx(ahead, rel=2e-3)  # its start fades away


def test_summaries_say_it_all():
    text = AIRLINE.fit(AIR_PASSENGERS).summary()
    assert text.splitlines()[:3] == [
        "ARIMA(order=(0, 1, 1), seasonal_order=(0, 1, 1, 12), trend='n', box_cox='log')",
        "(1 - B) (1 - B^12) y = (1 - 0.4018 B) (1 - 0.5569 B^12) e",
        "with y = log x",
    ]
    assert "AIC -483.393   AICc -483.204   BIC -474.767" in text


def test_pictures_are_drawn():
    figure = ARIMA((1, 0, 0)).fit(LH).plot(6)
    above, below = figure.axes
    assert below.get_ylabel() == "ACF of residuals"
    assert len(above.lines) == 2


@pytest.mark.parametrize(
    ("order", "seasonal", "start"),
    [
        ((1, 1, 0), (0, 0, 0, 0), "A shock stays in the series for ever (1 difference). "),
        ((1, 1, 0), (0, 1, 1, 4), "A shock stays in the series for ever (2 differences). "),
        ((1, 0, 0), (0, 0, 0, 0), "An autoregression on 1 past sample. Stationary: a shock "),
    ],
)
def test_a_shock_to_a_differenced_series_never_fades(order, seasonal, start):
    walk = np.random.default_rng(0).normal(size=200).cumsum()
    said = ARIMA(order, seasonal).fit(walk).describe()
    assert said.startswith(start)
    assert ("Stationary: in the differences a shock halves" in said) == (order[1] > 0)
    assert "a shock halves" in said


def test_few_samples_show_no_independence():
    x = np.random.default_rng(0).normal(size=30)
    assert ARIMA((0, 0, 0)).fit(x[:3]).describe() == (
        "No model of how samples depend on each other was found in so few samples (3), which does "
        "not show that there is none."
    )
    assert ARIMA((0, 0, 0)).fit(x).describe().startswith("White noise: no sample tells")
    assert ARIMA((0, 1, 0)).fit(x).describe() == (
        "A shock stays in the series for ever (1 difference). White noise: in the differences no "
        "sample tells anything about another."
    )


def test_the_interval_of_a_variance_is_positive():
    fitted = ARIMA((0, 0, 0)).fit([1.0, 5.0, 2.0])
    line = next(x for x in str(fitted).splitlines() if x.startswith("sigma2"))
    low, high = (float(x) for x in line.split("   ")[-1].split(" to "))
    factor = np.exp(1.959964 * np.sqrt(2 / 3))
    assert (low, high) == pytest.approx((fitted.sigma2 / factor, fitted.sigma2 * factor), rel=1e-3)
