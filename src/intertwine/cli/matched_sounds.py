"""``intertwine find`` on recordings: a row for each place where a clip was heard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from intertwine.base.errors import FileError
from intertwine.cli.console import progress
from intertwine.cli.doubt import doubt
from intertwine.cli.report import Report, Row
from intertwine.matching.clips import Sighting
from intertwine.matching.recordings import find_in_recordings
from intertwine.matching.wanted import DOUBTFUL

_NAMES = ("clip", "recording", "start_s", "sample", "score", "z", "false_alarm", "speed",
          "inverted", "kind")  # fmt: skip

_LINE = (
    f"Below the line chance does as well with a probability above {DOUBTFUL:g}, or one that is "
    "not known."
)


def find_in_sounds(
    clips: list[Path], recordings: list[Path], options: dict[str, Any], report: Report
) -> None:
    """Search, report what was found, then say what could not be searched."""
    with progress() as bar:
        task = bar.add_task("", total=1.0)

        def tell(recording: Path, share: float) -> None:
            bar.update(task, description=recording.name, completed=share)

        result = find_in_recordings(clips, recordings, progress=tell, **options)
    untold = [why for _, why in (*result.failed, *result.skipped)]
    if not result.found and len(untold) == len(clips) == len(recordings) == 1:
        raise FileError(untold[0])
    sure = sum(one.false_alarm <= DOUBTFUL for one in result.found)
    names = _NAMES if report.form != "table" else _shown(result.found, options)
    report.write(names, [_row(one) for one in result.found], _doubts(result.found), sure=sure)
    _complain([*result.skipped, *result.failed])
    if result.failed:
        count = len(result.failed)
        word = "search" if count == 1 else "searches"
        raise FileError(f"{count} {word} failed; the others are reported.")
    if result.skipped and not result.found:
        raise FileError("Every recording is shorter than what is looked for.")


def _row(one: Sighting) -> Row:
    cells = (str(one.clip), str(one.recording), one.start, one.sample, one.score, one.z,
             one.false_alarm, one.speed, one.inverted, one.kind)  # fmt: skip
    return dict(zip(_NAMES, cells, strict=True))


def _shown(found: Sequence[Sighting], options: dict[str, Any]) -> list[str]:
    """The columns that tell people something."""
    dull = set()
    if options.get("speeds") is None:
        dull.add("speed")
    if not any(one.inverted for one in found):
        dull.add("inverted")
    return [name for name in _NAMES if name not in dull]


def _doubts(found: Sequence[Sighting]) -> list[str]:
    """What the line means, and which clips are nowhere for sure."""
    best: dict[tuple[Path, Path], Sighting] = {}
    for one in found:
        best.setdefault((one.clip, one.recording), one)
    sure = {one.clip for one in found if one.false_alarm <= DOUBTFUL}
    doubts = [
        doubt(f"{one.clip} in {one.recording}", one.false_alarm)
        for one in best.values()
        if one.clip not in sure
    ]
    told = [text for text in doubts if text]
    if sure and any(not one.false_alarm <= DOUBTFUL for one in found):
        told.insert(0, _LINE)
    return told


def _complain(reasons: Sequence[tuple[Path, str]]) -> None:
    console = Console(stderr=True, highlight=False)
    for path, why in reasons:
        text = why if str(path) in why else f"{path}: {why}"
        console.print(f"intertwine: {text}", markup=False, soft_wrap=True)
