"""The options of `intertwine convolve`, one word an idea, as the library calls them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from intertwine.base.boundaries import TABLE
from intertwine.base.errors import FileError


def path(text: str) -> Path:
    """A file's name; an empty one would be the folder at hand."""
    if not text:
        raise FileError("A file's name is empty.\n  Is a variable unset? Write the name out.")
    return Path(text)


def option(
    *names: str,
    panel: str,
    text: str,
    metavar: str | None = None,
    parser: Callable[[str], Path] | None = None,
) -> typer.models.OptionInfo:
    """Declare an option under the heading `panel` of the help."""
    info: typer.models.OptionInfo = typer.Option(
        *names, help=text, rich_help_panel=panel, metavar=metavar, parser=parser
    )
    return info


_kernel = partial(option, panel="Kernel (one of the first three)")
_operator = partial(option, panel="Operator")
result = partial(option, panel="Result")


def target(text: str) -> typer.models.OptionInfo:
    """Declare where results go; `text` tells the default."""
    return result("--out", "-o", metavar="FILE|FOLDER", parser=path, text=text)


def column(panel: str, text: str) -> typer.models.OptionInfo:
    """Declare which column of a table is meant."""
    return option(
        "--column",
        panel=panel,
        metavar="NAME",
        text=f"{text}, by name or number. Default: the last one of numbers.",
    )


Inputs = Annotated[
    list[Path],
    typer.Argument(
        parser=path,
        metavar="IN",
        help="PNG, JPEG, TIFF, WebP, BMP, WAV, FLAC, OGG, NPY or CSV. Pictures are convolved "
        "along rows and columns, sounds along time, a column of a table along its rows.",
        show_default=False,
    ),
]
KernelName = Annotated[
    str | None,
    _kernel(
        "--kernel",
        "-k",
        metavar="NAME[:param=value,...]",
        text="A named kernel (see intertwine explain --list), or a file of taps.",
    ),
]
Taps = Annotated[
    str | None,
    _kernel(
        "--taps",
        metavar="'1 2 1; 2 4 2; 1 2 1'",
        text="The taps themselves, rows parted by semicolons; fractions too: 1/9.",
    ),
]
KernelFile = Annotated[
    Path | None,
    _kernel(
        "--kernel-file",
        metavar="FILE",
        parser=path,
        text="Taps from a .npy, .txt, .csv, or from a grey picture (black 0, white 1).",
    ),
]
Normalize = Annotated[bool, _kernel("--normalize", text="Divide the taps by their sum.")]
Correlate = Annotated[
    bool,
    _operator(
        "--correlate",
        text="Do not flip the kernel: correlation, as OpenCV and deep learning do it.",
    ),
]
Boundary = Annotated[
    str,
    _operator(
        "--boundary",
        metavar="WORD",
        text="What lies outside 1234: "
        + ", ".join(f"{word} {row.picture}" for word, row in TABLE.items())
        + " (c: --cval; .: only what is inside counts).",
    ),
]
Cval = Annotated[float, _operator("--cval", text="The sample outside for --boundary constant.")]
Mode = Annotated[
    str,
    _operator(
        "--mode",
        metavar="WORD",
        text="same: the size of the input; full: every touch; valid: no outside.",
    ),
]
Stride = Annotated[int, _operator("--stride", text="Keep every n-th output.")]
Dilation = Annotated[int, _operator("--dilation", text="Spread the taps n apart.")]
Nan = Annotated[
    str,
    _operator(
        "--nan", metavar="WORD", text="propagate, ignore (leave missing samples out) or raise."
    ),
]
MinWeight = Annotated[
    float | None,
    _operator(
        "--min-weight",
        metavar="FRACTION",
        text="With --nan ignore: results are NaN where less of the kernel's weight is present.",
    ),
]
Axes = Annotated[
    str | None,
    _operator(
        "--axes",
        metavar="0,1",
        text="For .npy: the axes that the kernel works along. Default: all.",
    ),
]
Column = Annotated[
    str | None,
    column("Operator", "For .csv, .tsv, .txt: the column"),
]
Method = Annotated[str, _operator("--method", metavar="NAME", text="Force one; see --explain.")]
Precision = Annotated[
    float | None,
    _operator("--precision", metavar="BOUND", text="Bound on |error| / (sum|k| * max|x|)."),
]
Threads = Annotated[
    int | None,
    _operator("--threads", text="The answer is the same for any number."),
]
Out = Annotated[
    Path | None,
    target("Default: beside the input, photo.jpg -> photo-gaussian.jpg."),
]
Signed = Annotated[
    str,
    result(
        "--signed",
        metavar="WORD",
        text="Negative results: clip (to 0), offset (mid-grey is 0), absolute, "
        "keep (as the operator gives them: .tif, .npy, .wav). auto: floating-point "
        "files and arrays keep; others clip, but unsigned ones show the absolute value "
        "when the taps sum to 0.",
    ),
]
Alpha = Annotated[
    str,
    result(
        "--alpha",
        metavar="WORD",
        text="keep: opacity stays and hidden colours do not bleed; "
        "filter: opacity is convolved too (soft outlines).",
    ),
]
Force = Annotated[bool, result("--force", "-f", text="Replace existing files.")]
Explain = Annotated[
    bool,
    result("--explain", text="Print the plan and its alternatives; write nothing."),
]
