"""Hits for a picture, and why they are hits."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Request, UploadFile

from intertwine.style.routes.answers import HitAnswer, WhyAnswer, hit_answers, why_answer
from intertwine.style.routes.served import (
    MOST_HITS,
    AskedWeights,
    Here,
    SentWeights,
    json_object,
    uploaded,
)

routes = APIRouter()


@routes.post("/search")
def search(
    here: Here,
    weights: SentWeights,
    request: Request,
    picture: Annotated[UploadFile, File()],
    count: Annotated[int, Form(ge=1, le=MOST_HITS)] = 10,
    where: Annotated[str, Form()] = "{}",
) -> list[HitAnswer]:
    """Find the pictures most like an uploaded one.

    `where` is JSON: `{"brand": "Acme", "size": ["S", "M"], "price": {"<": 50}}`.
    """
    _, image = uploaded(picture)
    narrowed = json_object(where, "where")
    return hit_answers(here.index.search(image, count=count, where=narrowed, **weights), request)


@routes.get("/similar")
def similar(
    here: Here,
    weights: AskedWeights,
    request: Request,
    id: str,
    count: Annotated[int, Query(ge=1, le=MOST_HITS)] = 10,
    where: str = "{}",
) -> list[HitAnswer]:
    """Find the pictures most like one of the index."""
    narrowed = json_object(where, "where")
    hits = here.index.search(id=here.known(id), count=count, where=narrowed, **weights)
    return hit_answers(hits, request)


@routes.post("/explain")
def explain(
    here: Here,
    weights: SentWeights,
    picture: Annotated[UploadFile, File()],
    id: Annotated[str, Form()],
) -> WhyAnswer:
    """Say why the picture `id` of the index is a hit for an uploaded one, and draw it."""
    known = here.known(id)
    _, image = uploaded(picture)
    return why_answer(here.index.explain(image, known, **weights))


@routes.get("/explain")
def explain_similar(here: Here, weights: AskedWeights, id: str, hit: str) -> WhyAnswer:
    """Say why the picture `hit` of the index is a hit for its picture `id`, and draw it."""
    return why_answer(here.index.explain(id=here.known(id), hit=here.known(hit), **weights))
