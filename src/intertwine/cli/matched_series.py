"""``intertwine find`` on series: a row for each place where the shape was met."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console

from intertwine.base.errors import FileError, IntertwineError, OptionError
from intertwine.cli.doubt import doubt
from intertwine.cli.report import Report, Row
from intertwine.files.series import read
from intertwine.matching import find as search

_NAMES = ("series", "sample", "position", "score", "z", "false_alarm")


def whole_samples(apart: float | None) -> int | None:
    """The least distance of two hits in a series, or say that it is no number of samples."""
    if apart is not None and (apart < 1 or apart != int(apart)):
        raise OptionError(f"--min-distance {apart:g}: in series it counts whole samples, from 1.")
    return None if apart is None else int(apart)


def find_in_series(
    pattern: Path,
    inputs: list[Path],
    column: str | None,
    options: dict[str, Any],
    report: Report,
) -> None:
    """Search each series for the shape; one that is broken does not stop the others."""
    shape = read(pattern, column).pages[0]
    rows: list[Row] = []
    doubts: list[str] = []
    failed: list[str] = []
    for source in inputs:
        try:
            hits = search(shape, read(source, column).pages[0], **options)
        except IntertwineError as error:
            if len(inputs) == 1:
                raise
            failed.append(f"{source}: {error}")
            continue
        for at, hit in zip(hits.index[:, 0].tolist(), hits, strict=True):
            cells = (str(source), at, hit.position[0], hit.score, hit.z, hit.false_alarm)
            rows.append(dict(zip(_NAMES, cells, strict=True)))
        if len(hits) and (text := doubt(f"{pattern} in {source}", hits[0].false_alarm)):
            doubts.append(text)
    report.write(_NAMES, rows, doubts)
    if failed:
        console = Console(stderr=True, highlight=False)
        for text in failed:
            console.print(f"intertwine: {text}", markup=False, soft_wrap=True)
        raise FileError(f"{len(failed)} of {len(inputs)} series could not be searched.")
