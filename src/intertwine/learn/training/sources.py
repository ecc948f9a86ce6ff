"""Pictures with labels before any is read: files by class, or arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import FileError, OptionError, counted
from intertwine.base.threads import resolve
from intertwine.style.pictures import SUFFIXES, read_picture

Array = NDArray[Any]

#: Files that are read together by several threads.
_BATCH = 64


@dataclass(frozen=True)
class Source:
    """Labelled pictures.

    Attributes
    ----------
    classes : the name of each class; labels index them.
    labels : (n,) int64
    pictures : n paths, or an array (n, H, W, C) uint8
    origin : where they come from, for messages.
    """

    classes: tuple[str, ...]
    labels: Array
    pictures: Sequence[Path] | Array
    origin: str

    @property
    def counts(self) -> dict[str, int]:
        """How many pictures each class has."""
        found = np.bincount(self.labels, minlength=len(self.classes))
        return dict(zip(self.classes, map(int, found), strict=True))

    def read(self) -> Iterator[Array | str]:
        """Each picture, uint8 (H, W, C), upright; or the reason why its file has none."""
        if isinstance(self.pictures, np.ndarray):
            yield from self.pictures
        else:
            yield from read_all(self.pictures)


def read_all(paths: Sequence[Path]) -> Iterator[Array | str]:
    """Each file's picture, uint8 (H, W, 3), upright; or the reason why it has none."""
    rest = iter(paths)
    with ThreadPoolExecutor(resolve(None)) as threads:
        while few := list(islice(rest, _BATCH)):
            yield from threads.map(_read, few)


def _read(path: Path) -> Array | str:
    if not path.exists():
        return "is not there."
    try:
        return read_picture(path)
    except FileError as error:
        return str(error).splitlines()[0].removeprefix(f"{path} ")
    except MemoryError:
        return "needs more memory than there is"


def folder_source(folder: Path) -> Source:
    """Return the pictures of a folder: each sub-folder is a class, its own sub-folders included.

    Raises
    ------
    FileError
        The folder has no sub-folders.
    """
    names = _subfolders(folder)
    if not names:
        found = sum(1 for _ in _files(folder))
        raise FileError(
            f"{folder} has no sub-folders and {counted(found, 'picture')}.\n"
            f"  Make a sub-folder for each class, such as {folder / 'coat'} and {folder / 'bag'}, "
            f"and move its pictures there."
        )
    paths: list[Path] = []
    labels: list[int] = []
    for label, name in enumerate(names):
        found_files = list(_files(folder / name))
        paths += found_files
        labels += [label] * len(found_files)
    return Source(tuple(names), np.array(labels, np.int64), paths, str(folder))


def part_folder(folder: Path, part: str) -> Path | None:
    """The sub-folder "train" or "test" of a folder that is divided so, if it is."""
    names = set(_subfolders(folder))
    is_divided = "train" in names and names <= {"train", "test"}
    return folder / part if is_divided and part in names else None


def check_classes(source: Source, least: int, what: str) -> None:
    """Refuse pictures that cannot be learned from: one class, or a class of less than `least`.

    Raises
    ------
    OptionError
        Naming the classes and how many pictures each has.
    """
    counts = source.counts
    if len(counts) < 2:
        name, count = next(iter(counts.items()), ("none", 0))
        raise OptionError(
            f"train: {source.origin} has {counted(len(counts), 'class', 'classes')}, {name} with "
            f"{counted(count, 'picture')}; training needs at least 2.\n"
            f"  Add a sub-folder of pictures that show something else."
        )
    short = {name: count for name, count in counts.items() if count < least}
    if short:
        listed = ", ".join(f"{name} {count}" for name, count in islice(short.items(), 8))
        raise OptionError(
            f"train: {counted(len(short), 'class has', 'classes have')} fewer than {least} {what} "
            f"in {source.origin}: {listed}.\n"
            f"  {_largest(counts)}\n"
            f"  Add pictures, or move the folder elsewhere."
        )


def _largest(counts: dict[str, int]) -> str:
    name, count = Counter(counts).most_common(1)[0]
    return f"The largest class, {name}, has {count}."


def _subfolders(folder: Path) -> list[str]:
    try:
        return sorted(
            each.name for each in folder.iterdir() if each.is_dir() and each.name[0] != "."
        )
    except OSError as error:
        raise FileError(f"Cannot read {folder}: {error.strerror}.") from error


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part[0] == "." for part in path.relative_to(folder).parts)
        if path.suffix.lower() in SUFFIXES and not hidden and path.is_file():
            yield path
