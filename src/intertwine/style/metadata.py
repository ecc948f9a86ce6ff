"""What is known about pictures: checked, and read from a table that a shop or a camera wrote."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intertwine.base.errors import FileError, OptionError, counted, shown
from intertwine.style.store import Row

Metadata = dict[str, Any]

#: The column that says which picture a line is about: the first of these that there is.
KEYS = ("id", "path", "file", "filename", "image")


def checked(caller: str, metadata: Any) -> Metadata:
    """Return metadata as JSON keeps them: NumPy scalars as numbers, tuples as lists.

    Raises
    ------
    OptionError
        They are no mapping from text, or hold what JSON cannot.
    """
    if not isinstance(metadata, Mapping):
        raise OptionError(
            f"{caller}: the metadata of a picture are {shown(metadata)}.\n"
            f'  Pass a dict, such as {{"brand": "Acme"}}.'
        )
    for name in metadata:
        if not isinstance(name, str):
            raise OptionError(f"{caller}: metadata are named by text, not by {shown(name)}.")
    try:
        text = json.dumps(dict(metadata), default=_plain, allow_nan=False, ensure_ascii=False)
        text.encode()  # fails on half characters
    except (TypeError, ValueError, RecursionError) as error:
        raise OptionError(
            f"{caller}: metadata must be what JSON can hold: {error}.\n  {shown(metadata)}"
        ) from error
    found: Metadata = json.loads(text)
    return found


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):  # NumPy's scalars and arrays
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is not JSON")


@dataclass(frozen=True, slots=True)
class Table:
    """Lines of a file: which picture each names, and what it says about it."""

    path: Path
    lines: tuple[tuple[str, Metadata], ...]

    def match(
        self, rows: Iterable[Row], folder: Path | None
    ) -> tuple[dict[str, Metadata], list[str]]:
        """Return metadata by id, and the names that no picture has.

        A picture is named by its id, by its path (whole, or below `folder` or the table's own
        folder), or by its file's name if no other picture has the same.
        """
        ids = _names(rows)
        places = [self.path.resolve().parent, *([folder.resolve()] if folder else [])]
        found: dict[str, Metadata] = {}
        unknown = []
        for name, metadata in self.lines:
            candidates = (name, *(str((place / name).resolve()) for place in places))
            id = next((ids[each] for each in candidates if ids.get(each)), None)
            if id is None:
                unknown.append(name)
            else:
                found.setdefault(id, {}).update(metadata)
        return found, unknown


def _names(rows: Iterable[Row]) -> dict[str, str | None]:
    """Every name of a picture -> its id; None for a file's name that several have."""
    names: dict[str, str | None] = {}
    whole: dict[str, str | None] = {}
    for row in rows:
        whole[row.id] = row.id
        if row.path:
            whole[row.path] = row.id
            file = Path(row.path).name
            names[file] = None if file in names else row.id
    return names | whole


def read_table(path: Path) -> Table:
    """Read what a file says about pictures: CSV, TSV or JSON, a list of objects.

    One column names the picture, see `KEYS`; every other one is metadata. A column of a CSV file
    whose cells are all numbers holds numbers, and so with true and false; empty cells say nothing.

    Raises
    ------
    FileError
        The file is missing, damaged, or no column names pictures.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(
            f"Cannot read {path}: {getattr(error, 'strerror', None) or error}."
        ) from error
    records = _from_json(path, text) if path.suffix.lower() == ".json" else _from_csv(path, text)
    columns = dict.fromkeys(name for record in records for name in record)
    key = next((name for name in KEYS if name in columns), None)
    if key is None:
        raise FileError(
            f"{path} has no column that names pictures.\n"
            f"  One of {', '.join(KEYS)} is needed; it has: {', '.join(columns) or 'none'}."
        )
    lines = [
        (str(record[key]), {name: value for name, value in record.items() if name != key})
        for record in records if key in record
    ]  # fmt: skip
    return Table(path, tuple(lines))


def _from_json(path: Path, text: str) -> list[Metadata]:
    try:
        records = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path} is not JSON: {error}") from error
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise FileError(f'{path} must be a list of objects, such as [{{"path": "a.jpg"}}].')
    return [checked(str(path), record) for record in records]


def _from_csv(path: Path, text: str) -> list[Metadata]:
    head = text.partition("\n")[0]
    mark = max("\t;,", key=head.count)  # of equal counts the tab, then the semicolon
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error as error:
        raise FileError(f"{path} cannot be read as a table: {error}.") from error
    if not rows:
        raise FileError(f"{path} is empty.")
    names, lines = rows[0], [row for row in rows[1:] if row]
    for number, row in enumerate(rows[1:], 2):
        if len(row) > len(names):
            raise FileError(
                f"{path}: line {number} has {counted(len(row), 'cell')}, the head {len(names)}."
            )
    columns = []
    for place, name in enumerate(names):
        cells = [row[place].strip() if place < len(row) else "" for row in lines]
        columns.append(cells if name in KEYS else _typed(cells))
    return [
        {name: value for name, value in zip(names, record, strict=True) if value != ""}
        for record in zip(*columns, strict=True)
    ]


def _typed(cells: list[str]) -> list[Any]:
    """A column as numbers or truth values where all of its cells are; empty ones stay text."""
    for kind in (_truth, _whole, _number):
        try:
            return [cell and kind(cell) for cell in cells]
        except ValueError:
            continue
    return cells


def _truth(cell: str) -> bool:
    if cell.lower() not in ("true", "false"):
        raise ValueError(cell)
    return cell.lower() == "true"


def _whole(cell: str) -> int:
    if not cell.lstrip("-").isdecimal() or (cell.lstrip("-")[0] == "0" and cell != "0"):
        raise ValueError(cell)  # 007 is a name
    return int(cell)


def _number(cell: str) -> float:
    digits = cell.lstrip("-")
    if (digits[:1] == "0" and digits[1:2].isdecimal()) or not cell.isascii():
        raise ValueError(cell)
    value = float(cell)
    if "_" in cell or value - value != 0:  # infinite, or no number
        raise ValueError(cell)
    return value
