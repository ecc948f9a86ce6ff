"""The JSON that a served index answers with."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from typing import Any

from fastapi import Request
from pydantic import BaseModel

from intertwine.base.libraries import need
from intertwine.style.hits import Hit
from intertwine.style.why import Why

#: The height of a drawn explanation, in pixels.
_WHY_PX = 240


class HitAnswer(BaseModel):
    """One hit; its picture is at ``thumbnail``."""

    id: str
    score: float
    false_match_rate: float | None
    false_match_is_least: bool
    shares: dict[str, float]
    metadata: dict[str, Any]
    thumbnail: str


class WhyAnswer(BaseModel):
    """Why a hit was found; `picture` is the drawing, a PNG as a data URI."""

    id: str
    score: float
    shares: dict[str, float]
    cosines: dict[str, float]
    sentence: str
    note: str
    exact: bool
    picture: str


class StatsAnswer(BaseModel):
    """The index in numbers."""

    pictures: int
    stale: int
    skipped: int
    views: list[str]
    encoder: dict[str, Any]


class AddedAnswer(BaseModel):
    """What became of an uploaded picture."""

    id: str
    replaced: bool


class RemovedAnswer(BaseModel):
    """How many pictures were removed."""

    removed: int


def hit_answers(hits: Iterable[Hit], request: Request) -> list[HitAnswer]:
    """Hits, each with the address of its thumbnail."""
    return [
        HitAnswer(
            id=hit.id,
            score=hit.score,
            false_match_rate=hit.false_match_rate,
            false_match_is_least=hit.false_match_is_least,
            shares=dict(hit.shares),
            metadata=dict(hit.metadata),
            thumbnail=str(request.url_for("thumbnail").include_query_params(id=hit.id)),
        )
        for hit in hits
    ]


def why_answer(why: Why) -> WhyAnswer:
    """An explanation with its drawing."""
    written = io.BytesIO()
    image = need("PIL.Image", "Drawing an explanation")
    image.fromarray(why.draw(_WHY_PX)).save(written, "PNG")
    return WhyAnswer(
        id=why.id,
        score=why.score,
        shares=why.shares,
        cosines=why.cosines,
        sentence=why.sentence,
        note=why.note,
        exact=why.exact,
        picture="data:image/png;base64," + base64.b64encode(written.getvalue()).decode(),
    )
