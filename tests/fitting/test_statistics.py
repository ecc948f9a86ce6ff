"""Error bars hold what they say, and good fits are not accused."""

import numpy as np
import pytest

import intertwine as iw
from fitting.scenes import FIVE, picture, widened
from intertwine.learn import fit_kernel


def trials(count, shape, size, noise):
    """Fits of the five kernels in turn, with white noise, and the taps that are true."""
    rng = np.random.default_rng(12345)  # other draws than the pictures'
    for trial in range(count):
        kernel = FIVE[trial % 5]
        before = picture(size, trial)
        after = iw.convolve(before, kernel, dtype=np.float64)
        after += rng.normal(0, noise * after.std(), after.shape)
        yield fit_kernel(before, after, shape), widened(kernel.taps, shape)


def test_intervals_hold_their_share_and_white_noise_passes():
    """200 trials: 95 % intervals hold 93 to 97 % of 16,200 taps; a test at 1 % fires in 1 %."""
    held, fired, noted = [], 0, 0
    for found, true in trials(200, (9, 9), 64, noise=0.01):
        low, high = found.interval(0.95)
        held.append((low <= true) & (true <= high))
        fired += not found.whiteness.is_white
        noted += bool(found.notes)
    assert 0.93 <= np.mean(held) <= 0.97
    assert fired <= 8  # 2 are expected; 9 or more come once in 4,000 times
    assert noted <= 2


@pytest.mark.parametrize(("level", "least", "most"), [(0.5, 0.46, 0.54), (0.99, 0.98, 0.998)])
def test_other_levels(level, least, most):
    held = []
    for found, true in trials(15, (9, 9), 64, noise=0.05):
        low, high = found.interval(level)
        held.append((low <= true) & (true <= high))
    assert least <= np.mean(held) <= most


@pytest.mark.parametrize("how", ["nan", "channels", "wrap", "uneven"])
def test_whiteness_is_calibrated_where_taps_are_many(how):
    """81 taps on about 1,000 samples: what the fit takes off the residual must be put back."""
    rng = np.random.default_rng(12346)
    p_values = []
    for trial in range(24):
        before = picture(40, trial)
        options = {}
        if how == "channels":
            before = np.stack([before, picture(40, trial + 100)], axis=2)[:32]
            options = {"axes": (0, 1)}
        noise = rng.normal(0, 2, before.shape)
        if how == "uneven":
            noise *= np.linspace(0.2, 2, 40)
        boundary = "wrap" if how == "wrap" else "symmetric"
        after = iw.convolve(before, FIVE[0], axes=(0, 1), boundary=boundary) + noise
        if how == "wrap":
            options = {"boundary": "wrap"}
        if how == "nan":
            after[rng.random(after.shape) < 0.05] = np.nan
        p_values.append(fit_kernel(before, after, 9, **options).whiteness.p_value)
    assert np.mean(np.array(p_values) < 0.01) <= 0.13
    assert np.mean(np.array(p_values) < 0.5) == pytest.approx(0.5, abs=0.25)


@pytest.mark.parametrize("constraint", ["sum one", "symmetric", "separable"])
def test_errors_under_a_constraint(constraint):
    """A Gaussian is all three: its taps lie within the intervals, which are narrower."""
    rng = np.random.default_rng(12347)
    true = widened(iw.kernels.gaussian(1.0, ndim=2).taps, (9, 9))
    held, narrower = [], []
    for trial in range(20):
        before = picture(64, trial)
        after = iw.convolve(before, true) + rng.normal(0, 2, before.shape)
        found = fit_kernel(before, after, 9, constraint=constraint)
        low, high = found.interval()
        held.append((low <= true) & (true <= high))
        narrower.append(found.standard_error / fit_kernel(before, after, 9).standard_error)
    assert 0.92 <= np.mean(held) <= 0.98
    assert np.mean(narrower) < {"sum one": 1.0, "symmetric": 0.75, "separable": 0.5}[constraint]


@pytest.mark.parametrize(
    ("kernel", "options"),
    [
        (iw.kernels.gaussian(1.0, ndim=2), {"constraint": "non-negative"}),
        (iw.kernels.motion(7), {"constraint": ("non-negative", "sum one")}),
        (iw.kernels.box((5, 5)), {"constraint": ("non-negative", "separable")}),
        (iw.kernels.emboss(), {"ridge": 1e5}),
    ],
)
def test_intervals_where_taps_are_moved(kernel, options):
    """Taps that a bound or a ridge moves: true taps of 0 and others are held apart."""
    rng = np.random.default_rng(12348)
    true = widened(kernel.taps, (9, 9))
    held = []
    for trial in range(20):
        before = picture(64, trial)
        after = iw.convolve(before, true) + rng.normal(0, 2, before.shape)
        found = fit_kernel(before, after, 9, **options)
        low, high = found.interval()
        held.append((low <= true) & (true <= high))
        assert ((low <= found.kernel.taps) & (found.kernel.taps <= high)).all()
    large = true > true.max() / 100
    for part in (large, ~large):  # 20 trials of at least 7 taps, and 4 standard deviations
        assert np.mean(held, axis=0)[part].mean() >= 0.95 - 4 * (0.95 * 0.05 / (20 * 7)) ** 0.5
    assert np.mean(held) <= 0.985


def test_where_only_a_ridge_decides_errors_are_not_known():
    """A picture without any detail above some frequency: no interval can be right."""
    before = np.cos(np.arange(400) / 9) + np.sin(np.arange(400) / 23)
    after = iw.convolve(before, [1.0, 3.0, 2.0]) + np.random.default_rng(0).normal(0, 0.1, 400)
    found = fit_kernel(before, after, 9, ridge="gcv")
    assert np.isnan(found.standard_error).all()
    assert np.isnan(found.interval()).all()
    assert found.sentence.endswith("how far the taps are known is open.")
    assert "Standard errors are NaN" in found.notes[1]
    assert np.isfinite(found.shift).all()
    assert str(found.describe())


@pytest.mark.parametrize("samples", [4, 6, 9])
def test_recordings_shorter_than_the_lags_that_are_tried(samples):
    before, after = np.random.default_rng(1).normal(size=(2, samples))
    found = fit_kernel(before, after, 2)
    assert found.samples == samples - 1
    assert 0 <= found.whiteness.p_value <= 1
