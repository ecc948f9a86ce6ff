"""Kernels as people write them: a name with parameters, rows of taps, or a file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from intertwine import kernels
from intertwine._named import split
from intertwine.base.errors import (
    FileError,
    IntertwineError,
    OptionError,
    counted,
    unknown_suffix,
)
from intertwine.files import read
from intertwine.files.arrays import read_table
from intertwine.files.document import Array, Document, white
from intertwine.kernel import Kernel

_TABLES = (".txt", ".csv")
_SAVED = (".npy", ".json")
_FILES = (*_TABLES, *_SAVED, ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")


def kernel_from(
    spec: str | None,
    taps: str | None,
    file: Path | None,
    *,
    ndim: int | None = None,
    normalize: bool = False,
) -> tuple[Kernel, str]:
    """Return the kernel that was asked for, and a short word for file names.

    A kernel with fewer axes than `ndim` gets the rest where that has one meaning: a named kernel
    is built for `ndim` axes, and a row of taps lies along the last one.
    """
    given = [word for word in (spec, taps, file) if word is not None]
    if len(given) != 1:
        raise OptionError(
            f"{'No kernel was' if not given else 'More than one kernel was'} given.\n"
            "  Pass one of --kernel NAME:param=value, --taps '1 2 1; 2 4 2; 1 2 1' "
            "and --kernel-file FILE.\n"
            f"  Names: {', '.join(kernels.names())}."
        )
    if file is None and spec is not None and _names_a_file(spec):
        file = Path(spec)
    if file is not None:
        kernel, label = _from_file(file), file.stem
    elif taps is not None:
        kernel, label = Kernel(parse_taps(taps), name="taps"), "taps"
    else:
        assert spec is not None
        kernel, label = _named(spec, ndim), split(spec)[0]
    if ndim is not None:
        kernel = _with_axes(kernel, ndim)
    return (_normalized(kernel) if normalize else kernel), label


def _names_a_file(spec: str) -> bool:
    return Path(spec).suffix.lower() in _FILES and split(spec)[0] not in kernels.names()


def _named(spec: str, ndim: int | None) -> Kernel:
    """The named kernel, for `ndim` axes if it can be had so and was not asked for otherwise."""
    name, parameters = split(spec)
    if ndim is not None and name in kernels.names() and "ndim" not in parameters:
        try:
            return kernels.make(f"{name}:{parameters}{',' if parameters else ''}ndim={ndim}")
        except IntertwineError:
            pass  # this kernel, or these parameters, have the axes they have
    return kernels.make(spec)


def _with_axes(kernel: Kernel, ndim: int) -> Kernel:
    if kernel.ndim > ndim or (kernel.ndim > 1 and kernel.ndim != ndim):
        raise OptionError(
            f"The kernel {kernel.name} has {counted(kernel.ndim, 'axis', 'axes')}, shape "
            f"{kernel.shape}, "
            f"but it is to work along {ndim}.\n"
            f"  Pass another kernel, or name as many axes of an array: --axes 0,1"
        )
    missing = (1,) * (ndim - kernel.ndim)
    origin = (*(0 for _ in missing), *kernel.origin)
    return Kernel(kernel.taps.reshape(missing + kernel.shape), origin, kernel.name)


def _normalized(kernel: Kernel) -> Kernel:
    scale = float(np.abs(kernel.taps).sum(dtype=np.float64))
    if abs(kernel.sum) <= 1e-9 * scale:
        raise OptionError(
            f"--normalize divides by the sum of the taps, but that of {kernel.name} is 0."
        )
    return Kernel(kernel.taps / kernel.sum, kernel.origin, f"{kernel.name}, normalized")


def parse_taps(text: str) -> Array:
    """Read rows of numbers parted by semicolons: ``1 2 1; 2 4 2; 1 2 1``; fractions too, ``1/9``.

    >>> parse_taps("1 0 -1")
    array([ 1,  0, -1])
    """
    rows = [[_number(word) for word in row.replace(",", " ").split()] for row in text.split(";")]
    lengths = [len(row) for row in rows]
    if 0 in lengths or len(set(lengths)) > 1:
        raise OptionError(
            f"--taps: the rows hold {', '.join(map(str, lengths))} numbers.\n"
            "  Give every row the same number of taps: '1 2 1; 2 4 2; 1 2 1'."
        )
    return np.array(rows if len(rows) > 1 else rows[0])


def _number(word: str) -> int | float:
    try:
        return int(word)
    except ValueError:
        pass
    try:
        return float(Fraction(word)) if "/" in word else float(word)
    except (ValueError, ZeroDivisionError):
        raise OptionError(
            f"--taps: {word!r} is not a number.\n"
            "  Write numbers or fractions, rows parted by semicolons: '1 2 1; 2 4 2; 1 2 1'."
        ) from None


def _from_file(path: Path) -> Kernel:
    suffix = path.suffix.lower()
    if suffix not in _FILES:
        raise unknown_suffix(path, "no file for a kernel", _FILES)
    if suffix in _SAVED:
        saved = Kernel.load(path)
        return Kernel(saved, name=saved.name or path.name)
    if suffix in _TABLES:
        if not path.is_file():
            raise FileError(f"There is no file {path}.")
        return Kernel(read_table(path), name=path.name)
    return Kernel(_grey(path, read(path)), name=path.name)


def _grey(path: Path, document: Document) -> Array:
    """A grey picture as taps from 0 to 1."""
    picture = document.pages[0]
    if picture.ndim == 3:
        colours = picture[..., :-1] if document.alpha else picture
        if (colours != colours[..., :1]).any():
            raise FileError(
                f"{path} has {counted(colours.shape[2], 'colour')}, and a kernel has one number "
                "a tap.\n"
                "  Save the picture as greyscale."
            )
        picture = colours[..., 0]
    return picture if picture.dtype.kind == "f" else picture / white(picture.dtype)
