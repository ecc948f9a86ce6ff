"""``intertwine find`` on recordings: a row for each place where a clip was heard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console

from intertwine.base.errors import FileError
from intertwine.cli.console import progress
from intertwine.cli.doubt import doubt
from intertwine.cli.report import Report
from intertwine.matching.recordings import find_in_recordings

_NAMES = ("clip", "recording", "start_s", "sample", "score", "z", "false_alarm")


def find_in_sounds(
    clips: list[Path], recordings: list[Path], options: dict[str, Any], report: Report
) -> None:
    """Search, report what was found, then say what could not be searched."""
    with progress() as bar:
        task = bar.add_task("", total=1.0)

        def tell(recording: Path, share: float) -> None:
            bar.update(task, description=recording.name, completed=share)

        result = find_in_recordings(clips, recordings, progress=tell, **options)
    if len(result.failed) == 1 and len(clips) == len(recordings) == 1 and not result.found:
        raise FileError(result.failed[0][1])
    rows = [
        dict(zip(_NAMES, (str(s.clip), str(s.recording), s.start, s.sample, s.score, s.z,
                          s.false_alarm), strict=True))
        for s in result.found
    ]  # fmt: skip
    best = {(s.clip, s.recording): s for s in reversed(result.found)}
    doubts = [doubt(f"{s.clip} in {s.recording}", s.false_alarm) for s in reversed(best.values())]
    report.write(_NAMES, rows, [text for text in doubts if text])
    if result.failed:
        console = Console(stderr=True, highlight=False)
        for path, why in result.failed:
            text = why if str(path) in why else f"{path}: {why}"
            console.print(f"intertwine: {text}", markup=False, soft_wrap=True)
        count = len(result.failed)
        word = "search" if count == 1 else "searches"
        raise FileError(f"{count} {word} failed; the others are reported.")
