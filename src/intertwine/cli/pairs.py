"""A before and an after from two files, as arrays that `fit_kernel` takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import FileError, OptionError
from intertwine.files import Document, named, read, white
from intertwine.registration.picture import brightness

Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class FilePair:
    """Two arrays of one shape and scale.

    Attributes
    ----------
    axes : the axes that the kernel works along; the others are channels.
    ends : the least and the largest value that a sample of `after` can have, if there are such.
    notes : what was done to the files to get here, in whole sentences.
    """

    before: Array
    after: Array
    axes: tuple[int, ...]
    ends: tuple[float, float] | None
    notes: tuple[str, ...]

    @property
    def clipped(self) -> NDArray[np.bool_]:
        """Which samples of `after` are at an end of its range."""
        if self.ends is None:
            return np.zeros(self.after.shape, bool)
        return np.asarray((self.after <= self.ends[0]) | (self.after >= self.ends[1]))


def read_pair(before: Path, after: Path) -> FilePair:
    """Read both files and bring them to one form, or say why they are no pair.

    Pictures of other modes are compared by their brightness, recordings with other numbers of
    channels by the mean of these, and samples of other types as fractions of the largest.
    """
    files = before, after
    documents = [_single(read(name), name) for name in files]
    one, other = documents
    if one.kind != other.kind:
        raise FileError(
            f"{before} is {named(one.kind)} but {after} is {named(other.kind)}.\n"
            f"  Pass two files of one kind."
        )
    if one.kind == "sound" and one.meta["rate_hz"] != other.meta["rate_hz"]:
        raise FileError(
            f"{before} has {one.meta['rate_hz']} samples a second but {after} "
            f"{other.meta['rate_hz']}.\n"
            f"  Resample one of the two."
        )
    notes: list[str] = []
    arrays = _of_one_mode(documents, notes)
    sizes = [array.shape[: len(one.axes)] for array in arrays]
    if sizes[0] != sizes[1]:
        texts = [" x ".join(map(str, size)) for size in sizes]
        unit = "pixels" if one.kind == "image" else "samples"
        raise FileError(
            f"{before} holds {texts[0]} {unit} but {after} {texts[1]}.\n"
            f"  Cut or pad one of the two: each sample must lie where it lay before."
        )
    ends = _ends(arrays[1], other)
    arrays, scale = _of_one_scale(arrays, documents, notes)
    if ends is not None:
        ends = ends[0] * scale, ends[1] * scale
    return FilePair(arrays[0], arrays[1], one.axes, ends, tuple(notes))


def _single(document: Document, name: Path) -> Document:
    if len(document.pages) > 1:
        raise FileError(
            f"{name} has {len(document.pages)} pages, and a kernel is fitted to one.\n"
            f"  Save the page as a file of its own."
        )
    return document


def _of_one_mode(documents: list[Document], notes: list[str]) -> list[Array]:
    """The samples with as many channels; those of one channel without an axis for it."""
    pages = [d.pages[0][..., :-1] if d.alpha else d.pages[0] for d in documents]
    if any(document.alpha for document in documents):
        notes.append("Opacity is left aside.")
    axes = len(documents[0].axes)
    if documents[0].kind == "array" or all(page.ndim == axes for page in pages):
        return pages
    pages = [_without_copies(page) if page.ndim > axes else page for page in pages]
    if len({page.shape[axes:] for page in pages}) == 1:
        return pages
    if documents[0].kind == "image":
        notes.append("The two have other colour modes: their brightness is compared.")
        return [brightness(page) for page in pages]
    notes.append("The two have other numbers of channels: the means of these are compared.")
    return [page.mean(axis=1) if page.ndim > 1 else page for page in pages]


def _without_copies(page: Array) -> Array:
    """One channel where all are the same: copies of a sample are no further samples."""
    return page[..., 0] if (page == page[..., :1]).all() else page


def _ends(after: Array, document: Document) -> tuple[float, float] | None:
    """Where samples of integer pictures and recordings are clipped."""
    dtype = document.pages[0].dtype
    if document.kind not in ("image", "sound") or dtype.kind not in "iu":
        return None
    return float(np.iinfo(dtype).min), float(np.iinfo(dtype).max)


def _of_one_scale(
    arrays: list[Array], documents: list[Document], notes: list[str]
) -> tuple[list[Array], float]:
    """As they are where they have one type, else as fractions; and the factor of `after`."""
    types = [document.pages[0].dtype for document in documents]
    if types[0] == types[1] or documents[0].kind in ("array", "series"):
        return arrays, 1.0
    tops = [white(dtype) for dtype in types]
    notes.append(
        f"The two have samples of {types[0]} and {types[1]}: both are divided by the largest."
    )
    return [a / top for a, top in zip(arrays, tops, strict=True)], 1 / tops[1]


def sizes(text: str) -> tuple[int, ...]:
    """Numbers of taps as people write them: ``9``, ``9x15``."""
    parts = text.lower().replace(",", "x").split("x")
    if not all(part.strip().isdigit() for part in parts):
        raise OptionError(
            f"--size {text}: must be numbers of taps.\n  Write --size 9, or --size 9x15."
        )
    return tuple(int(part) for part in parts)
