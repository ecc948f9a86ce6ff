"""What a file holds: one or more pages of samples, and what is needed to write them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import counted

Array = NDArray[Any]
Kind = Literal["image", "sound", "array", "series"]


@dataclass(frozen=True)
class Document:
    """The samples of one file.

    Attributes
    ----------
    kind : "image" pages are (H, W) or (H, W, channels); "sound" has one page, (time, channels);
        "array" has one page of any shape; "series" has one page, (rows,): a column of a table.
    pages : the samples, in the file's own type.
    alpha : whether the last channel of an image is opacity (never premultiplied).
    meta : what a writer puts back: colour profile, resolution, sampling rate, ...; and
        "orientation", the EXIF orientation of a picture before it was turned upright.
    """

    kind: Kind
    pages: tuple[Array, ...]
    alpha: bool = False
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes that a kernel works along."""
        if self.kind == "array":
            return tuple(range(self.pages[0].ndim))
        return (0, 1) if self.kind == "image" else (0,)


def named(kind: Kind) -> str:
    """The kind in a sentence: an image, a recording, ..."""
    return {"sound": "a recording", "series": "a series"}.get(kind, f"an {kind}")


def white(dtype: np.dtype[Any]) -> float:
    """The sample that shows as white: the largest integer, or 1.0."""
    return float(np.iinfo(dtype).max) if dtype.kind in "iu" else 1.0


def describe(document: Document) -> str:
    """A few words on a document: ``image 300 x 512, RGB, uint8``."""
    page = document.pages[0]
    size = " x ".join(str(n) for n in page.shape[: len(document.axes)])
    words = [f"{document.kind} {size}"]
    if document.kind == "image":
        words.append(_channels(page, document.alpha))
    if document.kind == "sound":
        words.append({1: "mono", 2: "stereo"}.get(page.shape[1], counted(page.shape[1], "channel")))
        words.append(f"{document.meta['rate_hz']} Hz")
    words.append(str(page.dtype))
    if len(document.pages) > 1:
        words.append(f"{len(document.pages)} pages")
    return ", ".join(words)


def _channels(page: Array, alpha: bool) -> str:
    colours = 1 if page.ndim == 2 else page.shape[2] - alpha
    name = {1: "grey", 3: "RGB"}.get(colours, counted(colours, "channel"))
    return f"{name} + alpha" if alpha else name
