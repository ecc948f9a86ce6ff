"""Labelled pictures in IDX files, as the MNIST family publishes them, and in NPZ archives."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import FileError, ShapeError
from intertwine.files.datasets import SETS
from intertwine.files.datasets.idx import read_idx
from intertwine.learn.training.sources import Source

Array = NDArray[Any]

#: How the files of a part begin: "train-images-idx3-ubyte.gz".
_PREFIXES = {"train": ("train",), "test": ("t10k", "test")}

#: Names of the images and the labels of a part in an archive.
_KEYS = {
    "train": (("x_train", "y_train"), ("train_images", "train_labels"), ("images", "labels"),
              ("x", "y")),
    "test": (("x_test", "y_test"), ("test_images", "test_labels")),
}  # fmt: skip

#: What an IDX file may hold once it is unpacked: a gzip file may claim more than any memory has.
_MOST_BYTES = 4 << 30


def idx_files(folder: Path, part: str) -> tuple[Path, Path] | None:
    """The files of images and labels of a part, "train" or "test", if the folder has them."""
    for prefix in _PREFIXES[part]:
        for ending in ("", ".gz"):
            pair = tuple(
                folder / f"{prefix}-{what}-ubyte{ending}" for what in ("images-idx3", "labels-idx1")
            )
            if all(path.is_file() for path in pair):
                return pair[0], pair[1]
    return None


def read_idx_part(folder: Path, part: str) -> Source | None:
    """Return a part of a folder of IDX files; None when it has none.

    Raises
    ------
    FileError
        A file is damaged.
    ShapeError
        The two files do not belong together.
    """
    files = idx_files(folder, part)
    if files is None:
        return None
    contents = [_unpacked(path) for path in files]
    try:
        images, labels = (read_idx(content) for content in contents)
    except ValueError as error:
        raise FileError(f"{files[0]} or its labels cannot be read: {error}.") from error
    return labelled(images, labels, _published_classes(contents[1]), f"{folder} ({part})")


def read_npz(path: Path, part: str) -> Source | None:
    """Return a part of an NPZ archive; None when it has none. Pickled objects are refused.

    Raises
    ------
    FileError
        The archive is damaged, holds Python objects, or has no images that it names as such.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            for images, labels in _KEYS[part]:
                if images in archive and labels in archive:
                    names = archive.get("classes")
                    return labelled(archive[images], archive[labels], names, f"{path} ({part})")
            held = ", ".join(archive.files)
    except (ValueError, EOFError, OSError, AttributeError) as error:
        if isinstance(error, FileError | ShapeError):
            raise
        raise FileError(
            f"{path} cannot be read as an archive of arrays: {str(error).splitlines()[0]}\n"
            f"  Save one with numpy.savez_compressed(path, x_train=images, y_train=labels)."
        ) from error
    if part == "train":
        raise FileError(
            f"{path} holds {held or 'nothing'}, and no images with labels.\n"
            f"  Name its arrays x_train and y_train, or images and labels."
        )
    return None


def labelled(images: Any, labels: Any, names: Any = None, origin: str = "arrays") -> Source:
    """Return pictures that are an array, with a label each.

    Parameters
    ----------
    images : (n, H, W) or (n, H, W, 1 or 3) uint8 array
    labels : n integers or words
    names : what label 0, 1, ... means. None: the labels themselves.
    """
    images, labels = np.asarray(images), np.asarray(labels).squeeze()
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or images.dtype != np.uint8:
        raise ShapeError(
            f"train: images are uint8 of shape (n, H, W) or (n, H, W, 1 or 3).\n"
            f"  {origin}: {images.dtype} {images.shape}"
        )
    if labels.ndim != 1 or len(labels) != len(images):
        raise ShapeError(
            f"train: every image needs one label.\n"
            f"  {origin}: images {images.shape[:3]}    labels {labels.shape}"
        )
    found, codes = np.unique(labels, return_inverse=True)
    classes = [str(each) for each in found]
    if names is not None and labels.dtype.kind in "iu" and found.size:
        if found[0] < 0 or found[-1] >= len(names):
            raise ShapeError(
                f"train: {origin}: labels run from {found[0]} to {found[-1]}, but there are "
                f"{len(names)} names of classes."
            )
        classes, codes = [str(name) for name in names], labels
    return Source(tuple(classes), codes.astype(np.int64), images, origin)


def _unpacked(path: Path) -> bytes:
    try:
        if path.suffix != ".gz":
            return path.read_bytes()
        with gzip.open(path) as file:
            content = file.read(_MOST_BYTES + 1)
    except (OSError, EOFError) as error:
        raise FileError(f"{path} is damaged: {error}.\n  Fetch it again.") from error
    if len(content) > _MOST_BYTES:
        raise FileError(f"{path} holds more than {_MOST_BYTES} bytes.")
    return content


def _published_classes(labels: bytes) -> tuple[str, ...] | None:
    """The names of the classes, where the labels are those of a data set that we know."""
    found = hashlib.sha256(labels).hexdigest()
    for each in SETS.values():
        if any(file.sha256 == found for _, file in each.parts.values()):
            return each.classes
    return None
