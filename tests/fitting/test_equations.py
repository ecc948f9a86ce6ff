"""The normal equations, and all that follows from them, against windows written out in full."""

import numpy as np
import pytest

import intertwine as iw
from fitting.scenes import windows
from intertwine.learn.fitting.equations import gram_of

EPS = np.finfo(float).eps

SHAPES = [
    ((30,), (5,)),
    ((9,), (9,)),
    ((14, 17), (3, 4)),
    ((5, 6), (5, 6)),
    ((12, 7), (1, 4)),
    ((12, 7), (4, 1)),
    ((9, 8, 10), (2, 3, 4)),
]


@pytest.mark.parametrize(("samples", "taps"), SHAPES)
def test_the_gram_is_that_of_all_windows(samples, taps):
    source = np.random.default_rng(0).normal(3, 1, samples)
    rows = windows(source, taps)
    expected = rows.T @ rows
    bound = 64 * EPS * np.abs(rows).sum(axis=0).max() * np.abs(rows).max()
    np.testing.assert_allclose(gram_of(source, None, taps), expected, rtol=0, atol=bound)
    counts = np.random.default_rng(1).random(
        [n - k + 1 for n, k in zip(samples, taps, strict=True)]
    )
    counts = counts < 0.6
    kept = rows[counts.ravel()]
    found = gram_of(source, counts, taps)
    np.testing.assert_allclose(found, kept.T @ kept, rtol=0, atol=bound)


@pytest.mark.parametrize(
    ("samples", "taps"), [((60,), (5,)), ((14, 17), (3, 4)), ((9, 8, 10), (2, 3, 4))]
)
@pytest.mark.parametrize("missing", [False, True])
def test_a_fit_is_least_squares_on_the_windows(samples, taps, missing):
    rng = np.random.default_rng(2)
    before, after = rng.normal(2, 1, samples), rng.normal(size=samples)
    if missing:
        before[(0,) * len(samples)] = np.nan
        after[tuple(n // 2 for n in samples)] = np.inf
    found = iw.learn.fit_kernel(before, after, taps)
    rows = windows(before, taps)
    inside = tuple(
        slice(k - 1 - (k - 1) // 2, n - (k - 1) // 2) for n, k in zip(samples, taps, strict=True)
    )
    targets = after[inside].ravel()
    kept = np.isfinite(rows).all(axis=1) & np.isfinite(targets)
    rows, targets = rows[kept], targets[kept]
    best, squares, *_ = np.linalg.lstsq(rows, targets)
    np.testing.assert_allclose(found.kernel.taps.ravel()[::-1], best, rtol=0, atol=1e-12)
    assert found.samples == len(rows)
    variance = squares[0] / (len(rows) - best.size)
    errors = np.sqrt(variance * np.diag(np.linalg.inv(rows.T @ rows)))
    np.testing.assert_allclose(found.standard_error.ravel()[::-1], errors, rtol=1e-9)
    spread = ((targets - targets.mean()) ** 2).sum()
    assert found.r_squared == pytest.approx(1 - squares[0] / spread, abs=1e-12)
    expected = np.full(samples, np.nan)
    place = np.flatnonzero(kept)
    part = expected[inside].ravel()
    part[place] = targets - rows @ best
    expected[inside] = part.reshape(expected[inside].shape)
    np.testing.assert_allclose(found.residual, expected, rtol=0, atol=1e-12)


def test_a_ridge_is_that_of_the_formula():
    rng = np.random.default_rng(3)
    before, after = rng.normal(size=80), rng.normal(size=80)
    found = iw.learn.fit_kernel(before, after, 6, ridge=7.5)
    rows, targets = windows(before, (6,)), after[3:-2]
    expected = np.linalg.solve(rows.T @ rows + 7.5 * np.eye(6), rows.T @ targets)
    np.testing.assert_allclose(found.kernel.taps[::-1], expected, rtol=0, atol=1e-12)


def test_cross_validation_takes_the_ridge_of_the_least_score():
    """The score from its definition, by the hat matrix, on a fine grid."""
    rng = np.random.default_rng(4)
    before = iw.convolve(rng.normal(size=150), iw.kernels.gaussian(1.0))
    after = iw.convolve(before, [1.0, 2.0, 3.0, 0.0, 1.0]) + rng.normal(0, 0.5, 150)
    found = iw.learn.fit_kernel(before, after, 9, ridge="gcv")
    rows, targets = windows(before, (9,)), after[4:-4]

    def score(ridge):
        hat = rows @ np.linalg.solve(rows.T @ rows + ridge * np.eye(9), rows.T)
        left = targets - hat @ targets
        return len(targets) * (left @ left) / (len(targets) - np.trace(hat)) ** 2

    grid = np.geomspace(1e-6, 1e4, 4001)
    best = grid[np.argmin([score(ridge) for ridge in grid[::20]]) * 20]
    assert found.ridge == pytest.approx(best, rel=0.2)
    assert score(found.ridge) <= min(score(best * factor) for factor in (0.9, 1.0, 1.1)) * (
        1 + 1e-9
    )
