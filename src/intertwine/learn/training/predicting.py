"""`predict`: what pictures show, by a trained model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from intertwine.base.errors import FileError, counted
from intertwine.learn.training.classifier import Classifier
from intertwine.learn.training.sources import read_all
from intertwine.style.pictures import SUFFIXES, read_picture

#: Files that are read and scored together.
_BATCH = 64


@dataclass(frozen=True)
class Prediction:
    """What a picture shows.

    Attributes
    ----------
    picture : its file, or its number among arrays.
    label : the likeliest class.
    probability : of that class, calibrated.
    probabilities : class -> probability, the likeliest first.
    """

    picture: str
    label: str
    probability: float
    probabilities: dict[str, float]


@dataclass(frozen=True)
class Predictions(Sequence[Prediction]):
    """Predictions in the order of the pictures, and the files that could not be read."""

    found: tuple[Prediction, ...]
    skipped: tuple[tuple[str, str], ...] = ()

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, place: Any) -> Any:
        return self.found[place]


def predict(
    model: Classifier | str | Path,
    pictures: Any,
    *,
    progress: Callable[[str, int, int], None] | None = None,
) -> Predictions:
    """Say which class each picture shows, with calibrated probabilities.

    Parameters
    ----------
    model : Classifier, or the folder of one
    pictures : path, array, or several of them
        Folders stand for all pictures in them. Files that cannot be read are listed in
        ``.skipped``. An array is one picture, (H, W) or (H, W, C).

    Raises
    ------
    FileError
        The model cannot be loaded, or there is not one picture that can be read.
    """
    classifier = model if isinstance(model, Classifier) else Classifier.load(model)
    several = list(pictures) if isinstance(pictures, list | tuple) else [pictures]
    items = [found for each in several for found in _items(each)]
    rest = iter(enumerate(items))
    predictions: list[Prediction] = []
    skipped: list[tuple[str, str]] = []
    done = 0
    while few := list(islice(rest, _BATCH)):
        named, arrays = _read(few, skipped)
        probabilities = classifier.probabilities(arrays)
        for name, row in zip(named, probabilities, strict=True):
            predictions.append(_prediction(name, classifier.classes, row))
        done += len(few)
        if progress:
            progress("predicting", done, len(items))
    if not predictions:
        first = f"\n  The first: {skipped[0][0]} {skipped[0][1]}" if skipped else ""
        raise FileError(
            f"None of {counted(len(items), 'picture')} can be read.{first}"
            if items
            else "There are no pictures to predict.\n  Name files, or a folder that has some."
        )
    return Predictions(tuple(predictions), tuple(skipped))


def _items(picture: Any) -> list[Any]:
    if not isinstance(picture, str | Path):
        return [picture]
    path = Path(picture)
    if not path.is_dir():
        return [path]
    return [
        each
        for each in sorted(path.rglob("*"))
        if each.suffix.lower() in SUFFIXES and each.is_file()
    ]


def _read(
    few: list[tuple[int, Any]], skipped: list[tuple[str, str]]
) -> tuple[list[str], list[Any]]:
    paths = [item for _, item in few if isinstance(item, Path)]
    contents = iter(read_all(paths))
    named, arrays = [], []
    for number, item in few:
        content = next(contents) if isinstance(item, Path) else read_picture(item)
        if isinstance(content, str):
            skipped.append((str(item), content))
            continue
        named.append(str(item) if isinstance(item, Path) else f"{number}")
        arrays.append(content)
    return named, arrays


def _prediction(name: str, classes: tuple[str, ...], row: Any) -> Prediction:
    order = np.argsort(-row, kind="stable")
    probabilities = {classes[place]: float(row[place]) for place in order}
    return Prediction(name, classes[order[0]], float(row[order[0]]), probabilities)
