"""Models of many series, one each, on all cores."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from intertwine.base.threads import resolve
from intertwine.series.automatic import choose
from intertwine.series.fitted import FittedARIMA

#: Fewer series than this are not worth other processes.
_FEW = 8


def choose_all(
    series: list[Any],
    options: tuple[Any, ...],
    workers: int | None,
    progress: Callable[[int, int], None] | None,
) -> list[FittedARIMA]:
    """Choose and fit the model of each; the results come in the order of the series."""
    count = min(resolve(workers), len(series))
    found: list[FittedARIMA] = []
    if count == 1 or len(series) < _FEW:
        for each in series:
            found.append(choose(each, *options))
            if progress is not None:
                progress(len(found), len(series))
        return found
    context = multiprocessing.get_context("forkserver" if _has_forkserver() else "spawn")
    with ProcessPoolExecutor(count, mp_context=context) as pool:
        jobs = [pool.submit(choose, each, *options) for each in series]
        for job in jobs:
            found.append(job.result())
            if progress is not None:
                progress(len(found), len(series))
    return found


def _has_forkserver() -> bool:
    return "forkserver" in multiprocessing.get_all_start_methods()
