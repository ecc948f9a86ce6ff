"""WAV, FLAC and OGG through soundfile (libsndfile)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from intertwine.files.document import Array, Document, FileError, Kind
from intertwine.files.libraries import need

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
            f"{path} is cut short: it holds {len(data)} of the {promised} samples it promises."
        )
    return Document("sound", (data,), False, meta)


def _reason(error: Exception) -> str:
    return str(getattr(error, "error_string", error)).strip()


def check(path: Path, kind: Kind, pages: Sequence[Array], alpha: bool) -> None:
    """Sound fits; FLAC holds integers only."""
    if kind != "sound":
        raise FileError(f"{path}: an {kind} is no recording.\n  Write an image or a .npy.")
    if path.suffix.lower() == ".flac" and pages[0].dtype.kind == "f":
        raise FileError(f"{path}: FLAC holds integers, not {pages[0].dtype}.\n  Write a .wav.")


def write(path: Path, handle: Any, document: Document) -> None:
    """Write a recording in the sample type it came in where the format has it."""
    soundfile = need("soundfile", f"Writing {path.name}")
    data, name = document.pages[0], path.suffix[1:].upper()
    subtype = _subtype(soundfile, name, data, document.meta["subtype"])
    if data.dtype.kind == "f" and document.meta["subtype"] in _READ_AS:
        data = data / full_scale(document.meta["subtype"])
    if name == "OGG" and data.dtype.kind == "i":
        data = (data / float(-np.iinfo(data.dtype).min)).astype(np.float32)
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


def full_scale(subtype: str) -> float:
    """The sample that is as loud as can be, as `read` returns it."""
    dtype = np.dtype(_READ_AS.get(subtype, "float32"))
    return -float(np.iinfo(dtype).min) if dtype.kind == "i" else 1.0


def _subtype(soundfile: Any, name: str, data: Array, source: str) -> str:
    """The source's sample type if it suits, else the nearest that the format has."""
    if data.dtype.kind == "f" and source in _READ_AS and name == "WAV":
        return "DOUBLE" if data.dtype == np.float64 else "FLOAT"
    if soundfile.check_format(name, source):
        return source
    default: str = soundfile.default_subtype(name)
    return default
