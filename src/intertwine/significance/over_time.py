"""A design asked of series: of their smooth averages, with what effective samples say beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from intertwine.base.errors import ShapeError
from intertwine.significance import serial
from intertwine.significance.laws import Bounds
from intertwine.significance.reading import Groups, Pairs
from intertwine.significance.result import Found, no_picture
from intertwine.significance.serial import Mean

REPEATS = (
    "A series repeats itself exactly, again and again: nothing in it shows how far chance reaches."
)
_LEAST = 20  # samples: fewer do not show how alike neighbours are


def ask(
    data: Pairs | Groups,
    design: str,
    alternative: str,
    question: Callable[[Pairs | Groups], Found],
) -> Found:
    """The answer of `question` about data whose neighbours in time are no longer alike."""
    shortest = data.a.size if isinstance(data, Pairs) else min(data.sizes)
    if shortest < _LEAST:
        raise ShapeError(
            f"chance: series=True needs {_LEAST} samples to see how alike neighbours are, got "
            f"{shortest}.\n  Pass a longer series, or leave series=True out."
        )
    lines = [data.a - data.b] if isinstance(data, Pairs) else list(data.single())
    if isinstance(data, Pairs) and design == "correlation":
        lines = [data.a, data.b]
        if any(serial.repeats(x) for x in lines):
            return _unknown(data, None, REPEATS)
        x, y, done = serial.whitened_pair(data.a, data.b)
        found = question(replace(data, a=x, b=y, codes=np.zeros(x.size, np.intp)))
        return replace(found, notes=(*found.notes, done))
    read = serial.smoothed(lines)
    mean = read.means[0] if len(lines) == 1 else read.means[0] - read.means[1]
    if any(serial.repeats(x) for x in lines):
        return _unknown(data, mean, REPEATS)
    if not read.averages:
        return _unknown(data, mean, read.done)
    found = _wider(question(_of_averages(data, read.averages)), mean, alternative)
    if design in ("two-sample", "paired"):  # the averages' mean is that but for rounding
        found = replace(found, effect=mean.value)
    return replace(
        found, method="approximate", case="smooth average", notes=(*found.notes, read.done)
    )


def _of_averages(data: Pairs | Groups, averages: list[serial.Array]) -> Pairs | Groups:
    if isinstance(data, Pairs):
        size = averages[0].size
        return replace(data, a=averages[0], b=np.zeros(size), codes=np.zeros(size, np.intp))
    sizes = [x.size for x in averages]
    return replace(
        data, values=[np.concatenate(averages)], first=[np.arange(sum(sizes)) < sizes[0]]
    )


def _wider(found: Found, mean: Mean, alternative: str) -> Found:
    """The larger p-value counts, and an interval holds what either view does not reject."""
    above = mean.above()
    tails = {
        "greater": above,
        "less": mean.below(),
        "two-sided": min(1.0, 2 * min(above, mean.below())),
    }

    def interval(level: float, side: str) -> tuple[float, float]:
        low, high = found.interval(level, side)
        reach = mean.reaches((1 - level) / (2 if side == "two-sided" else 1))
        return min(low, mean.value - reach), max(high, mean.value + reach)

    p = tails[alternative]
    return replace(
        found, interval=interval, bounds=Bounds(max(p, found.bounds.low), max(p, found.bounds.high))
    )


def _unknown(data: Pairs | Groups, mean: Mean | None, why: str) -> Found:
    nan = float("nan")
    sizes = (data.a.size, data.b.size) if isinstance(data, Pairs) else data.sizes
    name = "mean difference" if isinstance(data, Pairs) else "difference of means"
    if mean is None:
        name, value = "correlation", nan
    else:
        value = mean.value
    return Found(
        value, Bounds(nan, nan), "unknown", 0.0, value, name, nan, nan, sizes, (), (why,),
        lambda level, side: (-np.inf, np.inf),
        lambda: no_picture(name),
    )  # fmt: skip
