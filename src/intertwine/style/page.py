"""One HTML page of search results that needs no other file: the pictures are in it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

from intertwine.base.atomic import atomic
from intertwine.base.libraries import need
from intertwine.style.hits import Hit
from intertwine.style.index import StyleIndex
from intertwine.style.pictures import read_picture, thumbnail

_TEMPLATE = "page.html.j2"


def write_page(
    path: Path,
    index: StyleIndex,
    answers: Sequence[tuple[str, Sequence[Hit]]],
    weights: Mapping[str, float],
) -> None:
    """Write each question, a picture's path or an id of the index, with its hits."""
    jinja2 = need("jinja2", "Pages of results")
    template = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True
    ).from_string((Path(__file__).parent / _TEMPLATE).read_text(encoding="utf-8"))
    text = template.render(
        weights={view: weight for view, weight in weights.items() if weight},
        pictures=len(index),
        answers=[
            {
                "name": name,
                "image": _embedded(_asked(index, name)),
                "hits": [(hit, _embedded(index[hit.id].thumbnail)) for hit in hits],
            }
            for name, hits in answers
        ],
    )
    with atomic(path) as file:
        file.write(text.encode())


def _asked(index: StyleIndex, name: str) -> bytes:
    """A small picture of the question; of several that are one wish the first stands for all."""
    return index[name].thumbnail if name in index else thumbnail(read_picture(name.split(", ")[0]))


def _embedded(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
