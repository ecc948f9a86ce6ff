"""``intertwine tour``: convolution on your own photo, as one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from intertwine.cli.console import out as standard_out
from intertwine.cli.console import progress
from intertwine.cli.options import path
from intertwine.files import check_free


def tour(
    photo: Annotated[
        Path | None,
        typer.Argument(
            parser=path,
            metavar="PHOTO",
            help="Your picture. Default: the portrait of Grace Hopper that Matplotlib brings.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", parser=path, metavar="FOLDER", help="Where the page goes. Default: tour"
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Replace the page that is there.")
    ] = False,
) -> None:
    """Walk through convolution on a photo: one self-contained HTML page.

    \b
    [bold]Examples[/]
      intertwine tour
      intertwine tour me.jpg -o my-tour
    """
    there = (Path("tour") if out is None else out) / "index.html"
    if there.exists():
        check_free(there, force)
    from intertwine.tour import run  # it loads Matplotlib

    with progress() as bar:
        task = bar.add_task("tour", total=None)

        def step(title: str, number: int, total: int) -> None:
            bar.update(task, description=title, completed=number - 1, total=total)

        page = run(photo, out, progress=step)
    standard_out().print(f"The tour is at {page.resolve().as_uri()}", markup=False, soft_wrap=True)
