"""Pictures in batches, their garments cut out by several threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from intertwine.base.checks import Array
from intertwine.base.threads import resolve
from intertwine.style.garments import CutOut

T = TypeVar("T")

#: Pictures that are looked at together: their channels fit into a few hundred MiB.
BATCH = 128


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Lists of `size` items; the last may be shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def cut_out_all(pictures: Sequence[Array]) -> list[CutOut]:
    """Cut out the garment of each picture."""
    if len(pictures) == 1:  # threads take 3 ms to start, half of a query's time
        return [CutOut.of(pictures[0])]
    with ThreadPoolExecutor(resolve(None)) as threads:
        return list(threads.map(CutOut.of, pictures))
