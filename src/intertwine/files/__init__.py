"""Files in and out: pictures, recordings, arrays and series, by the libraries that know them best.

>>> from intertwine import files
>>> files.suffixes("sound")
('.wav', '.flac', '.ogg')
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np

from intertwine.base.atomic import atomic, check_free
from intertwine.base.errors import FileError, did_you_mean, unknown_suffix
from intertwine.files.document import Array, Document, Kind, describe, named, white

__all__ = [
    "Document",
    "FileError",
    "check_free",
    "check_target",
    "describe",
    "named",
    "read",
    "refuse_folder",
    "suffixes",
    "white",
    "write",
]


class Format(Protocol):
    """What a module of this folder offers for its kind of file."""

    def read(self, path: Path) -> Document: ...

    def check(self, path: Path, kind: Kind, pages: Sequence[Array], alpha: bool) -> None:
        """Raise FileError when a file named `path` cannot hold these pages."""

    def write(self, path: Path, handle: Any, document: Document) -> None: ...


#: Suffix -> module of this folder and kind of document.
_FORMATS: dict[str, tuple[str, Kind]] = {
    ".png": ("pictures", "image"),
    ".jpg": ("pictures", "image"),
    ".jpeg": ("pictures", "image"),
    ".webp": ("pictures", "image"),
    ".bmp": ("pictures", "image"),
    ".tif": ("tiff", "image"),
    ".tiff": ("tiff", "image"),
    ".wav": ("sounds", "sound"),
    ".flac": ("sounds", "sound"),
    ".ogg": ("sounds", "sound"),
    ".npy": ("arrays", "array"),
    ".csv": ("series", "series"),
    ".tsv": ("series", "series"),
    ".txt": ("series", "series"),
}


def suffixes(kind: Kind) -> tuple[str, ...]:
    """The file name endings for one kind of document."""
    return tuple(suffix for suffix, (_, own) in _FORMATS.items() if own == kind)


def _format(path: Path) -> Format:
    suffix = path.suffix.lower()
    if suffix not in _FORMATS:
        raise unknown_suffix(path, "not a known kind of file", _FORMATS)
    module = importlib.import_module(f"intertwine.files.{_FORMATS[suffix][0]}")
    return cast(Format, module)


def refuse_folder(path: Path) -> None:
    """Raise FileError when `path` is a folder, which is no input."""
    if path.is_dir():
        raise FileError(f"{path} is a folder.\n  Pass its files: {path / '*.png'}")


def read(path: str | Path) -> Document:
    """Read a picture, a recording, an array or a series.

    Raises
    ------
    FileError
        The file is missing, of an unknown kind, truncated or damaged.
    MissingExtraError
        The library for this kind of file is not installed.
    """
    path = Path(path)
    refuse_folder(path)
    chosen = _format(path)
    if not path.exists():
        raise FileError(f"There is no file {path}.{_nearby(path)}")
    if not path.is_file():
        raise FileError(f"{path} is not an ordinary file.")
    if path.stat().st_size == 0:
        raise FileError(f"{path} is empty.")
    return chosen.read(path)


def _nearby(path: Path) -> str:
    if not path.parent.is_dir():
        return f"\n  There is no folder {path.parent} either."
    alike = [e.name for e in path.parent.iterdir() if did_you_mean(path.stem, [e.stem])]
    return did_you_mean(path.name, alike)


def check_target(path: str | Path, document: Document, dtype: np.dtype[Any] | None = None) -> None:
    """Raise FileError when a file of this name cannot hold `document` with samples of `dtype`.

    Costs nothing, so that it can be asked before the work is done.
    """
    path = Path(path)
    pages: Sequence[Array] = document.pages
    if dtype is not None:
        pages = [np.broadcast_to(np.zeros((), dtype), page.shape) for page in pages]
    _format(path).check(path, document.kind, pages, document.alpha)


def write(path: str | Path, document: Document, *, overwrite: bool = False) -> None:
    """Write a document whole, or leave what was there.

    Raises
    ------
    FileError
        The file exists and `overwrite` is False, the format cannot hold the samples, or the disk
        is full.
    """
    path = Path(path)
    check_target(path, document)
    check_free(path, overwrite)
    chosen = _format(path)
    with atomic(path) as handle:
        chosen.write(path, handle, document)
