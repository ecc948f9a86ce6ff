"""``intertwine chance``: whether two columns, or the groups of one, really differ."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from intertwine.base.atomic import atomic, check_free
from intertwine.base.errors import FileError, OptionError, counted, did_you_mean, unknown_suffix
from intertwine.base.text import number
from intertwine.cli import options as o
from intertwine.cli.console import out as standard_out
from intertwine.files.series import table

if TYPE_CHECKING:
    from intertwine.significance import Chance, Comparisons

PAIRED = ("paired", "signed-rank", "correlation")

_question = partial(o.option, panel="Question")

_MISSING = ("", "na", "nan", "null", "none", "?", "-")
_MOST_GROUPS = 20
_BARS, _WIDE = 17, 48  # of the drawn distribution

File = Annotated[
    Path, typer.Argument(parser=o.path, metavar="FILE.csv", help="A table with a head line.")
]
First = Annotated[str, _question("--a", metavar="COL", text="The column of the first sample.")]
Second = Annotated[
    str | None,
    _question("--b", metavar="COL", text="That of the second, whose rows belong to the first's."),
]
Group = Annotated[
    str | None,
    _question(
        "--group", metavar="COL",
        text="Instead of --b: a column of words that say which group a row of --a is of. Two or "
        "more groups; of more than two all pairs are compared, corrected for that.",
    ),
]  # fmt: skip
By = Annotated[
    str | None,
    _question("--by", metavar="COL", text="Compare within equal values of this column only."),
]
Design = Annotated[
    str | None,
    _question(
        "--design", metavar="WORD",
        text="paired, two-sample, rank, signed-rank, correlation or proportion. Default: paired "
        "with --b, two-sample with --group.",
    ),
]  # fmt: skip
Alternative = Annotated[
    str, _question("--alternative", metavar="WORD", text="two-sided, greater or less.")
]
UnequalSpread = Annotated[
    bool,
    _question("--unequal-spread", text="Compare means where the spreads may differ."),
]
Series = Annotated[
    bool, _question("--series", text="Rows are in the order of time, neighbours may be alike.")
]
Out = Annotated[
    Path | None,
    o.result(
        "--out", "-o", metavar="FILE.png", parser=o.path,
        text="Draw the distribution of chance into a picture too.",
    ),
]  # fmt: skip


def chance(
    file: File,
    a: First,
    b: Second = None,
    group: Group = None,
    by: By = None,
    design: Design = None,
    alternative: Alternative = "two-sided",
    unequal_spread: UnequalSpread = False,
    series: Series = False,
    out: Out = None,
    force: o.Force = False,
) -> None:
    """Say whether a difference between two columns, or two groups, may be chance.

    Exact randomisation tests: how often would signs, or group names, dealt out at random give a
    difference as large? It prints how large the difference is, how sure, and what knowing the group
    foretells of a case not seen before, and draws what chance alone does. Rows with gaps are left
    out.

    \b
    [bold]Examples[/]
      intertwine chance trial.csv --a before --b after
      intertwine chance trial.csv --a improvement --group drug --by age
      intertwine chance trial.csv --a weight --group treatment -o chance.png
    """  # fmt: skip
    from intertwine.significance import chance as ask  # loads SciPy's statistics

    if (b is None) == (group is None):
        raise OptionError("Pass one of --b and --group: a second column, or a column of groups.")
    if out is not None:
        if out.suffix.lower() != ".png":
            raise unknown_suffix(out, "no picture for that", (".png",))
        check_free(out, force)
    read = _read(file)
    options: dict[str, Any] = {
        "design": design or ("paired" if b is not None else "two-sample"),
        "alternative": alternative,
        "equal_var": not unequal_spread,
        "series": series,
        "nan_policy": "omit",
    }
    first = read.numbers(a)
    strata = np.full(first.size, "all") if by is None else np.array(read.words(by))
    first[strata == ""] = np.nan  # a case of no known stratum is left out
    by_word = None if by is None else strata
    if b is not None:
        found = _columns(ask, first, read.numbers(b), by_word, options)
        standard_out().print(f"a: {a}    b: {b}", markup=False)
    else:
        found = _by_groups(ask, first, np.array(read.words(str(group))), by_word, options)
    _report(found)
    if out is not None:
        _draw(found, out)


def _columns(ask: Any, first: Any, second: Any, strata: Any, options: dict[str, Any]) -> Any:
    if strata is None or options["design"] in PAIRED:
        return ask(first, second, by=strata, **options)
    known = strata != ""
    return ask(first[known], second[known], by=(strata[known],) * 2, **options)


def _by_groups(ask: Any, values: Any, groups: Any, strata: Any, options: dict[str, Any]) -> Any:
    names = [name for name in np.unique(groups).tolist() if name]
    if len(names) < 2:
        held = f"{counted(len(names), 'group')}{': ' * bool(names)}{', '.join(names)}"
        raise OptionError(f"--group holds {held}. Two are needed.")
    if len(names) > _MOST_GROUPS:
        raise OptionError(
            f"--group holds {len(names)} different words; of {_MOST_GROUPS} groups at most all "
            "pairs are compared.\n  Pass a column of groups, or --b for a column of numbers."
        )
    parts = {name: values[groups == name] for name in names}
    if len(names) > 2:
        if strata is not None:
            raise OptionError(f"--by goes with two groups, --group holds {len(names)}.")
        return ask(parts, **options)
    standard_out().print(f"a: {names[0]}    b: {names[1]}", markup=False)
    by = None if strata is None else tuple(strata[groups == name] for name in names)
    return ask(*parts.values(), by=by, **options)


def _read(file: Path) -> Table:
    """The columns of a table whose first line is its head, by name."""
    head, rows, mark = table(file)
    if head is None:
        head, rows = rows[0], rows[1:]
    if not rows:
        raise FileError(f"{file} is not a table: it has no rows under a head line.")
    if len(rows[0]) != len(head):
        raise FileError(
            f"{file} is not a table: its rows have {len(rows[0])} cells, the head {len(head)}."
        )
    twice = next((name for name in head if head.count(name) > 1), None)
    if twice is not None:
        raise FileError(f"{file} has {head.count(twice)} columns {twice!r}: rename all but one.")
    return Table(file, dict(zip(head, map(list, zip(*rows, strict=True)), strict=True)), mark)


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of cells by name, and what parts them in the file."""

    file: Path
    columns: dict[str, list[str]]
    mark: str | None

    def words(self, name: str) -> list[str]:
        """The cells of a column; "" where one is missing."""
        if name not in self.columns:
            raise OptionError(
                f"{self.file} has no column {name!r}.{did_you_mean(name, self.columns)}\n"
                f"  Columns: {', '.join(self.columns)}."
            )
        return ["" if cell.lower() in _MISSING else cell for cell in self.columns[name]]

    def numbers(self, name: str) -> Any:
        """A column of numbers; NaN where one is missing."""
        found = []
        for place, cell in enumerate(self.words(name), 1):
            # Where commas part no columns they are those of decimal fractions.
            plain = cell if self.mark == "," or cell.count(",") != 1 else cell.replace(",", ".")
            try:
                found.append(float(plain) if plain else float("nan"))
            except ValueError:
                raise OptionError(
                    f"{self.file}: column {name} holds {cell!r} in row {place}, which is not a "
                    "number."
                ) from None
        return np.array(found)


def _report(found: Chance | Comparisons) -> None:
    from intertwine.significance import Comparisons

    console = standard_out()
    console.print(str(found), markup=False, soft_wrap=True)
    if isinstance(found, Comparisons):
        return
    for name, sizes, effect in found.strata:
        console.print(f"  {name}: {sizes[0]} and {sizes[1]} cases, {effect:.4g}", markup=False)
    if bars := _bars(found):
        console.print("", *bars, sep="\n", markup=False, soft_wrap=True)


def _bars(found: Chance) -> list[str]:
    """What chance alone does, as bars of text; the observed value is marked."""
    picture = found.null_distribution()
    values, mass = np.asarray(picture.values, float), np.asarray(picture.mass, float)
    if not values.size:
        return []
    held = np.flatnonzero(mass > 1e-4 * mass.max())
    low = min(values[held[0]], picture.observed)
    high = max(values[held[-1]], picture.observed)
    if not high > low:
        return [f"{picture.label}: chance alone gives {low:.4g}, always."]
    edges = np.linspace(low, high, _BARS + 1)
    sums, _ = np.histogram(values, edges, weights=mass)
    place = int(np.clip(np.searchsorted(edges, picture.observed, "right") - 1, 0, _BARS - 1))
    rows = [
        f"{_middle(edges, i):>10} {'#' * round(_WIDE * sums[i] / sums.max())}"
        f"{' <- observed' if i == place else ''}"
        for i in range(_BARS)
    ]
    return [f"{picture.label}, if only chance were at work:", *rows]


def _middle(edges: Any, place: int) -> str:
    middle = float(edges[place] + edges[place + 1]) / 2
    return number(middle if abs(middle) > 1e-9 * np.abs(edges).max() else 0.0)


def _draw(found: Chance | Comparisons, out: Path) -> None:
    from intertwine.significance import Comparisons

    if isinstance(found, Comparisons):
        raise OptionError("--out draws one comparison, there are several: pass two groups.")
    axes = found.plot()
    with atomic(out) as handle:
        axes.figure.savefig(handle, format="png")
    standard_out().print(f"picture     {out}", markup=False, soft_wrap=True)
