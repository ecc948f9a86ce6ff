"""``intertwine find``: a picture in pictures, a clip in recordings, a shape in series."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from intertwine.cli.matched_pictures import find_in_pictures
from intertwine.cli.matched_series import SERIES, find_in_series
from intertwine.cli.matched_sounds import find_in_sounds
from intertwine.cli.options import path
from intertwine.cli.report import Report
from intertwine.engine.errors import OptionError
from intertwine.files import suffixes

_SEARCH, _RESULT = "Search", "Result"


def find(
    pattern: Annotated[
        Path,
        typer.Argument(
            parser=path,
            metavar="PATTERN",
            help="The picture, clip or series (.csv) to look for; or a folder of clips.",
        ),
    ],
    inputs: Annotated[
        list[Path],
        typer.Argument(
            parser=path,
            metavar="IN",
            help="Where to look: pictures, recordings (a folder stands for those in it), series.",
        ),
    ],
    score: Annotated[
        str | None,
        typer.Option(
            "--score",
            metavar="WORD",
            rich_help_panel=_SEARCH,
            help="zncc (blind to brightness, contrast and loudness; the default), ncc, "
            "correlation, phase or distance.",
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold", "-t", rich_help_panel=_SEARCH, help="Take all that score so much."
        ),
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(
            "--count",
            "-n",
            rich_help_panel=_SEARCH,
            help="Take at most so many. Default: 1, or all with --threshold.",
        ),
    ] = None,
    angles: Annotated[
        str | None,
        typer.Option(
            "--angles",
            metavar="LOW,HIGH",
            rich_help_panel=_SEARCH,
            help="Turn the pattern too, by degrees counter-clockwise: 0,360.",
        ),
    ] = None,
    scales: Annotated[
        str | None,
        typer.Option(
            "--scales",
            metavar="LOW,HIGH",
            rich_help_panel=_SEARCH,
            help="Enlarge the pattern too: 0.7,1.4.",
        ),
    ] = None,
    whiten: Annotated[
        str | None,
        typer.Option(
            "--whiten",
            metavar="noise",
            rich_help_panel=_SEARCH,
            help="For coloured noise: weigh frequencies by the inverse of their noise.",
        ),
    ] = None,
    min_distance: Annotated[
        float | None,
        typer.Option(
            "--min-distance",
            metavar="SECONDS|SAMPLES",
            rich_help_panel=_SEARCH,
            help="Hits keep so far apart. Default: half the pattern.",
        ),
    ] = None,
    also: Annotated[
        list[Path] | None,
        typer.Option(
            "--also",
            parser=path,
            metavar="CLIP",
            rich_help_panel=_SEARCH,
            help="One more clip to look for; may be repeated.",
        ),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(
            "--column",
            metavar="NAME",
            rich_help_panel=_SEARCH,
            help="The column of the series, by name or number. Default: the last one of numbers.",
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="WORD",
            rich_help_panel=_RESULT,
            help="Recordings and series: table, csv or json. Default: as -o is called, or table.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            parser=path,
            metavar="FILE|FOLDER",
            rich_help_panel=_RESULT,
            help="The picture with boxes (default: photo.jpg -> photo-found.png), "
            "or a .csv or .json of hits.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", "-f", rich_help_panel=_RESULT, help="Replace existing files.")
    ] = False,
) -> None:
    """Find a picture in larger ones, a clip in recordings, a shape in series.

    Pictures get boxes drawn. Recordings may last hours and have any rate; positions are in
    seconds. A false alarm is the chance that the background alone does as well somewhere; it is
    nan where there is too little background to tell.

    \b
    [bold]Examples[/]
      intertwine find face.png group.jpg
      intertwine find coin.png coins.png --threshold 0.6
      intertwine find logo.png scan.tif --angles 0,360 --scales 0.5,2 -o found.png
      intertwine find jingle.wav broadcast.flac --threshold 0.5 --format csv
      intertwine find clips/ recordings/ -o found.json
      intertwine find beat.csv heart.csv --score distance --count 10
    """  # fmt: skip
    kind = _kind(pattern)
    options: dict[str, Any] = {"score": score, "threshold": threshold, "count": count}
    if kind == "image":
        _refuse("pictures", whiten=whiten, min_distance=min_distance, format=form, also=also,
                column=column)  # fmt: skip
        options |= {"angles": _range("--angles", angles), "scales": _range("--scales", scales)}
        find_in_pictures(pattern, inputs, out, force, {**options, "score": score or "zncc"})
        return
    _refuse("recordings and series", angles=angles, scales=scales)
    options |= {"whiten": whiten, "min_distance": min_distance}
    report = Report.to(out, form, force)
    if kind == "sound":
        _refuse("recordings", column=column)
        find_in_sounds([pattern, *(also or ())], inputs, options, report)
    else:
        _refuse("series", also=also)
        find_in_series(pattern, inputs, column, options, report)


def _kind(pattern: Path) -> str:
    """What is looked for, by the name of its file; a folder is one of recordings."""
    suffix = pattern.suffix.lower()
    if pattern.is_dir() or suffix in suffixes("sound"):
        return "sound"
    return "series" if suffix in SERIES else "image"


def _refuse(what: str, **given: object) -> None:
    for name, value in given.items():
        if value is not None:
            raise OptionError(f"--{name.replace('_', '-')} is not for {what}. Leave it out.")


def _range(name: str, text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        return tuple(float(word) for word in text.split(","))
    except ValueError:
        raise OptionError(f"{name} {text}: write numbers, such as {name} 0.5,2") from None
