"""An index over HTTP: upload a picture, get those of similar style; add and delete.

Only what the index holds is ever served: thumbnails out of its store, no file. Uploads are bounded
in bytes and pixels before they are decoded, and pages of other sites are refused.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

from fastapi import (
    APIRouter,
    Depends,
    FastAPI,
    File,
    Form,
    HTTPException,
    Query,
    Request,
    UploadFile,
)
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from intertwine.base.errors import FileError, IntertwineError, OptionError
from intertwine.base.libraries import need
from intertwine.style import pictures
from intertwine.style.hits import Hit
from intertwine.style.index import StyleIndex
from intertwine.style.limits import Bounded, SameOrigin
from intertwine.style.why import Why

#: Seconds that a connection without a request is kept, and that Ctrl-C waits for answers.
KEEP_ALIVE_S, SHUTDOWN_S = 15, 5

#: More connections at once are answered by 503.
MOST_CONNECTIONS = 1000

MOST_HITS = 1000

LOOPBACK = ("127.0.0.1", "::1", "localhost")

_JPEG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}}

_BEARER = HTTPBearer(auto_error=False)

#: Uploaded pictures are kept in this folder of the index, so that it can be rebuilt.
UPLOADS = "pictures"

Weight = Annotated[float, Query(ge=0, le=1e6)]
FormWeight = Annotated[float, Form(ge=0, le=1e6)]


def _asked(
    shape: Weight = 1.0, colour: Weight = 0.0, texture: Weight = 0.0, detail: Weight = 0.0
) -> dict[str, Any]:
    return {"shape": shape, "colour": colour, "texture": texture, "detail": detail}


def _sent(
    shape: FormWeight = 1.0,
    colour: FormWeight = 0.0,
    texture: FormWeight = 0.0,
    detail: FormWeight = 0.0,
) -> dict[str, Any]:
    return {"shape": shape, "colour": colour, "texture": texture, "detail": detail}


#: Weights of the views, in an address or in a form.
AskedWeights = Annotated[dict[str, Any], Depends(_asked)]
SentWeights = Annotated[dict[str, Any], Depends(_sent)]


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


def create_app(index: StyleIndex, folder: Path | None = None, token: str | None = None) -> FastAPI:
    """Return the application over an index.

    Parameters
    ----------
    index : StyleIndex
    folder : Path, optional
        Where uploaded pictures are kept; None keeps their codes alone.
    token : str, optional
        What callers must send as ``Authorization: Bearer``. Without one only names of this machine
        are answered.
    """

    def checked(sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> None:
        if token is None:
            return
        if sent is None or not secrets.compare_digest(sent.credentials.encode(), token.encode()):
            raise HTTPException(401, "Send the token: Authorization: Bearer TOKEN.")

    app = FastAPI(title="Intertwine style search")
    app.add_middleware(Bounded)
    app.add_middleware(SameOrigin)
    if token is None:  # a foreign name that leads here is a page's way around its own site
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK, "[::1]"])
    routes = APIRouter(dependencies=[Depends(checked)])

    @app.exception_handler(IntertwineError)
    def refused(request: Request, error: IntertwineError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 400)

    def found(hits: list[Hit], request: Request) -> list[HitAnswer]:
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

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def page() -> str:  # open to all: it holds nothing of the index, and asks for the token
        return (Path(__file__).parent / "server_page.html").read_text(encoding="utf-8")

    @routes.get("/stats")
    def stats() -> StatsAnswer:
        """Describe the index."""
        known = index.stats
        return StatsAnswer(
            pictures=known.pictures,
            stale=known.stale,
            skipped=known.skipped,
            views=list(known.views),
            encoder=dict(known.encoder),
        )

    @routes.post("/search")
    def search(
        weights: SentWeights,
        request: Request,
        picture: Annotated[UploadFile, File()],
        count: Annotated[int, Form(ge=1, le=MOST_HITS)] = 10,
        where: Annotated[str, Form()] = "{}",
    ) -> list[HitAnswer]:
        """Find the pictures most like an uploaded one.

        `where` is JSON: `{"brand": "Acme", "size": ["S", "M"], "price": {"<": 50}}`.
        """
        image = pictures.read_picture(picture.file.read())
        hits = index.search(image, count=count, where=_json(where, "where"), **weights)
        return found(hits, request)

    @routes.get("/similar")
    def similar(
        weights: AskedWeights,
        request: Request,
        id: str,
        count: Annotated[int, Query(ge=1, le=MOST_HITS)] = 10,
        where: str = "{}",
    ) -> list[HitAnswer]:
        """Find the pictures most like one of the index."""
        known(id)
        hits = index.search(id=id, count=count, where=_json(where, "where"), **weights)
        return found(hits, request)

    @routes.post("/explain")
    def explain(
        weights: SentWeights,
        picture: Annotated[UploadFile, File()],
        id: Annotated[str, Form()],
    ) -> WhyAnswer:
        """Say why the picture `id` of the index is a hit for an uploaded one, and draw it."""
        known(id)
        image = pictures.read_picture(picture.file.read())
        return _why(index.explain(image, id, **weights))

    @routes.get("/explain")
    def explain_similar(
        weights: AskedWeights,
        id: str,
        hit: str,
    ) -> WhyAnswer:
        """Say why the picture `hit` of the index is a hit for its picture `id`, and draw it."""
        known(id)
        known(hit)
        return _why(index.explain(id=id, hit=hit, **weights))

    def known(id: str) -> None:
        if id not in index:
            raise HTTPException(404, "There is no such picture in the index.")

    @routes.get("/thumbnail", response_class=Response, responses=_JPEG)
    def thumbnail(id: str) -> Response:
        """Show a small picture of the index."""
        known(id)
        return Response(index[id].thumbnail, media_type="image/jpeg")

    @routes.post("/pictures")
    def add(
        picture: Annotated[UploadFile, File()],
        id: Annotated[str | None, Form(min_length=1, max_length=1000)] = None,
        metadata: Annotated[str, Form()] = "{}",
    ) -> AddedAnswer:
        """Add a picture, or replace the one of this id; `metadata` is a JSON object."""
        about = _json(metadata, "metadata")
        content = picture.file.read()
        image = pictures.read_picture(content)  # refused before anything is kept
        digest = hashlib.sha256(content).hexdigest()[:32]
        name = id or f"upload-{digest}"
        replaced = name in index
        if folder is None:
            index.add([image], [name], [about])
        else:
            kept = _keep(folder / UPLOADS, digest, Path(picture.filename or "").suffix, content)
            index.add([kept], [name], [about])
        return AddedAnswer(id=name, replaced=replaced)

    @routes.delete("/pictures")
    def remove(id: str) -> RemovedAnswer:
        """Forget a picture of the index."""
        known(id)
        return RemovedAnswer(removed=index.remove(id))

    app.include_router(routes)
    return app


def _why(why: Why) -> WhyAnswer:
    written = io.BytesIO()
    need("PIL.Image", "Drawing an explanation").fromarray(why.draw(240)).save(written, "PNG")
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


def _json(text: str, name: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise OptionError(f"`{name}` is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise OptionError(f"`{name}` must be a JSON object, such as " + '{"brand": "Acme"}.')
    return value


def _keep(folder: Path, digest: str, suffix: str, content: bytes) -> Path:
    from intertwine.base.atomic import atomic

    suffix = suffix.lower() if suffix.lower() in pictures.SUFFIXES else ".jpg"
    with suppress(FileExistsError):
        folder.mkdir()
    path = folder / f"{digest}{suffix}"
    with atomic(path) as file:
        file.write(content)
    return path


def serve(
    folder: Path, *, host: str = "127.0.0.1", port: int = 8000, token: str | None = None
) -> None:
    """Answer over HTTP until Ctrl-C.

    Raises
    ------
    OptionError
        Other machines could reach `host`, and there is no token.
    FileError
        The port is taken.
    """
    import socket

    import uvicorn

    if host not in LOOPBACK and not token:
        raise OptionError(
            f"--host {host} lets other machines in: set a token.\n"
            f"  --token {secrets.token_urlsafe(16)}"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise FileError(
            f"Cannot listen at {host}, port {port}: {error.strerror or error}.\n"
            f"  Pass another --port, or --port 0 for a free one."
        ) from error
    with StyleIndex(folder) as index, listening:
        print(f"http://{host}:{listening.getsockname()[1]}/   (/docs for programs; Ctrl-C ends)",
              flush=True)  # fmt: skip
        config = uvicorn.Config(
            create_app(index, folder, token), log_level="warning",
            timeout_keep_alive=KEEP_ALIVE_S, timeout_graceful_shutdown=SHUTDOWN_S,
            limit_concurrency=MOST_CONNECTIONS,
        )  # fmt: skip
        uvicorn.Server(config).run(sockets=[listening])
