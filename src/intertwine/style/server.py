"""An index over HTTP: upload a picture, get those of similar style; add and delete.

Only what the index holds is ever served: thumbnails out of its store, no file. Uploads are bounded
in bytes and pixels before they are decoded, and pages of other sites are refused.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI

from intertwine.base.errors import FileError, OptionError
from intertwine.style.index import StyleIndex
from intertwine.style.limits import LOOPBACK, Bounded, OwnNames, SameOrigin
from intertwine.style.routes import asking, changing, showing
from intertwine.style.routes.refusals import DESCRIBED, answer_all_refusals
from intertwine.style.routes.served import Served, check_token

#: Seconds that a connection without a request is kept, and that Ctrl-C waits for answers.
KEEP_ALIVE_S, SHUTDOWN_S = 15, 5

#: More connections at once are answered by 503.
MOST_CONNECTIONS = 1000


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
    app = FastAPI(title="Intertwine style search")
    app.state.served = Served(index, folder, token)
    app.add_middleware(Bounded)
    app.add_middleware(SameOrigin)
    if token is None:  # a foreign name that leads here is a page's way around its own site
        app.add_middleware(OwnNames)
    answer_all_refusals(app)
    guarded = APIRouter(dependencies=[Depends(check_token)], responses=DESCRIBED)
    for part in (asking, showing, changing):
        guarded.include_router(part.routes)
    app.include_router(showing.open_routes)
    app.include_router(guarded)
    return app


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
