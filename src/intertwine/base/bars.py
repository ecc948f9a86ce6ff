"""Progress bars on a terminal, by rich, loaded when a call shows one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from intertwine.base.libraries import need


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for long work in steps: what, how many of how many, time spent and left.

    The block is given ``report(what, done, total)``; each new `what` begins a bar of its own. Bars
    go when the work is done, and are not drawn where standard error is no terminal.
    """
    console: Any = need("rich.console", "A progress bar").Console(stderr=True)
    rich: Any = need("rich.progress", "A progress bar")
    columns = (
        rich.TextColumn("{task.description}"), rich.BarColumn(), rich.MofNCompleteColumn(),
        rich.TextColumn("{task.fields[rate]}"), rich.TimeElapsedColumn(),
        rich.TimeRemainingColumn(),
    )  # fmt: skip
    hidden = not (console.is_terminal or console.is_jupyter)
    with rich.Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        tasks = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total, rate="")
            speed = bar.tasks[bar.task_ids.index(tasks[what])].speed
            rate = f"{speed:.0f}/s" if speed else ""
            bar.update(tasks[what], completed=done, total=total, rate=rate)

        yield report
