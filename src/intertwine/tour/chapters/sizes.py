"""How large a feature map is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import intertwine as iw
from intertwine.tour import pictures
from intertwine.tour.blocks import Block, Code, Figure, Picture, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import size

TITLE = "Sizes: valid, same, full"

_KERNELS = ((3, 3), (16, 16), (5, 31), (64, 64))
_SHOWN = 49
_LIGHT, _DARK = (240, 239, 234), (38, 40, 44)


def write(photo: Photo) -> list[Block]:
    grey = photo.square().grey
    return [
        "How many patches are there? A kernel of K pixels can stand at N − K + 1 places inside a "
        "row of N pixels. These are the `valid` results: nothing from outside enters them. With "
        "`same`, every pixel of the photo gets one result, and with `full` every place counts "
        "where the kernel still touches the photo, N + K − 1 of them.",
        _pictures(grey),
        _table(grey, photo.grey),
        "The 16 × 16 row is the one to remember for later: 256 − 16 + 1 = 241. An even kernel has "
        "no middle pixel; Intertwine's origin is then the tap before the middle, and `same` "
        "starts there.",
        Code(
            "k = np.ones((16, 16)) / 256\n"
            "iw.convolve(x[:256, :256], k, mode='valid').shape  # (241, 241)\n"
            "iw.plan((256, 256), k, mode='full')                # says the sizes, computes nothing",
            "The shape of a result",
        ),
    ]


def _table(grey: np.ndarray, whole: np.ndarray) -> Table:
    return Table(
        f"Sizes of the results as computed, rows first: of the square of {size(grey.shape)} in "
        f"the three modes, and the valid one of the whole photo of {size(whole.shape)}.",
        ("Kernel", "valid", "same", "full", "valid, whole photo"),
        tuple(_row(shape, grey, whole) for shape in _KERNELS),
    )


def _row(shape: tuple[int, int], grey: np.ndarray, whole: np.ndarray) -> tuple[str, ...]:
    box = iw.kernels.box(shape)
    asked = ((grey, "valid"), (grey, "same"), (grey, "full"), (whole, "valid"))
    return size(shape), *(size(iw.convolve(x, box, mode=mode).shape) for x, mode in asked)


def _pictures(grey: np.ndarray) -> Figure:
    box = iw.kernels.box((_SHOWN, _SHOWN))
    views = []
    for mode in ("valid", "same", "full"):
        result = iw.convolve(grey, box, mode=mode, boundary="zero")
        label = f"{mode}: {size(result.shape)}"
        views.append(_view(result, grey.shape[0], f"The blurred photo, {label}.", label))
    return Figure(
        tuple(views),
        f"A {_SHOWN} × {_SHOWN} box kernel on 256 × 256 pixels, with black outside. The yellow "
        "frame is the photo's outline, all three to the same scale.",
        layout="tiles",
    )


def _view(result: np.ndarray, side: int, alt: str, label: str) -> Picture:
    """The result on a common canvas, under the outline of the photo."""
    light, dark = (
        pictures.colour(_canvas(result, side, paper), alt, label) for paper in (_LIGHT, _DARK)
    )
    return replace(light, dark=dark.png)


def _canvas(result: np.ndarray, side: int, paper: tuple[int, int, int]) -> np.ndarray:
    full = side + _SHOWN - 1
    canvas = np.empty((full + 8, full + 8, 3), np.float32)
    canvas[...] = paper
    start = (len(canvas) - len(result)) // 2
    part = slice(start, start + len(result))
    canvas[part, part] = result[..., None]
    inset = (len(canvas) - side) // 2
    return pictures.framed(canvas, inset, inset, side, side)
