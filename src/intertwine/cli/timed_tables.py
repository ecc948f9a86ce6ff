"""A table with times: which columns are meant, and numbers as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import FileError, OptionError, did_you_mean
from intertwine.files.series import table
from intertwine.series.calendar import Calendar, on_grid, read_times

Array = NDArray[Any]

_MISSING = ("", "na", "nan", "null", "none", "?", "-")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?")
_DECIMAL_COMMA = re.compile(r"[-+]?(\d{1,3}(\.\d{3})+|\d+),\d+")
_PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_TIME_NAMES = ("time", "date", "datetime", "timestamp", "month", "year", "day", "week", "ds")


@dataclass(frozen=True)
class TimedColumn:
    """One column of numbers and its times; without times the rows are counted from 1."""

    name: str
    values: Array
    calendar: Calendar
    time_name: str
    notes: list[str]


def read_timed(path: Path, column: str | None, time: str | None) -> TimedColumn:
    """Read the column that is named, or the last of numbers, with the times beside it."""
    head, rows, _ = table(path)
    names = head or [str(n) for n in range(1, len(rows[0]) + 1)]
    cells = [list(each) for each in zip(*rows, strict=True)]
    when = _place(path, time, names) if time else _usual_time(names, cells, head is not None)
    notes: list[str] = []
    what = _place(path, column, names) if column else _last_of_numbers(path, cells, when)
    values = _numbers(path, names[what], cells[what], notes)
    if when is None:
        words = [str(n) for n in range(1, len(rows) + 1)]
        return TimedColumn(names[what], values, read_times(words, str(path)), "row", notes)
    calendar = read_times(cells[when], f"{path}, column {names[when]}")
    values, note = on_grid(calendar, values)
    if note:
        notes.append(note)
    return TimedColumn(names[what], values, calendar, names[when], notes)


def _place(path: Path, wanted: str, names: list[str]) -> int:
    if wanted in names:
        return names.index(wanted)
    if wanted.isdigit() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    raise OptionError(
        f"{path} has no column {wanted!r}.{did_you_mean(wanted, names)}\n"
        f"  It has: {', '.join(names)}."
    )


def _usual_time(names: list[str], cells: list[list[str]], headed: bool) -> int | None:
    """The column whose name is a word for time; without a head line one of dates."""
    for place, name in enumerate(names):
        if headed and name.strip().lower() in _TIME_NAMES:
            return place
    first = cells[0][0]
    dated = re.fullmatch(r"\d{4}-\d{2}(-\d{2}.*)?|\d{1,2}\.\d{1,2}\.\d{4}.*", first)
    return 0 if dated and len(cells) > 1 else None


def _last_of_numbers(path: Path, cells: list[list[str]], when: int | None) -> int:
    for place in range(len(cells) - 1, -1, -1):
        if place != when and all(_is_number(cell) for cell in cells[place]):
            return place
    raise FileError(
        f"{path}: no column holds only numbers.\n"
        "  Gaps may be empty or NA; other words in a column of numbers have to go."
    )


def _is_number(cell: str) -> bool:
    return cell.lower() in _MISSING or any(
        form.fullmatch(cell) for form in (_PLAIN, _THOUSANDS, _DECIMAL_COMMA)
    )


def _numbers(path: Path, name: str, cells: list[str], notes: list[str]) -> Array:
    """The numbers of a column, all in one notation; a note says which, if it is unusual."""
    present = [cell for cell in cells if cell.lower() not in _MISSING]
    bad = next((cell for cell in present if not _is_number(cell)), None)
    if bad is not None:
        raise FileError(
            f"{path}: column {name} holds no number in row {cells.index(bad) + 1}: {bad!r}.\n"
            "  Name another with --column, or leave the cell empty for a gap."
        )
    plain = [bool(_PLAIN.fullmatch(cell)) for cell in present]
    clear_comma = [
        cell for cell in present
        if _DECIMAL_COMMA.fullmatch(cell) and not _THOUSANDS.fullmatch(cell)
    ]  # fmt: skip
    if clear_comma:
        notes.append(f"{name}: commas are decimal points ({clear_comma[0]})")
        return np.array([_value(c.replace(".", "").replace(",", ".")) for c in cells])
    if not all(plain):
        example = present[plain.index(False)]
        notes.append(f"{name}: commas part thousands ({example} is {example.replace(',', '')})")
    return np.array([_value(cell.replace(",", "")) for cell in cells])


def _value(cell: str) -> float:
    return np.nan if cell.lower() in _MISSING else float(cell)
