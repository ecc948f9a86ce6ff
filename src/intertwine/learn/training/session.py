"""`train`: from a folder of pictures to a model that is calibrated, measured and saved."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from intertwine.base.checks import flag, integer, number, word
from intertwine.base.errors import FileError, OptionError, counted
from intertwine.learn.training import checkpoint
from intertwine.learn.training.augmentation import Augmentation
from intertwine.learn.training.classifier import (
    CARD,
    MODEL,
    Classifier,
    make,
)
from intertwine.learn.training.loop import (
    DTYPES,
    Settings,
    Training,
    Watcher,
    steps_an_epoch,
)
from intertwine.learn.training.material import LEAST, Material, read_material
from intertwine.learn.training.measuring import finished
from intertwine.learn.training.nets import PRESETS, NetMaker, build
from intertwine.learn.training.parts import read_parts
from intertwine.learn.training.scorers import NetScorer
from intertwine.learn.training.sources import check_classes
from intertwine.learn.training.squares import Progress, check_side

#: How often pictures are seen. Few of them are seen more often, until there are `STEPS` steps, but
#: at most `MOST_EPOCHS` times.
EPOCHS, STEPS, MOST_EPOCHS = 40, 4000, 200

#: Pictures a step for many pictures, and how few they may be for few.
BATCH, LEAST_BATCH = 128, 8

#: Few pictures make at least so many steps an epoch, as far as `LEAST_BATCH` goes.
STEPS_AN_EPOCH = 32


def train(
    source: Any,
    out: str | Path | None = None,
    *,
    test: Any = None,
    preset: str = "small",
    epochs: int | None = None,
    seed: int = 0,
    side: int | None = None,
    validation: float = 0.1,
    patience: int | None = None,
    learning_rate: float = 0.1,
    flip: bool = True,
    net: NetMaker | None = None,
    encoder: Any = None,
    dtype: str = "float32",
    threads: int | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    watch: Watcher | None = None,
    checkpoint_every_s: float = 60.0,
) -> Classifier:
    """Train a classifier of pictures; with `out`, save it, and go on where an interruption was.

    Parameters
    ----------
    source : path or (images, labels)
        A folder with a sub-folder of pictures for each class; a folder divided so into ``train``
        and ``test``; a folder of IDX files; an ``.npz`` archive; or uint8 images (n, H, W) or
        (n, H, W, 1 or 3) with n labels.
    out : path, optional
        The folder of the model. While it trains, a checkpoint is kept there: the same call goes on
        from it, and ends with the same weights to the bit.
    test : path or (images, labels), optional
        Pictures to measure on, instead of those that `source` has under ``test``.
    preset : {"small", "large"}
        The net; see `intertwine.learn.training.nets`.
    epochs : int, optional
        How often each picture is seen. None: 40, more if there are few pictures.
    seed : int
        Of weights, validation split, order and augmentation.
    side : int, optional
        Pictures become squares of so many pixels. None: their own side, photos 64.
    validation : float
        The fraction of each class that is held back to choose the best epoch, and to calibrate.
    patience : int, optional
        Stop after so many epochs without a lower validation loss. None: a third of all.
    learning_rate : float
        Its peak for steps of 128 pictures; smaller steps take a fraction of it.
    flip : bool
        Mirror half of the pictures while training, and average with the mirror image when
        predicting. Not for letters and digits.
    net : callable, optional
        Makes another net from the number of channels and of classes, instead of `preset`.
    encoder : NetworkSource, str or None
        Train only a dense layer on the features of a network that others trained.
    dtype : {"float32", "bfloat16"}
        Of convolutions while the net learns. bfloat16 saves a third of the time or more where
        the processor multiplies it (Intel's AMX), and takes longer elsewhere.
    threads : int, optional
        Of torch. The bits of the weights depend on it.
    overwrite : bool
        Replace a model, and start anew instead of going on.
    progress, watch : callables
        Called with what is read, and with each step's `Moment`.

    Returns
    -------
    Classifier

    Raises
    ------
    OptionError
        One class, a class with too few pictures, an option out of range, a checkpoint of another
        training.
    FileError
        Nothing can be read, or the model cannot be written.
    """
    word("train", "preset", preset, tuple(PRESETS))
    asked = _asked(epochs, seed, patience, learning_rate, flip, dtype)
    check_side(side)
    number("train", "validation", validation, lambda v: 0 < v <= 0.5, "above 0 and at most 0.5")
    folder = None if out is None else Path(out)
    if folder is not None:
        _check_free(folder, overwrite)
    parts = read_parts(source, test)
    check_classes(parts.train, LEAST, "pictures")
    with _threads(threads):
        if encoder is not None:
            from intertwine.learn.training.probe import train_probe

            found = train_probe(parts, encoder, seed, progress)
        else:
            material = read_material(parts, side, validation, seed, progress)
            made = _seeded(preset, net, material, seed)
            chosen = _settings(asked, len(material.train.labels))
            training = Training(made, chosen)
            about = _about(material, None if net else preset, chosen)
            _run(training, material, folder, about, watch, checkpoint_every_s)
            found = _finished(training, material, None if net else preset)
    if folder is not None:
        found.save(folder, overwrite=True)  # `_check_free` refused a model that may not go
        checkpoint.remove(folder)
    return found


def _asked(
    epochs: int | None, seed: int, patience: int | None, rate: float, flip: bool, dtype: str
) -> dict[str, Any]:
    """What was asked for, checked before anything is read."""
    return {
        "epochs": None if epochs is None else integer("train", "epochs", epochs, 1),
        "patience": None if patience is None else integer("train", "patience", patience, 1),
        "seed": integer("train", "seed", seed, 0),
        "learning_rate": number(
            "train", "learning_rate", rate, lambda v: 0 < v < 1e3, "above 0 and below 1000"
        ),
        "dtype": word("train", "dtype", dtype, DTYPES),
        "augmentation": Augmentation(flip=flag("train", "flip", flip)),
    }


def _settings(asked: dict[str, Any], count: int) -> Settings:
    """What was asked for, and the rest by the number of pictures to learn from."""
    batch = min(BATCH, count, max(LEAST_BATCH, count // STEPS_AN_EPOCH))
    epochs = asked["epochs"]
    if epochs is None:
        enough = -(-STEPS // steps_an_epoch(count, batch))
        epochs = max(EPOCHS, min(enough, MOST_EPOCHS))
    return Settings(
        **asked
        | {
            "batch": batch,
            "epochs": epochs,
            "patience": asked["patience"] or -(-epochs // 3),
            "learning_rate": asked["learning_rate"] * batch / BATCH,
        }
    )


def _seeded(preset: str, net: NetMaker | None, material: Material, seed: int) -> nn.Module:
    """The net with weights drawn from the seed; torch's generator stays as the caller had it."""
    numbers = material.preprocessing.channels, len(material.train.classes)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return net(*numbers) if net else build(preset, *numbers)


def _about(material: Material, preset: str | None, settings: Settings) -> dict[str, Any]:
    """What must be equal for an interrupted training to go on."""
    return {
        "pictures": material.fingerprint,
        "training pictures": len(material.train.labels),
        "preprocessing": material.preprocessing.as_card(),
        "net": preset or "own",
        "threads": torch.get_num_threads(),
        **settings.as_card(),
    }


def _run(
    training: Training,
    material: Material,
    folder: Path | None,
    about: dict[str, Any],
    watch: Watcher | None,
    every_s: float,
) -> None:
    keep = None
    if folder is not None:
        make(folder)
        checkpoint.restore(folder, training, about)

        def keep() -> None:
            checkpoint.save(folder, training, about)

    training.run(
        material.tensors(material.train),
        material.tensors(material.validation),
        watch,
        keep,
        every_s,
    )


def _finished(training: Training, material: Material, preset: str | None) -> Classifier:
    """The trained net, calibrated on the validation part and measured."""
    flip = training.settings.augmentation.flip
    scorer = NetScorer(training.net, material.preprocessing, preset, flip)
    parts = {"validation": material.validation}
    if material.test is not None:
        parts["test"] = material.test
    logits = {name: (scorer.logits_of(each.images), each.labels) for name, each in parts.items()}
    return finished(
        scorer,
        material.train.classes,
        logits,
        fingerprint=material.fingerprint,
        trained=len(material.train.labels),
        skipped=material.skipped,
        settings=training.settings.as_card(),
        spent=(training.seconds, training.cpu_seconds),
        more={"epochs": [vars(each) for each in training.epochs]},
    )


def _check_free(folder: Path, overwrite: bool) -> None:
    """Refuse a folder that has a model already, or other files."""
    if overwrite:
        checkpoint.remove(folder)
    elif (folder / CARD).exists() and not (folder / checkpoint.NAME).exists():
        raise FileError(
            f"{folder} has a model already.\n  Pass --force (overwrite=True) to train another in "
            f"its place, or name another folder."
        )
    elif folder.is_dir() and not (folder / checkpoint.NAME).exists():
        others = [each.name for each in folder.iterdir() if not each.name.startswith(".")]
        if set(others) - {MODEL, CARD}:
            raise FileError(
                f"{folder} has {counted(len(others), 'file')} and no checkpoint, such as "
                f"{sorted(others)[0]}.\n  Name a new folder for the model."
            )
    if folder.exists() and not folder.is_dir():
        raise OptionError(f"train: {folder} is a file.\n  Name a folder for the model.")
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not os.access(there, os.W_OK):
        raise FileError(
            f"Cannot write {folder}: {there} is read-only for you.\n  Name another folder with -o "
            f"(out=)."
        )


@contextmanager
def _threads(threads: int | None) -> Iterator[None]:
    """Let torch use so many threads, and as many as before afterwards."""
    before = torch.get_num_threads()
    if threads is not None:
        torch.set_num_threads(integer("train", "threads", threads, 1))
    try:
        yield
    finally:
        torch.set_num_threads(before)
