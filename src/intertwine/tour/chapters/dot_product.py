"""One output pixel, worked out by hand."""

from __future__ import annotations

import numpy as np

from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "What a convolution is"

_AROUND = 4  # pixels shown on each side of the chosen one


_RIM = 12  # pixels that the chosen one keeps away from the rim
_CODE = f"""
k = iw.kernels.emboss()
y = iw.convolve(x, k)
z = iw.correlate(x, k)  # without turning the kernel

inner = np.abs(y[{_RIM}:-{_RIM}, {_RIM}:-{_RIM}])
row, column = (int(i) + {_RIM} for i in np.unravel_index(inner.argmax(), inner.shape))
patch = x[row - 1 : row + 2, column - 1 : column + 2]
products = patch * (~k).taps  # ~ turns the kernel
print(row, column, products.sum(), y[row, column], z[row, column])
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    grey, kernel, result, patch = (ran[name] for name in ("x", "k", "y", "patch"))
    row, column = ran["row"], ran["column"]
    turned, total = (~kernel).taps, float(ran["products"].sum())
    return [
        "To a computer a grey photo is a table of numbers, here from 0 for black to 255 for "
        "white. A **convolution** replaces every number by a mix of the numbers around it. A "
        "small table, the **kernel**, says how much of each neighbour goes into the mix. That is "
        "all; everything on this page follows from it.",
        _where(grey, row, column),
        f"The frame marks the surroundings of the pixel in row {row}, column {column} (counted "
        "from 0). The nine outlined numbers are a **patch**: as large as the kernel and centred "
        f"on that pixel, whose level is {fixed(grey[row, column], 0)}. " + _picked(ran["inner"]),
        "Convolution turns the kernel by 180 degrees before it is laid on the patch. This is what "
        "lets convolutions be chained and reordered like multiplications, and it means that a "
        "single bright pixel is replaced by the kernel the right way round.",
        _turn(kernel.taps, turned),
        "Now each level is multiplied by the tap that lies on it, and the nine products are added "
        "up. With the patch and the turned kernel each read as a list of nine numbers, this is "
        "their **dot product**: large when the two look alike, zero when they have nothing in "
        "common, negative when one looks like the other's opposite.",
        _products(patch, turned, total),
        f"The sum is {fixed(total, 0)}. `iw.convolve` put {fixed(result[row, column], 0)} at "
        f"this pixel. Without the turn, which is what `iw.correlate` computes, it would be "
        f"{fixed(ran['z'][row, column], 0)}. The same sum is made for every patch of the photo, "
        "and the "
        "results make a new picture:",
        _result(grey, result, row, column),
        ran.code("The sum by hand, by convolution, and without the turn"),
    ]


def _picked(sizes: np.ndarray) -> str:
    if np.ptp(sizes) == 0:
        return "Every place of this photo gives the same result; this is the first."
    return (
        f"At least {_RIM} pixels from the rim, no result is further from 0 than that of this place."
    )


def _where(grey: np.ndarray, row: int, column: int) -> Figure:
    top, left, side = row - _AROUND, column - _AROUND, 2 * _AROUND + 1
    marked = np.zeros((side, side), bool)
    marked[_AROUND - 1 : _AROUND + 2, _AROUND - 1 : _AROUND + 2] = True
    return Figure(
        (
            pictures.colour(
                pictures.framed(grey, top, left, side, side),
                "The photo in grey with a small yellow frame.",
                "The photo",
            ),
            pictures.levels_grid(
                grey[top : top + side, left : left + side],
                f"{side} by {side} brightness levels, the middle 3 by 3 outlined.",
                "The framed part in numbers",
                marked,
            ),
        ),
        "Every pixel is a number. The outlined patch gives one pixel of the result.",
    )


def _turn(taps: np.ndarray, turned: np.ndarray) -> Figure:
    return Figure(
        (
            pictures.taps_grid(taps, "The nine taps of the kernel.", "Kernel: emboss"),
            "↻",
            pictures.taps_grid(turned, "The same taps, turned by 180 degrees.", "Turned by 180°"),
        ),
        "The kernel and the kernel turned. Blue is negative, grey is zero, amber is positive.",
    )


def _products(patch: np.ndarray, turned: np.ndarray, total: float) -> Figure:
    return Figure(
        (
            pictures.levels_grid(patch, "The nine levels of the patch.", "Patch"),
            "×",
            pictures.taps_grid(turned, "The nine taps of the turned kernel.", "Turned kernel"),
            "=",
            pictures.signed_grid(patch * turned, "The nine products.", "Products"),
            f"→ {fixed(total, 0)}",
        ),
        f"Multiply what lies on top of each other, add everything up: {fixed(total, 0)}.",
    )


def _result(grey: np.ndarray, result: np.ndarray, row: int, column: int) -> Figure:
    return Figure(
        (
            pictures.grey(grey, "The photo in grey.", "Before"),
            pictures.grey(
                result, "The photo as a relief lit from the upper left.", "After: emboss"
            ),
        ),
        f"All {grey.size:,} sums. The taps add up to 1, so flat areas keep their brightness; where "
        "brightness changes, one side is lit and the other lies in shadow. What falls below 0 or "
        "above 255 is shown as black or white.",
    )
