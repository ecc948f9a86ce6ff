"""``intertwine search``: pictures of similar style, as a table, CSV, JSON or a page of pictures."""

from __future__ import annotations

import math
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from intertwine.base.bars import steps
from intertwine.base.errors import FileError, OptionError
from intertwine.base.libraries import need
from intertwine.cli.console import out as standard_out
from intertwine.cli.options import Force, option, path, result, target
from intertwine.cli.report import Report
from intertwine.files import check_free

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intertwine.style import StyleIndex, why
    from intertwine.style.hits import Hit
    from intertwine.style.indexing import Progress
    from intertwine.style.page import Answer

_search = partial(option, panel="Search")
_serve = partial(option, panel="Server")

COLUMNS = ("score", "false_match_rate", "id")

Pictures = Annotated[
    list[Path] | None,
    typer.Argument(parser=path, metavar="[PICTURE]...", help="What to look for."),
]
Index = Annotated[
    Path,
    _search("--index", "-i", metavar="INDEX", parser=path, text="As intertwine index made it."),
]
Id = Annotated[str | None, _search("--id", metavar="ID", text="A picture of the index instead.")]
Count = Annotated[int, _search("--count", "-n", text="Show at most so many.")]
Shape = Annotated[float, _search("--shape", text="Weight of the cut: outline and seams.")]
Colour = Annotated[float, _search("--colour", text="Weight of the colours.")]
Texture = Annotated[float, _search("--texture", text="Weight of pattern and weave.")]
Detail = Annotated[float, _search("--detail", text="Weight of small parts, such as buttons.")]
Where = Annotated[
    list[str] | None,
    _search(
        "--where", metavar="NAME=VALUE",
        text="Only pictures with this metadata; or != < <= > >= a VALUE. One NAME=VALUE after "
        "another of the same NAME: any of them.",
    ),
]  # fmt: skip
Why = Annotated[
    bool | None,
    result(
        "--why/--no-why",
        text="Tell where each hit agrees: drawn on a page, where it is the default; a sentence "
        "elsewhere.",
    ),
]
Together = Annotated[bool, _search("--together", text="All PICTUREs describe one wish.")]
Form = Annotated[
    str | None,
    result("--format", metavar="WORD", text="table, csv or json. Default: as -o, or table."),
]
Out = Annotated[Path | None, target("Hits as .csv, .json, or a page of pictures as .html.")]
Serve = Annotated[bool, _serve("--serve", text="Answer over HTTP until Ctrl-C; see /docs there.")]
Host = Annotated[str, _serve("--host", text="Other addresses than 127.0.0.1 need --token.")]
Port = Annotated[int, _serve("--port", text="0 takes a free one.")]
Token = Annotated[
    str | None,
    _serve("--token", text="Callers must send it: Authorization: Bearer TOKEN."),
]


def search(
    pictures: Pictures = None,
    index: Index = Path("style-index"),
    id: Id = None,
    count: Count = 10,
    shape: Shape = 1.0,
    colour: Colour = 0.0,
    texture: Texture = 0.0,
    detail: Detail = 0.0,
    where: Where = None,
    together: Together = False,
    form: Form = None,
    out: Out = None,
    why: Why = None,
    force: Force = False,
    serve: Serve = False,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    token: Token = None,
) -> None:
    """Find pictures of similar style in an index.

    The score is the cosine of codes, 1 for the same picture. The false-match rate is the
    probability that two random pictures of the index score as much.

    \b
    [bold]Examples[/]
      intertwine search dress.jpg --index shop-index
      intertwine search dress.jpg --index shop-index --colour 0.5 -o similar.html
      intertwine search coat.jpg cape.jpg --together --format json
      intertwine search --id products/dress.jpg --where 'price<50'
      intertwine search dress.jpg --index shop-index --why
      intertwine search --index shop-index --serve
    """  # fmt: skip
    if not (index / "index.sqlite").is_file():
        raise FileError(f"There is no index {index}.\n  intertwine index FOLDER -o {index}")
    from intertwine.style import StyleIndex

    if serve:
        _run_server(index, host, port, token)
        return
    if bool(pictures) == (id is not None):
        raise OptionError("Name pictures to look for, or one of the index by --id.")
    page = out is not None and out.suffix.lower() == ".html"
    report = None if page else Report.to(out, form, force, also=".html")
    if page and out is not None:
        if form is not None:
            raise OptionError(f"--format {form} does not fit {out}.\n  Leave one of them out.")
        check_free(out, force)
    weights = {"shape": shape, "colour": colour, "texture": texture, "detail": detail}
    explained = why if why is not None else page
    with StyleIndex(index) as found, steps() as progress:
        if id is not None:
            id = named(found, id)
        answers = _answers(
            found, list(map(str, pictures or ())), id, together, explained, progress,
            {"count": count, "where": conditions(where), **weights},
        )  # fmt: skip
        if report is None and out is not None:
            from intertwine.style.page import write_page

            write_page(out, found, answers, weights)
            standard_out().print(f"{out}  {_found(answers)} found", markup=False, soft_wrap=True)
            return
    assert report is not None
    several = len(answers) > 1
    columns = [*(["picture"] if several else []), *COLUMNS, *(["why"] if explained else [])]
    rows = [row for answer in answers for row in _rows(answer, several, report.form == "json")]
    report.write(columns, rows, _about_rates(answers))


def _about_rates(answers: Sequence[Answer]) -> list[str]:
    """Say so where a rate is the least that the index can tell, or where it can tell none."""
    hits = [hit for answer in answers for hit in answer.hits]
    rates = [hit.false_match_rate for hit in hits if hit.false_match_is_least]
    if rates:
        return [
            f"A false match rate of {rates[0]:.2g} means at most that: the index tells no smaller "
            f"one."
        ]
    if any(hit.false_match_rate is None for hit in hits):
        from intertwine.style.false_matches import LEAST_PICTURES

        return [f"False match rates need an index of at least {LEAST_PICTURES} pictures."]
    return []


def named(index: StyleIndex, text: str) -> str:
    """The id that a caller means: as it stands, or as a path from the folder at hand."""
    whole = str(Path(text).resolve())
    return whole if text not in index and whole in index else text


def _answers(
    index: StyleIndex,
    pictures: list[str],
    id: str | None,
    together: bool,
    explained: bool,
    progress: Progress,
    options: dict[str, Any],
) -> list[Answer]:
    from intertwine.style.page import Answer

    if id is not None:
        hits = index.search(id=id, **options)
        whys = index.explain(id=id, hit=hits, progress=progress) if explained else ()
        return [Answer((id,), hits, whys)]
    found = []
    for asked in [pictures] if together else [[each] for each in pictures]:
        hits = index.search(asked, together=True, **options)
        whys = ()
        if explained:
            whys = index.explain(asked, hits, together=True, progress=progress)
        found.append(Answer(tuple(asked), hits, whys))
    return found


def _rows(answer: Answer, several: bool, whole: bool) -> list[dict[str, Any]]:
    """One row a hit; `whole` ones hold what a table has no place for."""
    whys: Sequence[why.Why | None] = answer.whys or [None] * len(answer.hits)
    return [
        {
            **({"picture": ", ".join(answer.names)} if several else {}),
            "score": hit.score,
            "false_match_rate": math.nan if hit.false_match_rate is None else hit.false_match_rate,
            "id": hit.id,
            **(_whole(hit) if whole else {}),
            **({"why": f"{why.sentence} {why.note}".rstrip()} if why else {}),
        }
        for hit, why in zip(answer.hits, whys, strict=True)
    ]


def _whole(hit: Hit) -> dict[str, Any]:
    """What a program gets beside a table's columns."""
    return {
        "false_match_is_least": hit.false_match_is_least,
        "path": hit.path,
        "metadata": hit.metadata,
        "shares": hit.shares,
    }


def conditions(texts: list[str] | None) -> dict[str, Any] | None:
    """What `--where` says, as the library takes it.

    On a command line types do not show: 7 means the number and the text.

    >>> conditions(["size=S", "size=M", "price>=10", "new=true"])
    {'size': {'=': ['S', 'M']}, 'price': {'>=': 10}, 'new': {'=': ['true', True]}}
    """
    found: dict[str, dict[str, Any]] = {}
    for text in texts or []:
        parts = _CONDITION.fullmatch(text)
        if parts is None:
            raise OptionError(
                f"--where {text}: write NAME=VALUE, such as --where brand=Acme\n"
                f"  Or compare with a number: --where 'price<50'"
            )
        name, sign, value = parts.groups()
        signs = found.setdefault(name, {})
        if sign in ("=", "!="):
            signs.setdefault(sign, []).extend(_readings(value))
        elif not value:
            raise OptionError(f"--where {text}: {name}{sign} compares with nothing.")
        elif sign in signs:
            raise OptionError(f"--where {text}: {name}{sign} is there already.")
        else:
            signs[sign] = _readings(value)[-1]
    return found or None


#: The longer signs first: `<=` is not `<` and a value that begins with `=`.
_CONDITION = re.compile(r"(.+?)(!=|<=|>=|=|<|>)(.*)", re.DOTALL)


def _readings(text: str) -> list[str | int | float | bool]:
    """What a value may mean: the text, and the number or truth value that it spells."""
    if text.lower() in ("true", "false"):
        return [text, text.lower() == "true"]
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        if math.isfinite(value):
            return [text, value]
    return [text]


def _found(answers: list[Answer]) -> int:
    return sum(len(answer.hits) for answer in answers)


def _run_server(index: Path, host: str, port: int, token: str | None) -> None:
    need("fastapi", "Serving an index")
    need("uvicorn", "Serving an index")
    from intertwine.style.server import serve

    serve(index, host=host, port=port, token=token)
