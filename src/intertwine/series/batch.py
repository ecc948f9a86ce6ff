"""Models of many series, one each, on all cores.

Workers are processes of their own (`worker`), each led by a thread: unlike those of
`multiprocessing` they need no guard in the caller's script, and end with their caller. Results, and
the error if some series has none, are those of one process.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any

from intertwine.base.bars import steps
from intertwine.base.errors import IntertwineError, OptionError, shown
from intertwine.base.threads import resolve
from intertwine.series.automatic import choose
from intertwine.series.fitted import FittedARIMA

#: Fewer series than this are not worth other processes.
_FEW = 8

Report = Callable[[int, int], None]
Answer = tuple[int, FittedARIMA | None, Exception | None]


def choose_all(
    series: list[Any],
    options: tuple[Any, ...],
    workers: int | None,
    progress: bool | Report,
) -> list[FittedARIMA]:
    """Choose and fit the model of each; the results come in the order of the series."""
    count = min(resolve(workers), len(series))
    answers = _apart if count > 1 and len(series) >= _FEW else _here
    found: dict[int, FittedARIMA] = {}
    errors: dict[int, Exception] = {}
    with _reporting(progress) as report:
        for place, model, error in answers(series, options, count):
            if model is not None:
                found[place] = model
            elif error is not None:
                errors[place] = error
            report(len(found) + len(errors), len(series))
    if errors:
        _raise(min(errors), len(series), errors[min(errors)])
    return [found[place] for place in range(len(series))]


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


def _raise(place: int, total: int, error: Exception) -> None:
    """Raise what went wrong, with the series that it is about."""
    if isinstance(error, IntertwineError):
        text = str(error).removeprefix("auto_arima: ")
        raise type(error)(f"auto_arima: series {place} of {total}: {text}") from error
    raise error


def _here(series: list[Any], options: tuple[Any, ...], _: int) -> Iterator[Answer]:
    for place, each in enumerate(series):
        try:
            yield place, choose(each, *options), None
        except IntertwineError as error:
            yield place, None, error
            return


def _apart(series: list[Any], options: tuple[Any, ...], count: int) -> Iterator[Answer]:
    """Answers of `count` processes, as they come; after an error only those on the way."""
    jobs: SimpleQueue[int] = SimpleQueue()
    for place in range(len(series)):
        jobs.put(place)
    answers: SimpleQueue[Answer | None] = SimpleQueue()
    processes = [_started() for _ in range(count)]

    def lead(process: subprocess.Popen[bytes]) -> None:
        try:
            while True:
                place = jobs.get_nowait()
                answers.put((place, *_asked(process, (series[place], options))))
        except Empty:
            answers.put(None)

    pool = ThreadPoolExecutor(count)
    try:
        for process in processes:
            pool.submit(lead, process)
        working = count
        while working:
            answer = answers.get()
            if answer is None:
                working -= 1
                continue
            if answer[2] is not None:
                _drop(jobs)
            yield answer
    finally:
        _drop(jobs)
        for process in processes:
            process.kill()
        pool.shutdown()
        for process in processes:
            process.communicate()


def _started() -> subprocess.Popen[bytes]:
    """A worker that finds the same modules as this process, each with one thread."""
    one = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "intertwine.series.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **one, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def _asked(
    process: subprocess.Popen[bytes], job: Any
) -> tuple[FittedARIMA | None, Exception | None]:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        pickle.dump(job, process.stdin)
        process.stdin.flush()
        model, error = pickle.load(process.stdout)
        return model, error
    except (OSError, EOFError, pickle.UnpicklingError) as error:
        return None, OptionError(
            f"a worker process ended early ({type(error).__name__}).\n"
            "  If memory ran out, pass fewer workers; with workers=1 there are none."
        )
    except Exception as error:  # what cannot be sent, such as a series of a class in a script
        return None, error


def _drop(jobs: SimpleQueue[int]) -> None:
    """Take back the jobs that none has begun."""
    try:
        while True:
            jobs.get_nowait()
    except Empty:
        return
