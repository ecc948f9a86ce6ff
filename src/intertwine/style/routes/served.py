"""The index that a request is about, who may ask it, and what requests have in common."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Form, Query, Request, UploadFile
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from intertwine.base.checks import Array
from intertwine.base.errors import FileError, OptionError, shown
from intertwine.style.index import StyleIndex
from intertwine.style.pictures import read_picture
from intertwine.style.routes.refusals import Refused

MOST_HITS = 1000


@dataclass(frozen=True)
class Served:
    """What an application answers from: an index, a folder for uploads or None, a token or None."""

    index: StyleIndex
    folder: Path | None
    token: str | None

    def known(self, id: str) -> str:
        """Return `id`, which a picture of the index has."""
        if id not in self.index:
            raise Refused(
                404,
                f"There is no picture {shown(id)} in the index.\n"
                f"  POST /search names those like a picture of yours.",
            )
        return id


def _served(request: Request) -> Served:
    served: Served = request.app.state.served
    return served


#: The index that a request is about.
Here = Annotated[Served, Depends(_served)]

_BEARER = HTTPBearer(auto_error=False)


def check_token(
    here: Here, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> None:
    """Refuse who does not send the token, if there is one."""
    if here.token is None:
        return
    given = b"" if sent is None else sent.credentials.encode()
    if not secrets.compare_digest(given, here.token.encode()):
        what = "There is no token in the request." if sent is None else "The token is not this one."
        raise Refused(
            401,
            f"{what}\n  Send the header Authorization: Bearer TOKEN.",
            {"WWW-Authenticate": "Bearer"},
        )


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


def uploaded(picture: UploadFile) -> tuple[bytes, Array]:
    """Return the bytes of an uploaded file, and the picture in it."""
    content = picture.file.read()
    try:
        return content, read_picture(content)
    except FileError as error:
        text = str(error).replace("the picture", "The picture", 1)
        step = "" if "\n" in text else "\n  Send a JPEG, PNG, WebP, TIFF, AVIF or HEIC picture."
        raise FileError(text + step) from error


def json_object(text: str, name: str) -> dict[str, Any]:
    """Return the object that a field spells as JSON."""
    example = f"""  For example: {name}={{"brand": "Acme"}}"""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise OptionError(f"`{name}` is not JSON: {error}.\n{example}") from error
    if not isinstance(value, dict):
        raise OptionError(f"`{name}` must be a JSON object, not {shown(value)}.\n{example}")
    return value
