"""Where pictures to learn from and to be measured on come from, and how some are held back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import FileError, OptionError
from intertwine.learn.training.archives import labelled, read_idx_part, read_npz
from intertwine.learn.training.sources import Source, folder_source, part_folder

Array = NDArray[Any]


@dataclass(frozen=True)
class Parts:
    """Pictures to train with, and others to measure on, if there are any."""

    train: Source
    test: Source | None


def read_parts(source: Any, test: Any = None) -> Parts:
    """Find the parts of a folder, an archive or a pair of arrays; `test` is one more such.

    Raises
    ------
    FileError
        There is no such folder, or it has no sub-folders.
    """
    if test is not None:
        learned = read_parts(source).train
        return Parts(learned, _same_classes(learned, read_parts(test).train))
    if isinstance(source, tuple | list):
        if len(source) != 2:
            raise OptionError(
                f"train: `source` has {len(source)} parts.\n  Pass a folder, or (images, labels)."
            )
        return Parts(labelled(*source), None)
    path = Path(source)
    if path.suffix.lower() == ".npz":
        if not path.is_file():
            raise FileError(f"There is no file {path}.")
        found = [read_npz(path, part) for part in ("train", "test")]
    elif not path.is_dir():
        raise FileError(
            f"{path} is a file, not a folder of pictures or an .npz archive."
            if path.exists()
            else f"There is no folder {path}."
        )
    else:
        found = [read_idx_part(path, part) for part in ("train", "test")]
        if found[0] is None:
            found = _folders(path)
    train, test = found
    assert train is not None
    return Parts(train, None if test is None else _same_classes(train, test))


def split(labels: Array, fraction: float, seed: int) -> tuple[Array, Array]:
    """Return places to hold back and places to keep: `fraction` of each class, at least one.

    >>> held, kept = split(np.array([0] * 8 + [1] * 4), 0.25, 0)
    >>> np.bincount(np.array([0] * 8 + [1] * 4)[held]).tolist(), len(kept)
    ([2, 1], 9)
    """
    rng = np.random.default_rng(seed)
    is_held = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        places = rng.permutation(np.flatnonzero(labels == label))
        is_held[places[: max(1, round(fraction * len(places)))]] = True
    return np.flatnonzero(is_held), np.flatnonzero(~is_held)


def _folders(path: Path) -> list[Source | None]:
    train, test = (part_folder(path, part) for part in ("train", "test"))
    return [folder_source(train or path), folder_source(test) if test else None]


def _same_classes(train: Source, test: Source) -> Source:
    """The test pictures under the labels of the training pictures."""
    unknown = sorted(set(test.classes) - set(train.classes))
    if unknown:
        raise OptionError(
            f"train: the class {unknown[0]} of the test pictures is none of the "
            f"{len(train.classes)} classes trained on: {', '.join(train.classes[:8])}.\n"
            f"  Rename its folder, or move it elsewhere."
        )
    renumbered = np.array([train.classes.index(name) for name in test.classes])
    return replace(test, classes=train.classes, labels=renumbered[test.labels])
