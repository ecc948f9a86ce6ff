"""Figures that R and Stata print, to a unit of their last digit: their optimisers stop sooner."""

import re
from pathlib import Path

import numpy as np
import pytest

from intertwine.base.errors import OptionError
from intertwine.series import AR, ARIMA, ARMA
from series.published import AIR_PASSENGERS, LAKE_HURON, LH, PRESIDENTS, US_ACC_DEATHS, WPI1


def close(found, printed):
    """Each number is the printed one to a unit of its last digit."""
    for value, text in zip(np.atleast_1d(found), printed.split(), strict=True):
        digits = len(text.partition(".")[2])
        assert abs(value - float(text)) < 1.5 * 10.0**-digits, (value, text)


@pytest.mark.parametrize(
    ("order", "params", "llf"),
    [
        ((1, 0, 0), "2.4133 .5739 .1975", "-29.38"),
        ((3, 0, 0), "2.3931 .6448 -.0634 -.2198 .1787", "-27.09"),
        ((1, 0, 1), "2.4101 .4522 .1982 .1923", "-28.76"),
    ],
)
def test_lh(order, params, llf):
    fitted = ARIMA(order).fit(LH)
    close(fitted.params, params)
    close(fitted.llf, llf)


def test_standard_errors_and_forecasts_of_lh():
    errors = ARIMA((1, 0, 0)).fit(LH).bse[:2]
    close(errors[0], ".1466")
    assert errors[1] == pytest.approx(0.1161, abs=1.1e-4)  # R's, in tanh; the closed form: .11621
    forecast = ARIMA((3, 0, 0)).fit(LH).forecast(12)
    close(
        forecast.mean,
        "2.4602 2.2708 2.1986 2.2607 2.3470 2.4145 2.4389 2.4315 2.4102 2.3917 2.3827 2.3827",
    )
    close(
        forecast.se,
        ".42268 .50293 .52452 .52472 .53055 .53692 .53880 .53884 .53910 .53952 .53970 .53971",
    )


def test_yule_walker_and_burg_of_lh():
    close(AR(3, "yule-walker").fit(LH).params[1:], ".6534 -.0636 -.2269 .1959")
    close(AR(3, "burg").fit(LH).params[1:], ".6588 -.0608 -.2234 .1786")


def test_lake_huron_with_a_regressor():
    year = np.arange(1875, 1973) - 1920.0
    fitted = ARIMA((2, 0, 0)).fit(LAKE_HURON, exog=year)
    close(fitted.params, "579.0993 -.0216 1.0048 -.2913 .4566")
    close(fitted.llf, "-101.2")
    line = ARIMA((2, 0, 0), trend="ct").fit(LAKE_HURON)  # the same line, counted from 1875
    assert line.llf == pytest.approx(fitted.llf, abs=1e-8)


def test_us_accidental_deaths():
    fitted = ARIMA((0, 1, 1), (0, 1, 1, 12)).fit(US_ACC_DEATHS)
    close(fitted.params[:2], "-.4303 -.5528")
    assert fitted.sigma2 == pytest.approx(99347, rel=1e-4)
    close(fitted.llf, "-425.44")
    forecast = fitted.forecast(6)
    close(forecast.mean, "8336.1 7531.8 8314.6 8616.9 9488.9 9859.8")
    printed = [315.45, 363.01, 405.02, 443.06, 478.09, 510.72]
    assert forecast.se == pytest.approx(printed, rel=1e-4 / 2)  # half of what sigma2 may differ


def test_the_airline_model():
    log = np.log(AIR_PASSENGERS).astype(np.float32)  # Stata keeps them so
    fitted = ARIMA((0, 1, 1), (0, 1, 1, 12)).fit(log)
    assert fitted.params[:2] == pytest.approx([-0.4018324, -0.5569342], abs=1e-5)
    assert np.sqrt(fitted.sigma2) == pytest.approx(0.0367167, abs=1e-6)
    assert fitted.llf == pytest.approx(244.69651, abs=1e-5)


def test_wpi1_with_a_drift():
    fitted = ARIMA((1, 1, 1), trend="t").fit(WPI1)
    drift, ar, ma, sigma2 = fitted.params
    assert [ar, ma, drift] == pytest.approx([0.8742288, -0.4120458, 0.7498197], abs=1e-4)
    assert np.sqrt(sigma2) == pytest.approx(0.7250436, abs=1e-5)
    close(fitted.llf, "-135.35131")


def test_presidents_with_gaps():
    fitted = ARIMA((1, 0, 0)).fit(PRESIDENTS)
    close(fitted.params, "56.1505 .8242 85.47")
    close(fitted.llf, "-416.89")
    assert fitted.nobs == 114


def test_closed_forms():
    kernel = ARMA(ar=[1, -0.25], ma=[1])
    assert kernel.psi(6).tolist() == [1, 2, 1.75, 1.25, 0.8125, 0.5]
    assert kernel.acf(4) == pytest.approx([1, 0.875, 0.625, 0.40625, 0.25], abs=1e-14)


STATA = [
    line.split(" | ")
    for line in (Path(__file__).parent / "stata_wpi1.txt").read_text().splitlines()
    if not line.startswith("#")
]

#: Not stationary at the digits that Stata prints; its filter does not ask.
NOT_STATIONARY = ("arima wpi c t, sarima(3,0,2,4)", "arima wpi, arima(0,2,0) sarima(3,2,2,4)")


def stata(command, params):
    """The model, series and regressors of a command of Stata's."""
    gaps, time = WPI1.copy(), np.arange(1.0, WPI1.size + 1)
    gaps[9:19] = np.nan
    columns = {
        "c": np.ones(WPI1.size), "t": time, "t3": time**3, "t32": (time - 1) ** 3,
        "x": (WPI1 - np.floor(WPI1)) ** 2,
    }  # fmt: skip
    target, *names = command.removeprefix("arima ").partition(",")[0].split()
    order = re.search(r"[ ,]arima\(([\d,]+)\)", command)
    seasonal = re.search(r"sarima\(([\d,]+)\)", command)
    model = ARIMA(
        [int(n) for n in order[1].split(",")] if order else (0, 0, 0),
        [int(n) for n in seasonal[1].split(",")] if seasonal else (0, 0, 0, 0),
        trend="n",
    )
    exog = np.array([columns[name] for name in names]).T if names else None
    series = WPI1 if target == "wpi" else np.diff(gaps)
    if target != "wpi":
        exog = exog[1:]
    values = np.array([float(p) for p in params.split(",")])
    values[-1] **= 2
    return model, series, values, exog


@pytest.mark.parametrize(
    ("command", "llf", "params"),
    [row for row in STATA if "diffuse" not in row[0] and row[0] not in NOT_STATIONARY],
    ids=lambda value: value if str(value).startswith("arima") else "",
)
def test_likelihoods_of_stata(command, llf, params):
    model, series, values, exog = stata(command, params)
    assert model.at(series, values, exog).llf == pytest.approx(float(llf), abs=1e-3)


def test_how_many_of_stata_there_are():
    exact = [row for row in STATA if "diffuse" not in row[0]]
    assert (len(STATA), len(exact)) == (53, 46)
    for command, _, params in exact:
        if command in NOT_STATIONARY:
            model, series, values, exog = stata(command, params)
            with pytest.raises(OptionError, match="not stationary"):
                model.at(series, values, exog)
