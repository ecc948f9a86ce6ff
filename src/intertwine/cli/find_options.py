"""The options of `intertwine find`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from intertwine.cli.options import option, path

_SEARCH, _RESULT = "Search", "Result"

Pattern = Annotated[
    Path,
    typer.Argument(
        parser=path,
        metavar="PATTERN",
        help="The picture, clip or series (.csv) to look for; or a folder of clips.",
    ),
]
Inputs = Annotated[
    list[Path],
    typer.Argument(
        parser=path,
        metavar="IN",
        help="Where to look: pictures, recordings (a folder stands for those in it), series.",
    ),
]
Score = Annotated[
    str | None,
    option("--score", panel=_SEARCH, metavar="WORD",
           text="zncc (blind to brightness, contrast and loudness; the default), ncc, "
                "correlation, phase or distance; snr, which --whiten noise takes by itself."),
]  # fmt: skip
Threshold = Annotated[
    float | None,
    option("--threshold", "-t", panel=_SEARCH, text="Take all that score so much."),
]
Count = Annotated[
    int | None,
    option("--count", "-n", panel=_SEARCH,
           text="Take at most so many. Default: 1, or all with --threshold."),
]  # fmt: skip
Angles = Annotated[
    str | None,
    option("--angles", panel=_SEARCH, metavar="LOW,HIGH",
           text="Turn the pattern too, by degrees counter-clockwise: 0,360."),
]  # fmt: skip
Scales = Annotated[
    str | None,
    option("--scales", panel=_SEARCH, metavar="LOW,HIGH",
           text="Enlarge the pattern too: 0.7,1.4."),
]  # fmt: skip
Whiten = Annotated[
    str | None,
    option("--whiten", panel=_SEARCH, metavar="noise",
           text="For coloured noise: weigh frequencies by the inverse of their noise."),
]  # fmt: skip
MinDistance = Annotated[
    float | None,
    option("--min-distance", panel=_SEARCH, metavar="SECONDS|SAMPLES",
           text="Hits keep so far apart. Default: half the pattern."),
]  # fmt: skip
Also = Annotated[
    list[Path] | None,
    option("--also", panel=_SEARCH, metavar="CLIP", parser=path,
           text="One more clip to look for; may be repeated."),
]  # fmt: skip
Column = Annotated[
    str | None,
    option("--column", panel=_SEARCH, metavar="NAME",
           text="The column of the series, by name or number. Default: the last one of numbers."),
]  # fmt: skip
Form = Annotated[
    str | None,
    option("--format", panel=_RESULT, metavar="WORD",
           text="Recordings and series: table, csv or json. Default: as -o is called, or table."),
]  # fmt: skip
Out = Annotated[
    Path | None,
    option("--out", "-o", panel=_RESULT, metavar="FILE|FOLDER", parser=path,
           text="The picture with boxes (default: photo.jpg -> photo-found.png), "
                "or a .csv or .json of hits."),
]  # fmt: skip
