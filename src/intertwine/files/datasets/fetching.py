"""Where the files of a data set lie, and how they get there: each whole, or not at all.

The folder that ``INTERTWINE_DATA`` names comes first, then the cache. A file is written under its
name only after its content has the published checksum, so that a broken download leaves nothing
and the next one fetches what is missing.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intertwine.base.atomic import atomic
from intertwine.base.cache import cache_folder
from intertwine.base.checks import word
from intertwine.base.errors import FileError
from intertwine.files.datasets.download import Progress, download
from intertwine.files.datasets.idx import read_idx
from intertwine.files.datasets.sets import DataFile, DataSet

_GZIP = 16 + zlib.MAX_WBITS


def located(wanted: DataSet) -> Path | None:
    """Return the folder that has all files of a data set, or None. Contents are not looked at."""
    for folder in _folders(wanted):
        if all((folder / file.name).is_file() for file in wanted.files):
            return folder
    return None


def fetch(wanted: DataSet, source: Path | None = None, progress: Progress | None = None) -> Path:
    """Return the folder of a data set, fetched into the cache unless it is somewhere already.

    Parameters
    ----------
    wanted : DataSet
    source : path, optional
        A folder that has the files; they are copied into the cache. None: the network.
    progress : callable, optional
        Called with a file's name, the bytes read and the bytes that there are.

    Raises
    ------
    FileError
        A file cannot be had, or is not the published one. What was verified before is kept.
    """
    if source is None:
        found = located(wanted)
        if found is not None:
            for file in wanted.files:
                content(found / file.name, file)
            return found
    folder = cache_folder() / "data" / wanted.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            f"Cannot make the folder {folder}: {error.strerror}.\n"
            f"  Set INTERTWINE_CACHE to a folder that you may write to."
        ) from error
    for file in wanted.files:
        target = folder / file.name
        if source is None and _is_whole(target, file):
            continue
        wrapped = _downloaded(wanted, file, progress) if source is None else _local(source, file)
        with atomic(target) as handle:
            handle.write(wrapped)
    return folder


def load(wanted: DataSet, part: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the images and the labels of a part, such as "train".

    Raises
    ------
    FileError
        The set has not been fetched, or a file is damaged.
    """
    images, labels = wanted.parts[word("load", "part", part, tuple(wanted.parts))]
    folder = located(wanted)
    if folder is None:
        given = os.environ.get("INTERTWINE_DATA")
        named = f"\n  {_folders(wanted)[0]} has not all of its files." if given else ""
        raise FileError(
            f"{wanted.name} is not on this machine.{named}\n"
            f"  Fetch it: intertwine data {wanted.name}"
        )
    return read_idx(content(folder / images.name, images)), read_idx(
        content(folder / labels.name, labels)
    )


def content(path: Path, file: DataFile) -> bytes:
    """Return what a file's wrapper holds.

    Raises
    ------
    FileError
        The file cannot be read, or does not hold what was published.
    """
    try:
        wrapped = path.read_bytes()
    except OSError as error:
        raise FileError(f"Cannot read {path}: {error.strerror}.") from error
    return _unwrapped(wrapped, file, str(path))


def _unwrapped(wrapped: bytes, file: DataFile, where: str) -> bytes:
    machine = zlib.decompressobj(_GZIP)
    try:
        held = machine.decompress(wrapped, file.size + 1)  # no more: it may be a bomb
    except zlib.error as error:
        raise FileError(f"{where} is damaged: {error}.\n  Remove it and fetch it again.") from error
    found = hashlib.sha256(held).hexdigest()
    if found != file.sha256:
        raise FileError(
            f"{where} is not the published {file.name}: the SHA-256 of its content is\n"
            f"  {found}, published is\n  {file.sha256}.\n  Remove it and fetch it again."
        )
    return held


def _is_whole(path: Path, file: DataFile) -> bool:
    try:
        return bool(content(path, file))
    except FileError:
        return False


def _downloaded(wanted: DataSet, file: DataFile, progress: Progress | None) -> bytes:
    reasons = []
    for address in wanted.addresses:
        try:
            wrapped = download(address + file.name, file.name, 2 * file.size + 1024, progress)
            _unwrapped(wrapped, file, address + file.name)
        except FileError as error:
            reasons.append(str(error).splitlines()[0])
        else:
            return wrapped
    listed = "\n".join(f"  {reason}" for reason in reasons)
    raise FileError(
        f"Cannot fetch {file.name} of {wanted.name}.\n{listed}\n"
        f"  Without a network, get its {len(wanted.files)} files elsewhere and name their folder:\n"
        f"  intertwine data {wanted.name} --from FOLDER"
    )


def _local(folder: Path, file: DataFile) -> bytes:
    path = folder / file.name
    if not path.is_file():
        raise FileError(f"{folder} has no {file.name}.")
    content(path, file)
    return path.read_bytes()


def _folders(wanted: DataSet) -> list[Path]:
    given = os.environ.get("INTERTWINE_DATA")
    cached = cache_folder() / "data" / wanted.name
    return [Path(given) / wanted.name, cached] if given else [cached]
