"""The stated error bound holds where it is tightest: few taps, rounded into float32."""

import itertools

import numpy as np
import pytest

import intertwine as iw
import oracles
from cases import EXACT, unless_refused
from tiles import forced

NAMES = EXACT


@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("size", [(1,), (2,), (3,), (1, 2), (2, 2), (3, 2)])
@pytest.mark.parametrize("kind", ["fractions", "box"])
def test_few_taps(method, size, kind):
    rng = np.random.default_rng(7)
    x = rng.uniform(0.5, 1, (4000, 3)[: len(size)]).astype("float32")
    applied = 0
    for _ in range(5):
        k = rng.uniform(0.5, 1, size if kind == "fractions" else 1) * np.ones(size)
        p = unless_refused(iw.plan, x, k, method=method, boundary="wrap")
        if p is not None:
            applied += 1
            want = oracles.convolve(x, k, boundary="wrap", adding=oracles.shifts)
            assert np.abs(p(x) - want).max() <= p.error * k.sum() * x.max()
    assert applied == 5 or method not in ("reference", "direct")


@pytest.mark.parametrize("precision", [1e-3, 1e-6, 3e-7, 1e-12])
def test_the_planner_keeps_to_the_asked_precision(precision):
    rng = np.random.default_rng(8)
    x, k = rng.uniform(-1, 1, (60, 70)), rng.uniform(-1, 1, (9, 11))
    p = iw.plan(x, k, precision=precision)
    want = oracles.convolve(x, k, adding=oracles.shifts)
    assert p.error <= precision
    assert np.abs(p(x) - want).max() <= precision * np.abs(k).sum() * np.abs(x).max()


def test_float32_sums_turn_to_float64_where_the_precision_asks_for_it():
    k = np.linspace(0, 1, 400)
    assert iw.plan((5000,), k, dtype="float32").problem.compute == "float32"
    asked = iw.plan((5000,), k, dtype="float32", precision=2e-7)
    assert asked.problem.compute == "float64"
    assert asked.error <= 2e-7


@pytest.mark.parametrize("method", NAMES)
def test_samples_near_the_largest_number_do_not_overflow_on_the_way(method):
    x = np.full((40, 50), 3e38, "float32")
    x[::3] = -1e38
    k = np.outer([1, 2, 3, 2, 1], [1, 3, 1]) / 45
    y = unless_refused(iw.convolve, x, k, method=method)
    if y is None:
        assert method == "running_sum"  # no box
        return
    want = oracles.convolve(x, k, adding=oracles.shifts)
    p = iw.plan(x, k, method=method)
    assert np.abs(y - want).max() <= p.error * k.sum() * 3e38


@pytest.mark.parametrize(("tile", "taps"), [(512, 257), (4096, 1000), (15552, 4000), (65536, 9000)])
def test_signs_that_add_up_stay_within_the_bound_of_transforms(monkeypatch, tile, taps):
    """Whole sums of 33 bits: what transforms in float64 miss is seen beside the nearest integer."""
    forced(monkeypatch, (tile,))
    signs = [
        lambda n: np.ones(n),
        lambda n: 1.0 - 2 * (np.arange(n) % 2),
        lambda n: 1.0 - 2 * (np.arange(n) >= n // 2),
        lambda n: np.where(np.arange(n) % 3, -1.0, 1.0),
    ]
    for of_samples, of_taps in itertools.product(signs, signs):
        x, k = 32767 * of_samples(2 * tile), 7 * of_taps(taps)
        p = iw.plan(x, k, boundary="zero", method="overlap_save")
        y = p(x)
        off = np.abs(y - np.rint(y)).max()
        assert 0 < off <= p.error * 7 * taps * 32767 < 0.25
