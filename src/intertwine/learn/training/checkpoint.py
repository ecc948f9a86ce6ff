"""A training on disk: one safetensors file, whole or not there, that holds all of its state.

The numbers that are no tensors stand in the file's header as JSON, whose floats return to the bit.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from torch import Tensor

from intertwine.base.atomic import atomic
from intertwine.base.errors import FileError, OptionError, shown
from intertwine.base.libraries import need
from intertwine.learn.training.loop import Epoch, Training

NAME = "checkpoint.safetensors"

#: Goes up when older versions cannot read what this one writes.
_FORMAT = 1


def save(folder: Path, training: Training, about: dict[str, Any]) -> None:
    """Write a training; `about` says what must be equal for it to go on."""
    write = need("safetensors.torch", "Keeping a training").save
    tensors = {f"net.{k}": v for k, v in training.net.state_dict().items()}
    tensors |= {f"best.{k}": v for k, v in training.best.items()}
    for place, state in training.optimizer.state_dict()["state"].items():
        tensors[f"momentum.{place}"] = state["momentum_buffer"]
    numbers = {
        "format": _FORMAT,
        "about": about,
        "step": training.step,
        "sums": training.sums,
        "epochs": [asdict(each) for each in training.epochs],
        "seconds": training.seconds,
        "cpu_seconds": training.cpu_seconds,
    }
    plain = {name: each.detach().contiguous() for name, each in tensors.items()}
    with atomic(folder / NAME) as file:
        file.write(write(plain, {"training": json.dumps(numbers)}))


def restore(folder: Path, training: Training, about: dict[str, Any]) -> bool:
    """Put a training where its checkpoint was; False when there is none.

    Raises
    ------
    FileError
        The checkpoint is damaged.
    OptionError
        It is of other pictures, another net or other settings.
    """
    sweep(folder)
    path = folder / NAME
    if not path.exists():
        return False
    numbers, tensors = _read(path)
    _check(path, numbers["about"], about)
    try:
        training.net.load_state_dict(_named(tensors, "net."))
    except RuntimeError as error:
        raise _other_shape(path, training, _named(tensors, "net.")) from error
    training.best = _named(tensors, "best.")
    momentum = _named(tensors, "momentum.")
    state = training.optimizer.state_dict()
    state["state"] = {int(k): {"momentum_buffer": v} for k, v in momentum.items()}
    training.optimizer.load_state_dict(state)
    training.step = numbers["step"]
    training.sums = (numbers["sums"][0], numbers["sums"][1])
    training.epochs = [Epoch(**each) for each in numbers["epochs"]]
    training.seconds, training.cpu_seconds = numbers["seconds"], numbers["cpu_seconds"]
    return True


def about_of(folder: Path) -> dict[str, Any] | None:
    """What the checkpoint of a folder is of; None when there is none."""
    path = folder / NAME
    return dict(_read(path)[0]["about"]) if path.exists() else None


def remove(folder: Path) -> None:
    """Forget the checkpoint: the model is saved."""
    with suppress(FileNotFoundError):
        (folder / NAME).unlink()


def sweep(folder: Path) -> None:
    """Remove what a killed process left of files that it was about to write."""
    for path in folder.glob(".*.part"):
        with suppress(OSError):
            path.unlink()


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    library = need("safetensors", "Going on with a training")
    try:
        with library.safe_open(path, "pt") as file:
            numbers = json.loads(file.metadata()["training"])
            if numbers["format"] != _FORMAT:
                raise ValueError(f"its format is {numbers['format']}, not {_FORMAT}")
            return numbers, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except Exception as error:  # safetensors and JSON each raise their own
        raise FileError(
            f"{path} cannot be read as a checkpoint: {error}.\n"
            f"  Start anew with --force (overwrite=True), or put the file back."
        ) from error


def _check(path: Path, before: dict[str, Any], now: dict[str, Any]) -> None:
    """Refuse to go on with what is not the same."""
    now = json.loads(json.dumps(now))  # tuples become lists
    differing = [key for key in before.keys() | now.keys() if before.get(key) != now.get(key)]
    if not differing:
        return
    lines = [
        f"  {key}: {shown(before.get(key))} there, {shown(now.get(key))} here"
        for key in sorted(differing)
    ]
    raise OptionError(
        f"train: {path} is of another training.\n"
        + "\n".join(lines)
        + "\n  Go on with the same, name another folder, or start anew: --force (overwrite=True)."
    )


def _other_shape(path: Path, training: Training, found: dict[str, Tensor]) -> OptionError:
    wanted = training.net.state_dict()
    for name in [*wanted, *found]:
        there, here = found.get(name), wanted.get(name)
        if there is None or here is None or there.shape != here.shape:
            shapes = [
                tuple(each.shape) if each is not None else "missing" for each in (there, here)
            ]
            return OptionError(
                f"train: {path} is of another net: {name} is {shapes[0]} there, {shapes[1]} here.\n"
                f"  Name another folder, or start anew with --force (overwrite=True)."
            )
    raise AssertionError("shapes agree")


def _named(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
