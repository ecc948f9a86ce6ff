"""``intertwine index``: a folder of pictures becomes an index to search in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from intertwine.base.bars import steps
from intertwine.base.errors import FileError, OptionError, counted
from intertwine.cli.console import out as standard_out
from intertwine.cli.options import option, path, result
from intertwine.cli.search import named

if TYPE_CHECKING:
    from intertwine.style import Changes, Stats, StyleIndex
    from intertwine.style.metadata import Table

_index = partial(option, panel="Index")

Folder = Annotated[
    Path | None,
    typer.Argument(
        parser=path, metavar="[FOLDER]", help="Its pictures and those of its subfolders."
    ),
]
Out = Annotated[
    Path,
    result(
        "--out", "-o", metavar="INDEX", parser=path, text="The folder of the index; made if needed."
    ),
]
Wardrobe = Annotated[
    bool, _index("--wardrobe", text="Draw garments into INDEX/wardrobe and index those: a trial.")
]
Count = Annotated[int, _index("--count", "-n", text="With --wardrobe: how many garments.")]
Encoder = Annotated[
    str | None,
    _index(
        "--encoder",
        metavar="NAME",
        text="linear or pretrained. Default: the best one that is installed.",
    ),
]
Rebuild = Annotated[bool, _index("--rebuild", text="Fit the model anew and encode everything.")]
Duplicates = Annotated[bool, _index("--duplicates", text="Then list groups of near-copies.")]
Metadata = Annotated[
    Path | None,
    _index(
        "--metadata", metavar="FILE", parser=path,
        text="What is known of the pictures, to search by: .csv or .json. Its column path, file "
        "or id names them.",
    ),
]  # fmt: skip
FolderAs = Annotated[
    str | None,
    _index("--folder-as", metavar="NAME", text="Keep the subfolder of a picture as metadata NAME."),
]
Remove = Annotated[
    list[str] | None, _index("--remove", metavar="ID", text="Forget a picture; may be repeated.")
]


def index(
    folder: Folder = None,
    out: Out = Path("style-index"),
    wardrobe: Wardrobe = False,
    count: Count = 160,
    encoder: Encoder = None,
    rebuild: Rebuild = False,
    duplicates: Duplicates = False,
    metadata: Metadata = None,
    folder_as: FolderAs = None,
    remove: Remove = None,
) -> None:
    """Index a folder of pictures, to find those of similar shape, colour or texture.

    Run it again after the folder has changed: only new and changed pictures are encoded, renamed
    ones keep their codes, and those that are gone are forgotten. Files that are no pictures are
    listed and skipped. Ctrl-C keeps what is done, and the next run goes on from there.

    \b
    [bold]Examples[/]
      intertwine index --wardrobe
      intertwine index products/
      intertwine index products/ -o shop-index --encoder linear
      intertwine index products/ -o shop-index --metadata catalogue.csv
      intertwine index products/ -o shop-index --folder-as kind
      intertwine index products/ -o shop-index --rebuild
      intertwine index -o shop-index --duplicates
    """  # fmt: skip
    from intertwine.style import StyleIndex
    from intertwine.style.metadata import read_table
    from intertwine.style.wardrobe import write as write_wardrobe

    if folder is None and not (wardrobe or rebuild or duplicates or metadata or remove):
        raise OptionError(
            "Name a folder of pictures: intertwine index FOLDER -o INDEX\n"
            "  To try it on drawn garments: intertwine index --wardrobe"
        )
    if wardrobe:
        if folder is not None or count < 1:
            raise OptionError("--wardrobe draws at least one garment, and takes no FOLDER.")
        folder = out / "wardrobe"
    if folder_as is not None and folder is None:
        raise OptionError(f"--folder-as {folder_as} needs the FOLDER whose subfolders count.")
    if folder is None and not (out / "index.sqlite").is_file():
        raise FileError(f"There is no index {out}.\n  intertwine index FOLDER -o {out}")
    table = None if metadata is None else read_table(metadata)
    console = standard_out()
    with StyleIndex(out, encoder) as found, _kept(found), steps() as progress:
        if not rebuild:
            _check_encoder(found.stats, encoder)
        if remove:
            count = found.remove(*(named(found, id) for id in remove))
            console.print(f"{escape(str(out))}  {counted(count, 'picture')} removed")
        if folder is not None:
            if wardrobe:
                write_wardrobe(folder, count, progress=progress)
            changes = found.update(folder, progress=progress)
            _report(out, changes)
            if not len(found) and not changes.skipped:
                console.print(f"  There are no pictures in {folder}.", markup=False)
        if rebuild:
            changes = found.rebuild(encoder, progress=progress)
            _report(out, changes)
        if folder is not None and folder_as is not None:
            found.describe(_subfolders(found, folder.resolve(), folder_as))
        if table is not None:
            _describe(found, table, folder)
        console.print(_state(found.stats), markup=False, soft_wrap=True)
        if found.reason:
            console.print(found.reason, markup=False, soft_wrap=True)
        if duplicates:
            for group in found.duplicates(progress=progress):
                console.print("copies:  " + "  ".join(group), markup=False, soft_wrap=True)


@contextmanager
def _kept(index: StyleIndex) -> Iterator[None]:
    """Say after Ctrl-C what is there; the next run goes on."""
    try:
        yield
    except KeyboardInterrupt:
        text = f"{counted(len(index), 'picture')} kept; the next run goes on from there."
        standard_out().print(text, markup=False, soft_wrap=True)
        raise


def _report(out: Path, changes: Changes) -> None:
    console = standard_out()
    console.print(f"{out}  {changes}", markup=False, soft_wrap=True)
    for file in changes.skipped:
        named = file.reason if file.path in file.reason else f"{file.path}: {file.reason}"
        console.print(f"  skipped  {named}", markup=False, soft_wrap=True)


def _subfolders(index: StyleIndex, folder: Path, name: str) -> dict[str, dict[str, str]]:
    """The folder in which each picture lies, if it is one below `folder`, as metadata by id."""
    places = {id: Path(path).parent for id in index if (path := index[id].path)}
    return {id: {name: place.name} for id, place in places.items() if folder in place.parents}


def _describe(index: StyleIndex, table: Table, folder: Path | None) -> None:
    found, unknown = table.match([index[id] for id in index], folder)
    index.describe(found)
    console = standard_out()
    text = f"{table.path}  {counted(len(found), 'picture')} described"
    console.print(text, markup=False, soft_wrap=True)
    for name in unknown:
        console.print(f"  unknown  {name}: no picture of the index", markup=False, soft_wrap=True)


def _check_encoder(stats: Stats, wanted: str | None) -> None:
    """Refuse another encoder than the one that coded the index: codes of two do not compare."""
    used = stats.encoder.get("name")
    if wanted is not None and used not in (None, wanted):
        raise OptionError(
            f"The index is coded by {used}, not by {wanted}.\n"
            f"  Leave --encoder out, or pass --rebuild to encode everything by {wanted}."
        )


def _state(stats: Stats) -> str:
    text = f"{counted(stats.pictures, 'picture')} by {stats.encoder.get('name', 'no model')}"
    if stats.stale:
        text += f"; {stats.stale} wait to be encoded again: intertwine index --rebuild"
    return text
