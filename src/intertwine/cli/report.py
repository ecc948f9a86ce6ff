"""Rows of a result as a table for people, or as CSV or JSON for programs."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.measure import Measurement
from rich.table import Table

from intertwine.base.atomic import atomic
from intertwine.base.errors import FileError, OptionError, did_you_mean
from intertwine.cli.console import out as standard_out
from intertwine.files import check_free
from intertwine.matching.background import in_words

FORMATS = ("table", "csv", "json")

#: Columns of a table that is no terminal's: as many as it needs, within reason.
_WIDEST = 100_000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """Where rows go and how they are written; checked before the work is done."""

    path: Path | None
    form: str
    done: str = "found"

    @classmethod
    def to(
        cls,
        path: Path | None,
        form: str | None,
        force: bool,
        also: str = "",
        *,
        rows: str = "hits",
        done: str = "found",
    ) -> Report:
        """A report in a file, or on standard output without one; `also` is one more ending.

        `rows` is what messages call the rows, and `done` what was done to them.
        """
        if form is not None and form not in FORMATS:
            raise OptionError(
                f"--format {form} is not known.{did_you_mean(form, FORMATS)}\n"
                f"  Known: {', '.join(FORMATS)}."
            )
        if path is not None:
            suffix = path.suffix.lower()[1:]
            form = form or (suffix if suffix in ("csv", "json") else None)
            if form not in ("csv", "json"):
                known = f".csv, .json or {also}" if also else ".csv or .json"
                raise FileError(f"{path}: {rows} are written as {known}.\n  Name such a file.")
            check_free(path, force)
        return cls(path, form or "table", done)

    def write(
        self,
        names: Sequence[str],
        rows: Sequence[Row],
        doubts: Sequence[str] = (),
        *,
        sure: int | None = None,
    ) -> None:
        """Write rows that have these names; doubts are for people, not for programs.

        A line is drawn in a table below the first rows, those that are `sure`.
        """
        if self.form == "table":
            console, table = standard_out(), _table(names, rows, self.done, sure)
            if not console.is_terminal:  # a program or a file reads whole ids, on one line each
                unlimited = console.options.update(max_width=_WIDEST)
                console.width = Measurement.get(console, unlimited, table).maximum
            console.print(table)
            self._print(doubts)
            return
        text = _csv(names, rows) if self.form == "csv" else _json(rows)
        if self.path is None:
            print(text, end="")
            return
        with atomic(self.path) as handle:
            handle.write(text.encode())
        self._print([f"{self.path}  {len(rows)} {self.done}", *doubts])

    @staticmethod
    def _print(lines: Sequence[str]) -> None:
        for line in lines:
            standard_out().print(line, markup=False, soft_wrap=True)


def _table(names: Sequence[str], rows: Sequence[Row], done: str, sure: int | None = None) -> Table:
    table = Table(title=f"{len(rows)} {done}", title_justify="left")
    for name in names:
        words = rows and isinstance(rows[0][name], str)
        table.add_column(
            name.replace("_", " "), justify="left" if words else "right", overflow="fold"
        )
    for number, row in enumerate(rows, 1):
        cells = (_shown(name, row[name]) for name in names)
        table.add_row(*cells, end_section=number == sure)
    return table


def _shown(name: str, value: Any) -> str:
    if name == "false_match_rate" and _lost(value):
        return "-"
    if name == "false_alarm":
        return in_words(value)
    if isinstance(value, float):
        return f"{value:.2g}" if name == "false_match_rate" else f"{value:.4f}"
    return str(value)


def _csv(names: Sequence[str], rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _json(rows: Sequence[Row]) -> str:
    """JSON has no NaN: null."""
    plain = [{k: None if _lost(v) else v for k, v in row.items()} for row in rows]
    return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"


def _lost(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)
