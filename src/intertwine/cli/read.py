"""``intertwine read``: what the kernels of a trained net do."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from intertwine.base.bars import steps
from intertwine.base.libraries import need
from intertwine.cli import options as o
from intertwine.cli.console import out as standard_out

_input = partial(o.option, panel="Input")

Model = Annotated[
    Path,
    typer.Argument(
        parser=o.path,
        metavar="MODEL",
        help="The folder that intertwine train wrote, a .safetensors, or a PyTorch file of a "
        "state dict.",
    ),
]
Photo = Annotated[
    Path | None,
    _input(
        "--photo", metavar="PICTURE", parser=o.path,
        text="Show it this picture: feature maps, and how they correlate.",
    ),
]  # fmt: skip
Page = Annotated[
    Path | None,
    o.result(
        "--out", "-o", metavar="PAGE.html", parser=o.path,
        text="Write a page of every kernel, and all figures beside it as JSON.",
    ),
]  # fmt: skip


def read(model: Model, photo: Photo = None, out: Page = None, force: o.Force = False) -> None:
    """Say what every kernel of a trained net does, and what its layers do together.

    Each spatial convolution is read: families of kernels, edges and their directions, colours, dead
    kernels and copies, how near to white it is, how its feature maps correlate, and what could be
    saved. A model that `intertwine train` saved runs on the photo; of bare weights only the first
    layer does. No code in a file is ever run.

    \b
    [bold]Examples[/]
      intertwine read digits-model
      intertwine read digits-model --photo seven.png -o report.html
      intertwine read resnet18.pth --photo cat.jpg -o report.html
    """
    need("torch", "intertwine read")
    from intertwine.learn import read as read_net
    from intertwine.learn.reading.page import check, figures_path

    if out is not None:
        check(out, force)
    with steps() as report:
        found = read_net(model, photo=photo, progress=report)
    console = standard_out()
    console.print(str(found), markup=False, soft_wrap=True)
    if out is not None:
        found.page(out, overwrite=force)
        console.print(f"\npage     {out}", markup=False, soft_wrap=True)
        console.print(f"figures  {figures_path(out)}", markup=False, soft_wrap=True)
