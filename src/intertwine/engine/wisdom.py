"""Choices found by measuring, for problems of one geometry, of one type and of kernels alike.

A choice only says which method was quickest. Whether a method may be taken is asked of the method
each time, so wisdom can never change what an answer is.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from intertwine.engine.methods import BY_NAME, METHODS
from intertwine.engine.methods.each import terms
from intertwine.engine.problem import Problem


@dataclass(frozen=True, slots=True)
class Measured:
    """The quickest method, and what each took on so many threads."""

    method: str
    threads: int
    seconds: dict[str, float]

    def __post_init__(self) -> None:
        unknown = {self.method, *self.seconds} - set(BY_NAME)
        if unknown:
            raise ValueError(f"a method {min(unknown)!r} that this version does not have")
        if self.method not in self.seconds or not all(
            0 < each < float("inf") for each in self.seconds.values()
        ):
            raise ValueError("times that cannot be")
        if self.threads < 1:
            raise ValueError("a number of threads that cannot be")


def key(problem: Problem) -> str:
    """What a choice holds for, in words: all that times depend on but the samples and the taps."""
    axes = (
        f"{a.n}->{a.m} k={a.k} from {a.start} step {a.stride},{a.dilation} {a.boundary}"
        + (f" kernels={a.kernels}" if a.kernels > 1 else "")
        for a in problem.axes
    )
    counts = ((m.NAME, terms(m, problem)) for m in METHODS)
    able = (f"{name} {count}" for name, count in counts if count)
    precision = "" if problem.precision is None else f"; precision {problem.precision!r}"
    return (
        f"{problem.dtype}->{problem.result} in {problem.compute}, {problem.taps.array.dtype} taps; "
        f"{' x '.join(axes)}; terms: {', '.join(able)}{precision}"
    )


class Wisdom:
    """Choices by what they hold for."""

    def __init__(self) -> None:
        self._choices: dict[str, Measured] = {}
        self._lock = threading.Lock()

    def recall(self, problem: Problem) -> Measured | None:
        """What was measured for such problems, if anything."""
        if not self._choices or problem.out_size == 0:  # nothing to compute, nothing measured
            return None
        return self._choices.get(key(problem))

    def learn(self, choices: dict[str, Measured]) -> None:
        """Take choices in; they replace what was known."""
        with self._lock:
            self._choices = {**self._choices, **choices}

    def forget(self) -> None:
        with self._lock:
            self._choices = {}

    def choices(self) -> dict[str, Measured]:
        """All that is known."""
        return dict(self._choices)


WISDOM = Wisdom()
