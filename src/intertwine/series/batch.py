"""Models of many series, one each, on all cores.

Results, and the error if some series has none, are those of one process. No worker outlives the
caller: Ctrl-C ends the jobs at work and drops the others, and a worker whose caller is gone ends
itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import wait
from typing import Any

from intertwine.base.bars import steps
from intertwine.base.errors import IntertwineError, OptionError, shown
from intertwine.base.threads import resolve
from intertwine.series.automatic import choose
from intertwine.series.fitted import FittedARIMA

#: Fewer series than this are not worth other processes.
_FEW = 8

Report = Callable[[int, int], None]


def choose_all(
    series: list[Any],
    options: tuple[Any, ...],
    workers: int | None,
    progress: bool | Report,
) -> list[FittedARIMA]:
    """Choose and fit the model of each; the results come in the order of the series."""
    count = min(resolve(workers), len(series))
    with _reporting(progress) as report:
        if count > 1 and len(series) >= _FEW:
            return _in_processes(series, options, count, report)
        found = []
        for place, each in enumerate(series):
            found.append(_named(place, len(series), partial(choose, each, *options)))
            report(len(found), len(series))
        return found


@contextmanager
def _reporting(progress: bool | Report) -> Iterator[Report]:
    if callable(progress):
        yield progress
    elif progress is True:
        with steps() as bar:
            yield lambda done, total: bar("series", done, total)
    elif progress is False:
        yield lambda done, total: None
    else:
        raise OptionError(
            f"auto_arima: `progress={shown(progress)}` must be True, False or a function.\n"
            "  A function is called with the number of series done and that of all."
        )


def _named(place: int, total: int, call: Callable[[], FittedARIMA]) -> FittedARIMA:
    """What `call` returns; its errors say which series they are about."""
    try:
        return call()
    except IntertwineError as error:
        text = str(error).removeprefix("auto_arima: ")
        raise type(error)(f"auto_arima: series {place} of {total}: {text}") from error


def _in_processes(
    series: list[Any], options: tuple[Any, ...], count: int, report: Report
) -> list[FittedARIMA]:
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin)
    try:
        jobs = [pool.submit(_work, each, options) for each in series]
        _gather(jobs, report)
        return [
            _named(place, len(series), job.result)
            for place, job in enumerate(jobs)
            if not job.cancelled()  # only those behind one that failed are
        ]
    except BrokenProcessPool as error:
        raise OptionError(
            "auto_arima: a worker process ended early.\n"
            "  Call from under `if __name__ == '__main__':` in a script, or pass workers=1; if "
            "memory ran out, fewer workers."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _gather(jobs: list[Future[FittedARIMA]], report: Report) -> None:
    """Wait for all; after a failure for those before it, so that the first one counts."""
    places = {job: place for place, job in enumerate(jobs)}
    done, last = 0, len(jobs)
    for job in as_completed(jobs):
        if job.cancelled():
            continue
        if job.exception() is not None and places[job] < last:
            last = places[job]
            for later in jobs[last + 1 :]:
                later.cancel()
        done += 1
        report(done, len(jobs))


def _begin() -> None:
    """Start of a worker: idle ones ignore Ctrl-C, and it ends when its caller has."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _work(each: Any, options: tuple[Any, ...]) -> FittedARIMA:
    """One job of a worker; Ctrl-C ends it at once."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return choose(each, *options)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
