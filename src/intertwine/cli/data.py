"""``intertwine data``: fetch a public data set, verified, and write its pictures."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from intertwine.base.bars import steps
from intertwine.base.checks import word
from intertwine.base.errors import OptionError, counted
from intertwine.cli.console import out as standard_out
from intertwine.cli.options import option, path, result
from intertwine.files.datasets import SETS, fetch, located, write_pictures

_data = partial(option, panel="Data")

Name = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="Which one. Without: list them.")
]
Source = Annotated[
    Path | None,
    _data("--from", metavar="FOLDER", parser=path, text="Take the files from there instead."),
]
Out = Annotated[
    Path | None,
    result(
        "--out", "-o", metavar="FOLDER", parser=path,
        text="Write its pictures there as PNG files, a folder for each class.",
    ),
]  # fmt: skip
Part = Annotated[str, result("--part", metavar="WORD", text="Of which part: train or test.")]
Count = Annotated[int | None, result("--count", "-n", text="Only so many pictures.")]


def data(
    name: Name = None,
    source: Source = None,
    out: Out = None,
    part: Part = "train",
    count: Count = None,
) -> None:
    """Fetch a public data set from its official address, and check that it is the published one.

    Files are kept in the folder that INTERTWINE_CACHE names, or else in intertwine/data of your
    cache folder, and fetched once. What lies in a folder named like the set, under the folder that
    INTERTWINE_DATA names, is used where it is.

    \b
    [bold]Examples[/]
      intertwine data
      intertwine data fashion-mnist
      intertwine data fashion-mnist --from downloads/
      intertwine data fashion-mnist -o garments/ --part test -n 1000
    """  # fmt: skip
    if name is None:
        if source is not None or out is not None:
            raise OptionError(f"Name a data set: {', '.join(SETS)}")
        _list()
        return
    wanted = SETS[word("data", "name", name, tuple(SETS))]
    word("data", "part", part, tuple(wanted.parts))
    if count is not None and count < 1:
        raise OptionError(f"--count {count}: must be at least 1.")
    console = standard_out()
    with steps() as progress:
        folder = fetch(wanted, source, progress)
        console.print(f"{name}  {folder}", markup=False, soft_wrap=True)
        if out is not None:
            written = write_pictures(wanted, out, part, count, progress)
            console.print(f"{out}  {counted(written, 'picture')}", markup=False, soft_wrap=True)


def _list() -> None:
    console = standard_out()
    for name, wanted in SETS.items():
        found = located(wanted)
        where = f"in {found}" if found else f"not here yet: intertwine data {name}"
        for line in (name, f"  {wanted.about}", f"  licence: {wanted.licence}", f"  {where}"):
            console.print(line, markup=False, soft_wrap=True)
