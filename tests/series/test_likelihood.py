"""The exact likelihood against dense covariances, at every SIMD level."""

import os
import subprocess
import sys

import numpy as np
import pytest

from intertwine import _core
from intertwine.engine.recursions import Taps, whiten
from intertwine.series import ARIMA, ARMA
from series.series_oracles import (
    autocovariance,
    conditional,
    covariance,
    difference_matrix,
    log_density,
    log_density_with_gaps,
)

MODELS = [
    ([], []),
    ([0.7], []),
    ([], [0.6, -0.3, 0.4]),
    ([1.2, -0.5], [0.4]),
    ([0.3, 0.0, 0.0, 0.5, -0.15], [0.2, 0.0, 0.9]),
    ([0.9], [-1.0]),  # on the edge of invertibility
    ([0.5], [2.0, 0.3]),  # beyond it
]


def taps(values):
    return Taps.of(np.array(values, float))


@pytest.mark.parametrize(("ar", "ma"), MODELS)
def test_whitening_is_the_inverse_of_the_cholesky_factor(ar, ma):
    n = 60
    x = np.random.default_rng(1).normal(size=(2, n))
    cov = covariance(ar, ma, n, 3000)
    factor = np.linalg.cholesky(cov)
    found = whiten(x, taps(ar), taps(ma))
    bound = np.linalg.cond(cov) * n * np.finfo(float).eps * 10
    assert np.abs(found.white[0] - np.linalg.solve(factor, x.T).T).max() < bound
    assert np.abs(found.variance[0] - np.diag(factor) ** 2).max() < bound
    back = whiten(found.white[0], taps(ar), taps(ma), colour=True)
    assert np.abs(back.white[0] - x).max() < bound


@pytest.mark.parametrize(("ar", "ma"), MODELS[1:])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 11])
def test_derivatives_are_those_of_differences(ar, ma, count):
    rng = np.random.default_rng(2)
    x = rng.normal(size=(2, 50))
    directions = [rng.normal(size=(count, len(part))) for part in (ar, ma)]
    full = [
        Taps(np.arange(1, len(part) + 1), np.vstack([np.array(part, float)[None], rows]))
        for part, rows in zip((ar, ma), directions, strict=True)
    ]
    found = whiten(x, *full)
    step = 1e-6
    for i in range(count):
        ends = [
            whiten(x, *(
                Taps(t.lags, np.ascontiguousarray(t.values[:1] + sign * step * t.values[1 + i]))
                for t in full
            ))
            for sign in (1, -1)
        ]  # fmt: skip
        if ends[0] is None or ends[1] is None:
            continue
        slope = (ends[0].white[0] - ends[1].white[0]) / (2 * step)
        scale = 1 + np.abs(found.white[1 + i]).max()
        assert np.abs(slope - found.white[1 + i]).max() < 1e-6 * scale


def test_models_that_are_not_stationary_are_told():
    x = np.ones((1, 10))
    for ar in ([1.0], [1.5], [0.5, 0.5], [0.0, 0.0, -1.2]):
        assert whiten(x, taps(ar), taps([0.3])) is None


def test_likelihood_of_a_seasonal_model_with_gaps_under_differences():
    rng = np.random.default_rng(4)
    x = np.cumsum(np.tile(rng.normal(size=4), 15) + rng.normal(size=60))
    x[[1, 7, 20, 21, 22, 40]] = np.nan  # the second is differenced away if it is there
    model = ARIMA((1, 1, 1), (0, 1, 1, 4))
    params = np.array([0.4, -0.3, -0.5, 1.7])
    found = model.at(x, params)
    ma = np.convolve([1, -0.3], [1, 0, 0, 0, -0.5])[1:]
    cov = 1.7 * covariance([0.4], ma, 60 - 5, 2000)
    expected, best = log_density_with_gaps(x, model.differences.taps, cov)
    assert found.llf == pytest.approx(expected, abs=1e-9)
    assert found._profile.gaps == pytest.approx(best, abs=1e-9)


def test_ends_that_are_missing_change_nothing():
    x = np.random.default_rng(5).normal(size=80).cumsum()
    padded = np.concatenate([[np.nan] * 3, x, [np.nan] * 2])
    model, params = ARIMA((1, 1, 1)), [0.3, 0.2, 1.1]
    alone, longer = model.at(x, params), model.at(padded, params)
    assert longer.llf == alone.llf
    assert longer.forecast(3).mean == pytest.approx(alone.forecast(5).mean[2:], abs=1e-12)
    assert longer.forecast(3).se == pytest.approx(alone.forecast(5).se[2:], abs=1e-12)


@pytest.mark.parametrize("gaps", [(), (3, 17, 18, 30)])
def test_forecasts_are_conditional_means(gaps):
    ar, ma, n, h = [0.6, 0.2], [0.5], 40, 6
    cov = covariance(ar, ma, n + h, 3000)
    x = np.random.default_rng(6).normal(size=n)
    keep = np.array([t for t in range(n) if t not in gaps])
    order = np.concatenate([keep, np.arange(n, n + h)])
    mean, variance = conditional(cov[np.ix_(order, order)], x[keep], keep.size)
    y = x.copy()
    y[list(gaps)] = np.nan
    found = ARIMA((2, 0, 1), trend="n").at(y, [*ar, *ma, 1.0]).forecast(h)
    assert found.mean == pytest.approx(mean, abs=1e-10)
    assert found.se**2 == pytest.approx(variance, abs=1e-10)


def test_residuals_behind_gaps_know_the_past_alone():
    ar, ma, n = [0.6], [0.5], 25
    x = np.random.default_rng(7).normal(size=n)
    x[[4, 9, 10]] = np.nan
    found = ARIMA((1, 0, 1), trend="n").at(x, [*ar, *ma, 1.0])
    cov = covariance(ar, ma, n, 2000)
    for t in range(1, n):
        past = [s for s in range(t) if not np.isnan(x[s])]
        place = [*past, t]
        mean, variance = conditional(cov[np.ix_(place, place)], x[past], len(past))
        if np.isnan(x[t]):
            assert np.isnan(found.residuals[t])
        else:
            assert found.residuals[t] == pytest.approx(x[t] - mean[0], abs=1e-10)
            scaled = (x[t] - mean[0]) / np.sqrt(variance[0])
            assert found.standardized_residuals[t] == pytest.approx(scaled, abs=1e-10)


def test_regression_is_generalised_least_squares():
    rng = np.random.default_rng(8)
    n, ar = 50, [0.7]
    rows = np.stack([np.ones(n), rng.normal(size=n)])
    x = np.array([3.0, -2.0]) @ rows + ARMA(ar).simulate(n, rng)
    cov = covariance(ar, [], n, 2000)
    weighted = np.linalg.solve(cov, rows.T)
    best = np.linalg.solve(rows @ weighted, weighted.T @ x)
    model = ARIMA((1, 0, 0), trend="c")
    found = model.at(x, [*best, *ar, 1.3], exog=rows[1])
    assert found.llf == pytest.approx(log_density(x, best @ rows, 1.3 * cov), abs=1e-9)
    fitted = model.fit(x, exog=rows[1])
    cov = covariance(fitted.arma.ar, [], n, 2000)
    weighted = np.linalg.solve(cov, rows.T)
    best = np.linalg.solve(rows @ weighted, weighted.T @ x)
    assert fitted.params[:2] == pytest.approx(best, abs=1e-9)


def test_autocovariance_near_a_unit_root():
    """Summing psi weights needs ever more of them; the recursion does not."""
    model = ARMA(ar=[0.999], ma=[0.3])
    expected = (1 + 0.3**2 + 2 * 0.3 * 0.999) / (1 - 0.999**2)
    assert model.autocovariance(0)[0] == pytest.approx(expected, rel=1e-12)
    few = autocovariance([0.999], [0.3], 0, 20_000)[0]
    assert few == pytest.approx(expected, rel=1e-8)


def test_differences_are_those_of_the_matrix():
    from intertwine.series.polynomials import differenced, differencing

    kernel = differencing(1, 2, 3)
    x = np.random.default_rng(9).normal(size=30)
    assert differenced(x, kernel) == pytest.approx(
        difference_matrix(kernel.taps, 30) @ x, abs=1e-12
    )


SCRIPT = """
import numpy as np
from intertwine import _core
from intertwine.engine.recursions import Taps, whiten, rational_filter, forecast_variance
rng = np.random.default_rng(0)
numbers = []
for ar, ma in (([0.5, -0.2], [0.3]), ([0.3, 0, 0, 0, 0.2], list(rng.normal(size=13) * 0.1))):
    a, m = Taps.of(np.array(ar)), Taps.of(np.array(ma))
    rows = [Taps(t.lags, np.vstack([t.values, rng.normal(size=(7, t.lags.size))])) for t in (a, m)]
    x = rng.normal(size=(3, 101))
    found = whiten(x, *rows)
    numbers += [found.white.sum(), np.abs(found.white).sum(), found.variance.sum()]
    ahead = whiten(x, a, m, ahead=9)
    numbers += [ahead.forecast.sum(), forecast_variance(ahead.state, a, a, 9).sum()]
    numbers.append(rational_filter(x, a, m).sum())
print(_core.level, *(f"{n:.9e}" for n in numbers))
"""


def test_every_level_agrees():
    printed = []
    for level in _core.levels.split():
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True,
            env={**os.environ, "INTERTWINE_ISA": level},
        )  # fmt: skip
        name, *numbers = done.stdout.split()
        assert name == level
        printed.append([float(n) for n in numbers])
    for numbers in printed:
        assert numbers == pytest.approx(printed[0], rel=1e-8)
