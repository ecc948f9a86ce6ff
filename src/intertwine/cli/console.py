"""Where commands print: results on standard output, progress on standard error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


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
