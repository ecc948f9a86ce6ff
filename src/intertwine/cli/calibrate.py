"""``intertwine calibrate``: measure this machine for the planner."""

from __future__ import annotations

import importlib

from intertwine.base.errors import FileError
from intertwine.cli.console import out, progress
from intertwine.engine.machine import cache_file


def calibrate() -> None:
    """Measure this machine, so that plans are chosen by its own speeds (a few seconds).

    The numbers are kept in your cache folder; delete them there to return to those shipped.
    Other programs should rest meanwhile.

    \b
    [bold]Examples[/]
      intertwine calibrate
      INTERTWINE_CACHE=/srv/figures intertwine calibrate
    """
    measuring = importlib.import_module("intertwine.engine.calibrate")
    with progress() as bar:
        task = bar.add_task("measuring", total=None)

        def step(title: str, number: int, total: int) -> None:
            bar.update(task, description=title, completed=number - 1, total=total)

        try:
            outcome = measuring.calibrate(progress=step)
        except OSError as error:
            raise FileError(
                f"Cannot keep the measurements in {cache_file().parent}: {error.strerror}.\n"
                "  Set INTERTWINE_CACHE to a folder that you may write to."
            ) from error
    out().print(outcome.report(), markup=False, soft_wrap=True)
