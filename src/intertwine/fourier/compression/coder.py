"""Whole numbers to few bytes and back, by the compressors of Python's standard library.

Small numbers of either sign are mapped to 0, 1, 2, 3, ... (0, 1, -1, 2, ...), and written as
layers: the low bytes of all numbers, then the next bytes, as many as the largest needs. High
layers are nearly all zeros and cost nearly nothing. Each layer goes through bzip2 and LZMA, and
the shorter one is kept.
"""

from __future__ import annotations

import bz2
import lzma
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import FileError

Whole = NDArray[np.int64]

_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 6, "lc": 0, "lp": 0, "pb": 0}]
_BZ2, _LZMA = 1, 2
CODERS = (_BZ2, _LZMA)
MOST_LAYERS = 7


@dataclass(frozen=True)
class Layer:
    """One byte of every number, compressed by the coder of that number."""

    coder: int
    packed: bytes


def pack(numbers: Whole) -> tuple[Layer, ...]:
    """The layers of `numbers`, lowest bytes first."""
    rest = np.where(numbers > 0, 2 * numbers - 1, -2 * numbers).astype(np.uint64)
    layers: list[Layer] = []
    while not layers or rest.any():
        layers.append(_shortest((rest & np.uint64(255)).astype(np.uint8).tobytes()))
        rest >>= np.uint64(8)
    return tuple(layers)


def _shortest(octets: bytes) -> Layer:
    packed = (
        Layer(_BZ2, bz2.compress(octets)),
        Layer(_LZMA, lzma.compress(octets, lzma.FORMAT_RAW, filters=_FILTERS)),
    )
    return min(packed, key=lambda layer: len(layer.packed))


def unpack(layers: tuple[Layer, ...], count: int) -> Whole:
    """The `count` numbers of these layers.

    Never holds more than was promised: a layer that unpacks to more or fewer bytes is refused.
    """
    total = np.zeros(count, np.uint64)
    for place, layer in enumerate(layers):
        octets = np.frombuffer(_expanded(layer, count), np.uint8)
        total |= octets.astype(np.uint64) << np.uint64(8 * place)
    magnitude = ((total + np.uint64(1)) >> np.uint64(1)).astype(np.int64)
    return np.where(total & np.uint64(1), magnitude, -magnitude)


def _expanded(layer: Layer, count: int) -> bytes:
    try:
        if layer.coder == _BZ2:
            octets = bz2.BZ2Decompressor().decompress(layer.packed, max_length=count + 1)
        else:
            coder = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_FILTERS)
            octets = coder.decompress(layer.packed, max_length=count + 1)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise FileError(
            f"A compressed picture's coefficients cannot be unpacked: {error}"
        ) from error
    if len(octets) != count:
        held = "more" if len(octets) > count else f"{len(octets)}"
        raise FileError(
            f"A compressed picture holds {held} coefficients where {count} are promised."
        )
    return octets
