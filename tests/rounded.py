"""Results that are rounded and clipped, held against the loops."""

from __future__ import annotations

import numpy as np

import intertwine as iw
import oracles
from cases import MAKERS, largest, unless_refused


def samples(dtype: str, shape: tuple[int, ...], seed: int = 3) -> np.ndarray:
    limits = np.iinfo(dtype)
    rng = np.random.default_rng(seed)
    x = rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    x[:2, :3] = limits.max  # a corner where sums leave the type for certain
    return x


def kernel(kind: str, size: tuple[int, ...], seed: int = 4) -> np.ndarray:
    return MAKERS[kind](np.random.default_rng(seed), size)


def within(got: np.ndarray, want: np.ndarray, bound: np.ndarray | float) -> None:
    """Assert that `got` is what some number within the bound of `want` is rounded and clipped to.

    Rounding keeps order: the ends of the range tell.
    """
    want = np.asarray(want, np.longdouble)
    assert (got >= oracles.saturate(want - bound, got.dtype)).all()
    assert (got <= oracles.saturate(want + bound, got.dtype)).all()


def agree(x: np.ndarray, k: np.ndarray, method: str, dtype: str, **options: object) -> bool:
    """Hold a method against the loops; whether it applies."""
    plan = unless_refused(iw.plan, x, k, method=method, dtype=dtype, overflow="saturate", **options)
    if plan is None:
        return False
    got = plan(x)
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, plan(x, threads=2))
    want, factor = oracles.mix(True, x, k, adding=oracles.shifts, **options)
    if plan.problem.exact:
        np.testing.assert_array_equal(got, oracles.saturate(want, dtype))
    else:
        most = max(largest(x), abs(options.get("cval", 0)))
        # Weights are summed in float64, and dividing by them rounds once or twice.
        roundoff = np.finfo(plan.problem.compute).eps
        size = np.abs(np.nan_to_num(np.asarray(want, np.longdouble)))
        relative = 0 if isinstance(factor, int) else 4 * roundoff * k.size
        factor = np.abs(np.nan_to_num(np.asarray(factor, np.longdouble)))
        within(got, want, plan.error * np.abs(k).sum() * most * factor + relative * size)
    return True
