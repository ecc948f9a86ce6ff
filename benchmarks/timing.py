"""Taking turns: all contenders in one process, one sample each a round, medians and minima.

Thread pools spin for a while after their work (OpenMP's about a millisecond) and would slow down
whoever comes next. So there is a pause before each sample, and for short calls one that is not
timed, which wakes up the contender's own threads.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

ROUNDS = (3, 200)  # fewest and most
LEAST_S = 2e-3  # shorter calls are repeated, and the repeats timed together
SHORT_S = 2e-2  # shorter calls are led in by one that is not timed
PAUSE_S = 3e-3  # before each sample
SLOW_S = 1.0  # calls above this are not timed again: their first call counts
HOPELESS = 10.0  # times slower than the fastest: not timed again after the first round


@dataclass
class Series:
    """The times of one call, in seconds."""

    call: Callable[[], np.ndarray]
    repeats: int = 1
    lead_in: bool = False
    times: list[float] = field(default_factory=list)

    def warm_up(self) -> np.ndarray:
        """Call once; decide how many calls make a sample. Returns the answer."""
        start = time.perf_counter()
        answer = self.call()
        once = time.perf_counter() - start
        if once > SLOW_S:
            self.times.append(once)
        elif once < 10 * SHORT_S:  # the first call may be much slower than the next
            start = time.perf_counter()
            self.call()
            once = time.perf_counter() - start
            self.repeats = max(1, round(LEAST_S / once))
            self.lead_in = once < SHORT_S
        return answer

    def sample(self) -> None:
        """Take one more time."""
        time.sleep(PAUSE_S)
        if self.lead_in:
            self.call()
        start = time.perf_counter()
        for _ in range(self.repeats):
            self.call()
        self.times.append((time.perf_counter() - start) / self.repeats)

    def summary(self) -> dict[str, float]:
        """Median and least time in milliseconds, and how many samples there were."""
        return {
            "median_ms": 1e3 * statistics.median(self.times),
            "min_ms": 1e3 * min(self.times),
            "samples": len(self.times),
        }


def alternate(series: list[Series], budget_s: float) -> None:
    """Sample all in turns until the budget is spent; slow and hopeless ones only once."""
    start = time.perf_counter()
    for each in series:
        if not each.times:
            each.sample()
    fastest = min(each.times[0] for each in series)
    racing = [s for s in series if s.times[0] < min(SLOW_S, HOPELESS * fastest)]
    racing = racing or [s for s in series if s.times[0] == fastest]
    for done in range(1, ROUNDS[1]):
        if done >= ROUNDS[0] and time.perf_counter() - start > budget_s:
            return
        for each in racing:
            each.sample()
