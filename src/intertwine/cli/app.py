"""The commands, put together."""

from __future__ import annotations

from typing import Annotated

import typer

import intertwine
from intertwine.cli.calibrate import calibrate
from intertwine.cli.compress import compress, decompress
from intertwine.cli.convolve import convolve
from intertwine.cli.deskew import deskew
from intertwine.cli.diffuse import diffuse
from intertwine.cli.explain import explain
from intertwine.cli.matches import find
from intertwine.cli.rotation import rotation
from intertwine.cli.spectrum import spectrum
from intertwine.cli.tour import tour

app = typer.Typer(
    help="Convolution from every viewpoint: on pictures, recordings and arrays.",
    epilog="Try: [bold]intertwine tour[/]    or    "
    "[bold]intertwine convolve photo.jpg --kernel gaussian:sigma=3[/]",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    convolve,
    explain,
    find,
    spectrum,
    compress,
    decompress,
    rotation,
    deskew,
    diffuse,
    tour,
    calibrate,
):
    app.command()(command)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"intertwine {intertwine.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Say which.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where an error came from; after any command too.")
    ] = False,
) -> None:
    """Read the options that stand before a command; `main` has taken --debug out already."""
