"""Whole files or none: bytes go to a temporary neighbour, which then takes the file's name."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from intertwine.base.errors import FileError


def check_free(path: Path, overwrite: bool) -> None:
    """Raise unless a file may be written at `path`."""
    if path.is_dir():
        raise FileError(f"{path} is a folder.\n  Name a file in it.")
    if path.exists() and not path.is_file():
        raise FileError(f"{path} is not an ordinary file.\n  Name another.")
    if path.exists() and not overwrite:
        raise FileError(f"{path} exists already.\n  Pass --force to replace it, or -o ANOTHER.")
    if not path.parent.is_dir():
        raise FileError(f"There is no folder {path.parent} to write {path.name} in.")


@contextmanager
def atomic(path: Path) -> Iterator[BinaryIO]:
    """Open a file that appears at `path` when the block ends well, and otherwise never existed.

    A file that is there already keeps its permissions, and its content until the very end. A link
    is followed. Ctrl-C and a full disk leave nothing behind.
    """
    target = path.resolve()
    try:
        descriptor, name = tempfile.mkstemp(
            prefix=f".{target.name}.", suffix=".part", dir=target.parent
        )
    except OSError as error:
        raise _cannot_write(path, error) from error
    os.close(descriptor)
    try:
        with open(name, "w+b") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        os.chmod(name, _permissions(target))
        os.replace(name, target)
    except BaseException as error:
        with suppress(OSError):
            os.unlink(name)
        if isinstance(error, OSError) and not isinstance(error, FileError):
            raise _cannot_write(path, error) from error
        raise


def _cannot_write(path: Path, error: OSError) -> FileError:
    return FileError(f"Cannot write {path}: {error.strerror or error}. Nothing was left there.")


def _permissions(target: Path) -> int:
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
