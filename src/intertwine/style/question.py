"""What was asked, ready to be explained with one hit after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from intertwine.base.checks import Array
from intertwine.base.errors import FileError
from intertwine.style.codes import Codes
from intertwine.style.encoders import Encoder
from intertwine.style.heat import Explained
from intertwine.style.hits import shares
from intertwine.style.pictures import THUMBNAIL_PX, content_hash, read_picture
from intertwine.style.sentence import of_places, of_views
from intertwine.style.store import Row
from intertwine.style.why import Why


@dataclass(frozen=True)
class Shown:
    """A picture as it can be shown now: `note` says why it is only a thumbnail, if it is one."""

    picture: Array
    note: str = ""


class Question:
    """What was asked.

    Parameters
    ----------
    encoder : Encoder
        As fitted for the index.
    asked : sequence of pictures or rows
        One, or several that are one wish.
    code : Codes
        The one code that was searched with.
    """

    def __init__(self, encoder: Encoder, asked: Sequence[Array | Row], code: Codes) -> None:
        self._encoder, self._code = encoder, code
        pictures = [shown(each) if isinstance(each, Row) else Shown(each) for each in asked]
        self._notes = [each.note for each in pictures if each.note]
        self._asked = [Explained(encoder, each.picture) for each in pictures]

    def why(self, row: Row, code: Codes, weights: Mapping[str, float]) -> Why:
        """Explain the hit of that row and code."""
        hit = shown(row)
        found = Explained(self._encoder, hit.picture)
        heats = (
            *(each.heat(code, weights) for each in self._asked),
            found.heat(self._code, weights),
        )
        parts = shares(self._code, code, weights)
        notes = [*self._notes, *([hit.note] if hit.note else [])]
        return Why(
            id=row.id,
            score=sum(parts.values()),
            cosines={view: float(self._code[view][0] @ code[view][0]) for view in code},
            shares=parts,
            sentence=f"{of_views(parts)} {of_places(heats[-1])}",
            note="  ".join(notes),
            exact=heats[-1].exact and len(heats) == 2 and not notes,
            heats=heats,
            pictures=(*(each.picture for each in self._asked), hit.picture),
        )


def shown(row: Row) -> Shown:
    """The picture of a row as it was indexed: from its file, or else the thumbnail."""
    reason = _lost(row)
    if not reason:
        try:
            return Shown(read_picture(str(row.path)))
        except FileError as error:
            reason = str(error).splitlines()[0].rstrip(".")
    note = f"{reason}: its thumbnail of {THUMBNAIL_PX} pixels stands in."
    return Shown(read_picture(row.thumbnail), note)


def _lost(row: Row) -> str:
    """Why the picture that was indexed is not in its file any more; empty if it is."""
    if row.path is None:
        return f"{row.id} was not added from a file"
    path = Path(row.path)
    if not path.is_file():
        return f"{row.path} is gone"
    status = path.stat()
    as_before = (status.st_size, status.st_mtime_ns) == (row.size, row.mtime_ns)
    if as_before or content_hash(path) == row.content:
        return ""
    return f"{row.path} has changed since it was indexed"
