"""PNG with 16 bits a channel and colour or alpha, which Pillow would cut to 8."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from intertwine.base.libraries import need
from intertwine.files.document import Array

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_END = 33  # signature (8) + IHDR: length (4), name (4), body (13), checksum (4)
_GREY = 0


def is_deep(path: Path) -> bool:
    """Whether this is a PNG of 16 bits a channel that is not plain grey."""
    with open(path, "rb") as handle:
        header = handle.read(26)
    return header[:8] == _SIGNATURE and header[24:25] == b"\x10" and header[25] != _GREY


def read(path: Path) -> tuple[Array, bool]:
    """The samples and whether the last channel is alpha."""
    codecs = need("imagecodecs", f"Reading {path.name} (PNG with 16-bit colour)")
    picture: Array = codecs.png_decode(path.read_bytes())
    return picture, picture.shape[2] in (2, 4)


def encode(picture: Array, meta: Mapping[str, Any]) -> bytes:
    """A PNG file with its colour profile, resolution and camera data."""
    codecs = need("imagecodecs", "Writing PNG with 16-bit colour")
    plain: bytes = codecs.png_encode(picture)
    return plain[:_HEADER_END] + _chunks(meta) + plain[_HEADER_END:]


def _chunks(meta: Mapping[str, Any]) -> bytes:
    chunks = b""
    if "icc_profile" in meta:
        chunks += _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(meta["icc_profile"]))
    if "dpi" in meta:
        x, y = (round(dots / 0.0254) for dots in meta["dpi"])
        chunks += _chunk(b"pHYs", struct.pack(">IIB", x, y, 1))
    if "exif" in meta:
        chunks += _chunk(b"eXIf", meta["exif"].removeprefix(b"Exif\0\0"))
    return chunks


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
