"""Constraints hold to rounding, and what they leave is the best that they allow."""

import itertools

import numpy as np
import pytest
from scipy import optimize

import intertwine as iw
from fitting.scenes import picture, windows
from intertwine.learn import fit_kernel

RNG = np.random.default_rng(0)
BEFORE = picture(40)
TRUE = np.clip(RNG.normal(0.1, 0.3, (4, 5)), 0, None)
AFTER = iw.convolve(BEFORE, TRUE) + RNG.normal(0, 20, BEFORE.shape)
FLAT = ["non-negative", "sum one", "symmetric"]
ALL = [c for n in (1, 2, 3) for c in itertools.combinations(FLAT, n)]


def holds(word, taps):
    return {
        "non-negative": taps.min() >= 0,
        "sum one": abs(taps.sum() - 1) < 1e-12,
        "symmetric": np.abs(taps - np.flip(taps)).max() < 1e-14,
        "separable": iw.Kernel(taps).rank <= 1,
    }[word]


def best(words):
    """The same by a general optimiser on the windows written out."""
    rows, targets = windows(BEFORE, (4, 5)), AFTER[2:-1, 2:-2].ravel()
    gram, moment = rows.T @ rows, rows.T @ targets
    size = len(moment)
    basis = np.eye(size)
    if "symmetric" in words:
        basis = (basis + np.flip(basis, axis=1))[:, : size // 2] / 2
    scale = np.trace(gram) / size
    found = optimize.minimize(
        lambda v: (v @ (basis.T @ gram @ basis) @ v / 2 - moment @ basis @ v) / scale,
        np.full(basis.shape[1], 1 / size),
        jac=lambda v: (basis.T @ gram @ basis @ v - basis.T @ moment) / scale,
        bounds=[(0, None)] * basis.shape[1] if "non-negative" in words else None,
        constraints=(
            [{"type": "eq", "fun": lambda v: (basis @ v).sum() - 1}] if "sum one" in words else []
        ),
        method="SLSQP",
        options={"maxiter": 1000, "ftol": 1e-14},
    )
    assert found.success, found.message
    return np.flip((basis @ found.x).reshape(4, 5))


@pytest.mark.parametrize("words", ALL, ids="+".join)
def test_flat_constraints(words):
    found = fit_kernel(BEFORE, AFTER, (4, 5), constraint=words)
    assert all(holds(word, found.kernel.taps) for word in words)
    np.testing.assert_allclose(found.kernel.taps, best(words), rtol=0, atol=2e-4)
    free = fit_kernel(BEFORE, AFTER, (4, 5))
    assert np.nansum(found.residual**2) > np.nansum(free.residual**2)
    plain = fit_kernel(BEFORE, AFTER, (4, 5), constraint=[w for w in words if w != "non-negative"])
    np.testing.assert_array_equal(found.standard_error, plain.standard_error)
    low, high = found.interval()
    assert ((low <= found.kernel.taps) & (found.kernel.taps <= high)).all()


@pytest.mark.parametrize(
    "words", [(), ("sum one",), ("non-negative",), ("sum one", "non-negative")]
)
def test_separable(words):
    true = np.outer([1.0, 2.0, 3.0], [3.0, 1.0, 0.0, 4.0])
    true /= true.sum()
    after = iw.convolve(BEFORE, true)
    exact = fit_kernel(BEFORE, after, (3, 4), constraint=("separable", *words))
    np.testing.assert_allclose(exact.kernel.taps, true, rtol=0, atol=1e-7)
    noisy = fit_kernel(BEFORE, AFTER, (3, 4), constraint=("separable", *words))
    assert all(holds(word, noisy.kernel.taps) for word in ("separable", *words))
    # No step along either line makes it better.
    squares = np.nansum(noisy.residual**2)
    for _ in range(20):
        u, _, v = np.linalg.svd(noisy.kernel.taps)
        scale = np.linalg.norm(noisy.kernel.taps)
        near = scale * np.outer(u[:, 0] + RNG.normal(0, 1e-3, 3), v[0] + RNG.normal(0, 1e-3, 4))
        near = np.abs(near) if "non-negative" in words else near
        near = near / near.sum() if "sum one" in words else near
        if not words or words == ("sum one",):
            near *= np.sign((near * noisy.kernel.taps).sum())
        residual = (AFTER - iw.convolve(BEFORE, near))[np.isfinite(noisy.residual)]
        assert (residual**2).sum() >= squares * (1 - 1e-9)


def test_rank_two_and_three_axes():
    true = np.outer([1.0, 2, 3], [1.0, 0, 4]) + np.outer([1.0, -1, 0], [2.0, 1, 1])
    found = fit_kernel(BEFORE, iw.convolve(BEFORE, true), 3, constraint="separable", rank=2)
    np.testing.assert_allclose(found.kernel.taps, true, rtol=0, atol=1e-6)
    volume = RNG.random((12, 13, 14))
    lines = np.einsum("i,j,k->ijk", [1.0, 2, 3], [1.0, -1], [2.0, 0, 1, 5])
    found = fit_kernel(volume, iw.convolve(volume, lines), lines.shape, constraint="separable")
    np.testing.assert_allclose(found.kernel.taps, lines, rtol=0, atol=1e-7)


def test_nothing_is_left_where_every_tap_is_held_at_0():
    found = fit_kernel(BEFORE, -BEFORE, 3, constraint="non-negative")
    assert not found.kernel.taps.any()
    low, high = found.interval()
    assert not low.any()
    assert (high >= 0).all()
    found = fit_kernel(BEFORE, -BEFORE, 3, constraint=("non-negative", "separable"))
    assert not found.kernel.taps.any()
