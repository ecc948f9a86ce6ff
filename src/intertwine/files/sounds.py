"""WAV, FLAC and OGG through soundfile (libsndfile)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from intertwine.base.errors import FileError, counted
from intertwine.base.libraries import need
from intertwine.files.document import Array, Document, Kind, named

#: How samples are read: integers as integers, in the high bits of a wider type where needed.
_READ_AS = {
    "PCM_U8": "int16",
    "PCM_S8": "int16",
    "PCM_16": "int16",
    "PCM_24": "int32",
    "PCM_32": "int32",
    "DOUBLE": "float64",
}
#: The step between neighbouring values in those types, where it is not 1.
_STEP = {"PCM_U8": 1 << 8, "PCM_S8": 1 << 8, "PCM_24": 1 << 8}
_TAGS = ("title", "artist", "album", "comment", "copyright", "date", "genre", "license")
_BLOCK = 1 << 16  # frames written at a time: libvorbis overflows its stack on long ones


def read(path: Path) -> Document:
    """Read a recording as (time, channels)."""
    soundfile = need("soundfile", f"Reading {path.name}")
    try:
        with soundfile.SoundFile(path) as sound:
            promised = sound.frames
            dtype = _READ_AS.get(sound.subtype, "float32")
            data = sound.read(dtype=dtype, always_2d=True)
            tags = {tag: getattr(sound, tag) for tag in _TAGS}
            meta = {
                "rate_hz": sound.samplerate,
                "subtype": sound.subtype,
                "step": _STEP.get(sound.subtype, 1),
                "tags": tags,
            }
    except (RuntimeError, OSError) as error:
        raise FileError(f"{path} cannot be read as a recording: {_reason(error)}") from error
    if len(data) < promised:
        raise FileError(
            f"{path} is cut short: it holds {len(data)} of {counted(promised, 'sample')} that it "
            "promises."
        )
    return Document("sound", (data,), False, meta)


def _reason(error: Exception) -> str:
    return str(getattr(error, "error_string", error)).strip()


def check(path: Path, kind: Kind, pages: Sequence[Array], alpha: bool) -> None:
    """Only sound fits."""
    if kind != "sound":
        raise FileError(f"{path}: {named(kind)} is no recording.\n  Write an image or a .npy.")


def write(path: Path, handle: Any, document: Document) -> None:
    """Write a recording in the sample type it came in where the format has it."""
    soundfile = need("soundfile", f"Writing {path.name}")
    name, source = path.suffix[1:].upper(), document.meta["subtype"]
    data = document.pages[0]
    if data.dtype.kind == "i" and data.dtype.name != _READ_AS.get(source):
        data = data.astype(np.float64)  # wider than the source, whose own bits are the low ones
    if data.dtype.kind == "f":
        data = data / data.dtype.type(full_scale(source))
    data, subtype = _fitted(path, name, data, source, soundfile.check_format(name, source))
    memory = io.BytesIO()  # libsndfile swallows what a failing disk raises
    with soundfile.SoundFile(
        memory, "w", document.meta["rate_hz"], data.shape[1], subtype, format=name
    ) as sound:
        for tag, text in document.meta["tags"].items():
            if text:
                setattr(sound, tag, text)
        for start in range(0, len(data), _BLOCK):
            sound.write(data[start : start + _BLOCK])
    handle.write(memory.getbuffer())


def _fitted(path: Path, name: str, data: Array, source: str, known: bool) -> tuple[Array, str]:
    """Samples and sample type that the format has; `known` says that it has the source's."""
    whole = data.dtype.kind == "i"
    if name == "OGG":
        unit = -float(np.iinfo(data.dtype).min) if whole else 1.0
        return (data / unit).astype(np.float32), source if known else "VORBIS"
    if whole and (known or data.dtype == np.int16):
        return data, source if known else "PCM_16"
    if name == "WAV":
        return data, "PCM_32" if whole else "DOUBLE" if data.dtype == np.float64 else "FLOAT"
    return _as_24_bits(path, data / 2.0**31 if whole else data), "PCM_24"


def _as_24_bits(path: Path, data: Array) -> Array:
    """Rounded samples in the high bits of int32; nothing is cut off in silence."""
    largest = float(np.abs(data).max(initial=0))
    if not largest <= 1:
        raise FileError(
            f"{path}: FLAC holds samples from -1 to 1, but these reach {largest:.4g}.\n"
            f"  Write a .wav."
        )
    top = 2**23
    steps = np.rint(data.astype(np.float64) * top).clip(-top, top - 1)
    return steps.astype(np.int32) << 8


def full_scale(subtype: str) -> float:
    """The sample that is as loud as can be, as `read` returns it."""
    dtype = np.dtype(_READ_AS.get(subtype, "float32"))
    return -float(np.iinfo(dtype).min) if dtype.kind == "i" else 1.0
