"""What is kept between calls: one budget of bytes, and all of it comes back."""

import gc
import os
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import intertwine as iw
from intertwine import _core
from intertwine.engine import memory
from intertwine.engine.plan import CACHE, Plan
from intertwine.engine.problem import Taps

MIB = 1 << 20

measures_memory = pytest.mark.skipif(
    not sys.platform.startswith("linux") or "ASAN_OPTIONS" in os.environ,
    reason="resident memory is read from /proc, and a sanitizer keeps freed memory",
)


@pytest.fixture(autouse=True)
def usual_limit():
    iw.release_memory()
    yield
    iw.set_memory_limit(None)
    iw.release_memory()


def block(mib):
    return _core.empty((int(mib * MIB),), np.dtype(np.uint8))


class Value:
    """Something that can be seen to go."""


def keep(mib):
    """A value that only the budget holds, and a way to ask whether it still does."""
    value = Value()
    kept = _core.keep(value, int(mib * MIB))
    return kept, weakref.ref(value)


def test_what_was_used_longest_ago_goes_first():
    iw.set_memory_limit(10 * MIB)
    values = [keep(3) for _ in range(3)]
    values[0][0].use()
    kept, seen = zip(*values, strict=True)
    del values
    last = weakref.ref(kept[2])
    del kept
    fourth = keep(3)[1]
    assert [ref() is not None for ref in seen] == [True, False, True]
    assert fourth() is not None
    assert last() is not None
    assert _core.memory_in_use() == 9 * MIB


def test_results_and_plans_share_the_budget():
    iw.set_memory_limit(20 * MIB)
    y = block(8)
    first = keep(8)[1]
    del y  # now the one used last
    assert _core.kept_bytes() == 8 * MIB
    second = keep(8)[1]
    assert first() is None
    assert second() is not None
    assert _core.kept_bytes() == 8 * MIB
    y, z = block(9), block(9)
    del y, z
    assert second() is not None  # the object used last stays
    assert _core.kept_bytes() == 10 * MIB  # whole huge pages
    assert _core.memory_in_use() == 18 * MIB


def test_the_object_used_last_stays_however_large_it_is():
    iw.set_memory_limit(MIB)
    large = keep(5)[1]
    assert large() is not None
    other = keep(0.5)[1]
    assert large() is None
    assert other() is not None


def test_sizes_add_up_however_large_they_are_said_to_be():
    kept = [keep(2**63 / MIB - 1)[1] for _ in range(3)]
    assert [ref() is not None for ref in kept] == [False, False, True]
    assert 1 << 40 < _core.memory_in_use() < 1 << 60


def test_a_smaller_limit_holds_at_once_and_0_keeps_nothing():
    values = [keep(4)[1] for _ in range(4)]
    iw.set_memory_limit(9 * MIB)
    assert [ref() is not None for ref in values] == [False, False, True, True]
    iw.set_memory_limit(0)
    assert [ref() for ref in values] == [None] * 4
    assert _core.memory_in_use() == 0
    x, k = np.arange(1 << 18, dtype=np.float64).reshape(512, 512), [[1.0, 2.0, 3.0]]
    y = iw.convolve(x, k)
    assert iw.convolve(x, k).tolist() == y.tolist()
    assert CACHE.plans() == []
    del y
    assert _core.kept_bytes() == 0


def test_many_small_objects_are_bounded_in_number():
    values = [keep(0)[1] for _ in range(3000)]
    assert sum(ref() is not None for ref in values) == 1024
    assert all(ref() is not None for ref in values[-1024:])


def test_an_equal_call_counts_as_use():
    x, k = np.zeros((40, 50), np.float32), np.ones((30, 30))
    iw.set_memory_limit(100 * MIB)
    iw.convolve(x, k)
    (mine,) = CACHE.plans()
    other = keep(60)[1]
    iw.convolve(x, k)
    keep(50)
    assert other() is None
    assert CACHE.plans() == [mine]


def plans(count, size=41):
    x = np.zeros((100, 100), np.float32)
    for seed in range(count):
        k = np.random.default_rng(seed).normal(size=(size, size))
        yield iw.plan(x, k, method="overlap_save")


def test_plans_are_kept_within_the_limit():
    iw.set_memory_limit(MIB)
    for plan in plans(12):
        assert plan.kept_bytes > 8 * 41 * 41
        assert plan in CACHE.plans()
        assert sum(p.kept_bytes for p in CACHE.plans()) <= _core.memory_in_use() <= MIB
    assert 2 <= len(CACHE.plans()) < 12


@pytest.mark.parametrize("method", ["direct", "separable", "running_sum", "overlap_save"])
@pytest.mark.parametrize(
    "options",
    [{}, {"boundary": "renormalize"}, {"nan": "ignore"}, {"dtype": "complex64"}],
    ids=repr,
)
def test_a_plan_that_is_dropped_is_gone_at_once(method, options):
    """Nothing holds on to it in a circle, nor to what was found out for it."""
    x, k = np.ones((60, 70), options.get("dtype", "float32")), np.ones((5, 7))
    call = {name: value for name, value in options.items() if name != "dtype"}
    gc.collect()
    gc.disable()
    try:
        plan = iw.plan(x, k, method=method, **call)
        plan(x)
        plan.explain()
        held = [weakref.ref(each) for each in (plan, plan.problem.taps)]
        del plan
        assert all(ref() is not None for ref in held)
        iw.release_memory()
        assert [ref() for ref in held] == [None, None]
    finally:
        gc.enable()


def test_a_plan_that_a_program_holds_stays():
    x, k = np.ones((60, 70)), np.ones((5, 7))
    plan = iw.plan(x, k)
    iw.release_memory()
    assert plan(x).tolist() == iw.convolve(x, k).tolist()


def test_equal_taps_are_one_object_while_in_use():
    k = np.arange(12.0).reshape(3, 4)
    taps = Taps.of(k)
    assert Taps.of(k.copy()) is taps
    assert Taps.of(k.T) is not taps
    gone = weakref.ref(taps)
    del taps
    assert gone() is None
    assert Taps.of(k).array.tolist() == k.tolist()


def test_arrays_are_counted_once_and_whole():
    a = np.zeros(1000)
    assert memory.held_bytes(a) == memory.held_bytes(a, a, (a[3:5], [a])) == 8000
    assert memory.held_bytes(a[:1], {"b": np.zeros(10)}, None, 3, "text") == 8080
    taps = Taps(np.zeros(50))
    taps.findings["line"] = np.zeros(7)
    assert memory.held_bytes(taps, taps.array) == 8 * 57


def test_none_returns_to_the_usual_limit():
    iw.set_memory_limit(5)
    assert _core.memory_limit() == 5
    iw.set_memory_limit(None)
    assert _core.memory_limit() == 256 * MIB


@pytest.mark.parametrize("value", [-1, 2.5, "1", True, 1 << 63], ids=repr)
def test_wrong_limits_are_refused(value):
    with pytest.raises(iw.OptionError) as error:
        iw.set_memory_limit(value)
    assert str(error.value) == (
        f"set_memory_limit: `limit={value!r}` must be a number of bytes from 0 to 2^63 - 1, "
        "or None."
    )


def child(script, **variables):
    """Run `script`, which knows `resident()`, the memory in MiB; what it prints."""
    begin = """
import re, numpy as np, intertwine as iw
from intertwine import _core
def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) / 1024
"""
    environment = {k: v for k, v in os.environ.items() if k != memory.VARIABLE}
    done = subprocess.run(
        [sys.executable, "-c", begin + script], env={**environment, **variables}, text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


LIMIT = "iw.convolve([1.0], [1.0]); print(_core.memory_limit())"


@pytest.mark.parametrize(
    ("text", "limit"), [("", 256 * MIB), (" 1000 ", 1000), ("0", 0), (str(2**63 - 1), 2**63 - 1)]
)
def test_the_environment_sets_the_limit(text, limit):
    assert int(child(LIMIT, INTERTWINE_MEMORY_LIMIT=text)) == limit


@pytest.mark.parametrize("text", ["x", "-3", "64M", "2.5", "²", str(2**63)])
def test_a_wrong_limit_in_the_environment(text):
    script = """
for call in (lambda: iw.convolve([1.0], [1.0]), lambda: iw.set_memory_limit(None)):
    try:
        call()
    except iw.OptionError as error:
        print(error, end="@")
iw.set_memory_limit(5)
assert iw.convolve([1.0], [2.0]) == 2
"""
    message = (
        f"The environment sets INTERTWINE_MEMORY_LIMIT={text!r}, which is not a number of bytes "
        "from 0 to 2^63 - 1.\n"
        "  Set it to a number of bytes, such as INTERTWINE_MEMORY_LIMIT=268435456, or unset it.@"
    )
    assert child(script, INTERTWINE_MEMORY_LIMIT=text, PYTHONIOENCODING="utf-8") == message * 2


WIDE_GAUSSIANS = """
x = np.random.default_rng(0).random((700, 700))
iw.convolve(x[:5, :5], iw.kernels.gaussian(1.0, ndim=2), threads=2)
iw.release_memory()
before = most = resident()
for sigma in np.linspace(60, 70, {count}):
    iw.convolve(x, iw.kernels.gaussian(sigma, ndim=2), threads=2)
    most = max(most, resident())
assert _core.memory_in_use() <= _core.memory_limit()
iw.release_memory()
print(before, most, resident())
"""

#: What a call has in use beside what is kept: its arrays, its kernel, and copies of it.
IN_USE = 40


@measures_memory
@pytest.mark.parametrize(
    ("count", "limit"), [(20, 32), pytest.param(200, 256, marks=pytest.mark.slow)]
)
def test_wide_kernels_come_back(count, limit):
    """Each takes more than 4 MiB: the taps that were given, those as they are summed, spectra."""
    numbers = child(WIDE_GAUSSIANS.format(count=count), INTERTWINE_MEMORY_LIMIT=str(limit * MIB))
    before, most, after = map(float, numbers.split())
    assert most - before < limit + IN_USE
    assert after - before < 20


MANY_CALLS = """
rng = np.random.default_rng(0)
x = rng.random((20, 30)).astype(np.float32)
def work(count):
    for i in range(count):
        k = rng.normal(size=(1 + i % 5, 2 + i % 7))
        iw.convolve(x, k, boundary=("symmetric", "wrap", "zero")[i % 3])
work({few})
few = resident()
work({many} - {few})
print(few, resident())
"""


@measures_memory
@pytest.mark.parametrize(
    ("few", "many", "limit"),
    [(200, 900, 1), pytest.param(2000, 10000, 256, marks=pytest.mark.slow)],
)
def test_many_different_calls_do_not_grow_the_process(few, many, limit):
    numbers = child(MANY_CALLS.format(few=few, many=many), INTERTWINE_MEMORY_LIMIT=str(limit * MIB))
    early, late = map(float, numbers.split())
    assert late - early < 4


@measures_memory
@pytest.mark.parametrize("method", ["direct", "overlap_save"])
def test_methods_say_what_they_hold(method):
    """Many large kernels made ready, beside the memory that the process has grown by."""
    script = f"""
from intertwine.engine.plan import Plan
x, rng, held = np.zeros((160, 1100), np.float32), np.random.default_rng(0), []
def work(count):
    for i in range(count):
        k = rng.normal(size=(150, 1000)).astype(np.float32)
        problem = iw.plan(x, k, boundary="zero", method={method!r}).problem
        held.append(Plan(problem, "plan", {method!r})._prepared.popitem()[1])
    iw.release_memory()
work(2)
before, counted = resident(), sum(p.kept_bytes for p in held)
work(20)
print(resident() - before, (sum(p.kept_bytes for p in held) - counted) / (1 << 20))
"""
    grown, said = map(float, child(script).split())
    assert said > 4
    assert abs(grown - said) < 0.15 * said + 2


def test_work_space_goes_with_its_thread():
    x, k = np.zeros((3000, 3000), np.float32), np.random.default_rng(0).normal(size=(901, 901))
    plan = iw.plan(x, k, method="overlap_save")
    iw.release_memory()
    assert _core.memory_in_use() == 0
    seen = []

    def work():
        plan(x, threads=1)
        seen.append(_core.memory_in_use() - _core.kept_bytes())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen[0] > 8 * MIB
    until = time.monotonic() + 20  # the system ends a thread a little after Python does
    while _core.memory_in_use() > _core.kept_bytes() and time.monotonic() < until:
        time.sleep(0.01)
    assert _core.memory_in_use() == _core.kept_bytes()


def test_work_space_beyond_half_of_the_limit_does_not_stay():
    x, k = np.zeros((3000, 3000), np.float32), np.random.default_rng(0).normal(size=(901, 901))
    plan = iw.plan(x, k, method="overlap_save")
    iw.set_memory_limit(16 * MIB)
    y = plan(x)
    assert _core.memory_in_use() <= plan.kept_bytes + k.nbytes + 10_000
    iw.set_memory_limit(1 << 30)
    plan(x, out=y)
    assert _core.memory_in_use() - plan.kept_bytes - k.nbytes > 8 * MIB


def test_threads_that_keep_and_forget_at_once():
    """Plans of many threads push each other out while they are used."""
    iw.set_memory_limit(MIB)
    x = np.random.default_rng(0).random((50, 60)).astype(np.float32)
    kernels = [np.random.default_rng(i).normal(size=(9, 9 + i % 5)) for i in range(12)]
    want = [iw.convolve(x, k) for k in kernels]

    def work(seed):
        rng = np.random.default_rng(seed)
        for i in rng.integers(len(kernels), size=60):
            assert iw.convolve(x, kernels[i], threads=1).tobytes() == want[i].tobytes()
            if rng.random() < 0.05:
                CACHE.clear()
        return True

    with ThreadPoolExecutor(6) as threads:
        assert all(threads.map(work, range(6)))
    assert _core.memory_in_use() <= MIB


def test_a_failed_plan_leaves_nothing():
    with pytest.raises(iw.OptionError):
        Plan(iw.plan((5,), [1.0, 2.0]).problem, "plan", "nothing")
    assert len(CACHE.plans()) == 1
