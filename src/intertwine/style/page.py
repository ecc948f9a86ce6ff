"""One HTML page of search results that needs no other file: the pictures are in it."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from intertwine.base.atomic import atomic
from intertwine.base.checks import Array
from intertwine.base.libraries import need
from intertwine.style.hits import Hit
from intertwine.style.index import StyleIndex
from intertwine.style.pictures import read_picture, thumbnail
from intertwine.style.why import Why

_TEMPLATE = "page.html.j2"

#: The height of an explanation; a page of ten hits stays below 200 kB.
_WHY_PX = 140


@dataclass(frozen=True)
class Answer:
    """A question, its hits, and why each of them was found, if that was asked.

    Attributes
    ----------
    names : tuple of str     Paths of what was asked with, or an id of the index.
    """

    names: tuple[str, ...]
    hits: Sequence[Hit]
    whys: Sequence[Why] = ()


def write_page(
    path: Path, index: StyleIndex, answers: Sequence[Answer], weights: Mapping[str, float]
) -> None:
    """Write each question with its hits."""
    jinja2 = need("jinja2", "Pages of results")
    template = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True
    ).from_string((Path(__file__).parent / _TEMPLATE).read_text(encoding="utf-8"))
    text = template.render(
        weights={view: weight for view, weight in weights.items() if weight},
        pictures=len(index),
        explained=any(answer.whys for answer in answers),
        answers=[_shown(index, answer) for answer in answers],
    )
    with atomic(path) as file:
        file.write(text.encode())


def _shown(index: StyleIndex, answer: Answer) -> dict[str, Any]:
    first = answer.names[0]
    image = index[first].thumbnail if first in index else thumbnail(read_picture(first))
    whys: Sequence[Why | None] = answer.whys or [None] * len(answer.hits)
    return {
        "name": ", ".join(answer.names),
        "short": ", ".join(PurePath(name).name for name in answer.names),
        "image": _embedded(image),
        "hits": [_hit(index, hit, why) for hit, why in zip(answer.hits, whys, strict=True)],
    }


def _hit(index: StyleIndex, hit: Hit, why: Why | None) -> dict[str, Any]:
    return {
        "hit": hit,
        "short": PurePath(hit.id).name,
        "link": Path(hit.path).as_uri() if hit.path else "",
        "image": _embedded(index[hit.id].thumbnail),
        "chance": chance(hit.false_match_rate, hit.false_match_is_least),
        "why": why,
        "drawing": "" if why is None else _embedded(_jpeg(why.draw(_WHY_PX))),
    }


def chance(rate: float | None, least: bool = False) -> str:
    """A false-match rate in words: ``1 in 240``, or ``38 in 100`` where it is common.

    The least that an index can tell is ``at most 1 in 36,364``.
    """
    if rate is None:
        return ""
    words = f"{100 * rate:.0f} in 100" if rate > 0.1 else f"1 in {1 / rate:,.0f}"
    return f"at most {words}" if least else words


def _jpeg(picture: Array) -> bytes:
    written = io.BytesIO()
    need("PIL.Image", "Pages of results").fromarray(picture).save(written, "JPEG", quality=80)
    return written.getvalue()


def _embedded(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
