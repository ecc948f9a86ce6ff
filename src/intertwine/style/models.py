"""The model that lies with an index: its arrays as safetensors, its card as JSON, by its hash."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import numpy as np

from intertwine.base.atomic import atomic
from intertwine.base.errors import FileError, MissingExtraError
from intertwine.base.libraries import need
from intertwine.style.encoders import Encoder, restore


def save(folder: Path, encoder: Encoder) -> None:
    """Write ``model-HASH.safetensors`` and ``model-HASH.json``."""
    serialize = need("safetensors.numpy", "Keeping an index").save
    arrays, card = _paths(folder, encoder.hash)
    with atomic(arrays) as file:
        # Of arrays in another order safetensors would write the numbers as they lie in memory.
        file.write(serialize({k: np.ascontiguousarray(a) for k, a in encoder.arrays().items()}))
    with atomic(card) as file:
        file.write(json.dumps(encoder.card(), indent=2).encode() + b"\n")


def load(folder: Path, model: str) -> Encoder:
    """Return the encoder of that hash.

    Raises
    ------
    FileError
        A file is missing or damaged, or holds another model.
    """
    arrays, card = _paths(folder, model)
    again = "Encode the pictures again: StyleIndex.rebuild, or intertwine index --rebuild."
    read = need("safetensors.numpy", "Opening an index").load
    try:
        encoder = restore(json.loads(card.read_bytes()), read(arrays.read_bytes()))
    except MissingExtraError:
        raise
    except FileNotFoundError as error:
        raise FileError(f"The index has lost its model {error.filename}.\n  {again}") from error
    except Exception as error:  # safetensors, JSON and encoders each raise their own
        raise FileError(f"The model {arrays} is damaged: {error}\n  {again}") from error
    if encoder.hash != model:
        raise FileError(
            f"{arrays} holds the model {encoder.hash}, not the one that coded this index.\n"
            f"  {again}"
        )
    return encoder


def sweep(folder: Path, model: str) -> None:
    """Remove the files of all other models."""
    for path in folder.glob("model-*"):
        if not path.name.startswith(f"model-{model}."):
            with suppress(OSError):
                path.unlink()


def _paths(folder: Path, model: str) -> tuple[Path, Path]:
    return folder / f"model-{model}.safetensors", folder / f"model-{model}.json"
