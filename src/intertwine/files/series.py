"""Columns of numbers from text files, with a head line and gaps: series as the world keeps them."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from intertwine.base.errors import FileError, OptionError, did_you_mean
from intertwine.files.document import Array, Document, Kind, named

#: What stands for a missing number, in small letters.
_MISSING = ("", "na", "nan", "null", "none", "?", "-")


def table(path: Path) -> tuple[list[str] | None, list[list[str]], str | None]:
    """The head line of a table, or None, its rows of cells, and what parts them.

    Raises
    ------
    FileError
        There is no such file, it is no text, or its rows differ in length.
    """
    lines, mark = _lines(path)
    rows = _cells(lines, mark)
    head = rows.pop(0) if _is_head(rows[0]) else None
    ragged = [n for n, row in enumerate(rows, 1) if len(row) != len(rows[0])]
    if not rows or ragged:
        what = f"row {ragged[0]} has another number of cells" if ragged else "it has no rows"
        raise FileError(f"{path} is not a table: {what}.")
    return head, rows, mark


def read(path: Path, column: str | None = None) -> Document:
    """Read one column of a .csv, .tsv or .txt: the one named, or the last that holds numbers.

    A head line is known by its words. Empty cells and NA are missing: NaN. The other cells are
    kept in `meta`, so that `write` puts the table back.

    Raises
    ------
    FileError
        There is no such file, it is no text, or no column of it holds numbers.
    OptionError
        It has no column of this name.
    """
    head, rows, mark = table(path)
    columns = [[_number(cell) for cell in each] for each in zip(*rows, strict=True)]
    if column is None:
        place = _last_of_numbers(path, columns)
    else:
        place = _named(path, column, head, len(columns))
    if None in columns[place]:
        row = columns[place].index(None)
        raise FileError(f"{path}: column {column} holds no number in row {row + 1}.")
    meta = {"head": head, "rows": rows, "column": place, "mark": mark}
    return Document("series", (np.array(columns[place], float),), meta=meta)


def check(path: Path, kind: Kind, pages: Sequence[Array], alpha: bool) -> None:
    """A series of real numbers."""
    if kind != "series":
        ending = {"image": ".png or .npy", "sound": ".wav or .npy"}.get(kind, ".npy")
        raise FileError(
            f"{path}: {named(kind)} is no series, which is what {path.suffix} holds.\n"
            f"  Write a {ending}."
        )
    if pages[0].dtype.kind not in "biuf":
        raise FileError(f"{path}: a series holds no {pages[0].dtype}.\n  Write a .npy.")


def write(path: Path, handle: Any, document: Document) -> None:
    """Write the table with its column replaced; another number of samples stands alone."""
    meta, cells = document.meta, [_cell(value) for value in document.pages[0].tolist()]
    head, place = meta["head"], meta["column"]
    if len(cells) == len(meta["rows"]):
        rows = [[*row[:place], cell, *row[place + 1 :]]
                for row, cell in zip(meta["rows"], cells, strict=True)]  # fmt: skip
    else:
        head, rows = head and head[place : place + 1], [[cell] for cell in cells]
    mark = {".csv": meta["mark"] or ",", ".tsv": "\t"}.get(path.suffix.lower(), meta["mark"])
    text = io.StringIO()
    csv.writer(text, delimiter=mark or " ", lineterminator="\n").writerows(
        rows if head is None else [head, *rows]
    )
    handle.write(text.getvalue().encode())


def _cell(value: float) -> str:
    """The shortest digits that read back as the same number; NA where it is missing."""
    return "NA" if math.isnan(value) else repr(value)


def _lines(path: Path) -> tuple[list[str], str | None]:
    """The lines of a table, and what parts their cells: a character, or None for blanks."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise FileError(f"There is no file {path}.") from None
    except (OSError, ValueError) as error:
        raise FileError(
            f"{path} cannot be read as text: {error}\n"
            "  A series is a column of a .csv, .tsv or .txt."
        ) from error
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not lines:
        raise FileError(f"{path} is empty.")
    return lines, next((mark for mark in (",", ";", "\t") if mark in lines[0]), None)


def _cells(lines: list[str], mark: str | None) -> list[list[str]]:
    if mark is None:
        return [line.split() for line in lines]
    return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=mark)]


def _is_head(row: list[str]) -> bool:
    """Whether there are words in it and no numbers."""
    numbers = [_number(cell) for cell in row]
    return None in numbers and all(n is None or math.isnan(n) for n in numbers)


def _number(cell: str) -> float | None:
    if cell.lower() in _MISSING:
        return math.nan
    try:
        return float(cell)
    except ValueError:
        return None


def _last_of_numbers(path: Path, columns: list[list[float | None]]) -> int:
    good = [
        number
        for number, each in enumerate(columns)
        if None not in each and not all(math.isnan(value) for value in each if value is not None)
    ]
    if not good:
        raise FileError(
            f"{path}: no column holds only numbers.\n"
            "  Gaps may be empty or NA; other words in a column of numbers have to go."
        )
    return good[-1]


def _named(path: Path, column: str, head: list[str] | None, count: int) -> int:
    if head and column in head:
        return head.index(column)
    if column.isdigit() and 1 <= int(column) <= count:
        return int(column) - 1
    names = head or [str(n) for n in range(1, count + 1)]
    raise OptionError(
        f"{path} has no column {column!r}.{did_you_mean(column, names)}\n"
        f"  It has: {', '.join(names)}."
    )
