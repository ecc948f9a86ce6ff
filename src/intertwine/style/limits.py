"""What requests are refused before anything of them is decoded: large, slow and foreign ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from intertwine.base.errors import shown
from intertwine.style.routes.refusals import Refused, refusal

#: Names of this machine that no other one can reach.
LOOPBACK = ("127.0.0.1", "::1", "localhost")

#: Larger requests are refused before they are read.
MOST_BYTES = 20 << 20

#: A request whose body takes longer to arrive is given up.
MOST_S = 60.0

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Bounded:
    """Refuse requests that are too large, by what they say and by what they send, or too slow."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > MOST_BYTES:
            await refusal(413, _too_large())(scope, receive, send)
            return
        deadline = asyncio.get_running_loop().time() + MOST_S
        read, whole = 0, False

        async def bounded() -> MutableMapping[str, Any]:
            nonlocal read, whole
            if whole:  # what comes now is the end of the connection, whenever it ends
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise Refused(408, _too_slow()) from None
            read += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if read > MOST_BYTES:
                raise Refused(413, _too_large())
            return message

        await self._app(scope, bounded, send)


class SameOrigin:
    """Refuse requests that a browser makes for the page of another site.

    Without this any page that is open in a browser on this machine could add and delete pictures.
    """

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"]) if scope["type"] == "http" else {}
        origin, host = headers.get(b"origin"), headers.get(b"host", b"")
        if origin is not None and origin.partition(b"://")[2].lower() != host.lower():
            await refusal(403, _foreign_page())(scope, receive, send)
            return
        await self._app(scope, receive, send)


class OwnNames:
    """Refuse requests for another name than this machine's own, such as a site's own that leads
    here: its pages would be of the same origin."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
            if _name(host) not in LOOPBACK:
                await refusal(400, _foreign_name(host))(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _name(host: str) -> str:
    """The name in a Host header, without its port; of one that cannot be read, nothing."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _too_large() -> str:
    return (
        f"A request may have {MOST_BYTES:,} bytes at most.\n"
        f"  Send a smaller picture; 500 pixels a side are plenty."
    )


def _too_slow() -> str:
    return f"A request must arrive within {MOST_S:g} s.\n  Send a smaller picture."


def _foreign_page() -> str:
    return (
        "Pages of other sites may not ask this index.\n"
        "  Open the page of the index itself: its address without a path."
    )


def _foreign_name(host: str) -> str:
    return (
        f"{shown(host)} is not a name of this machine.\n"
        f"  Ask 127.0.0.1, or start the server with --host and --token."
    )
