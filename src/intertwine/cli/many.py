"""Work on many files: one that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from intertwine.base.errors import FileError, IntertwineError
from intertwine.cli.console import progress


def for_each(
    pairs: list[tuple[Path, Path]], work: Callable[[Path, Path, Any], None], undone: str
) -> None:
    """Call ``work(source, target, bar)`` on each pair; then say how many files were `undone`.

    Raises
    ------
    FileError
        Some failed: what was wrong with each has been printed beside the bar. A file that is alone
        raises its own error.
    """
    failed = 0
    with progress() as bar:
        task = bar.add_task("", total=len(pairs))
        for source, target in pairs:
            bar.update(task, description=source.name)
            try:
                work(source, target, bar)
            except IntertwineError as error:
                if len(pairs) == 1:
                    raise
                failed += 1
                text = str(error) if str(source) in str(error) else f"{source}: {error}"
                bar.console.print(f"intertwine: {text}", markup=False, soft_wrap=True)
            bar.advance(task)
    if failed:
        raise FileError(f"{failed} of {len(pairs)} files {undone}.")
