"""Plans made before: equal problems share one, and equal calls find it without being read again.

Reading and checking a call takes longer than filtering a small image. What a plan depends on is
compared in the core (``core/bind_recent.cpp``), on every call; calls that it cannot compare (other
array types, masks, 64-bit integers whose range counts) are read in full each time. What a plan may
be remembered for is checked once, by `lasting`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from intertwine import _core
from intertwine.engine.problem import Problem

if TYPE_CHECKING:
    from intertwine.engine.plan import Plan

#: Values of these types are equal only when they mean the same.
_PLAIN_TYPES = frozenset({int, float, complex, bool, str, type(None), type, np.dtype})
_PLAIN_TYPES |= {type(np.dtype(char)) for char in np.typecodes["All"]}

#: Spectra kept for later calls, together.
MOST_KEPT_BYTES = 256 << 20


def lasting(x: Any, said: tuple[Any, ...]) -> bool:
    """Whether calls with equal options `said` on data like `x` will always have an equal plan."""
    if not x.dtype.isnative or (x.dtype.kind in "iu" and x.dtype.itemsize == 8):
        return False
    for value in said:
        for part in value if type(value) is tuple else (value,):
            if type(part) not in _PLAIN_TYPES:
                return False
    return True


class PlanCache:
    """The plans made last, by problem and by call. Locks are held only to look up.

    `make` makes the plan of a problem, for a caller, with the method that was asked for, on so many
    threads.
    """

    def __init__(
        self,
        make: Callable[[Problem, str, str, int | None], Plan],
        most: int = 256,
        most_kept: int = MOST_KEPT_BYTES,
    ) -> None:
        self._make = make
        self._plans: dict[tuple[Problem, str], Plan] = {}  # the one used last stands last
        self._lock = threading.Lock()
        self._most, self._most_kept = most, most_kept
        #: The calls made last: ``run`` answers one like them, or returns None.
        self.calls = _core.Recent(most, most_kept)

    def get(self, problem: Problem, caller: str, method: str, threads: int | None = None) -> Plan:
        """The plan of a problem; `threads` may make it ready."""
        key = (problem, method)
        with self._lock:
            plan = self._plans.pop(key, None)
            if plan is not None:
                self._plans[key] = plan
                return plan
        plan = self._make(problem, caller, method, threads)
        with self._lock:
            self._plans[key] = plan
            self._forget()
        return plan

    def recall(self, x: Any, k: Any, said: tuple[Any, ...], flip: bool) -> Plan | None:
        """The plan of an equal call, if it was made lately; `said` are its Options."""
        return cast("Plan | None", self.calls.find(x, k, said, flip))

    def remember(self, x: Any, k: Any, said: tuple[Any, ...], flip: bool, plan: Plan) -> None:
        """Keep the plan of a call; the call remembered longest ago is forgotten."""
        if type(x) is np.ndarray and lasting(x, said):
            self.calls.remember(x, k, said, flip, plan, plan.call, plan.kept_bytes)

    def _forget(self) -> None:
        """Drop what came longest ago, beyond the number and the memory allowed."""
        kept = self._plans
        size = sum(plan.kept_bytes for plan in kept.values())
        while len(kept) > self._most or (size > self._most_kept and len(kept) > 1):
            size -= kept.pop(next(iter(kept))).kept_bytes

    def clear(self) -> None:
        with self._lock:
            self._plans.clear()
            self.calls.clear()
