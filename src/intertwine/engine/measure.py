"""Choosing by trying: the methods run on data of the problem's shape, and the quickest is kept."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base import threads as threading
from intertwine.base.errors import ShapeError
from intertwine.engine.plan import Plan
from intertwine.engine.problem import Problem
from intertwine.engine.wisdom import WISDOM, Measured, key

#: Methods predicted to take this many times as long as the best are not tried.
HOPELESS = 8.0

#: A method that took this many times as long as the best so far is not tried again.
BEATEN = 2.0

#: Seconds for all together once each has run; rounds beyond these say nothing new.
BUDGET, ROUNDS = 0.5, 50

#: Runs shorter than this are timed several at a time.
LEAST = 2e-4

Array = NDArray[Any]


def measure(problem: Problem, caller: str) -> None:
    """Learn which method is quickest on `problem`, unless that is known already."""
    problem = problem.summed  # rounding takes as long after every method
    if problem.out_size == 0 or WISDOM.recall(problem) is not None:
        return
    expected = Plan(problem, caller)
    able = [c for c in expected.candidates if not c.reason]
    tried = [c for c in able if c.seconds <= HOPELESS * expected.chosen.seconds]
    count = min(threading.resolve(None), expected.most_threads)
    try:
        x, out = _samples(problem), np.empty(problem.out_shape, problem.result)
    except MemoryError as error:
        raise ShapeError(
            f"{caller}: data of shape {problem.shape} ({problem.dtype}) to measure with "
            f"do not fit in memory.\n  Leave measure out, or plan for parts."
        ) from error
    seconds = _race(
        {c.method.NAME: Plan(problem, caller, c.method.NAME) for c in tried}, x, out, count
    )
    best = min(seconds, key=seconds.__getitem__)
    WISDOM.learn({key(problem): Measured(best, count, seconds)})


def _samples(problem: Problem) -> Array:
    """Data of the problem's shape and type, within the range that it is made for."""
    rng = np.random.default_rng(0)
    if problem.dtype.kind in "biu":
        low, high = problem.value_range or (0, 1)
        whole = rng.integers(max(low, -99), min(high, 99) + 1, problem.shape)
        return whole.astype(problem.dtype)
    return rng.standard_normal(problem.shape, np.float32).astype(problem.dtype)


def _race(plans: dict[str, Plan], x: Array, out: Array, threads: int) -> dict[str, float]:
    """The least seconds of each, taken in turns."""
    least, repeats = {}, {}
    for name, plan in plans.items():
        first = _timed(plan, x, out, threads, 1)  # it also touches memory for the first time
        least[name] = first if first > BUDGET else _timed(plan, x, out, threads, 1)
        repeats[name] = max(1, round(LEAST / least[name]))
    end = time.perf_counter() + BUDGET
    for _ in range(ROUNDS):
        best = min(least.values())
        racing = [name for name in plans if least[name] <= BEATEN * best]
        if len(racing) == 1:
            break
        for name in racing:
            if time.perf_counter() > end:
                return least
            least[name] = min(least[name], _timed(plans[name], x, out, threads, repeats[name]))
    return least


def _timed(plan: Plan, x: Array, out: Array, threads: int, repeats: int) -> float:
    begin = time.perf_counter()
    for _ in range(repeats):
        plan.execute(x, None, out, threads)
    return (time.perf_counter() - begin) / repeats
