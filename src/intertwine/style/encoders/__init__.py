"""Encoders: what turns a picture into short codes, one for each view.

`by_name` makes one, `restore` brings a fitted one back from its card and arrays, and `default`
chooses by what is installed and by the number of pictures.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from intertwine.base.checks import Array, word
from intertwine.style.encoders.protocol import Encoder, Progress, model_hash

__all__ = ["Choice", "Encoder", "Progress", "by_name", "default", "model_hash", "restore"]

#: Name -> the module of this package and the class in it.
ENCODERS = {
    "linear": ("linear", "LinearEncoder"),
    "pretrained": ("pretrained", "PretrainedEncoder"),
}


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
    """Choose an encoder for `count` pictures by the packages `installed` (None: look)."""
    return Choice("linear", "linear: needs nothing beside the extra `search`.")


def _class_of(name: str) -> Any:
    module, kind = ENCODERS[word("encoders", "name", name, tuple(ENCODERS))]
    return getattr(importlib.import_module(f"intertwine.style.encoders.{module}"), kind)
