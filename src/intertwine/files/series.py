"""Columns of numbers from text files, with a head line and gaps: series as the world keeps them."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.engine.errors import OptionError, did_you_mean
from intertwine.files.document import FileError

#: What stands for a missing number, in small letters.
_MISSING = ("", "na", "nan", "null", "none", "?", "-")


def read_series(path: Path, column: str | None = None) -> NDArray[np.float64]:
    """Read one column of a .csv, .tsv or .txt: the one named, or the last that holds numbers.

    A head line is known by its words. Empty cells and NA are missing: NaN.

    Raises
    ------
    FileError
        There is no such file, it is no text, or no column of it holds numbers.
    OptionError
        It has no column of this name.
    """
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
    rows = _cells(lines)
    head = rows.pop(0) if _is_head(rows[0]) else None
    ragged = [n for n, row in enumerate(rows, 1) if len(row) != len(rows[0])]
    if not rows or ragged:
        what = f"row {ragged[0]} has another number of cells" if ragged else "it has no rows"
        raise FileError(f"{path} is not a table: {what}.")
    columns: list[list[Any]] = [
        [_number(cell) for cell in each] for each in zip(*rows, strict=True)
    ]
    if column is not None:
        chosen = columns[_named(path, column, head, len(columns))]
    else:
        good = [each for each in columns if None not in each and not all(map(math.isnan, each))]
        if not good:
            raise FileError(
                f"{path}: no column holds only numbers.\n"
                "  Gaps may be empty or NA; other words in a column of numbers have to go."
            )
        chosen = good[-1]
    if None in chosen:
        row = chosen.index(None)
        raise FileError(f"{path}: column {column} holds no number in row {row + 1}.")
    return np.array(chosen, float)


def _cells(lines: list[str]) -> list[list[str]]:
    mark = next((mark for mark in (",", ";", "\t") if mark in lines[0]), None)
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
