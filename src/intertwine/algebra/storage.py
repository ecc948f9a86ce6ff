"""Kernels in files, whole or not at all.

``NAME.json`` holds everything as text. ``NAME.npy`` holds the taps as NumPy writes them, and
beside it ``NAME.kernel.json`` the origin, the name and a checksum that tells whether the two still
belong together. A ``.npy`` without such a neighbour is read with the origin in the middle.
"""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import IntertwineError, unknown_suffix

if TYPE_CHECKING:
    from intertwine.kernel import Kernel

_SUFFIXES = (".json", ".npy")
_FORMAT = "intertwine kernel 1"


def save(k: Kernel, path: str | Path) -> Path:
    """Write `k` to ``path``, a ``.json`` or ``.npy`` file, and return the path."""
    from intertwine.base.atomic import atomic, check_free

    target = _known(Path(path))
    about = {"format": _FORMAT, "name": k.name, "origin": list(k.origin), "dtype": k.dtype.name}
    if target.suffix.lower() == ".json":
        files = {target: _text(about | {"shape": list(k.shape), "taps": _listed(k.taps)})}
    else:
        buffer = io.BytesIO()
        np.save(buffer, k.taps, allow_pickle=False)
        files = {
            target: buffer.getvalue(),
            _beside(target): _text(about | {"sha256": _sum(k.taps)}),
        }
    for file in files:
        check_free(file, overwrite=True)
    for file, content in files.items():
        with atomic(file) as handle:
            handle.write(content)
    return target


def load(kind: type[Kernel], path: str | Path) -> Kernel:
    """Read what `save` wrote, or any ``.npy`` file of numbers."""
    from intertwine.base.errors import FileError
    from intertwine.files.arrays import read

    source = _known(Path(path))
    if not source.is_file():
        raise FileError(f"There is no file {source}.")
    if source.suffix.lower() == ".json":
        about = _read_text(source)
        taps = _unlisted(source, about)
    else:
        taps = read(source).pages[0]
        if not _beside(source).is_file():
            return _built(kind, source, taps, None, None)
        about = _read_text(_beside(source))
        if about.get("sha256") != _sum(taps):
            raise FileError(
                f"{_beside(source)} belongs to other taps than those in {source.name}.\n"
                "  Save the kernel again, or delete that file to take the origin in the middle."
            )
    return _built(kind, source, taps, about.get("origin"), about.get("name"))


def _built(kind: type[Kernel], source: Path, taps: Any, origin: Any, name: Any) -> Kernel:
    from intertwine.base.errors import FileError

    try:
        return kind(taps, origin, name)
    except IntertwineError as error:
        raise FileError(f"{source} holds no kernel: {error}") from error


def _known(path: Path) -> Path:
    if path.suffix.lower() in _SUFFIXES:
        return path
    raise unknown_suffix(path, "no file for a kernel", _SUFFIXES)


def _beside(path: Path) -> Path:
    return path.with_suffix(".kernel.json")


def _text(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


def _sum(taps: NDArray[Any]) -> str:
    content = np.ascontiguousarray(taps.astype(taps.dtype.newbyteorder("<")))
    return hashlib.sha256(
        f"{taps.dtype.name} {taps.shape} ".encode() + content.tobytes()
    ).hexdigest()


def _listed(taps: NDArray[Any]) -> Any:
    """Nested lists whose numbers are read back to the same bits; complex ones as pairs."""
    if taps.dtype.kind == "c":
        taps = np.stack([taps.real, taps.imag], axis=-1)
    return taps.tolist()


def _read_text(path: Path) -> dict[str, Any]:
    from intertwine.base.errors import FileError

    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise FileError(
            f"{path} cannot be read as a kernel: {str(error).splitlines()[0]}"
        ) from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise FileError(
            f"{path} is no kernel: its `format` is not {_FORMAT!r}.\n"
            "  Kernel.save writes such files."
        )
    return content


def _unlisted(path: Path, content: dict[str, Any]) -> NDArray[Any]:
    from intertwine.base.errors import FileError

    try:
        dtype = np.dtype(content["dtype"])
        if dtype.kind not in "biufc":
            raise ValueError(f"its type {dtype} holds no numbers")
        numbers: NDArray[Any] = np.array(
            content["taps"], dtype if dtype.kind != "c" else dtype.type(0).real.dtype
        )
        taps = numbers[..., 0] + 1j * numbers[..., 1] if dtype.kind == "c" else numbers
        if taps.shape != tuple(content["shape"]):
            raise ValueError(f"its taps have shape {taps.shape}, not {content['shape']}")
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else error
        raise FileError(f"{path} cannot be read as a kernel: {what}.") from error
    return taps.astype(dtype)
