"""What a search and an update answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from intertwine.base.errors import counted
from intertwine.style.store import Skipped


@dataclass(frozen=True, slots=True)
class Hit:
    """One picture that a search found.

    Attributes
    ----------
    id, path, metadata : as it was added; `path` is None for arrays.
    score : weighted mean of the views' cosines, at most 1.
    false_match_rate : the probability that a random pair of this index scores as much; None in an
        index of fewer than 20 pictures.
    """

    id: str
    path: str | None
    score: float
    false_match_rate: float | None
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Changes:
    """What `add` or `update` did, in numbers of pictures; `skipped` lists files and reasons."""

    added: int = 0
    changed: int = 0
    moved: int = 0
    removed: int = 0
    unchanged: int = 0
    skipped: tuple[Skipped, ...] = ()

    def __str__(self) -> str:
        names = ("added", "changed", "moved", "removed", "unchanged")
        parts = [f"{n} {name}" for name in names if (n := getattr(self, name))]
        if self.skipped:
            parts.append(f"{counted(len(self.skipped), 'file')} skipped")
        return ", ".join(parts) or "nothing to do"


@dataclass(frozen=True, slots=True)
class Stats:
    """An index in numbers; `encoder` is the card of its model."""

    pictures: int
    stale: int
    skipped: int
    views: tuple[str, ...]
    model: str
    encoder: Mapping[str, Any] = field(default_factory=dict)
