"""Plans made before: equal problems share one, and equal calls find it without being read again.

Reading and checking a call takes longer than filtering a small image. What a plan depends on is
compared in the core (``core/bind_plan_cache.cpp``), on every call; calls that it cannot compare
(other array types, masks, 64-bit integers whose range counts) are read in full each time. What a
plan may be found again by is checked once, by `is_cacheable`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from intertwine import _core
from intertwine.base.errors import ShapeError
from intertwine.engine.memory import Cache, settle_limit
from intertwine.engine.problem import Problem

if TYPE_CHECKING:
    from intertwine.engine.plan import Plan

#: Values of these types are equal only when they mean the same.
_PLAIN_TYPES = frozenset({int, float, complex, bool, str, type(None), type, np.dtype})
_PLAIN_TYPES |= {type(np.dtype(char)) for char in np.typecodes["All"]}


def is_cacheable(x: Any, options: tuple[Any, ...]) -> bool:
    """Whether calls with equal `options` on data like `x` will always have an equal plan."""
    if not x.dtype.isnative or (x.dtype.kind in "iu" and x.dtype.itemsize == 8):
        return False
    for value in options:
        for part in value if type(value) is tuple else (value,):
            if type(part) not in _PLAIN_TYPES:
                return False
    return True


class PlanCache:
    """The plans made last, by problem and by call.

    `make` makes the plan of a problem, for a caller, with the method that was asked for, on so many
    threads.
    """

    def __init__(self, make: Callable[[Problem, str, str, int | None], Plan]) -> None:
        self._make = make
        self._plans = Cache()
        #: Calls that led to plans: ``run`` answers one like them, or returns None.
        self.calls = _core.PlanCache()

    def get(self, problem: Problem, caller: str, method: str, threads: int | None = None) -> Plan:
        """The plan of a problem; `threads` may make it ready."""
        kept = self._plans.lookup((problem, method))
        if kept is not None:
            return cast("Plan", kept.value)
        settle_limit()
        try:
            plan = self._make(problem, caller, method, threads)
        except MemoryError as error:
            raise ShapeError(
                f"{caller}: memory ran out while the call was planned: {error}.\n"
                f"  Work on parts of x, or pass a shorter kernel or a smaller dilation."
            ) from error
        self._plans.store((problem, method), plan, plan.kept_bytes)
        return plan

    def lookup(self, x: Any, k: Any, options: tuple[Any, ...], flip: bool) -> Plan | None:
        """The plan of an equal call, if it is kept; `options` are its Options."""
        return cast("Plan | None", self.calls.lookup(x, k, options, flip))

    def store(
        self, x: Any, k: Any, options: tuple[Any, ...], flip: bool, problem: Problem, method: str
    ) -> None:
        """Let an equal call find the plan of a problem again, for as long as that is kept."""
        if type(x) is np.ndarray and is_cacheable(x, options):
            kept = self._plans.lookup((problem, method))
            if kept is not None:
                self.calls.store(x, k, options, flip, kept, kept.value.call)

    def plans(self) -> list[Plan]:
        """The plans that are kept."""
        return self._plans.values()

    def clear(self) -> None:
        """Let all plans go, and the calls that led to them."""
        self._plans.clear()
