"""How large a feature map is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure, Picture, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import size

TITLE = "Sizes: valid, same, full"

_KERNELS = ((3, 3), (16, 16), (5, 31), (64, 64))
_SHOWN = 49
_CODE = f"""
shapes = {{}}
for shape in {_KERNELS}:
    k = iw.kernels.box(shape)
    shapes[shape] = [iw.convolve(x, k, mode=mode).shape for mode in ("valid", "same", "full")]
    shapes[shape].append(iw.convolve(whole, k, mode="valid").shape)
    print(shape, *shapes[shape])

box = iw.kernels.box(({_SHOWN}, {_SHOWN}))
blurred = {{
    mode: iw.convolve(x, box, mode=mode, boundary="zero") for mode in ("valid", "same", "full")
}}
"""
_LIGHT, _DARK = (240, 239, 234), (38, 40, 44)


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    return [
        "How many patches are there? A kernel of K pixels can stand at N − K + 1 places inside a "
        "row of N pixels. These are the `valid` results: nothing from outside enters them. With "
        "`same`, every pixel of the photo gets one result, and with `full` every place counts "
        "where the kernel still touches the photo, N + K − 1 of them.",
        _pictures(ran),
        _table(ran),
        "The 16 × 16 row is the one to remember for later: 256 − 16 + 1 = 241. An even kernel has "
        "no middle pixel; Intertwine's origin is then the tap before the middle, and `same` "
        "starts there.",
        ran.code("The shape of a result"),
    ]


def _table(ran: listing.Ran) -> Table:
    square, whole = size(ran["x"].shape), size(ran["whole"].shape)
    return Table(
        f"Sizes of the results as computed, rows first: of the square of {square} in the three "
        f"modes, and the valid one of the whole photo of {whole}.",
        ("Kernel", "valid", "same", "full", "valid, whole photo"),
        tuple(
            (size(shape), *(size(found) for found in ran["shapes"][shape])) for shape in _KERNELS
        ),
    )


def _pictures(ran: listing.Ran) -> Figure:
    views = []
    for mode in ("valid", "same", "full"):
        result = ran["blurred"][mode]
        label = f"{mode}: {size(result.shape)}"
        views.append(_view(result, len(ran["x"]), f"The blurred photo, {label}.", label))
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
