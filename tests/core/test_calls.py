"""Calls that the core answers alone, and those that it leaves to Python."""

import sys

import numpy as np
import pytest

import intertwine as iw
from intertwine import _core

X = np.arange(30, dtype=np.float32).reshape(5, 6)
K = np.array([[1.0, 2.0, 3.0]])
OPTIONS = (None, "same", 0.0, (1, 2))
PLAN = iw.plan(X, K)
RIGHT = PLAN(X).tolist()
METHOD = PLAN._only.__self__
STEP = METHOD, False, 0, 0, (0.0, 0.0), False
F4, C8 = X.dtype, np.dtype("c8")


def made(*steps, shape=(5, 6), dtype=F4, result=F4, most=1, usual=len):
    return _core.Call(list(steps), shape, dtype, (5, 6), result, most, usual)


def answer(x=X, out=None, threads=None):
    return PLAN.call.run(PLAN, x, out, threads)


def cached(*calls):
    """A cache of calls: the usual one, or (data, kernel, options, plan) each."""
    cache = _core.PlanCache()
    for x, k, options, plan in calls or [(X, K, OPTIONS, PLAN)]:
        cache.store(x, k, options, True, _core.keep(plan, 0), getattr(plan, "call", None))
    return cache


@pytest.mark.parametrize("threads", [None, 1, 2, 1024])
def test_a_call_that_fits_is_answered(threads):
    assert answer(threads=threads).tolist() == RIGHT
    out = np.empty_like(X)
    assert answer(out=out, threads=threads) is out
    assert out.tolist() == RIGHT


def test_data_of_any_strides_fit():
    large = np.zeros((10, 12), np.float32)
    large[::2, ::2] = X
    for x in (np.asfortranarray(X), large[::2, ::2], X[::-1, ::-1].copy()[::-1, ::-1]):
        for out in (None, np.empty((6, 5), np.float32).T, large[::2, ::2].copy()[::-1]):
            assert answer(x, out).tolist() == RIGHT


@pytest.mark.parametrize(
    "x",
    [
        X.tolist(), None, X[:4], X[..., None], X.astype("f8"), X.astype("i4"), X.astype(">f4"),
        np.ma.array(X),
    ],
    ids=repr,
)  # fmt: skip
def test_other_data_are_left_to_python(x):
    assert answer(x) is None


def test_other_outputs_are_left_to_python_and_not_touched():
    locked = np.zeros_like(X)
    locked.setflags(write=False)
    for out in (
        X.tolist(),
        locked,
        np.zeros((5, 7), "f4"),
        np.zeros((5, 6)),
        np.zeros(X.shape, ">f4"),
    ):
        before = np.array(out).tolist()
        assert answer(out=out) is None
        assert np.array(out).tolist() == before


@pytest.mark.parametrize("threads", [0, -1, 1025, 2**70, True, 1.0, "2", np.int64(2)], ids=repr)
def test_other_numbers_of_threads_are_left_to_python(threads):
    assert answer(threads=threads) is None


def test_outputs_that_meet_the_data_are_left_to_python():
    both = np.zeros((11, 6), np.float32)
    x = both[3:8]
    x[...] = X
    for out in (x, both[:5], both[6:], both[7:2:-1], both[4:9, ::-1]):
        assert answer(x, out) is None
    both = np.zeros((10, 6), np.float32)
    for x, out in ((both[:5], both[5:]), (both[5:], both[:5]), (both[4::-1], both[:4:-1])):
        x[...] = X
        assert answer(x, out).tolist() == RIGHT


def test_outputs_that_meet_themselves_are_left_to_python():
    memory = np.zeros(70, np.float32)
    strided = np.lib.stride_tricks.as_strided
    for steps in ((0, 4), (4, 4), (20, 4), (4, 16), (24, 2), (-20, 4)):
        assert answer(out=strided(memory[40:], X.shape, steps)) is None
    assert not memory.any()
    for steps in ((24, 4), (4, 20), (-28, 4), (32, -4)):  # back and forth, with gaps or none
        out = strided(memory[29:] if min(steps) < 0 else memory, X.shape, steps)
        assert answer(out=out).tolist() == RIGHT


def test_outputs_may_overlap_the_data():
    for first in range(4):
        both = np.zeros((9, 6), np.float32)
        x, out = both[2:7], both[first : first + 5]
        x[...] = X
        for _ in range(2):
            assert iw.convolve(x.copy(), K).tolist() == RIGHT
        assert iw.convolve(x, K, out=out) is out
        assert out.tolist() == RIGHT
        x[...] = X
        assert PLAN(x, out=out).tolist() == RIGHT


def test_equal_calls_are_found():
    calls = cached()
    for k in (K, K.copy(), np.asfortranarray(K), np.repeat(K, 2, 1)[:, ::2]):
        assert calls.lookup(X + 1, k, OPTIONS, True) is PLAN
        assert calls.run(X, k, OPTIONS, True, None, None).tolist() == RIGHT
    assert (
        calls.lookup(X, K, (None, "".join(["sa", "me"]), float("0"), (1, int("2"))), True) is PLAN
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"x": X[:4]}, {"x": X.astype("f8")}, {"x": X.astype(">f4")}, {"x": X.tolist()},
        {"x": X[None]}, {"x": np.ma.array(X)}, {"k": K + 1}, {"k": K.astype("f4")}, {"k": K.T},
        {"k": K.astype(">f8")}, {"k": K.tolist()}, {"k": 3}, {"k": None}, {"k": iw.Kernel(K)},
        {"k": np.tile(K, (1000, 3))}, {"flip": False}, {"options": OPTIONS[:-1]}, {"options": ()},
        {"options": (False, *OPTIONS[1:])}, {"options": (None, "full", 0.0, (1, 2))},
        {"options": (None, "same", 0, (1, 2))}, {"options": (None, "same", False, (1, 2))},
        {"options": (None, "same", 0.0, (1, 2.0))}, {"options": (None, "same", 0.0, (True, 2))},
        {"options": (None, "same", 0.0, [1, 2])}, {"options": (None, "same", float("nan"), (1, 2))},
        {"options": (X, "same", 0.0, (1, 2))},
    ],
    ids=repr,
)  # fmt: skip
def test_calls_that_differ_are_not_found(changes):
    asked = {"x": X, "k": K, "options": OPTIONS, "flip": True, **changes}
    assert cached().lookup(**asked) is None
    assert cached().run(**asked, out=None, threads=None) is None


def test_kernels_are_told_apart_by_every_byte():
    """Also where only some of their words are mixed into the number that calls are found by."""
    k = np.zeros(1003, np.float32)
    calls = cached((X, k, (), "all zero"))
    for i in range(k.size):
        k[i] = 1
        assert calls.lookup(X, k, (), True) is None
        k[i] = 0
    assert calls.lookup(X, k, (), True) == "all zero"


def test_kernels_with_an_origin_are_told_apart_by_it():
    calls = cached(*((X, iw.Kernel(K, origin=o), (), o) for o in ((0, 0), (0, 2))))
    for origin in ((0, 0), (0, 2)):
        assert calls.lookup(X, iw.Kernel(K, origin=origin), (), True) == origin
    assert calls.lookup(X, iw.Kernel(K, origin=(0, 1)), (), True) is None


class Strange:
    """Has taps, and an origin that may be anything."""

    def __init__(self, origin):
        self.taps, self.origin = K, origin


class Broken:
    @property
    def taps(self):
        raise RuntimeError("no taps today")


def test_strange_kernels_are_left_to_python():
    calls = cached()
    for k in (Strange(None), Strange((0, 1.0)), Strange([0, 1]), Strange(X)):
        calls.store(X, k, OPTIONS, True, _core.keep("strange", 0), None)
        assert calls.lookup(X, k, OPTIONS, True) is None
    with pytest.raises(RuntimeError, match="no taps today"):
        calls.lookup(X, Broken(), OPTIONS, True)


def test_a_call_goes_when_its_plan_goes():
    calls = cached()
    kept = _core.keep("other", 0)
    calls.store(X, K, (1,), True, kept, None)
    assert calls.lookup(X, K, (1,), True) == "other"
    kept.drop()
    assert calls.lookup(X, K, (1,), True) is None
    assert calls.lookup(X, K, OPTIONS, True) is PLAN
    calls.store(X, K, (1,), True, kept, None)  # it is not kept any more
    assert calls.lookup(X, K, (1,), True) is None


def test_of_many_calls_of_one_plan_the_oldest_is_forgotten():
    calls, kept = _core.PlanCache(), _core.keep("plan", 0)
    for i in range(9):
        calls.store(X, K, (i,), True, kept, None)
    assert [calls.lookup(X, K, (i,), True) for i in range(9)] == [None] + ["plan"] * 8


def test_calls_of_one_number_are_told_apart():
    """The options are compared, not mixed into the number that calls are found by."""
    calls = cached(*((X, K, (i,), i) for i in range(200)))
    assert [calls.lookup(X, K, (i,), True) for i in range(200)] == list(range(200))


def test_the_kernel_of_a_call_counts_among_what_is_kept():
    kept = _core.keep("plan", 100)
    before = _core.memory_in_use()
    k = np.zeros(1 << 20, np.float32)
    _core.PlanCache().store(X, k, (), True, kept, None)
    assert k.nbytes <= _core.memory_in_use() - before < k.nbytes + 10_000


def test_what_a_plan_needs_more_is_left_to_python():
    calls = _core.PlanCache()
    calls.store(X, K, (), True, _core.keep(PLAN, 0), None)
    assert calls.run(X, K, (), True, None, None) is None
    assert iw.plan(X, K, method="reference").call is None
    assert iw.plan(X, K, nan="ignore").call is None


def test_both_planes_at_once_are_refused_by_methods_of_real_data():
    both = made((METHOD, True, *STEP[2:]), dtype=C8, result=C8)
    with pytest.raises(ValueError, match="whole: this method takes real data"):
        both.run(PLAN, X.astype("c8"), None, None)


@pytest.mark.parametrize("method", ["direct", "separable", "overlap_save"])
@pytest.mark.parametrize("complex_x", [False, True])
@pytest.mark.parametrize("complex_k", [False, True])
def test_complex_calls_are_answered(method, complex_x, complex_k):
    rng = np.random.default_rng(9)
    x, k = rng.uniform(-1, 1, (20, 30)), np.outer(rng.uniform(-1, 1, 4), rng.uniform(-1, 1, 3))
    x = (x + 1j * rng.uniform(-1, 1, x.shape)) if complex_x else x
    k = k * (1 + 2j) if complex_k else k
    cval = 3 - 2j if complex_x else 3.0
    plan = iw.plan(x, k, method=method, boundary="constant", cval=cval)
    y = plan.call.run(plan, x, None, None)
    out = np.empty_like(y)
    plan.execute(x, None, out, 1)
    assert y.tobytes() == out.tobytes()
    x[3, 4] = np.nan
    x[12, 20] = np.inf
    y = plan.call.run(plan, x, None, 1)
    want = iw.convolve(x, k, method="reference", boundary="constant", cval=cval)
    for part in (np.real, np.imag):
        np.testing.assert_allclose(part(y), part(want), atol=1e-12)


def test_nothing_is_lost_or_kept():
    """References of what a call touches are as many as before."""
    calls, out = cached(), np.empty_like(X)
    x, k, options = X.copy(), K.copy(), (None, "same", 0.0, (1, 2))
    touched = (x, k, options, out, X.dtype, PLAN, PLAN.call)
    before = [sys.getrefcount(each) for each in touched]
    for _ in range(10):
        for given in (out, None, X.tolist()):
            calls.run(x, k, options, True, given, None)
            calls.run(x.tolist(), k, options, True, given, 1)
            calls.lookup(x, k[:, ::-1], options, True)
    assert [sys.getrefcount(each) for each in touched] == before


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: made((3, *STEP[1:])), "steps: no method"),
        (lambda: made(STEP[:5]), "steps: no method"),
        (lambda: made(), "steps: none"),
        (lambda: made((METHOD, False, 1, 0, (0.0, 0.0), False)), "steps: no such plane"),
        (lambda: made((METHOD, False, 0, -1, (0.0, 0.0), False)), "steps: no such plane"),
        (lambda: made((METHOD, True, *STEP[2:]), dtype=C8), "steps: data are not complex"),
        (lambda: made(STEP, dtype=np.dtype("M8[s]")), "type: no real native type"),
        (lambda: made(STEP, dtype="f4"), "type: no dtype"),
        (lambda: made(STEP, most=0), "threads: less than 1"),
        (lambda: cached().store(X, K, (), True, PLAN, None), "kept: no Kept"),
        (lambda: cached().store(X, K, (), True, _core.keep(PLAN, 0), 3), "call: no Call"),
    ],
)  # fmt: skip
def test_wrong_parts_are_refused(make, text):
    with pytest.raises(ValueError, match=text):
        make()


def test_a_call_made_for_other_arrays_than_its_method_is_refused():
    other = made(STEP, shape=(5, 7))
    with pytest.raises(ValueError, match="x, out: shape differs from geometry"):
        other.run(PLAN, np.zeros((5, 7), np.float32), None, None)


def test_the_usual_number_of_threads_is_asked_for_where_it_matters():
    big, asked = np.zeros((900, 800), np.float32), []
    plan = iw.plan(big, K)
    assert plan.most_threads > 1
    step = plan._only.__self__, *STEP[1:]
    usual = lambda none: asked.append(none) or 2  # noqa: E731
    call = _core.Call([step], big.shape, F4, big.shape, F4, 8, usual)
    assert call.run(plan, big, None, None).tolist() == plan(big, threads=1).tolist()
    assert asked == [None]
    call.run(plan, big, None, 1)
    assert asked == [None]
