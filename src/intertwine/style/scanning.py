"""What changed in a folder since it was indexed: by path, size and time, then by content."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from intertwine.base.errors import FileError
from intertwine.style.pictures import SUFFIXES, content_hash
from intertwine.style.store import Row, Skipped


@dataclass(slots=True)
class Scan:
    """Files of a folder beside the rows of an index.

    Attributes
    ----------
    fresh : rows to be encoded: new files, and changed ones under their old id.
    moved : rows whose file has another path or time now and the same content.
    gone : ids whose files are not there any more.
    unchanged : how many files are as they were.
    skipped : files that could not be read, now or when they were last looked at.
    """

    fresh: list[Row] = field(default_factory=list)
    moved: list[Row] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)


def picture_files(
    folder: Path, apart: Path | None, failed: Callable[[OSError], None]
) -> Iterator[Path]:
    """The pictures of a folder and its subfolders in order of name, hidden ones left out.

    `apart` is a folder that is not entered: the index itself. `failed` is told of folders that
    cannot be read.
    """
    for here, folders, files in os.walk(folder, onerror=failed):
        folders[:] = sorted(
            name for name in folders if name[0] != "." and Path(here, name) != apart
        )
        for name in sorted(files):
            if name[0] != "." and Path(name).suffix.lower() in SUFFIXES:
                yield Path(here, name)


def check_folder(folder: Path) -> None:
    """Refuse what is no folder.

    Raises
    ------
    FileError
        It is not there, or a file.
    """
    if not folder.is_dir():
        raise FileError(
            f"{folder} is a file, not a folder of pictures.\n  Name the folder that it lies in."
            if folder.exists()
            else f"There is no folder {folder}."
        )


def scan(
    folder: Path, rows: Iterable[Row], noted: Iterable[Skipped], apart: Path | None = None
) -> Scan:
    """Compare a folder with the rows of an index and the files that it skipped before.

    `apart`, the index's own folder, is not entered, unless `folder` lies inside it.

    Raises
    ------
    FileError
        There is no such folder, or none of its indexed files is there any more.
    """
    folder = folder.resolve()
    check_folder(folder)
    if apart in folder.parents:
        apart = None
    known = {row.path: row for row in rows if row.path and _is_in(row.path, folder, apart)}
    refused = {file.path: file for file in noted}
    found, unknown = Scan(), []
    missing = dict(known)

    def failed(error: OSError) -> None:
        """Its pictures are not gone, only out of reach."""
        reason = error.strerror or str(error)
        found.skipped.append(Skipped(str(error.filename), 0, 0, reason))
        for path in [p for p in missing if Path(p).is_relative_to(error.filename)]:
            del missing[path]

    for path in picture_files(folder, apart, failed):
        missing.pop(str(path), None)
        if not _is_text(path):
            shown = str(path).encode(errors="backslashreplace").decode()
            found.skipped.append(Skipped(shown, 0, 0, "its name is no valid text: rename it"))
            continue
        try:
            status = path.stat()
            stamp = status.st_size, status.st_mtime_ns
            row, before = known.get(str(path)), refused.get(str(path))
            if row and stamp == (row.size, row.mtime_ns):
                found.unchanged += 1
            elif before and stamp == (before.size, before.mtime_ns):
                found.skipped.append(before)
            else:
                unknown.append((path, stamp, content_hash(path)))
        except OSError as error:
            found.skipped.append(Skipped(str(path), 0, 0, str(error)))
    if missing and len(missing) == len(known) and not unknown:
        raise FileError(
            f"None of the {len(known)} pictures indexed from {folder} is there any more.\n"
            f"  Is a drive not mounted? To forget them, remove their ids."
        )
    _place(found, known, missing, unknown)
    return found


def _is_text(path: Path) -> bool:
    """Whether a path can be kept: names on Linux are bytes, and may be no UTF-8."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_in(path: str, folder: Path, apart: Path | None) -> bool:
    inside = Path(path).is_relative_to(folder)
    return inside and (apart is None or not Path(path).is_relative_to(apart))


def _place(
    found: Scan,
    known: dict[str, Row],
    missing: dict[str, Row],
    unknown: list[tuple[Path, tuple[int, int], str]],
) -> None:
    """Tell new files from changed ones and from those that were renamed."""
    lost = {row.content: row for row in missing.values()}
    for path, (size, time), content in unknown:
        row = known.get(str(path))
        now = Row(str(path), str(path), size, time, content)
        if row is not None:
            same = row.content == content
            kept = replace(row, size=size, mtime_ns=time, content=content)
            (found.moved if same else found.fresh).append(kept)
        elif content in lost:
            row = lost.pop(content)
            missing.pop(str(row.path))
            found.moved.append(replace(row, path=str(path), size=size, mtime_ns=time))
        else:
            found.fresh.append(now)
    found.gone = [row.id for row in missing.values()]
