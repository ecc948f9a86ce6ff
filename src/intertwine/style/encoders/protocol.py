"""What every encoder does: fit without labels, encode, describe itself, be restored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np

from intertwine.base.checks import Array
from intertwine.style.codes import Codes

#: Called after each batch with the number of pictures done so far.
Progress = Callable[[int], None]


@runtime_checkable
class Encoder(Protocol):
    """Pictures in, `Codes` out. A picture is uint8: RGB (H, W, 3) or grey (H, W)."""

    #: The name that `by_name` knows it by.
    name: str

    @property
    def views(self) -> tuple[str, ...]:
        """The views that its codes have."""

    def fit(self, pictures: Iterable[Array], *, progress: Progress | None = None) -> Self:
        """Learn from pictures without labels; return self. Fitting again starts anew."""

    def encode(self, pictures: Iterable[Array], *, progress: Progress | None = None) -> Codes:
        """Return one code a picture, in their order, equal for any batching of the pictures."""

    def card(self) -> dict[str, Any]:
        """JSON: name, version, settings, and what it was fitted on (count, fingerprint)."""

    def arrays(self) -> dict[str, Array]:
        """What fitting learned, as safetensors keeps it."""

    @classmethod
    def restore(cls, card: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        """Return the fitted encoder that `card` and `arrays` describe."""

    @property
    def hash(self) -> str:
        """`model_hash` of the card and the arrays: codes compare only under equal hashes."""


def model_hash(card: Mapping[str, Any], arrays: Mapping[str, Array]) -> str:
    """Return 32 hexadecimal digits of SHA-256 over the card and the arrays.

    >>> model_hash({"name": "a"}, {}) == model_hash({"name": "a"}, {"m": np.zeros(2)})
    False
    """
    digest = hashlib.sha256(json.dumps(card, sort_keys=True).encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()[:32]
