"""``intertwine find`` on pictures: tables, rows, and boxes where the small picture lies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from intertwine.base.atomic import atomic
from intertwine.base.errors import FileError
from intertwine.base.libraries import need
from intertwine.cli.console import out as standard_out
from intertwine.cli.doubt import doubt
from intertwine.cli.many import for_each
from intertwine.cli.report import Report, Row
from intertwine.cli.targets import targets
from intertwine.files import check_free, read, suffixes, white
from intertwine.files.orientation import stored
from intertwine.matching import Hits
from intertwine.matching import find as search
from intertwine.matching.background import in_words

_PLACES = ("row", "column", "centre_row", "centre_column")
_SCORES = ("score", "z", "false_alarm", "angle", "scale")
_NAMES = ("picture", *_PLACES, *_SCORES)


def find_in_pictures(
    pattern: Path,
    inputs: list[Path],
    out: Path | None,
    form: str | None,
    force: bool,
    options: dict[str, Any],
) -> None:
    """Search each picture and tell what was found; a broken one does not stop the others.

    For people that is a table and a picture with boxes each, for programs rows of all pictures;
    and boxes too where `out` asks for them.
    """
    of_rows = out is not None and out.suffix.lower() in (".csv", ".json") and not out.is_dir()
    report = Report.to(out if of_rows else None, form, force)
    drawn = not of_rows and (out is not None or report.form == "table")
    small, _ = _picture(pattern)
    pairs = _targets(inputs, out, force) if drawn else [(s, s) for s in inputs]
    rows: list[Row] = []
    doubts: list[str] = []
    searched: list[Path] = []

    def work(source: Path, target: Path, bar: Any) -> None:
        if drawn:
            check_free(target, force)
        large, orientation = _picture(source)
        task = bar.add_task(f"{pattern.name} in it", total=1.0)

        def tell(share: float) -> None:
            bar.update(task, completed=share)

        try:
            hits = search(small, large, progress=tell, **options)
        finally:
            bar.remove_task(task)
        if drawn:
            _draw(hits, large, target)
        places = _places(hits, orientation, (large.shape[0], large.shape[1]))
        text = doubt(f"{pattern} in {source}", hits[0].false_alarm) if len(hits) else None
        searched.append(source)
        if report.form != "table":
            rows.extend(_rows(hits, places, source))
            doubts.extend([text] if text else [])
            return
        console = standard_out()
        console.print(_table(hits, places, source))
        for line in (text, _turned(source, orientation), str(target)):
            if line:
                console.print(line, markup=False, soft_wrap=True)

    try:
        for_each(pairs, work, "could not be searched")
    except FileError:
        if searched and report.form != "table":  # what the others hold is reported first
            report.write(_NAMES, rows, doubts)
        raise
    if report.form != "table":
        report.write(_NAMES, rows, doubts)


def _targets(inputs: list[Path], out: Path | None, force: bool) -> list[tuple[Path, Path]]:
    """Where boxes are drawn: photo.jpg -> photo-found.png, or what `out` names."""
    pairs = targets(inputs, out, "found", force)
    own = out is not None and not out.is_dir()
    return pairs if own else [(source, target.with_suffix(".png")) for source, target in pairs]


def _places(hits: Hits, orientation: int, shape: tuple[int, int]) -> NDArray[np.float64]:
    """First and middle pixels (n, 4) in the picture as its file stores it."""
    points = (hits.position, hits.centre)
    return np.concatenate([stored(each, orientation, shape) for each in points], axis=1)


def _turned(source: Path, orientation: int) -> str | None:
    if orientation not in range(2, 9):
        return None
    return (
        f"{source} is stored turned (EXIF orientation {orientation}): rows and columns count its "
        "stored pixels, boxes and angles are as it is seen."
    )


def _picture(source: Path) -> tuple[NDArray[Any], int]:
    """Levels from 0 to 1, without alpha: see-through pixels are NaN, which `find` leaves out.

    They are upright; the second result is the EXIF orientation that made them so.
    """
    document = read(source)
    if document.kind != "image":
        known = " ".join(suffixes("image"))
        raise FileError(f"{source} holds no picture.\n  Pass a file of one of {known}.")
    page = document.pages[0]
    levels = page.astype(np.float32) / np.float32(white(page.dtype))
    if document.alpha:
        levels = np.where(levels[..., -1:] > 0.5, levels[..., :-1], np.float32(np.nan))
    grey = levels.ndim == 3 and levels.shape[2] == 1
    return levels[..., 0] if grey else levels, document.meta.get("orientation", 1)


def _rows(hits: Hits, places: NDArray[np.float64], source: Path) -> list[Row]:
    columns = [getattr(hits, name).tolist() for name in _SCORES]
    return [
        dict(zip(_NAMES, (str(source), *at, *values), strict=True))
        for at, *values in zip(places.tolist(), *columns, strict=True)
    ]


def _table(hits: Hits, places: NDArray[np.float64], source: Path) -> Table:
    turned = bool((hits.angle != 0).any() or (hits.scale != 1).any())
    table = Table(title=f"{source.name}: {len(hits)} found", title_justify="left")
    names = ["row", "column", "score", "z", "false alarm"]
    names += ["angle", "scale"] if turned else []
    for name in names:
        table.add_column(name, justify="right")
    for hit, at in zip(hits, places[:, :2].tolist(), strict=True):
        cells = [f"{p:.2f}" for p in at]
        cells += [f"{hit.score:.4f}", f"{hit.z:.1f}", in_words(hit.false_alarm)]
        table.add_row(*cells, *([f"{hit.angle:.2f}", f"{hit.scale:.3f}"] if turned else []))
    return table


def _draw(hits: Hits, picture: NDArray[Any], target: Path) -> None:
    """The picture at its own size, with the boxes."""
    need("matplotlib", "Drawing boxes")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if target.suffix.lower() != ".png":
        raise FileError(
            f"{target}: boxes are drawn as PNG.\n  Write a .png, or a .csv or .json of hits."
        )
    height, width = picture.shape[:2]
    zoom = max(1.0, 480 / max(height, width))
    figure = Figure(figsize=(zoom * width / 100, zoom * height / 100), dpi=100)
    FigureCanvasAgg(figure)
    hits.plot(figure.add_axes((0, 0, 1, 1)))
    with atomic(target) as handle:
        figure.savefig(handle, format="png")
