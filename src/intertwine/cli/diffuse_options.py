"""The options of `intertwine diffuse`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from intertwine.cli.options import path

Photo = Annotated[
    Path,
    typer.Argument(parser=path, metavar="PHOTO", help="A picture; 256 x 256 of it are used."),
]
Time = Annotated[
    str, typer.Option("--time", "-t", metavar="T,T,...", help="Times since the barriers went.")
]
Diffusivity = Annotated[
    str,
    typer.Option(
        "--diffusivity", "-d", metavar="D or D,D", help="Pixels² a unit of time; down,across."
    ),
]
Drift = Annotated[
    str | None,
    typer.Option("--drift", metavar="V,V", help="A current: pixels a unit of time, down,across."),
]
Boundary = Annotated[
    str,
    typer.Option(
        "--boundary",
        metavar="WORD",
        help="symmetric (glass walls), wrap (around), zero (out), nearest (edges flow in).",
    ),
]
Discrete = Annotated[
    bool, typer.Option("--discrete", help="The grid's own equation, not the continuous one.")
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        parser=path,
        metavar="FILE|FOLDER",
        help="A .gif or .webp for an animation, a .png for one time, a folder for one picture "
        "a time. Default: PHOTO-diffused.gif",
    ),
]
FrameS = Annotated[
    float, typer.Option("--frame-s", help="Seconds that a frame of an animation is shown.")
]
Force = Annotated[bool, typer.Option("--force", "-f", help="Replace existing files.")]
