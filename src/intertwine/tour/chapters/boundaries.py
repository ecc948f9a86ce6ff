"""What lies outside the photo."""

from __future__ import annotations

import numpy as np

from intertwine.base.boundaries import TABLE
from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "What lies outside"

_MARGIN = 48
#: The outside of a photo, in the order in which it is told.
_MEANINGS = {
    "symmetric": "a mirror at the rim, the last pixel seen twice",
    "mirror": "a mirror on the last pixel, which is seen once",
    "nearest": "the last pixel goes on forever",
    "wrap": "the photo starts again, like tiles",
    "zero": "black",
    "constant": "a level of your choice, here 128",
    "renormalize": "nothing: what is inside counts for all",
}


_CODE = f"""
tap = np.zeros({2 * _MARGIN + 1})
tap[{_MARGIN}] = 1  # one tap of 1: nothing moves, but the result reaches {_MARGIN} pixels out
box = iw.kernels.box((31, 31))
beyond, corner = {{}}, {{}}
for name in {tuple(_MEANINGS)}:
    level = {{"cval": 128}} if name == "constant" else {{}}
    tall = iw.convolve(x, tap, axes=0, mode="full", boundary=name, **level)
    beyond[name] = iw.convolve(tall, tap, axes=1, mode="full", boundary=name, **level)
    corner[name] = iw.convolve(x, box, boundary=name, **level)[0, 0]
    print(name, round(float(corner[name]), 1))
both = iw.convolve(x, box, boundary=("zero", "wrap"))  # rows, then columns
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    grey = ran["x"]
    return [
        "At the rim of the photo a patch reaches over the edge, and somebody has to say what is "
        "out there. Intertwine calls this the `boundary` and knows seven answers. Six of them "
        "invent pixels:",
        _extended(grey, ran["beyond"]),
        "The seventh, `renormalize`, invents nothing: it leaves out what is missing and scales up "
        "the weights of what is there. The choice matters only near the rim. For the "
        f"corner pixel under a kernel of 31 × 31, {31 * 31 - 16 * 16} of the {31 * 31} pixels of "
        "the patch lie outside:",
        _corner(grey, ran["corner"]),
        "`symmetric` is the usual choice and Intertwine's default. The word `reflect` is not "
        "taken: SciPy means `symmetric` by it, NumPy and PyTorch mean `mirror`.",
        ran.code("The photo continued, and its corner blurred, under each boundary"),
    ]


def _extended(grey: np.ndarray, beyond: dict[str, np.ndarray]) -> Figure:
    sheet = tuple(
        pictures.colour(
            pictures.framed(beyond[name], _MARGIN, _MARGIN, *grey.shape),
            f"The photo continued outwards: {meaning}.",
            f"{name} {TABLE[name].picture}",
        )
        for name, meaning in _MEANINGS.items()
        if name != "renormalize"
    )
    return Figure(
        sheet,
        "Inside the yellow frame is the photo, outside what the boundary puts there. The digits "
        "show it for a row of four pixels, 1234.",
        layout="tiles",
    )


def _corner(grey: np.ndarray, corner: dict[str, float]) -> Table:
    rows = [
        (f"`{name}`", f"`{TABLE[name].picture}`", meaning, fixed(corner[name], 1))
        for name, meaning in _MEANINGS.items()
    ]
    return Table(
        "The level in the upper left corner after the blur. Before it, the corner pixel is "
        f"{fixed(grey[0, 0], 0)}; the mean of the 16 × 16 pixels that lie inside is "
        f"{fixed(grey[:16, :16].mean(dtype=float), 1)}.",
        ("Boundary", "A row", "Outside is", "Corner level"),
        tuple(rows),
        texts=3,
    )
