"""What a search and an update answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from intertwine.base.errors import counted
from intertwine.style.codes import Codes
from intertwine.style.false_matches import FalseMatches
from intertwine.style.store import Skipped, Store


@dataclass(frozen=True, slots=True)
class Hit:
    """One picture that a search found.

    Attributes
    ----------
    id, path, metadata : as it was added; `path` is None for arrays.
    score : weighted mean of the views' cosines, at most 1.
    false_match_rate : the probability that a random pair of this index scores as much; None in an
        index of fewer than 20 pictures.
    false_match_is_least : whether that rate is the least that this index can tell; the true one is
        at most so large.
    shares : what each view adds to the score, to which they sum.
    weights : of the views, as they were asked for.
    """

    id: str
    path: str | None
    score: float
    false_match_rate: float | None
    false_match_is_least: bool
    metadata: Mapping[str, Any]
    shares: Mapping[str, float]
    weights: Mapping[str, float]


def shares(query: Codes, code: Codes, weights: Mapping[str, float]) -> dict[str, float]:
    """Return what each view adds to the score of two codes: ``w_v cos_v / sum_v w_v``."""
    total = sum(weights.values())
    return {v: w / total * float(query[v][0] @ code[v][0]) for v, w in weights.items()}


def hits_at(
    store: Store,
    ids: Sequence[str],
    codes: Codes,
    found: Sequence[tuple[int, float]],
    query: Codes,
    weights: Mapping[str, float],
    false: FalseMatches,
    without: str | None,
) -> list[Hit]:
    """Return the hits at places of a table of codes, given with their scores, but for one id."""
    hits = []
    for place, score in found:
        row = store.row(ids[place])
        if row is not None and row.id != without:  # another process may have removed it just now
            parts, rate = shares(query, codes.rows([place]), weights), false.rate(score)
            score = min(score, 1.0)  # rounded up by the last bit
            least = rate is not None and rate == false.least
            hits.append(Hit(row.id, row.path, score, rate, least, row.metadata, parts, weights))
    return hits


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
