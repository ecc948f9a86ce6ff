"""A trained model: pictures in, classes with calibrated probabilities out; a folder on disk.

``model.safetensors`` has the numbers and ``card.json`` all else: classes, preprocessing, what it
was trained on, how good it is. The card holds the checksum of the numbers, and is written last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special  # type: ignore[import-untyped]

from intertwine.base.atomic import atomic
from intertwine.base.errors import FileError, OptionError
from intertwine.base.libraries import need
from intertwine.learn.training.nets import NetMaker
from intertwine.learn.training.scorers import NetScorer, Scorer

Array = NDArray[Any]

MODEL, CARD, PICTURE = "model.safetensors", "card.json", "confusion.png"

#: Goes up when older versions cannot read what this one writes.
FORMAT = 1

_PICTURES = 256  # that are scored together


@dataclass(frozen=True)
class Classifier:
    """What `train` returns and `predict` uses.

    Attributes
    ----------
    classes : the name of each class, in the order of the columns of `probabilities`.
    scorer : the net, or the dense layer on an encoder.
    temperature : logits are divided by it, so that answers are right as often as they are sure.
    card : JSON of all that is known: data, settings, versions, accuracy, confusion matrix.
    skipped : files that could not be read while it was trained, with the reason.
    """

    classes: tuple[str, ...]
    scorer: Scorer
    temperature: float
    card: Mapping[str, Any]
    skipped: tuple[tuple[str, str], ...] = ()

    @property
    def net(self) -> Any:
        """The trained ``torch.nn.Module``.

        Raises
        ------
        OptionError
            The model is a dense layer on an encoder.
        """
        if not isinstance(self.scorer, NetScorer):
            raise OptionError("Classifier: this model is a dense layer on an encoder, not a net.")
        return self.scorer.net

    def probabilities(self, pictures: Sequence[Array]) -> Array:
        """Return each class's probability, (n, classes), of uint8 pictures (H, W) or (H, W, C)."""
        if not len(pictures):
            return np.zeros((0, len(self.classes)))
        rows = [
            self.scorer.logits([_with_channels(each) for each in pictures[start:][:_PICTURES]])
            for start in range(0, len(pictures), _PICTURES)
        ]
        return probabilities_of(np.concatenate(rows), self.temperature)

    def save(self, folder: str | Path, *, overwrite: bool = False) -> None:
        """Write the model into a folder, which is made if needed; `load` reads it.

        Parameters
        ----------
        folder : path
            Gets ``model.safetensors``, ``confusion.png`` and, last, ``card.json``; other files in
            it stay.
        overwrite : bool
            Replace a model that is there.

        Raises
        ------
        FileError
            The folder has a model already, or cannot be written.
        """
        from intertwine.learn.training.drawing import draw_confusion

        folder = Path(folder)
        if (folder / CARD).exists() and not overwrite:
            raise FileError(
                f"{folder} has a model already.\n"
                "  Pass overwrite=True to replace it, or name another folder."
            )
        make(folder)
        write = need("safetensors.numpy", "Saving a model").save
        content: bytes = write(self.scorer.arrays())
        with atomic(folder / MODEL) as file:
            file.write(content)
        with atomic(folder / PICTURE) as file:
            draw_confusion(self.card, file)
        card = {**self.card, "weights_sha256": hashlib.sha256(content).hexdigest()}
        with atomic(folder / CARD) as file:
            file.write(json.dumps(card, indent=2, ensure_ascii=False).encode() + b"\n")

    @classmethod
    def load(cls, folder: str | Path, net: NetMaker | None = None) -> Classifier:
        """Read a model that `save` wrote; nothing in it is run.

        Parameters
        ----------
        folder : path
        net : callable, optional
            Makes the net from the number of channels and of classes, if no preset does.

        Raises
        ------
        FileError
            A file is missing, damaged, or of another model than its neighbour.
        """
        folder = Path(folder)
        card, content = _read(folder)
        read = need("safetensors.numpy", "Loading a model").load
        classes = tuple(card["classes"])
        try:
            arrays = read(content)
            scorer = _restored(card, arrays, classes, net)
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            if isinstance(error, OptionError):
                raise
            raise FileError(
                f"{folder} does not fit together: {_one_line(error)}\n"
                f"  Train it again, or put its {MODEL} and {CARD} back."
            ) from error
        return cls(classes, scorer, float(card["temperature"]), card)


def probabilities_of(logits: Array, temperature: float) -> Array:
    """Return ``softmax(logits / temperature)`` of each row."""
    return np.asarray(special.softmax(np.asarray(logits, float) / temperature, axis=1))


def make(folder: Path) -> None:
    """Make a folder to write a model in.

    Raises
    ------
    FileError
        It cannot be made, or is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise FileError(f"{folder} is a file, not a folder.\n  Name a folder for the model.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"Cannot make the folder {folder}: {error.strerror}.") from error


def _restored(
    card: Mapping[str, Any], arrays: Mapping[str, Array], classes: tuple[str, ...], net: Any
) -> Scorer:
    if card["kind"] == NetScorer.kind:
        return NetScorer.restore(card["model"], arrays, len(classes), net)
    from intertwine.learn.training.probe import ProbeScorer

    return ProbeScorer.restore(card["model"], arrays)


def _read(folder: Path) -> tuple[dict[str, Any], bytes]:
    """The card, and the bytes of the numbers whose checksum it holds."""
    if folder.is_file():
        raise FileError(
            f"{folder} is a file; a model is a folder with {MODEL} and {CARD}.\n"
            f"  Other files of weights are not loaded: pickles run code."
        )
    missing = [name for name in (MODEL, CARD) if not (folder / name).is_file()]
    if missing:
        again = "Train one: intertwine train FOLDER -o " + str(folder)
        if not folder.exists():
            raise FileError(f"There is no folder {folder} with a model.\n  {again}")
        raise FileError(
            f"{folder} has no {' and no '.join(missing)}, so it is no model.\n  {again}"
        )
    content = (folder / MODEL).read_bytes()
    try:
        card = json.loads((folder / CARD).read_bytes())
        form, wanted = card["format"], card["weights_sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise FileError(
            f"{folder / CARD} is damaged: {_one_line(error)}\n  Train the model again."
        ) from error
    if form != FORMAT:
        raise FileError(
            f"{folder / CARD} has format {form}; this version reads {FORMAT}.\n"
            f"  Update intertwine, or train the model again."
        )
    found = hashlib.sha256(content).hexdigest()
    if found != wanted:
        raise FileError(
            f"{folder / MODEL} is not what {CARD} describes: {len(content)} bytes with SHA-256 "
            f"{found[:12]}, not {wanted[:12]}.\n  It is truncated or of another model: put the "
            f"file back, or train the model again."
        )
    return card, content


def _with_channels(picture: Array) -> Array:
    picture = np.asarray(picture)
    return picture[..., np.newaxis] if picture.ndim == 2 else picture


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
