"""`rotation`: which methods know a rotated picture, and how well.

Every method learns twice: from upright pictures, and from the same ones rotated by any angle. What
is measured of one is a file, written whole; a run that was interrupted goes on with what is left.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.atomic import atomic
from intertwine.base.checks import word
from intertwine.base.errors import FileError, OptionError, shown
from intertwine.files import datasets
from intertwine.learn.experiments.curves import Measured, tested
from intertwine.learn.experiments.methods import METHODS, Task
from intertwine.learn.experiments.report import write_results
from intertwine.learn.experiments.rotated import Split, any_angle

Array = NDArray[Any]

#: Called with what is being done, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]

#: What `data` may be -> the data set.
SETS = {"mnist": "mnist", "fashion": "fashion-mnist"}

TRAININGS = ("upright", "rotated")


@dataclass(frozen=True)
class Size:
    """How many pictures each part has, and how long nets train.

    Attributes
    ----------
    train, validation, test : pictures, drawn from all 70,000.
    upright : test pictures that are answered as they are.
    each_angle : test pictures that are rotated by each angle of the curve.
    step : degrees between the angles, unless others are named.
    epochs : of the nets.
    """

    train: int
    validation: int
    test: int
    upright: int
    each_angle: int
    step: int
    epochs: int


FULL = Size(10_000, 2_000, 50_000, 10_000, 2_000, 15, 30)
QUICK = Size(1_000, 500, 1_000, 500, 200, 45, 10)


def rotation(
    data: str = "mnist",
    out: str | Path = "rotation",
    *,
    methods: Sequence[str] | None = None,
    angles: Sequence[float] | None = None,
    size: Size = FULL,
    seed: int = 0,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> list[Measured]:
    """Measure methods on rotated pictures; write CSV, JSON, a plot and a report into `out`.

    Parameters
    ----------
    data : {"mnist", "fashion"}
    out : folder. What it holds of an earlier run with the same settings is not computed again.
    methods : names in `METHODS`. Default: all.
    angles : degrees counter-clockwise of the curve. Default: every `size.step` of the circle.
    size : how many pictures and epochs.
    seed : of the split, angles, weights and order.
    overwrite : forget what `out` holds of other settings.
    progress : called with what is being done, how much of it is done, and how much there is.

    Returns
    -------
    list of Measured
        Two for each method: "upright" and "rotated" training.

    Raises
    ------
    FileError
        The data set has not been fetched, or `out` cannot be written.
    OptionError
        A name is unknown, or `out` has results of other settings.
    """
    wanted = datasets.SETS[SETS[word("experiment rotation", "data", data, tuple(SETS))]]
    names = [
        word("experiment rotation", "methods", each, tuple(METHODS))
        for each in (METHODS if methods is None else dict.fromkeys(methods))
    ]
    degrees = tuple(
        float(each) for each in (range(0, 360, size.step) if angles is None else angles)
    )
    folder = Path(out)
    settings = {"data": wanted.name, "seed": seed, "angles": list(degrees), **asdict(size)}
    pictures = [datasets.load(wanted, part) for part in ("train", "test")]
    images, labels = (np.concatenate(each) for each in zip(*pictures, strict=True))
    _prepare(folder, settings, overwrite)
    split = Split.of(images, labels, size.train, size.validation, size.test, seed)
    found = []
    for training in TRAININGS:
        for name in names:
            path = folder / "measured" / f"{training}-{name}.json"
            if not path.exists():
                measured = _measured(
                    name, training, split, settings, degrees, size, folder, progress
                )
                _write(path, measured.as_card())
            found.append(Measured.of_card(json.loads(path.read_text(encoding="utf-8"))))
    write_results(folder, settings, found)
    return found


def _measured(
    name: str, training: str, split: Split, settings: dict[str, Any], angles: Sequence[float],
    size: Size, folder: Path, progress: Progress | None,
) -> Measured:  # fmt: skip
    """Let one method learn from one kind of pictures, and test it."""
    seed = settings["seed"]
    rotated = training == "rotated"

    def report(what: str) -> Callable[[int, int], None]:
        def said(done: int, total: int) -> None:
            if progress:
                progress(f"{name}, {training}: {what}", done, total)

        return said

    known = []
    for draw, (images, labels) in enumerate((split.train, split.validation)):
        known.append((any_angle(images, seed, draw) if rotated else images, labels))
    start = time.process_time()
    task = Task(
        known[0], known[1], rotated, size.epochs, seed, folder / "measured" / training,
        {key: settings[key] for key in ("data", "seed", "train", "validation")}, report("learns"),
    )  # fmt: skip
    classify, notes = METHODS[name].learn(task)
    spent = notes.pop("cpu_seconds", time.process_time() - start)
    results = tested(
        classify, split.test, angles, (size.upright, size.each_angle), seed, report("is tested")
    )
    return Measured(name, training, *results, spent, notes)


def _prepare(folder: Path, settings: dict[str, Any], overwrite: bool) -> None:
    """Make the folder, or check that what it holds was made with the same settings."""
    path = folder / "measured" / "settings.json"
    if overwrite:
        shutil.rmtree(folder / "measured", ignore_errors=True)
    elif path.exists():
        before = json.loads(path.read_text(encoding="utf-8"))
        differing = [key for key in settings if before.get(key) != settings[key]]
        if differing:
            lines = [
                f"  {key}: {shown(before.get(key))} there, {shown(settings[key])} here"
                for key in differing
            ]
            raise OptionError(
                f"experiment rotation: {folder} has results of other settings.\n"
                + "\n".join(lines)
                + "\n  Name another folder with -o, or replace them with --force."
            )
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            f"Cannot make the folder {path.parent}: {error.strerror}.\n"
            f"  Name another folder with -o."
        ) from error
    _write(path, settings)


def _write(path: Path, card: dict[str, Any]) -> None:
    with atomic(path) as file:
        file.write((json.dumps(card, indent=1) + "\n").encode())
