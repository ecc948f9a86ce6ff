"""Adding pictures to a served index, and removing them."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile

from intertwine.base.atomic import atomic
from intertwine.style.pictures import SUFFIXES
from intertwine.style.routes.answers import AddedAnswer, RemovedAnswer
from intertwine.style.routes.served import Here, json_object, uploaded

routes = APIRouter()

#: Uploaded pictures are kept in this folder of the index, so that it can be rebuilt.
UPLOADS = "pictures"


@routes.post("/pictures")
def add(
    here: Here,
    picture: Annotated[UploadFile, File()],
    id: Annotated[str | None, Form(min_length=1, max_length=1000)] = None,
    metadata: Annotated[str, Form()] = "{}",
) -> AddedAnswer:
    """Add a picture, or replace the one of this id; `metadata` is a JSON object."""
    about = json_object(metadata, "metadata")
    content, image = uploaded(picture)  # refused before anything is kept
    digest = hashlib.sha256(content).hexdigest()[:32]
    name = id or f"upload-{digest}"
    replaced = name in here.index
    if here.folder is None:
        here.index.add([image], [name], [about])
    else:
        kept = _keep(here.folder / UPLOADS, digest, Path(picture.filename or "").suffix, content)
        here.index.add([kept], [name], [about])
    return AddedAnswer(id=name, replaced=replaced)


@routes.delete("/pictures")
def remove(here: Here, id: str) -> RemovedAnswer:
    """Forget a picture of the index."""
    return RemovedAnswer(removed=here.index.remove(here.known(id)))


def _keep(folder: Path, digest: str, suffix: str, content: bytes) -> Path:
    suffix = suffix.lower() if suffix.lower() in SUFFIXES else ".jpg"
    with suppress(FileExistsError):
        folder.mkdir()
    path = folder / f"{digest}{suffix}"
    with atomic(path) as file:
        file.write(content)
    return path
