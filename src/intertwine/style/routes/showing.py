"""The page to search from, thumbnails, the index in numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from intertwine.style.routes.answers import StatsAnswer
from intertwine.style.routes.served import Here

routes = APIRouter()

#: Open to all: the page holds nothing of the index, and asks for the token.
open_routes = APIRouter()

_PAGE = Path(__file__).parent.parent / "server_page.html"

_JPEG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}}


@open_routes.get("/", response_class=HTMLResponse, include_in_schema=False)
def page() -> str:
    """Show the page."""
    return _PAGE.read_text(encoding="utf-8")


@routes.get("/stats")
def stats(here: Here) -> StatsAnswer:
    """Describe the index."""
    known = here.index.stats
    return StatsAnswer(
        pictures=known.pictures,
        stale=known.stale,
        skipped=known.skipped,
        views=list(known.views),
        encoder=dict(known.encoder),
    )


@routes.get("/thumbnail", response_class=Response, responses=_JPEG)
def thumbnail(here: Here, id: str) -> Response:
    """Show a small picture of the index."""
    return Response(here.index[here.known(id)].thumbnail, media_type="image/jpeg")
