"""Threads: from many callers at once, and in a forked child."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import intertwine as iw
from intertwine.base import threads


def test_many_callers_at_once_get_their_own_answers():
    rng = np.random.default_rng(5)
    inputs = [rng.normal(size=(200, 210)).astype(np.float32) for _ in range(8)]
    plan = iw.plan(inputs[0], rng.normal(size=(9, 11)))
    alone = [plan(x, threads=1) for x in inputs]
    with ThreadPoolExecutor(8) as callers:
        together = list(callers.map(lambda x: plan(x, threads=4), inputs * 4))
    for i, y in enumerate(together):
        np.testing.assert_array_equal(y, alone[i % 8])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_has_threads_of_its_own():
    script = """
import os, numpy as np, intertwine as iw
x = np.random.default_rng(0).normal(size=(300, 300)); k = np.arange(9.0).reshape(3, 3)
y = iw.convolve(x, k, threads=4)
child = os.fork()
if child == 0:
    os._exit(0 if np.array_equal(iw.convolve(x, k, threads=4), y) else 1)
assert os.waitpid(child, 0)[1] == 0
assert np.array_equal(iw.convolve(x, k, threads=4), y)
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="needs Linux and two processors",
)
@pytest.mark.skipif("tsan" in os.environ.get("LD_PRELOAD", ""), reason="has a thread of its own")
def test_threads_leave_their_affinity_as_others_set_it():
    """As `taskset -a` does, for all threads of the process, and not undone by the next call."""
    script = """
import os, time, numpy as np, intertwine as iw
x, k = np.ones((1200, 1200)), np.arange(9.0).reshape(3, 3)
plan = iw.plan(x, k, method="direct")
before = {int(t) for t in os.listdir("/proc/self/task")}
assert plan.most_threads >= 4
plan(x, threads=4)
workers = {int(t) for t in os.listdir("/proc/self/task")} - before
assert len(workers) == 3
first, second, *_ = everywhere = sorted(os.sched_getaffinity(0))
for mask in (everywhere, [first], [first, second], [second], everywhere):
    for thread in workers:
        os.sched_setaffinity(thread, mask)
    for place in (first, second, first):
        os.sched_setaffinity(0, {place})
        for _ in range(15):
            time.sleep(0.001)  # so that they sleep, and wake where the caller is
            plan(x, threads=4)
    time.sleep(0.01)
    for thread in workers:
        assert os.sched_getaffinity(thread) == set(mask), (mask, os.sched_getaffinity(thread))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def with_threads(script, **variables):
    """Run `script` where the environment says no more about threads than `variables`."""
    environment = {k: v for k, v in os.environ.items() if not k.endswith("NUM_THREADS")}
    return subprocess.run(
        [sys.executable, "-c", script], env={**environment, **variables}, text=True,
        capture_output=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"OMP_NUM_THREADS": "3"}, 3),
        ({"OMP_NUM_THREADS": "3,2"}, 3),  # one for each level of nesting
        ({"OMP_NUM_THREADS": "3", "INTERTWINE_NUM_THREADS": " 5 "}, 5),
        ({"OMP_NUM_THREADS": "3", "INTERTWINE_NUM_THREADS": ""}, 3),
    ],
)
def test_environment_sets_the_threads(variables, expected):
    script = "from intertwine.base.threads import resolve; print(resolve(None))"
    assert int(with_threads(script, **variables).stdout) == expected


@pytest.mark.parametrize("text", ["x", "-3", "0", "1025", "4,2", "2.5", "²"])
def test_a_wrong_number_of_threads_in_the_environment(text):
    script = """
import numpy as np
import intertwine as iw
image, k = np.ones((600, 700), np.float32), np.array([[1.0, 2.0]])
assert iw.convolve(image, k, threads=1)[0, 0] == 3  # not asked
for call in (
    lambda: iw.convolve(image, k),  # an equal call, run by the core
    lambda: iw.convolve(image[:50], k),
    lambda: iw.plan((4, 4), k),
):
    try:
        call()
    except iw.OptionError as error:
        print(error, end="@")
iw.set_threads(2)
assert iw.convolve(image, k)[0, 0] == 3
"""
    done = with_threads(script, INTERTWINE_NUM_THREADS=text, PYTHONIOENCODING="utf-8")
    assert done.returncode == 0, done.stderr
    message = (
        f"The environment sets INTERTWINE_NUM_THREADS={text!r}, which is no integer "
        "from 1 to 1024.\n"
        "  Set it to a number of threads, such as "
        f"INTERTWINE_NUM_THREADS={threads.available_cores()}, or unset it.@"
    )
    assert done.stdout == message * 3
