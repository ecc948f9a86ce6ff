"""A photo as the input of a net: cut to a square, resized, and scaled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from intertwine import files
from intertwine.base.errors import DTypeError, OptionError, ShapeError, counted
from intertwine.base.libraries import need
from intertwine.learn.reading.weights import ConvWeights

Array = NDArray[np.float64]

#: Sides that are tried in turn: nets of ImageNet first, then of CIFAR and MNIST.
SIDES = (224, 32, 28, 64, 96, 128, 256, 299)

#: Means and standard deviations of ImageNet's red, green and blue, with levels from 0 to 1.
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True, eq=False)
class Preparation:
    """How a net's inputs are made of pictures: sides to try, means and deviations of levels 0 to 1.

    `stretched` pictures become squares whole, others are cut to their middle.
    """

    sides: tuple[int, ...] = SIDES
    mean: tuple[float, ...] = ()
    deviation: tuple[float, ...] = ()
    stretched: bool = False


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a net may be shown: a name, and inputs (1, C, ...) to try in turn with their notes."""

    name: str
    tries: tuple[tuple[Tensor, str], ...]


def inputs_of(photo: Any, first: ConvWeights, known: Preparation | None) -> Inputs:
    """A path or an array as inputs of a net whose first layer is `first`.

    Raises
    ------
    FileError
        The photo cannot be read.
    OptionError, ShapeError
        The first layer takes neither 1 nor 3 channels, or the array has other axes.
    """
    if isinstance(photo, (str, Path)):
        path = Path(photo)
        return Inputs(path.name, tuple(_of_photo(path, first, known)))
    if isinstance(photo, (np.ndarray, Tensor)):
        array = torch.as_tensor(photo)
        axes = len(first.size) + 1
        if array.ndim != axes:
            raise ShapeError(
                f"read: `photo` has shape {tuple(array.shape)}, the net's input has {axes} axes: "
                f"channels first, no batch.\n  Pass an array of {axes} axes, or a picture's path."
            )
        return Inputs("the array given", ((array.float().unsqueeze(0), ""),))
    raise DTypeError(
        f"read: `photo` is {type(photo).__name__}, not a path or an array.\n"
        "  Pass the path of a picture, or an array (channels, rows, columns)."
    )


def _of_photo(
    path: Path, first: ConvWeights, known: Preparation | None
) -> Iterator[tuple[Tensor, str]]:
    levels = picture(path)
    channels = first.taps.shape[1] * (first.groups or 1)
    if len(first.size) != 2 or channels not in (1, 3):
        raise OptionError(
            f"read: {first.name}, the first layer, takes "
            f"{counted(channels, 'channel')} along {counted(len(first.size), 'axis', 'axes')}, "
            f"a photo has 1 or 3 along 2.\n"
            "  In Python pass photo= an array as the net takes it, without the batch axis."
        )
    preparation = known or Preparation(SIDES, MEAN, DEVIATION)
    for side in preparation.sides:
        array = square(levels, side, preparation.stretched)
        if channels == 1:
            array = array @ np.array([[0.299], [0.587], [0.114]])
        if len(preparation.mean) == channels:
            array = (array - np.array(preparation.mean)) / np.array(preparation.deviation)
        scaled = "scaled as the net's card says" if known else _guessed(channels)
        cut = "stretched" if preparation.stretched else "cut to a square, resized"
        note = f"{cut} to {side} x {side} and {scaled}"
        yield torch.from_numpy(np.ascontiguousarray(array.transpose(2, 0, 1))).float()[None], note


def _guessed(channels: int) -> str:
    if channels == 1:
        return "scaled from 0 to 1 (how the net's inputs are scaled is not known)"
    return "scaled by ImageNet's mean and deviation (how the net's inputs are scaled is not known)"


def picture(path: Path) -> NDArray[np.uint8]:
    """Red, green and blue levels of a picture's first page, transparency laid on white."""
    document = files.read(path)
    if document.kind != "image":
        known = " ".join(files.suffixes("image"))
        raise files.FileError(f"{path} holds no picture.\n  Pass a file of one of {known}.")
    page = np.atleast_3d(np.asarray(document.pages[0]))
    white = float(files.white(page.dtype)) if page.dtype.kind == "u" else float(page.max()) or 1.0
    levels = np.clip(np.nan_to_num(page.astype(float)) / white, 0, 1)
    if document.alpha:
        cover = levels[..., -1:]
        levels = 1 + cover * (levels[..., :-1] - 1)
    if levels.shape[2] not in (1, 3):
        levels = levels[..., :1]
    rgb = np.broadcast_to(levels, (*levels.shape[:2], 3))
    return np.asarray(np.rint(255 * rgb), np.uint8)


def square(levels: NDArray[np.uint8], side: int, stretched: bool = False) -> Array:
    """A picture, or its middle square, as `side` x `side` pixels from 0 to 1."""
    image = need("PIL.Image", "Resizing a photo")
    least = min(levels.shape[:2])
    top, left = ((n - least) // 2 for n in levels.shape[:2])
    middle = levels[top : top + least, left : left + least]
    part = np.ascontiguousarray(levels if stretched else middle)
    resized = image.fromarray(part).resize((side, side), image.Resampling.LANCZOS)
    return np.asarray(resized, float) / 255
