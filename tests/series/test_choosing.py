"""Orders chosen from data, backtests, and layers read as models."""

import numpy as np
import pytest

from intertwine.base.errors import OptionError
from intertwine.series import ARIMA, ARMA, auto_arima, backtest, read_layer
from series.published import AIR_PASSENGERS, LH


def test_what_r_chooses_for_the_air_passengers():
    fitted = auto_arima(AIR_PASSENGERS, 12)
    assert fitted.model.order + fitted.model.seasonal_order == (2, 1, 1, 0, 1, 0, 12)
    assert fitted.aicc == pytest.approx(1018.2, abs=0.05)  # R's forecast: 1018.17
    log = auto_arima(AIR_PASSENGERS, 12, box_cox="log")
    assert log.model.order + log.model.seasonal_order == (0, 1, 1, 0, 1, 1, 12)


def test_white_noise_gets_no_taps():
    noise = np.random.default_rng(0).normal(size=(8, 150))
    chosen = [auto_arima(row) for row in noise[:6]]
    assert sum(model.model.structure.size == 0 for model in chosen) >= 5
    assert all(model.model.d == 0 for model in chosen)


def test_the_same_data_give_the_same_model():
    x = ARMA([0.7], [0.3]).simulate(120, rng=1)
    first, second = auto_arima(x), auto_arima(x.tolist())
    assert first.model.order == second.model.order
    assert np.array_equal(first.params, second.params)


def test_gaps_are_no_hindrance():
    x = AIR_PASSENGERS.copy()
    x[[20, 50, 51, 90]] = np.nan
    fitted = auto_arima(x, 12, box_cox="log")
    assert (fitted.model.d, fitted.model.seasonal_d) == (1, 1)
    assert np.isfinite(fitted.forecast(12).mean).all()


def test_a_backtest_never_sees_what_it_forecasts():
    result = backtest(AIR_PASSENGERS, 24, 12, ARIMA((0, 1, 1), (0, 1, 1, 12), box_cox="log"))
    assert [score.name for score in result.scores] == [
        "ARIMA(0, 1, 1)(0, 1, 1)12", "exponential smoothing", "seasonal naive", "naive", "mean",
    ]  # fmt: skip
    assert result.best is result.scores[0]
    naive = np.abs(np.resize(AIR_PASSENGERS[108:120], 24) - AIR_PASSENGERS[120:]).mean()
    scale = np.abs(AIR_PASSENGERS[12:120] - AIR_PASSENGERS[:108]).mean()
    assert result.scores[2].mase == pytest.approx(naive / scale)
    changed = AIR_PASSENGERS.copy()
    changed[120:] *= 2
    other = backtest(changed, 24, 12, ARIMA((0, 1, 1), (0, 1, 1, 12), box_cox="log"))
    assert np.array_equal(other.scores[0].forecast, result.scores[0].forecast)


def test_layers_as_models():
    white = np.random.default_rng(4).normal(2.0, 1.5, 2000)
    reading = read_layer([0.2, 0.5], 3.0, white)
    assert reading.autoregression.ar.tolist() == [0.5, 0.2]
    assert (reading.constant, reading.mean) == (3.0, pytest.approx(10.0))
    assert reading.whiteness.is_white
    y = np.convolve(white, [0.5, 0.2])[1:-1] + 3.0
    assert reading.output_mean == pytest.approx(y.mean(), abs=0.02)
    assert reading.output_variance == pytest.approx(y.var(), rel=0.02)
    covariance = reading.moving_average.autocovariance(1)
    centred = y - y.mean()
    assert covariance[1] == pytest.approx(centred[1:] @ centred[:-1] / y.size, rel=0.2)
    assert "the moving average is the right reading" in str(reading)


def test_inputs_that_are_not_white_are_told():
    reading = read_layer([0.2, 0.5], 0.0, ARMA([0.9]).simulate(500, rng=5))
    assert not reading.whiteness.is_white
    assert "The input is not white" in str(reading)


def test_windows_that_do_not_overlap_are_told():
    reading = read_layer([1.0, -1.0], stride=2)
    assert not reading.overlaps
    assert reading.sentences[2] == (
        "With stride 2 and 2 weights windows do not overlap: outputs share no sample, so that "
        "white input gives white output and nothing ties one to the next."
    )
    explosive = read_layer([0.0, 1.5], 1.0, (0.0, 4.0))
    assert np.isnan(explosive.mean)
    assert explosive.output_variance == 9.0


def test_regressors_go_with_one_series():
    with pytest.raises(OptionError, match="statsmodels' VAR"):
        auto_arima(np.stack([LH, LH]), exog=LH)
