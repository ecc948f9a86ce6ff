"""NumPy arrays (.npy), and tables of numbers (.txt, .csv) for kernels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from intertwine.base.errors import FileError
from intertwine.files.document import Array, Document, Kind

_STARTS = (b"\x93NUMPY", b"PK")  # one array, or a zip of several


def read(path: Path) -> Document:
    """Read one array; Python objects in it are refused, since loading them runs code."""
    try:
        with path.open("rb") as file:
            if not file.read(6).startswith(_STARTS):
                raise ValueError("it is no NumPy file; np.save writes one.")
        array = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise FileError(f"{path} cannot be read as an array: {_first_line(error)}") from error
    if not isinstance(array, np.ndarray):
        raise FileError(f"{path} holds several arrays.\n  Save one with np.save.")
    return Document("array", (array,))


def check(path: Path, kind: Kind, pages: Sequence[Array], alpha: bool) -> None:
    """Every array fits; pages of different shapes do not make one."""
    shapes = {page.shape for page in pages}
    if len(shapes) > 1:
        raise FileError(
            f"{path}: pages of {len(shapes)} different shapes do not make one array.\n"
            f"  Write a .tif."
        )


def write(path: Path, handle: Any, document: Document) -> None:
    """Write one array; several pages are stacked, mono sound has one axis."""
    pages = document.pages
    array = pages[0] if len(pages) == 1 else np.stack(pages)
    if document.kind == "sound" and array.shape[1] == 1:
        array = array[:, 0]
    np.save(handle, array, allow_pickle=False)


def read_table(path: Path) -> Array:
    """Read numbers separated by commas, semicolons or blanks, one row a line."""
    try:
        text = path.read_text(encoding="utf-8")
        rows = [
            line.split("#")[0].replace(",", " ").replace(";", " ") for line in text.splitlines()
        ]
        table = [[float(word) for word in row.split()] for row in rows if row.strip()]
    except (OSError, ValueError) as error:
        raise FileError(f"{path} cannot be read as numbers: {_first_line(error)}") from error
    if not table or len({len(row) for row in table}) > 1:
        lengths = sorted({len(row) for row in table})
        raise FileError(f"{path} is not a table: its rows hold {lengths or 'no'} numbers.")
    return np.array(table if len(table) > 1 else table[0])


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
