"""What a chapter is made of: paragraphs, figures, tables and code, as plain frozen data.

A paragraph is a ``str`` in which `` `code` `` and ``**strong**`` are the only markup. The page
turns blocks into HTML; a chapter never writes HTML itself.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with the words that stand for it; `dark` replaces it on a dark page.

    `pixelated` pictures are enlarged by repeating pixels, so that single pixels can be seen.
    """

    png: bytes
    width: int
    height: int
    alt: str
    label: str = ""
    pixelated: bool = False
    dark: bytes | None = None

    @property
    def uri(self) -> str:
        """The picture as the address of itself."""
        return _uri(self.png)

    @property
    def dark_uri(self) -> str:
        """The dark page's picture, or an empty string."""
        return "" if self.dark is None else _uri(self.dark)


def _uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a grid: its text, its colours, and whether it is outlined."""

    text: str
    paper: str
    ink: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Numbers drawn as coloured squares, one for each tap or pixel."""

    rows: tuple[tuple[Cell, ...], ...]
    alt: str
    label: str = ""


Panel = Picture | Grid


@dataclass(frozen=True, slots=True)
class Figure:
    """Panels side by side. A tuple of panels is a stack, a ``str`` a sign between them: "=".

    `layout` is "row" (a few, side by side), "tiles" (several, all of one size), "sheet" (many,
    small) or "wide" (one, full width).
    """

    items: tuple[Panel | tuple[Panel, ...] | str, ...]
    caption: str
    layout: Literal["row", "tiles", "sheet", "wide"] = "row"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head. The first `texts` columns hold words, the others numbers."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int = 1


@dataclass(frozen=True, slots=True)
class Code:
    """Text in fixed width. Python runs as it stands (see `listing`) and prints `output`."""

    text: str
    caption: str
    language: Literal["python", "text"] = "python"
    output: str = ""


@dataclass(frozen=True, slots=True)
class Folded:
    """Blocks that stay out of sight until the reader opens them."""

    summary: str
    blocks: tuple[str | Figure | Table | Code, ...]


Block = str | Figure | Table | Code | Folded


@dataclass(frozen=True, slots=True)
class Chapter:
    """A title and what stands under it."""

    title: str
    blocks: tuple[Block, ...]
