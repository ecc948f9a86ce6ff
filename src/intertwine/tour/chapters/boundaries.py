"""What lies outside the photo."""

from __future__ import annotations

import numpy as np

import intertwine as iw
from intertwine.base.boundaries import TABLE
from intertwine.tour import pictures
from intertwine.tour.blocks import Block, Code, Figure, Table
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


def write(photo: Photo) -> list[Block]:
    grey = photo.square().grey
    return [
        "At the rim of the photo a patch reaches over the edge, and somebody has to say what is "
        "out there. Intertwine calls this the `boundary` and knows seven answers. Six of them "
        "invent pixels:",
        _extended(grey),
        "The seventh, `renormalize`, invents nothing: it leaves out what is missing and scales up "
        "the weights of what is there. The choice only matters near the rim, but there it "
        "matters. In the corner pixel of this photo, blurred with a kernel of 31 × 31, three "
        "quarters of the patch lie outside:",
        _corner(grey),
        "`symmetric` is the usual choice and Intertwine's default. The word `reflect` is not "
        "taken: SciPy means `symmetric` by it, NumPy and PyTorch mean `mirror`.",
        Code(
            "k = iw.kernels.box((31, 31))\n"
            "y = iw.convolve(x, k, boundary='wrap')\n"
            "y = iw.convolve(x, k, boundary=('zero', 'wrap'))  # rows, then columns",
            "Choosing the boundary, for all axes or for each",
        ),
    ]


def extended(grey: np.ndarray, boundary: str) -> np.ndarray:
    """The photo with a margin, as convolution sees it: a single tap of 1 moves nothing."""
    tap = np.zeros(2 * _MARGIN + 1, np.float32)
    tap[_MARGIN] = 1
    for axis in (0, 1):
        grey = iw.convolve(
            grey, tap, axes=axis, mode="full", boundary=boundary, cval=_cval(boundary)
        )
    return grey


def _cval(boundary: str) -> float:
    return 128.0 if boundary == "constant" else 0.0


def _extended(grey: np.ndarray) -> Figure:
    sheet = tuple(
        pictures.colour(
            pictures.framed(extended(grey, name), _MARGIN, _MARGIN, *grey.shape),
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


def _corner(grey: np.ndarray) -> Table:
    box = iw.kernels.box((31, 31))
    rows = [
        (f"`{name}`", f"`{TABLE[name].picture}`", meaning, fixed(_corner_level(grey, box, name), 1))
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


def _corner_level(grey: np.ndarray, box: iw.Kernel, boundary: str) -> float:
    blurred = iw.convolve(grey[:64, :64], box, boundary=boundary, cval=_cval(boundary))
    return float(blurred[0, 0])
