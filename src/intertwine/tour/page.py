"""Chapters to one HTML page, and the page to its file."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import jinja2
import numpy as np
import scipy  # type: ignore[import-untyped]
from markupsafe import Markup, escape

import intertwine as iw
from intertwine.base.atomic import atomic
from intertwine.base.errors import FileError
from intertwine.base.threads import available_cores
from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Chapter, Code, Figure, Folded, Grid, Picture, Table
from intertwine.tour.chapters import CHAPTERS
from intertwine.tour.photo import Photo

_MARKUP = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*")


@contextmanager
def folder(path: Path) -> Iterator[Path]:
    """Make the folder that the page goes to; what was made goes again when the block fails."""
    made = [each for each in (path, *path.parents) if not each.exists()]
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            f"Cannot make the folder {path}: {error.strerror}.\n"
            "  Pass one that you may write to: -o FOLDER, or out= in Python."
        ) from error
    try:
        yield path
    except BaseException:
        with suppress(OSError):
            for each in made:
                each.rmdir()
        raise


def chapters(photo: Photo, progress: Callable[[str, int, int], None] | None) -> list[Chapter]:
    """Write every chapter, telling `progress` when each begins."""
    written = []
    for number, source in enumerate(CHAPTERS, start=1):
        if progress is not None:
            progress(source.TITLE, number, len(CHAPTERS))
        written.append(Chapter(source.TITLE, tuple(source.write(photo))))
    return written


def render(photo: Photo, written: list[Chapter]) -> str:
    """The whole page as text."""
    cover = pictures.colour(photo.rgb, f"The photo of this tour, {photo.name}.", photo.name)
    opening = Code(listing.opening(photo), "The first listing loads the photo")
    return template("page.html.j2").render(
        photo=photo, cover=cover, opening=opening, chapters=written, made=made()
    )


def template(name: str, *folders: Path) -> jinja2.Template:
    """A template of one of the `folders`, which may use the blocks and the style of this one."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([*folders, Path(__file__).parent]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["inline"] = inline
    environment.filters["kind"] = kind
    return environment.get_template(name)


def inline(text: str) -> Markup:
    """Escape `text`, then turn `` `code` `` and ``**strong**`` into their elements."""
    return Markup(_MARKUP.sub(_element, str(escape(text))))


def _element(match: re.Match[str]) -> str:
    code, strong = match.groups()
    return f"<strong>{strong}</strong>" if code is None else f"<code>{code}</code>"


def kind(item: Block | Picture | Grid | tuple[Picture | Grid, ...]) -> str:
    """What the template calls an item."""
    names = {str: "text", Figure: "figure", Table: "table", Code: "code", Folded: "folded"}
    return (names | {Picture: "picture", Grid: "grid", tuple: "stack"})[type(item)]


def made() -> str:
    """What a page was made with, and when."""
    return (
        f"Made by Intertwine {iw.__version__} on {date.today():%d %B %Y}, with NumPy "
        f"{np.__version__}, SciPy {scipy.__version__} and Python {platform.python_version()} on "
        f"{platform.system()} {platform.machine()}, {available_cores()} cores."
    )


def write(into: Path, text: str) -> Path:
    """Write the page: it is there whole or not at all."""
    target = into / "index.html"
    with atomic(target) as handle:
        handle.write(text.encode("utf-8"))
    return target
