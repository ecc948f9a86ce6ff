"""Where commands print: results on standard output, progress on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


def out() -> Console:
    """Standard output; numbers and paths keep the colour of the text around them."""
    return Console(highlight=False)


@contextmanager
def progress() -> Iterator[Progress]:
    """A bar on a terminal, gone when the work is done; nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        yield bar


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for long work in steps: what, how many of how many, time spent and left.

    The block is given ``report(what, done, total)``; each new `what` begins a bar of its own.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"), TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        tasks = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total, rate="")
            speed = bar.tasks[bar.task_ids.index(tasks[what])].speed
            rate = f"{speed:.0f}/s" if speed else ""
            bar.update(tasks[what], completed=done, total=total, rate=rate)

        yield report
