"""The commands, put together: the module of the one that is called is loaded, or all for help."""

from __future__ import annotations

import importlib
import inspect
from typing import Annotated

import typer

import intertwine

#: Each command, in the order of the help, and the module of this folder that has it.
COMMANDS = {
    "convolve": "convolve",
    "explain": "explain",
    "find": "matches",
    "spectrum": "spectrum",
    "compress": "compress",
    "decompress": "compress",
    "rotation": "rotation",
    "deskew": "deskew",
    "diffuse": "diffuse",
    "forecast": "forecast",
    "fit-kernel": "fit_kernel",
    "train": "train",
    "predict": "predict",
    "read": "read",
    "chance": "chance",
    "index": "index",
    "search": "search",
    "data": "data",
    "tour": "tour",
    "calibrate": "calibrate",
}


def app(words: list[str]) -> typer.Typer:
    """The application that answers `words`, as a caller wrote them."""
    made = typer.Typer(
        help="Convolution from every viewpoint: on pictures, recordings and arrays.",
        epilog="Try: [bold]intertwine tour[/]    or    "
        "[bold]intertwine convolve photo.jpg --kernel gaussian:sigma=3[/]",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    called = next((word for word in words if not word.startswith("-")), "")
    for name in [called] if called in COMMANDS else COMMANDS:
        module = importlib.import_module(f"intertwine.cli.{COMMANDS[name]}")
        command = getattr(module, name.replace("-", "_"))
        made.command(help=_flowing(command.__doc__ or ""))(command)
    made.callback()(options)
    return made


def _flowing(text: str) -> str:
    """`text` with the lines of each paragraph joined: the terminal at hand breaks them.

    Those of a paragraph under a backspace, Click's mark, stay as they are.
    """
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(
        each if each.startswith("\b\n") else each.replace("\n", " ") for each in paragraphs
    )


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"intertwine {intertwine.__version__}")
        raise typer.Exit


def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Say which.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where an error came from; after any command too.")
    ] = False,
) -> None:
    """Read the options that stand before a command; `main` has taken --debug out already."""
