"""Equal calls share a plan; calls that only look equal do not."""

import numpy as np
import pytest

import intertwine as iw
from intertwine.engine import plan as plans
from intertwine.engine.plan import CACHE

X = np.arange(30, dtype=np.float32).reshape(5, 6)
K = np.array([[1.0, 2.0, 3.0]])


def test_a_changed_kernel_is_seen():
    k = K.copy()
    first = iw.convolve(X, k)
    k[0, 0] = 5
    again = iw.convolve(X, k)
    np.testing.assert_array_equal(again, iw.plan(X, k)(X))
    assert (again != first).any()


def test_convolve_and_correlate_keep_apart():
    for _ in range(2):
        assert (iw.convolve(X, K) != iw.correlate(X, K)).any()


def test_what_equals_an_option_but_is_none_is_still_refused():
    iw.convolve(X, K, stride=1)
    for stride in (True, 1.0, (1, True)):
        with pytest.raises(iw.OptionError, match="`stride="):
            iw.convolve(X, K, stride=stride)


def test_shapes_types_and_origins_have_plans_of_their_own():
    for x in (X, X[:3], X.astype(np.float64), X.astype(np.uint8)):
        for origin in ((0, 0), (0, 2)):
            k = iw.Kernel(K, origin=origin)
            for _ in range(2):
                np.testing.assert_array_equal(iw.convolve(x, k), iw.plan(x, k)(x))


def test_the_range_of_64_bit_integers_is_looked_at_each_time():
    k = np.array([1, 1])
    assert iw.convolve(np.array([1, 2]), k).tolist() == [2, 3]
    large = np.array([2**40, 2**40])
    assert iw.convolve(large, k).tolist() == [2**41, 2**41]


def test_an_equal_call_finds_its_plan():
    CACHE.clear()
    iw.convolve(X, K, boundary="wrap")
    plans = set(CACHE._calls.values())
    iw.convolve(X.copy(), K.copy(), boundary="wrap")
    assert set(CACHE._calls.values()) == plans
    assert len(plans) == 1


def test_the_cache_is_bounded_in_number_and_memory(monkeypatch):
    monkeypatch.setattr(plans, "MOST_KEPT_BYTES", 1 << 20)
    cache = plans.PlanCache(most=5)
    x = np.zeros((300, 300), np.float32)
    for size in range(21, 41):
        k = np.random.default_rng(size).normal(size=(size, size))
        plan = iw.plan(x, k, method="overlap_save")
        cache.get(plan.problem, "plan", "overlap_save")
        assert sum(p.kept_bytes for p in cache._plans.values()) <= 1 << 20
        assert 1 <= len(cache._plans) <= 5
