"""Python that a chapter runs and shows: its figures come out of the very text that stands there.

Each chapter begins with the names that the page's first listing loads: `np`, `iw`, `photo`,
`whole`, `rgb` and `x`. Nothing else passes from chapter to chapter, so any one can be tried alone.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

import intertwine as iw
from intertwine.base.errors import IntertwineError
from intertwine.tour.blocks import Code
from intertwine.tour.photo import Photo, default_path


@dataclass(frozen=True, slots=True)
class Ran:
    """A text that was run: the names it left, and what it printed.

    Attributes
    ----------
    refusal : str
        The words of the error that ended it, for photos that hold too little; empty otherwise.
    """

    text: str
    names: Mapping[str, Any]
    printed: str
    refusal: str = ""

    def __getitem__(self, name: str) -> Any:
        """What the text calls `name`."""
        return self.names[name]

    def code(self, caption: str) -> Code:
        """The text for the page, with what it printed."""
        return Code(self.text, caption, output=self.printed)

    def then(self, text: str) -> Ran:
        """Run the next text of the same chapter."""
        return _run(text, dict(self.names))


def opening(photo: Photo) -> str:
    """The page's first listing: it loads the photo."""
    name = "default_path()" if photo.path in (None, default_path()) else repr(str(photo.path))
    reader = "default_path, read" if name == "default_path()" else "read"
    return (
        "import numpy as np\n"
        "import intertwine as iw\n"
        f"from intertwine.tour.photo import {reader}\n\n"
        f"photo = read({name})\n"
        "whole = photo.grey        # levels 0 to 255, rows by columns\n"
        "rgb = photo.square().rgb  # 256 by 256 pixels of it, in colour\n"
        "x = photo.square().grey   # the same in grey"
    )


def run(photo: Photo, text: str) -> Ran:
    """Run a chapter's first `text` on the names that `opening` loads."""
    square = photo.square()
    loaded = {"photo": photo, "whole": photo.grey, "rgb": square.rgb, "x": square.grey}
    return _run(text, {"np": np, "iw": iw, **loaded})


def _run(text: str, names: dict[str, Any]) -> Ran:
    text = text.strip("\n")
    paper, refusal = io.StringIO(), ""
    names["print"] = partial(print, file=paper)
    try:
        exec(compile(text, "<tour>", "exec"), names)
    except IntertwineError as error:
        refusal = str(error)
        print(f"{type(error).__name__}: {error}", file=paper)
    return Ran(text, names, paper.getvalue().rstrip("\n"), refusal)
