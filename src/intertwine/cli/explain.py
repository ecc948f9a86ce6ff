"""``intertwine explain``: a kernel on a card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from intertwine import kernels
from intertwine.base.errors import OptionError
from intertwine.cli import options as o
from intertwine.cli.card import card
from intertwine.cli.console import out
from intertwine.cli.kernel_text import kernel_from


def explain(
    kernel: Annotated[
        str | None,
        typer.Argument(
            metavar="KERNEL",
            help="NAME[:param=value,...] or a file of taps.",
            show_default=False,
        ),
    ] = None,
    taps: o.Taps = None,
    kernel_file: o.KernelFile = None,
    normalize: o.Normalize = False,
    output: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="PAGE.html", help="Write a page with pictures."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Replace the page that is there.")
    ] = False,
    every: Annotated[bool, typer.Option("--list", help="List the named kernels.")] = False,
) -> None:
    """Print a card about a kernel: taps, moments, rank, factors, spectrum, and what it does.

    \b
    [bold]Examples[/]
      intertwine explain gaussian:sigma=2,ndim=2
      intertwine explain sobel:axis=1
      intertwine explain --taps "-1 -1 -1; -1 8 -1; -1 -1 -1"
      intertwine explain gabor:sigma=3,frequency=0.15,angle_deg=30 -o gabor.html
      intertwine explain --list
    """
    if every:
        out().print(_names())
        return
    chosen, _ = kernel_from(kernel, taps, kernel_file, normalize=normalize)
    if output is None:
        out().print(card(chosen))
        return
    if output.suffix.lower() not in (".html", ".htm"):
        raise OptionError(f"-o {output}: the page is HTML.\n  Name a file that ends in .html.")
    from intertwine.cli import kernel_page

    out().print(f"Wrote {kernel_page.write(chosen, output, force)}")


def _names() -> Table:
    """Every named kernel with the first line of its documentation."""
    table = Table.grid(padding=(0, 2))
    for name in kernels.names():
        text = (getattr(kernels, name).__doc__ or "").strip().partition("\n")[0]
        table.add_row(Text(name, "bold"), Text(text.replace("`", "")))
    return table
