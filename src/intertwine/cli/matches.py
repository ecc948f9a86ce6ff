"""``intertwine find``: a picture in pictures, a clip in recordings, a shape in series."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from intertwine.base.errors import OptionError
from intertwine.cli import find_options as o
from intertwine.cli.matched_pictures import find_in_pictures
from intertwine.cli.matched_series import find_in_series, whole_samples
from intertwine.cli.matched_sounds import find_in_sounds
from intertwine.cli.options import Force
from intertwine.cli.report import Report
from intertwine.files import suffixes
from intertwine.matching.search import options as check_options


def find(
    pattern: o.Pattern,
    inputs: o.Inputs,
    score: o.Score = None,
    threshold: o.Threshold = None,
    count: o.Count = None,
    angles: o.Angles = None,
    scales: o.Scales = None,
    covered: o.Covered = None,
    min_overlap: o.MinOverlap = None,
    whiten: o.Whiten = None,
    speeds: o.Speeds = None,
    boundary: o.Boundary = None,
    min_distance: o.MinDistance = None,
    also: o.Also = None,
    column: o.Column = None,
    form: o.Form = None,
    out: o.Out = None,
    force: Force = False,
) -> None:
    """Find a picture in larger ones, a clip in recordings, a shape in series.

    Pictures get boxes drawn. Their rows and columns count the pixels that the file stores, from 0
    at full size and before an EXIF orientation turns them: row and column are those of the
    pattern's first pixel, centre_row and centre_column of its middle. Angles are as one sees the
    picture. See-through pixels do not count; where one of two pictures is grey, both are compared
    in grey. Recordings may last hours and have any rate; positions are in seconds.

    Positions lie between samples and are good to about a tenth of one; those of exact matches are
    whole, and their score is 1. A false alarm is the chance that something else scores as much
    somewhere; it is not known where too little is left to tell.

    Clips are also found with the other sign, and in a room: one with a false alarm above 0.001 is
    looked for again by --whiten noise, unless you say how to search. The surest hits come first;
    those below a line may be absent. Recordings shorter than the clip are skipped.

    \b
    [bold]Examples[/]
      intertwine find face.png group.jpg
      intertwine find coin.png coins.png --threshold 0.6
      intertwine find logo.png scan.tif --angles 0,360 --scales 0.5,2 -o found.png
      intertwine find badge.png screenshot.png --angles=-20,20 --covered 0.25
      intertwine find tile.png photo.png --min-overlap 0.15
      intertwine find coin.png coins.png --threshold 0.6 -o hits.csv
      intertwine find jingle.wav broadcast.flac --threshold 0.5 --format csv
      intertwine find clips/ recordings/ -o found.json
      intertwine find song.wav tapes/ --speeds 0.98,1.02
      intertwine find tuesday.wav monday.wav --min-overlap 0.1
      intertwine find beat.csv heart.csv --score distance --count 10
    """  # fmt: skip
    kind = _kind(pattern)
    options: dict[str, Any] = {"score": score, "threshold": threshold, "count": count}
    only: dict[str, Any] = {"speeds": speeds, "boundary": boundary}
    if kind == "image":
        _refuse("pictures", whiten=whiten, min_distance=min_distance, also=also, column=column,
                **only)  # fmt: skip
        turns = {"angles": _range("--angles", angles), "scales": _range("--scales", scales)}
        check_options(score, None, threshold, count, **turns)
        options |= turns | {"covered": covered, "min_overlap": min_overlap}
        find_in_pictures(pattern, inputs, out, form, force, options)
        return
    _refuse("recordings and series", angles=angles, scales=scales, covered=covered)
    if kind == "sound":
        _refuse("recordings", column=column)
        only["speeds"] = _range("--speeds", speeds)
    else:
        _refuse("series", also=also, **only)
        min_distance = whole_samples(min_distance)
    check_options(score, whiten, threshold, count)
    options |= {"whiten": whiten, "min_distance": min_distance, "min_overlap": min_overlap}
    report = Report.to(out, form, force)
    if kind == "sound":
        find_in_sounds([pattern, *(also or ())], inputs, options | only, report)
    else:
        find_in_series(pattern, inputs, column, options, report)


def _kind(pattern: Path) -> str:
    """What is looked for, by the name of its file; a folder is one of recordings."""
    suffix = pattern.suffix.lower()
    if pattern.is_dir() or suffix in suffixes("sound"):
        return "sound"
    return "series" if suffix in suffixes("series") else "image"


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
