"""Series: smooth averages, effective samples, and what too short a series does not tell."""

import numpy as np
import pytest
from benchmarks.chance import ar, pvalues
from scipy import signal, stats

import intertwine as iw
from intertwine.significance.autoregression import fitted, reach, spread_of_sum
from intertwine.significance.serial import smoothed


def test_averages_keep_the_mean_and_the_spread_that_it_has():
    rng = np.random.default_rng(0)
    x = ar(rng, 4000) + 7
    read = smoothed([x])
    averages, mean = read.averages[0], read.means[0]
    assert averages.mean() == pytest.approx(x.mean(), rel=1e-12)
    assert mean.value == x.mean()
    long_run = 1 / 0.2**2 / 4000  # the variance of an AR(.8)'s mean
    errors = (2 / (averages.size - 1)) ** 0.5
    assert averages.var(ddof=1) / averages.size == pytest.approx(long_run, rel=4 * errors)
    assert mean.variance == pytest.approx(long_run, rel=4 * (2 / mean.freedom) ** 0.5)
    neighbours = np.corrcoef(averages[1:], averages[:-1])[0, 1]
    assert abs(neighbours) < 4 / averages.size**0.5


def test_the_spectrum_of_an_autoregression():
    taps = np.array([0.8])
    angle = np.arccos((1 + 0.64 - 2 * 0.04) / 1.6)  # where |1 - .8 e^iw|^2 is twice .04
    assert reach(taps) == pytest.approx(angle, abs=2 * np.pi / 4096)
    assert reach(np.zeros(0)) == np.pi
    assert spread_of_sum(taps) == pytest.approx(1 - 0.64)


@pytest.mark.parametrize("taps", [[0.8], [0.5, 0.3], [1.2, -0.5], [0.3, -0.2, 0.4]])
def test_the_spread_of_the_sum_is_that_of_the_inverse_covariance(taps):
    order = len(taps)
    response = signal.lfilter([1.0], [1.0, *(-t for t in taps)], np.eye(1, 4000)[0])
    lags = [float(response[k:] @ response[: 4000 - k]) for k in range(order)]
    covariance = np.array([[lags[abs(i - j)] for i in range(order)] for j in range(order)])
    expected = np.linalg.inv(covariance).sum()
    assert spread_of_sum(np.array(taps)) == pytest.approx(expected, rel=1e-9)


def test_what_foretells_itself_needs_no_taps():
    for x in (np.ones(30), (-1.0) ** np.arange(30), np.zeros(30)):
        assert np.isfinite(fitted(x, 5)).all()


@pytest.mark.parametrize("design", ["two-sample", "paired", "rank", "signed-rank"])
def test_too_slow_a_series_says_nothing(design):
    walk = np.random.default_rng(4).normal(size=(2, 60)).cumsum(axis=1)
    found = iw.chance(*walk, design=design, series=True)
    assert np.isnan(found.pvalue)
    assert found.method == "unknown"
    assert found.sentence.endswith("Whether chance alone would make it as large is not known.")
    assert found.notes[-1] == (
        "The series changes so slowly that 60 samples hold fewer than 4 averages that are nearly "
        "independent. A longer one would tell."
    )
    assert found.confidence_interval() == (-np.inf, np.inf)
    assert found.plot() is not None


def test_a_series_that_does_not_vary_says_nothing():
    found = iw.chance(np.ones(30), np.zeros(30), series=True)
    assert np.isnan(found.pvalue)
    assert found.effect == 1
    assert found.notes == ("What does not vary says nothing of how far chance would reach.",)


def test_a_shift_is_found():
    rng = np.random.default_rng(2)
    for design in ("two-sample", "paired", "rank", "signed-rank"):
        found = iw.chance(ar(rng, 300) + 4, ar(rng, 300), design=design, series=True)
        assert found.pvalue < 0.01
        low, high = found.confidence_interval()
        assert 0 < low < 4 < high
        assert found.method == "approximate"


SOME = ["ar.8-two-100", "white-two-50", "ar.95-paired-200", "ar.8-kendall-100"]
MANY = [
    *(f"{p}-two-{n}" for p in ("white", "ar.5", "ar.8", "ma.8", "ar.5-ar.85") for n in (100, 400)),
    *(f"ar.8-{d}-200" for d in ("two", "paired", "rank", "signed", "pearson", "kendall")),
    *(f"ar.95-{d}-200" for d in ("two", "paired", "rank", "pearson")),
]


@pytest.mark.parametrize("name", SOME)
def test_series_without_a_difference_seldom_show_one(name):
    p = pvalues(name, 150, seed=5)
    # Fewer than chance gives in 1 of 1,000 such tests.
    assert (p <= 0.05).sum() <= stats.binom.ppf(0.999, p.size, 0.05)


@pytest.mark.slow
@pytest.mark.parametrize("name", MANY)
@pytest.mark.parametrize("seed", [11, 12])
def test_series_without_a_difference_in_4000(name, seed):
    p = pvalues(name, 4000, seed)
    for level in (0.01, 0.05, 0.1):
        # A bar of 2 errors is met by a right test in 98 of 100 tries; in 120 at once, by 3.5.
        assert (p <= level).mean() <= level + 3.5 * (level * (1 - level) / p.size) ** 0.5
