"""What an index keeps of its pictures, and what any store of them must do.

`sqlite` is the store that comes with Intertwine. Another one, on several machines say, takes its
place by doing the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from intertwine.style.codes import Codes
from intertwine.style.conditions import Condition


@dataclass(frozen=True, slots=True)
class Row:
    """One picture of an index.

    Attributes
    ----------
    id : what names it; for files the path as it was first met.
    path : the file it was read from; None for arrays.
    size, mtime_ns, content : bytes, time of last change and hash of that file.
    metadata : what the caller said about it, JSON.
    thumbnail : a small JPEG; empty in rows that are only listed.
    """

    id: str
    path: str | None = None
    size: int = 0
    mtime_ns: int = 0
    content: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    thumbnail: bytes = b""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that could not be indexed: not looked at again until it changes."""

    path: str
    size: int
    mtime_ns: int
    reason: str


class Store(Protocol):
    """Rows with their codes. What a call wrote is kept, whatever happens after it returned."""

    def put(self, rows: Sequence[Row], codes: Codes, model: str) -> None:
        """Write rows and their codes by the model of that hash, all or none; replace equal ids."""

    def skip(self, files: Sequence[Skipped]) -> None:
        """Note files that cannot be indexed."""

    def moved(self, rows: Sequence[Row]) -> None:
        """Write where the files of these rows are now; their codes stay."""

    def describe(self, metadata: Mapping[str, Mapping[str, Any]]) -> None:
        """Write metadata by id over those of equal name; the others stay."""

    def remove(self, ids: Iterable[str]) -> int:
        """Forget rows and say how many there were."""

    def row(self, id: str) -> Row | None:
        """One whole row, or None."""

    def rows(self) -> Iterator[Row]:
        """Every row without its thumbnail, in the order they were put."""

    def thumbnails(self, ids: Sequence[str]) -> dict[str, bytes]:
        """The thumbnails of rows."""

    def skipped(self) -> list[Skipped]:
        """Every file noted as one that cannot be indexed."""

    def select(self, where: Sequence[Condition]) -> set[str]:
        """Ids of the rows whose metadata fulfil every condition."""

    def names(self) -> list[str]:
        """Every name that metadata of some picture have."""

    def codes(self) -> tuple[list[str], Codes | None]:
        """All ids and codes of the model in use, in the order they were put; None for none."""

    def model(self) -> str:
        """Hash of the model in use; empty before the first."""

    def use_model(self, model: str) -> None:
        """Take another model into use: rows coded by any other are stale until put again."""

    def stale(self) -> list[Row]:
        """Rows whose codes are of another model than the one in use."""

    def version(self) -> int:
        """A number that changes when another process writes."""

    def close(self) -> None:
        """Let go of files and locks."""
