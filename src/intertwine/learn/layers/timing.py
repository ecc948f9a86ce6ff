"""Two ways to do one thing, timed beside each other: in alternation, so that both meet the same
machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter
from typing import Any

#: Rounds at least and at most, and seconds after which no more are begun.
FEWEST, MOST, SECONDS = 5, 50, 0.3


def alternating(ways: Sequence[Callable[[], Any]]) -> list[float]:
    """The median seconds of each way; the first round is not counted."""
    for way in ways:
        way()
    seconds: list[list[float]] = [[] for _ in ways]
    begun = perf_counter()
    while len(seconds[0]) < FEWEST or (
        len(seconds[0]) < MOST and perf_counter() - begun < SECONDS * len(ways)
    ):
        for way, found in zip(ways, seconds, strict=True):
            start = perf_counter()
            way()
            found.append(perf_counter() - start)
    return [median(found) for found in seconds]
