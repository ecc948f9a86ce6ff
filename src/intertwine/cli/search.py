"""``intertwine search``: pictures of similar style, as a table, CSV, JSON or a page of pictures."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from intertwine.base.errors import FileError, OptionError
from intertwine.base.libraries import need
from intertwine.cli.options import Force, option, path, result, target
from intertwine.cli.report import Report
from intertwine.files import check_free

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
    _search("--where", metavar="NAME=VALUE", text="Only pictures with this metadata."),
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
      intertwine search --id products/dress.jpg --where brand=Acme
      intertwine search --index shop-index --serve
    """  # fmt: skip
    from intertwine.style import StyleIndex

    if not (index / "index.sqlite").is_file():
        raise FileError(f"There is no index {index}.\n  intertwine index FOLDER -o {index}")
    if serve:
        _run_server(index, host, port, token)
        return
    if bool(pictures) == (id is not None):
        raise OptionError("Name pictures to look for, or one of the index by --id.")
    page = out is not None and out.suffix.lower() == ".html"
    report = None if page else Report.to(out, form, force)
    if page and out is not None:
        check_free(out, force)
    weights = {"shape": shape, "colour": colour, "texture": texture, "detail": detail}
    options: dict[str, Any] = {"count": count, "where": _where(where), **weights}
    with StyleIndex(index) as found:
        if id is not None:
            names, answers = [id], [found.search(id=id, **options)]
        else:
            listed = list(pictures or ())
            names = [", ".join(map(str, listed))] if together else list(map(str, listed))
            answers = found.search(listed, together=together, **options)
            answers = [answers] if together else answers
        if report is None and out is not None:
            from intertwine.style.page import write_page

            write_page(out, found, list(zip(names, answers, strict=True)), weights)
            return
    rows = [_row(name, hit, len(answers) > 1) for name, hits in zip(names, answers, strict=True)
            for hit in hits]  # fmt: skip
    columns = ("picture", *COLUMNS) if len(answers) > 1 else COLUMNS
    assert report is not None
    report.write(columns, rows)


def _row(name: str, hit: Any, several: bool) -> dict[str, Any]:
    rate = hit.false_match_rate
    return {
        **({"picture": name} if several else {}),
        "score": hit.score,
        "false_match_rate": float("nan") if rate is None else rate,
        "id": hit.id,
    }


def _where(texts: list[str] | None) -> dict[str, Any] | None:
    if not texts:
        return None
    pairs = [text.partition("=") for text in texts]
    for name, equals, _ in pairs:
        if not (name and equals):
            raise OptionError(f"--where {name}: write NAME=VALUE, such as --where brand=Acme")
    return {name: value for name, _, value in pairs}


def _run_server(index: Path, host: str, port: int, token: str | None) -> None:
    need("fastapi", "Serving an index")
    need("uvicorn", "Serving an index")
    from intertwine.style.server import serve

    serve(index, host=host, port=port, token=token)
