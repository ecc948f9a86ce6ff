"""The tour: convolution on one photo, an interpretation a chapter, as a single HTML page.

>>> from intertwine import tour
>>> page = tour.run("me.jpg", "tour")  # doctest: +SKIP
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

from intertwine.base.errors import MissingExtraError

__all__ = ["run"]

_NEEDED = ("PIL", "matplotlib", "jinja2")


def run(
    photo: str | Path | None = None,
    out: str | Path | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Path:
    """Write the tour of `photo` into the folder `out` and return the page's path.

    The page is one file that needs no other: pictures, styles and all. It appears when it is
    complete; a run that ends early leaves nothing, or the page of the run before.

    Parameters
    ----------
    photo : path, optional
        A PNG, JPEG, WebP, BMP or TIFF file. By default the portrait of Grace Hopper that comes with
        Matplotlib.
    out : path, optional
        A folder, made when it is missing; by default ``tour`` in the current folder.
    progress : callable, optional
        Called as ``progress(title, number, total)`` when chapter `number`, from 1, begins.

    Returns
    -------
    Path
        ``out/index.html``.

    Raises
    ------
    MissingExtraError
        Pillow, Matplotlib or Jinja2 is not installed.
    FileError
        `photo` cannot be read, or `out` not written to.
    """
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise MissingExtraError(
            "tour needs pillow, matplotlib and jinja2: pip install 'intertwine[image]'"
        )
    from intertwine.tour import page
    from intertwine.tour import photo as photos

    path = photos.default_path() if photo is None else Path(photo)
    seen = photos.read(path)
    with page.folder(Path("tour" if out is None else out)) as folder:
        return page.write(folder, page.render(seen, page.chapters(seen, progress)))
