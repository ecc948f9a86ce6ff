"""From files to rows and codes, batch by batch: what a batch wrote is kept whatever follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar

import numpy as np

from intertwine.base.checks import Array
from intertwine.base.errors import FileError, counted
from intertwine.base.threads import resolve
from intertwine.style.codes import Codes
from intertwine.style.encoders import Encoder
from intertwine.style.pictures import read_picture, thumbnail
from intertwine.style.store import Row, Skipped, Store

#: Pictures that are read, encoded and written together.
BATCH = 64

#: A model is fitted on so many pictures at most, drawn evenly from all.
MOST_FITTED = 10_000

T = TypeVar("T")

#: Called with what is being done, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Source:
    """A row to be, and where its picture comes from: a path, an array or a Pillow image."""

    row: Row
    picture: Any


def fit(encoder: Encoder, sources: Sequence[Source], progress: Progress | None) -> None:
    """Fit an encoder on pictures, those that cannot be read left out.

    Raises
    ------
    FileError
        No picture can be read.
    """
    chosen = sources
    if len(sources) > MOST_FITTED:
        places = np.linspace(0, len(sources) - 1, MOST_FITTED).astype(int)
        chosen = [sources[place] for place in places]
    readable = (picture for _, picture in _pictures(chosen) if isinstance(picture, np.ndarray))
    first = next(readable, None)
    if first is None:
        raise FileError(
            f"None of {counted(len(chosen), 'file')} can be read as a picture, so there is nothing "
            f"to fit a model on.\n  The first: {chosen[0].row.id}"
        )

    def report(done: int) -> None:
        if progress:
            progress("fitting", done, len(chosen))

    encoder.fit(_chain(first, readable), progress=report)


def _chain(first: Array, others: Iterable[Array]) -> Iterator[Array]:
    yield first
    yield from others


def write(
    store: Store,
    encoder: Encoder,
    sources: Sequence[Source],
    progress: Progress | None,
    written: Callable[[list[str], Codes], None],
) -> tuple[int, list[Skipped]]:
    """Encode pictures and put them into a store; returns how many, and the files skipped.

    `written` is told the ids and codes of each batch once they are safe.
    """
    count, done, skipped = 0, 0, []
    for batch in _batches(_pictures(sources)):
        good = [(source, p) for source, p in batch if isinstance(p, np.ndarray)]
        bad = [
            Skipped(source.row.path or source.row.id, source.row.size, source.row.mtime_ns, p)
            for source, p in batch
            if isinstance(p, str)
        ]
        if good:
            codes = encoder.encode([picture for _, picture in good])
            rows = [replace(source.row, thumbnail=thumbnail(p)) for source, p in good]
            store.put(rows, codes, encoder.hash)
            written([row.id for row in rows], codes)
        if bad:
            store.skip(bad)
        count += len(good)
        skipped += bad
        done += len(batch)
        if progress:
            progress("indexing", done, len(sources))
    return count, skipped


def _pictures(sources: Iterable[Source]) -> Iterator[tuple[Source, Array | str]]:
    """Each source with its picture, or with the reason why there is none; read by threads."""
    with ThreadPoolExecutor(resolve(None)) as threads:
        for batch in _batches(sources):
            yield from zip(batch, threads.map(_read, batch), strict=True)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _read(source: Source) -> Array | str:
    """The picture, or why a file has none; an array that is no picture is the caller's mistake."""
    try:
        return read_picture(source.picture)
    except FileError as error:
        return str(error).splitlines()[0]
    except MemoryError:
        return "there is too little memory to read it"
