"""The options of `intertwine convolve`, one word an idea, as the library calls them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from intertwine.files import FileError

_KERNEL, _OPERATOR, _RESULT = "Kernel (one of the first three)", "Operator", "Result"


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
    option("--kernel", "-k", panel=_KERNEL, metavar="NAME[:param=value,...]",
           text="A named kernel (see intertwine explain --list), or a file of taps."),
]  # fmt: skip
Taps = Annotated[
    str | None,
    option("--taps", panel=_KERNEL, metavar="'1 2 1; 2 4 2; 1 2 1'",
           text="The taps themselves, rows parted by semicolons; fractions too: 1/9."),
]  # fmt: skip
KernelFile = Annotated[
    Path | None,
    option("--kernel-file", panel=_KERNEL, metavar="FILE", parser=path,
           text="Taps from a .npy, .txt, .csv, or from a grey picture (black 0, white 1)."),
]  # fmt: skip
Normalize = Annotated[
    bool, option("--normalize", panel=_KERNEL, text="Divide the taps by their sum.")
]
Correlate = Annotated[
    bool,
    option("--correlate", panel=_OPERATOR,
           text="Do not flip the kernel: correlation, as OpenCV and deep learning do it."),
]  # fmt: skip
Boundary = Annotated[
    str,
    option("--boundary", panel=_OPERATOR, metavar="WORD",
           text="What lies outside 1234: symmetric 21|1234|43, mirror 32|1234|32, "
                 "nearest 11|1234|44, wrap 34|1234|12, zero 00|1234|00, constant (--cval), "
                 "renormalize (only what is inside counts)."),
]  # fmt: skip
Cval = Annotated[
    float, option("--cval", panel=_OPERATOR, text="The sample outside for --boundary constant.")
]
Mode = Annotated[
    str,
    option("--mode", panel=_OPERATOR, metavar="WORD",
           text="same: the size of the input; full: every touch; valid: no outside."),
]  # fmt: skip
Stride = Annotated[int, option("--stride", panel=_OPERATOR, text="Keep every n-th output.")]
Dilation = Annotated[int, option("--dilation", panel=_OPERATOR, text="Spread the taps n apart.")]
Nan = Annotated[
    str,
    option("--nan", panel=_OPERATOR, metavar="WORD",
           text="propagate, ignore (leave missing samples out) or raise."),
]  # fmt: skip
Axes = Annotated[
    str | None,
    option("--axes", panel=_OPERATOR, metavar="0,1",
           text="For .npy: the axes that the kernel works along. Default: all."),
]  # fmt: skip
Column = Annotated[
    str | None,
    option("--column", panel=_OPERATOR, metavar="NAME",
           text="For .csv, .tsv, .txt: the column, by name or number. "
                "Default: the last one of numbers."),
]  # fmt: skip
Method = Annotated[
    str, option("--method", panel=_OPERATOR, metavar="NAME", text="Force one; see --explain.")
]
Precision = Annotated[
    float | None,
    option("--precision", panel=_OPERATOR, metavar="BOUND",
           text="Bound on |error| / (sum|k| * max|x|)."),
]  # fmt: skip
Threads = Annotated[
    int | None,
    option("--threads", panel=_OPERATOR, text="The answer is the same for any number."),
]
Out = Annotated[
    Path | None,
    option("--out", "-o", panel=_RESULT, metavar="FILE|FOLDER", parser=path,
           text="Default: beside the input, photo.jpg -> photo-gaussian.jpg."),
]  # fmt: skip
Signed = Annotated[
    str,
    option("--signed", panel=_RESULT, metavar="WORD",
           text="Negative results: clip (to 0), offset (mid-grey is 0), absolute, "
                 "keep (as the operator gives them: .tif, .npy, .wav). auto: floating-point "
                 "files and arrays keep; others clip, but unsigned ones show the absolute value "
                 "when the taps sum to 0."),
]  # fmt: skip
Alpha = Annotated[
    str,
    option("--alpha", panel=_RESULT, metavar="WORD",
           text="keep: opacity stays and hidden colours do not bleed; "
                 "filter: opacity is convolved too (soft outlines)."),
]  # fmt: skip
Force = Annotated[bool, option("--force", "-f", panel=_RESULT, text="Replace existing files.")]
Explain = Annotated[
    bool,
    option("--explain", panel=_RESULT, text="Print the plan and its alternatives; write nothing."),
]
