"""The options of `intertwine find`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from intertwine.cli.options import column, option, path, result, target

_search = partial(option, panel="Search")

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
    _search(
        "--score",
        metavar="WORD",
        text="zncc (blind to brightness, contrast and loudness; the default), ncc, "
        "correlation, phase or distance; snr, which --whiten noise takes by itself.",
    ),
]
Threshold = Annotated[
    float | None,
    _search("--threshold", "-t", text="Take all that score so much."),
]
Count = Annotated[
    int | None,
    _search("--count", "-n", text="Take at most so many. Default: 1, or all with --threshold."),
]
Angles = Annotated[
    str | None,
    _search(
        "--angles",
        metavar="LOW,HIGH",
        text="Turn the pattern too, by degrees counter-clockwise: 0,360. Results keep to it.",
    ),
]
Scales = Annotated[
    str | None,
    _search(
        "--scales", metavar="LOW,HIGH", text="Enlarge the pattern too: 0.7,1.4. Results keep to it."
    ),
]
Covered = Annotated[
    float | None,
    _search(
        "--covered",
        metavar="SHARE",
        text="Up to this share of the pattern may be hidden: 0.25. The score is that of the rest.",
    ),
]
MinOverlap = Annotated[
    float | None,
    _search(
        "--min-overlap",
        metavar="SHARE",
        text="Let the pattern stick out of the data, as long as this share of it, 0.15 say, "
        "lies inside.",
    ),
]
Whiten = Annotated[
    str | None,
    _search(
        "--whiten",
        metavar="noise",
        text="For coloured noise: weigh frequencies by the inverse of their noise.",
    ),
]
Speeds = Annotated[
    str | None,
    _search(
        "--speeds",
        metavar="LOW,HIGH",
        text="Clips may be played so much faster: 0.98,1.02 is 2 % slower to 2 % faster.",
    ),
]
Boundary = Annotated[
    str | None,
    _search(
        "--boundary",
        metavar="renormalize",
        text="Clips may stick out of a recording by half; what overlaps counts.",
    ),
]
MinDistance = Annotated[
    float | None,
    _search(
        "--min-distance",
        metavar="SECONDS|SAMPLES",
        text="Hits keep so far apart. Default: half the pattern.",
    ),
]
Also = Annotated[
    list[Path] | None,
    _search(
        "--also", metavar="CLIP", parser=path, text="One more clip to look for; may be repeated."
    ),
]
Column = Annotated[
    str | None,
    column("Search", "The column of the series"),
]
Form = Annotated[
    str | None,
    result(
        "--format",
        metavar="WORD",
        text="table, csv or json. Default: as -o is called, or table. With csv and json boxes "
        "are drawn only where -o names a picture.",
    ),
]
Out = Annotated[
    Path | None,
    target(
        "A .csv or .json of hits, or the picture with boxes "
        "(default: photo.jpg -> photo-found.png)."
    ),
]
