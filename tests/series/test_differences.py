"""How many differences: the tests are statsmodels', their rules and figures R's."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from intertwine.series import ARMA, auto_arima
from intertwine.series.unit_roots import (
    choose_differences,
    seasonal_strength,
    wanders,
    without_regressors,
)
from series.published import AIR_PASSENGERS, US_ACC_DEATHS

#: ``s <- stl(x, s.window = 11)$time.series; 1 - var(s[, 3]) / var(s[, 1] + s[, 3])``, R 4.2.2.
STRENGTHS_OF_R = [
    (AIR_PASSENGERS, 0.9406724903),
    (np.log(AIR_PASSENGERS), 0.9644539700),
    (US_ACC_DEATHS, 0.9447944649),
]


@pytest.mark.parametrize(("x", "strength"), STRENGTHS_OF_R, ids=["air", "log air", "deaths"])
def test_the_strength_of_a_season_is_that_of_r(x, strength):
    assert seasonal_strength(x, 12) == pytest.approx(strength, abs=5e-11)


def by_definition(x):
    """KPSS with Bartlett's window of trunc(3 sqrt(n) / 13) lags."""
    n, e = x.size, x - x.mean()
    lags = int(3 * np.sqrt(n) / 13)
    long_run = e @ e / n
    for k in range(1, lags + 1):
        long_run += 2 * (1 - k / (lags + 1)) * (e[k:] @ e[:-k]) / n
    return np.sum(np.cumsum(e) ** 2) / n**2 / long_run


def test_the_lags_of_kpss_are_those_of_ndiffs():
    """Its 5 % point is .463 (Kwiatkowski et al. 1992); both sides are met."""
    rng = np.random.default_rng(11)
    rows = [ARMA([0.8]).simulate(n, rng) for n in rng.integers(20, 400, 60)]
    expected = [by_definition(row) > 0.463 for row in rows]
    assert 10 < sum(expected) < 50
    assert [wanders(row) for row in rows] == expected


def test_differences():
    rng = np.random.default_rng(3)
    noise = rng.normal(size=240)
    assert choose_differences(noise, 12, None, None) == (0, 0)
    assert choose_differences(noise.cumsum(), 1, None, None) == (1, 0)
    assert choose_differences(noise.cumsum().cumsum(), 1, None, None) == (2, 0)
    seasonal = np.tile(3 * rng.normal(size=12), 20) + noise
    assert seasonal_strength(seasonal, 12) > 0.64 > seasonal_strength(noise, 12)
    assert choose_differences(seasonal, 12, None, None) == (0, 1)
    seasonal[[4, 100, 101]] = np.nan
    assert choose_differences(seasonal, 12, None, None) == (0, 1)


@pytest.mark.parametrize(
    ("x", "season", "found"),
    [
        ([5.0], 1, (0, 0)),
        ([1.0, 2, 4], 12, (0, 0)),
        ([7.0] * 50, 12, (0, 0)),
        (np.arange(40) * 0.1, 1, (1, 0)),  # its differences differ by roundings
        (np.arange(40) * 0.1, 4, (1, 0)),
        (np.tile([1.0, 5, 2, 7], 12), 4, (0, 1)),
        (np.tile([1.0, 5], 12), 2, (0, 1)),
        ([np.nan, 3.0, np.nan, 3.0, np.nan], 2, (0, 0)),
    ],
)
def test_series_that_are_short_constant_or_perfect(x, season, found):
    assert choose_differences(np.asarray(x, float), season, None, None) == found


def test_regressors_are_taken_off_first():
    """A level that wanders with a regressor needs no difference."""
    rng = np.random.default_rng(5)
    walk = rng.normal(size=200).cumsum()
    x = 3 + 2 * walk + rng.normal(size=200)
    assert choose_differences(x, 1, None, None) == (1, 0)
    left = without_regressors(x, walk[None])
    assert abs(left.mean()) < 1e-9 * np.abs(x).max()
    assert auto_arima(x, exog=walk).model.d == 0


def run(program, folder="."):
    return subprocess.run(
        [sys.executable, "-c", "import sys; sys.modules['statsmodels'] = None\n" + program],
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip


def test_without_statsmodels():
    """Differences that are given need nothing; others say what brings it."""
    found = run(
        "import numpy as np\n"
        "from intertwine.series import ARMA, auto_arima\n"
        "x = ARMA([0.6]).simulate(100, rng=0)\n"
        "print(auto_arima(x, d=0, seasonal_d=0).model.d)\n"
        "print(auto_arima(x, 4, d=0, seasonal_d=0).model.d)\n"
        "print(auto_arima(x, d=0).model.d)\n"  # without a season there is nothing to ask
        "try: auto_arima(x)\n"
        "except Exception as error: print(f'{type(error).__name__}: {error}')"
    )
    assert found.stderr == ""
    assert found.stdout == (
        "0\n0\n0\nMissingExtraError: Choosing differences (`d=` and `seasonal_d=` give them) needs "
        "statsmodels, which is not installed.\n"
        "  pip install 'intertwine[series]'\n"
    )


def test_the_command_without_statsmodels(tmp_path):
    rows = [f"{i},{v}" for i, v in enumerate(ARMA([0.6]).simulate(60, rng=0))]
    Path(tmp_path / "x.csv").write_text("\n".join(["time,value", *rows]))
    command = "import sys; from intertwine.cli import main; sys.argv = ['intertwine', 'forecast', "
    given = run(f"{command} 'x.csv', '--order', '1,0,0']; main()", tmp_path)
    assert (given.returncode, given.stderr) == (0, "")
    assert "x-forecast.csv" in given.stdout
    chosen = run(f"{command} 'x.csv', '-o', 'y.csv']; main()", tmp_path)
    assert (chosen.returncode, chosen.stdout) == (2, "")
    assert chosen.stderr == (
        "intertwine: Choosing a model needs statsmodels, which is not installed.\n"
        "  pip install 'intertwine[series]', or give a model: --order 0,1,1.\n"
    )
