"""Where commands print: results on standard output, progress on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from intertwine.base.text import duration

if TYPE_CHECKING:
    from intertwine.learn.training.loop import Moment


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
def training() -> Iterator[Callable[[Moment], None]]:
    """A bar with loss, accuracy and time left on a terminal; elsewhere a line for each epoch.

    The block is given ``watch(moment)``, to be called after every step.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TimeRemainingColumn(),
    )  # fmt: skip
    shown = console.is_terminal
    told = 0
    with Progress(*columns, console=console, transient=True, disable=not shown) as bar:
        task = bar.add_task("training", total=None)

        def watch(moment: Moment) -> None:
            nonlocal told
            if shown:
                bar.update(task, completed=moment.step, total=moment.steps, description=now(moment))
            elif moment.last and moment.last.number != told:
                told = moment.last.number
                console.print(ended(moment), highlight=False, soft_wrap=True)

        yield watch


def now(moment: Moment) -> str:
    """Where a training stands, for its bar."""
    text = f"epoch {moment.epoch} of {moment.epochs}  loss {moment.loss:.3f}  {moment.accuracy:.3f}"
    return f"{text}, validation {moment.last.validation_accuracy:.3f}" if moment.last else text


def ended(moment: Moment) -> str:
    """What an epoch ended with, and how long the others will take."""
    last = moment.last
    assert last is not None
    left = duration(moment.seconds / moment.step * (moment.steps - moment.step))
    return (
        f"epoch {last.number} of {moment.epochs}  loss {last.loss:.4f}  accuracy "
        f"{last.accuracy:.4f}  validation {last.validation_accuracy:.4f}  {left} left"
    )
