"""Intervals hold what they promise: series simulated, true orders, parameters estimated."""

import numpy as np
import pytest

from intertwine.series import ARIMA, ARMA
from intertwine.series.projection import integrated

CASES = {
    "ar": (ARIMA((1, 0, 0)), ARMA([0.7])),
    "arma": (ARIMA((2, 0, 1)), ARMA([1.2, -0.4], [0.4])),
    "smoothing": (ARIMA((0, 1, 1)), ARMA([], [-0.4])),
    "drift": (ARIMA((1, 1, 1), trend="t"), ARMA([0.5], [0.3])),
    "airline": (
        ARIMA((0, 1, 1), (0, 1, 1, 12)), ARMA([], [-0.4]) * ARMA.seasonal(12, [], [-0.6])
    ),
    "seasonal": (
        ARIMA((1, 0, 0), (1, 0, 0, 12)), ARMA([0.5]) * ARMA.seasonal(12, [0.5])
    ),
}  # fmt: skip


def coverage(name, count, n=200, h=12):
    """The share of later samples inside the 95 % interval."""
    model, truth = CASES[name]
    rng, held = np.random.default_rng(0), 0
    taps = model.differences.taps
    for _ in range(count):
        w = truth.simulate(n + h, rng)
        x = integrated(w[None], np.zeros((1, taps.size)), taps)[0]
        found = model.fit(x[:n]).forecast(h)
        held += int(((found.lower <= x[n:]) & (x[n:] <= found.upper)).sum())
    return held / count / h


@pytest.mark.parametrize("name", ["ar", "airline"])
def test_a_few_series(name):
    """Steps of one series fall together: its 12 count as about 3."""
    count = 100
    assert abs(coverage(name, count) - 0.95) < 3 * np.sqrt(0.95 * 0.05 / (3 * count))


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_thousand_series(name):
    assert 0.93 <= coverage(name, 1000) <= 0.97
