"""``intertwine deskew``: scanned pages set straight."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from intertwine.base.errors import FileError
from intertwine.base.text import rotation_text
from intertwine.cli.console import out as standard_out
from intertwine.cli.console import progress
from intertwine.cli.options import path
from intertwine.cli.targets import targets
from intertwine.files import check_target, named, read, write
from intertwine.registration import deskew as set_straight
from intertwine.registration.page import Deskewed, checked_reach


def deskew(
    pages: Annotated[
        list[Path],
        typer.Argument(
            parser=path,
            metavar="PAGE",
            help="PNG, JPEG, TIFF, WebP, BMP or NPY; each page of a TIFF has its own angle.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            parser=path,
            metavar="FILE|FOLDER",
            help="Default: beside the input, page.png -> page-straight.png.",
        ),
    ] = None,
    within: Annotated[
        float, typer.Option("--within", metavar="DEGREES", help="The largest tilt, up to 45.")
    ] = 20.0,
    fill: Annotated[
        float | None,
        typer.Option(
            "--fill",
            metavar="LEVEL",
            help="The level of the corners that come in. Default: the background along the border.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace existing files.")] = False,
) -> None:
    """Turn scanned pages so that their lines of text are level.

    The size stays. A page on which no lines stand out, or whose lines are rotated by more than
    --within, is written as it is.

    \b
    [bold]Examples[/]
      intertwine deskew scan.png
      intertwine deskew scan.tif -o straight.tif --within 5
      intertwine deskew *.png -o straight/ --fill 255
    """  # fmt: skip
    checked_reach(within)
    pairs = targets(pages, out, "straight", force)
    with progress() as bar:
        task = bar.add_task("", total=len(pairs))
        for source, target in pairs:
            bar.update(task, description=source.name)
            _deskew_one(source, target, within, fill, force)
            bar.advance(task)


def _deskew_one(source: Path, target: Path, within: float, fill: float | None, force: bool) -> None:
    document = read(source)
    if document.kind in ("sound", "series"):
        raise FileError(f"{source} is {named(document.kind)}, not a page.")
    check_target(target, document)
    done = [set_straight(page, within_deg=within, fill=fill) for page in document.pages]
    write(target, replace(document, pages=tuple(d.image for d in done)), overwrite=force)
    for number, each in enumerate(done, 1):
        which = f", page {number}" if len(done) > 1 else ""
        standard_out().print(
            f"{target}{which}  {_sentence(each, within)}", markup=False, soft_wrap=True
        )


def _sentence(done: Deskewed, within: float) -> str:
    if done.beyond_deg is not None:
        found = rotation_text(done.beyond_deg, 1)
        return f"the lines are rotated by {found}, beyond --within {within:g}: left as it was"
    if not done.found:
        return "no lines stand out, left as it was"
    text = f"rotated by {rotation_text(-done.angle_deg, 2)}"
    if done.bend_deg:
        text += f"; the lines are bent by {abs(done.bend_deg):.1f} degrees from half to half"
    return text
