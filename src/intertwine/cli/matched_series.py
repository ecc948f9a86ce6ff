"""``intertwine find`` on series: a row for each place where the shape was met."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console

from intertwine.cli.report import Report, Row
from intertwine.engine.errors import IntertwineError, OptionError
from intertwine.files import FileError
from intertwine.files.series import read_series
from intertwine.matching import find as search

#: The endings of files that are read as series.
SERIES = (".csv", ".tsv", ".txt")

_NAMES = ("series", "sample", "position", "score", "z", "false_alarm")


def find_in_series(
    pattern: Path,
    inputs: list[Path],
    column: str | None,
    options: dict[str, Any],
    report: Report,
) -> None:
    """Search each series for the shape; one that is broken does not stop the others."""
    shape = read_series(pattern, column)
    apart = options.pop("min_distance")
    if apart is not None and (apart < 1 or apart != int(apart)):
        raise OptionError(f"--min-distance {apart:g}: in series it counts whole samples, from 1.")
    options["min_distance"] = None if apart is None else int(apart)
    rows: list[Row] = []
    failed: list[str] = []
    for source in inputs:
        try:
            hits = search(shape, read_series(source, column), **options)
        except IntertwineError as error:
            if len(inputs) == 1:
                raise
            failed.append(f"{source}: {error}")
            continue
        for at, hit in zip(hits.index[:, 0].tolist(), hits, strict=True):
            cells = (str(source), at, hit.position[0], hit.score, hit.z, hit.false_alarm)
            rows.append(dict(zip(_NAMES, cells, strict=True)))
    report.write(_NAMES, rows)
    if failed:
        console = Console(stderr=True, highlight=False)
        for text in failed:
            console.print(f"intertwine: {text}", markup=False, soft_wrap=True)
        raise FileError(f"{len(failed)} of {len(inputs)} series could not be searched.")
