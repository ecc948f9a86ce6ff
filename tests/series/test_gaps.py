"""Gaps under differences: the likelihood of statsmodels' exact diffuse filter, to its last digits.

Its numbers, for these parameters, less what it adds for the samples that differencing takes:
``log(2 pi) / 2`` each.
"""

import numpy as np
import pytest

from intertwine.series import ARIMA
from series.published import AIR_PASSENGERS


def test_the_air_passengers_with_gaps():
    y = np.log(AIR_PASSENGERS)
    y[[3, 17, 18, 40, 71, 100, 130]] = np.nan
    found = ARIMA((1, 1, 1), (0, 1, 1, 12)).at(y, [0.2, -0.55, -0.5, 0.0014])
    assert found.llf == pytest.approx(228.98392767246852, abs=1e-9)
    forecast = found.forecast(3)
    assert forecast.mean == pytest.approx([6.11131794, 6.05469697, 6.16835981], abs=1e-8)
    assert forecast.se == pytest.approx([0.03748119, 0.04470373, 0.04969755], abs=1e-8)


@pytest.mark.data
def test_weeks_of_carbon_dioxide_with_gaps(data_folder):
    path = data_folder / "series" / "co2.csv"
    y = np.genfromtxt(path, delimiter=",", skip_header=1, usecols=1)
    y[np.random.default_rng(0).choice(y.size, y.size // 20, replace=False)] = np.nan
    assert np.isnan(y).sum() == 171
    found = ARIMA((1, 1, 1), (0, 1, 1, 52)).at(y, [0.3, -0.8, -0.8, 0.15])
    assert found.llf == pytest.approx(-1002.5687678951455, abs=1e-7)
    forecast = found.forecast(3)
    assert forecast.mean == pytest.approx([371.61002838, 371.79773136, 372.01333463], abs=1e-7)
    assert forecast.se == pytest.approx([0.38731448, 0.43303665, 0.45376161], abs=1e-7)
