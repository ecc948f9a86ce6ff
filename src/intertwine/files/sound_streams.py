"""Recordings read a piece at a time, so that hours of them need little memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import FileError, counted
from intertwine.base.libraries import need
from intertwine.files import refuse_folder, suffixes

Samples = NDArray[np.float32]

#: What libsndfile notes of a WAV file that ends too early; the size of a stream is unknown.
_SIZES = re.compile(r"data : (\d+) \(should be (\d+)\)")
_UNKNOWN = (1 << 32) - (1 << 12)


class SoundStream:
    """An open recording: samples (frames, channels) in float32, full scale 1, read in order.

    Attributes
    ----------
    path : Path
    rate, channels, frames : int
        Samples a second, channels, and samples of each channel that the file promises.
    """

    def __init__(self, path: Path) -> None:
        refuse_folder(path)
        if path.suffix.lower() not in suffixes("sound"):
            raise FileError(
                f"{path} is no recording.\n  Pass a file of one of {' '.join(suffixes('sound'))}."
            )
        if not path.exists():
            raise FileError(f"There is no file {path}.")
        if path.stat().st_size == 0:
            raise FileError(f"{path} is empty.")
        soundfile = need("soundfile", f"Reading {path.name}")
        self.path = path
        with self._explained():
            self._file: Any = soundfile.SoundFile(path)
        self.rate, self.channels = int(self._file.samplerate), int(self._file.channels)
        self.frames, self._read = int(self._file.frames), 0
        if (why := _cut_short(str(self._file.extra_info))) is not None:
            self._file.close()
            raise FileError(f"{path} is cut short: {why}.")
        if self.frames < 1:
            self._file.close()
            raise FileError(f"{path} holds no samples.")

    def read(self, count: int) -> Samples:
        """The next `count` frames; FileError when the file ends before it should."""
        with self._explained():
            samples: Samples = self._file.read(count, dtype="float32", always_2d=True)
        self._read += len(samples)
        if len(samples) < count:
            raise FileError(
                f"{self.path} is cut short: it holds {self._read} of "
                f"{counted(self.frames, 'sample')} that it promises."
            )
        return samples

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (RuntimeError, OSError) as error:
            why = str(getattr(error, "error_string", error)).strip()
            raise FileError(f"{self.path} cannot be read as a recording: {why}") from error

    def __enter__(self) -> SoundStream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def _cut_short(notes: str) -> str | None:
    """Why a file is thought to be cut, by what libsndfile noted when opening it."""
    if "lacks an end-of-stream bit" in notes:
        return "its stream has no end"
    sizes = _SIZES.search(notes)
    if sizes is not None:
        promised, there = map(int, sizes.groups())
        if there < promised < _UNKNOWN:
            return f"it holds {there} of the {promised} bytes of sound it promises"
    return None
