"""What callers pass as pictures, one by one: paths, arrays, Pillow images, or several of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from intertwine.base.errors import FileError, OptionError, shown
from intertwine.style.indexing import Source
from intertwine.style.pictures import content_hash
from intertwine.style.store import Row, Skipped


def is_several(picture: Any) -> bool:
    """Whether these are several pictures: a list, a tuple, or an array of four axes."""
    return isinstance(picture, list | tuple) or (
        isinstance(picture, np.ndarray) and picture.ndim == 4
    )


def listed(pictures: Any) -> list[Any]:
    """One picture or several, as a list."""
    if is_several(pictures) or (
        isinstance(pictures, Iterable)
        and not isinstance(pictures, str | bytes | Path | np.ndarray)
        and not hasattr(pictures, "getbands")
    ):
        return list(pictures)
    return [pictures]


def names(pictures: Sequence[Any], ids: Sequence[str] | None, taken: Collection[str]) -> list[str]:
    """An id for each picture: the given one, a file's path, or the next number not `taken`."""
    if ids is not None:
        for id in ids:
            if not isinstance(id, str) or not id:
                raise OptionError(f"add: `ids` holds {shown(id)}, which is not text.")
        for id, count in Counter(ids).items():
            if count > 1:
                raise OptionError(f"add: `ids` holds {shown(id)} twice.\n  Ids are unique.")
        return list(ids)
    found, number = [], 0
    for picture in pictures:
        if isinstance(picture, str | Path):
            found.append(str(Path(picture).resolve()))
            continue
        number += 1
        while f"picture-{number}" in taken:
            number += 1
        found.append(f"picture-{number}")
    return found


def sources_of(
    pictures: Sequence[Any], ids: Sequence[str], metadata: Sequence[Mapping[str, Any]]
) -> tuple[list[Source], list[Skipped]]:
    """Pictures with the rows they will have, the last one of each id, and the files not there."""
    found: dict[str, Source] = {}
    missing = []
    for picture, id, about in zip(pictures, ids, metadata, strict=True):
        try:
            found[id] = Source(_row(picture, id, about), picture)
        except FileError as error:
            missing.append(Skipped(str(picture), 0, 0, str(error).splitlines()[0]))
    return list(found.values()), missing


def _row(picture: Any, id: str, metadata: Mapping[str, Any]) -> Row:
    if not isinstance(picture, str | Path):
        return Row(id, metadata=metadata)
    path = Path(picture).resolve()
    if not path.is_file():
        raise FileError(f"There is no file {path}.")
    status = path.stat()
    return Row(id, str(path), status.st_size, status.st_mtime_ns, content_hash(path), metadata)
