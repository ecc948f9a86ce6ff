"""A data set as a folder of PNG pictures, one folder a class, as `intertwine index` reads it."""

from __future__ import annotations

from pathlib import Path

from intertwine.base.atomic import atomic
from intertwine.base.errors import FileError
from intertwine.base.libraries import need
from intertwine.files.datasets.download import Progress
from intertwine.files.datasets.fetching import load
from intertwine.files.datasets.sets import DataSet


def write_pictures(
    wanted: DataSet,
    folder: Path,
    part: str,
    count: int | None = None,
    progress: Progress | None = None,
) -> int:
    """Write the first `count` pictures of a part, all without; return how many.

    The picture of number 12, a coat, is ``FOLDER/coat/00012.png``. Those that are there already are
    left alone.

    Raises
    ------
    FileError
        The set has not been fetched, or `folder` cannot be written to.
    """
    image = need("PIL.Image", "Writing PNG files")
    pictures, labels = load(wanted, part)
    chosen = min(len(pictures), len(pictures) if count is None else count)
    try:
        for name in wanted.classes:
            (folder / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"Cannot make {folder}: {error.strerror}.") from error
    for number in range(chosen):
        path = folder / wanted.classes[labels[number]] / f"{number:05}.png"
        if not path.exists():
            with atomic(path) as file:
                image.fromarray(pictures[number]).save(file, "PNG")
        if progress:
            progress("writing", number + 1, chosen)
    return chosen
