"""All patches at once, and why a kernel is divided by its size."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

import intertwine as iw
from intertwine.tour import pictures
from intertwine.tour.blocks import Block, Code, Figure, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed, power

TITLE = "Patches and feature maps"


def write(photo: Photo) -> list[Block]:
    grey = photo.square().grey.astype(float)
    ones = np.ones((3, 3))
    added = iw.convolve(grey, ones)
    return [
        *_as_matrix(grey),
        "The simplest question is: how bright is it around here? Its kernel is all ones. But a "
        f"3 × 3 kernel of ones adds up nine levels, and the mean of these pixels rises from "
        f"{fixed(grey.mean())} to {fixed(added.mean())}: nine times as much, where white is 255. "
        "**Divided by its size, 9**, the kernel takes a mean instead of a sum, and the total "
        "intensity stays as it was.",
        _pictures(grey, added),
        _means(grey),
        "Nothing is gained or lost because every pixel hands out its level in nine shares of one "
        "ninth. At the rim some shares would leave the photo. Whether they come back depends on "
        "the boundary:",
        _boundaries(grey),
        "`symmetric` and `wrap` give every share back, to the last digit; `zero` loses what "
        "crosses the rim, and the others bring back a little more or less than they took.",
        Code(
            "import numpy as np\n\n"
            "y = iw.convolve(x, np.ones((3, 3)) / 9)\n"
            "y = iw.convolve(x, iw.kernels.box((3, 3)))  # the same kernel by its name",
            "The mean of each patch",
        ),
    ]


def _as_matrix(grey: np.ndarray) -> list[Block]:
    """The same result, by laying out every patch as a row of a matrix."""
    kernel = iw.kernels.emboss()
    patches = sliding_window_view(grey, (3, 3)).reshape(-1, 9)
    by_hand = patches @ (~kernel).taps.ravel().astype(float)
    result = iw.convolve(grey, kernel, mode="valid")
    apart = float(np.abs(by_hand - result.ravel()).max())
    rows, columns = result.shape
    return [
        f"A photo of 256 × 256 pixels holds {rows} × {columns} = {len(patches):,} patches of "
        "3 × 3. Cut them all out, write each as a row of nine numbers, and multiply this tall "
        "matrix by the turned kernel: the answers, put back in their places, are the **feature "
        "map**. It says for every place how much of the kernel's feature is there. Neural "
        "networks learn such kernels from examples; here we choose them.",
        f"Done both ways on these pixels, the two answers {_agree(apart)}. A convolution never "
        "builds that matrix, of course: it would hold every pixel nine times.",
    ]


def _agree(apart: float) -> str:
    return f"differ by at most {power(apart)}" if apart else "are equal to the last digit"


def _pictures(grey: np.ndarray, added: np.ndarray) -> Figure:
    blurred = tuple(
        pictures.grey(
            iw.convolve(grey, iw.kernels.box((side, side))),
            f"The photo, blurred a {word}.",
            f"{side} × {side} ones / {side * side}",
        )
        for side, word in ((3, "little"), (9, "good deal"), (27, "lot"))
    )
    washed = pictures.grey(added, "The photo, much too bright.", "3 × 3 ones, undivided")
    return Figure(
        (washed, *blurred),
        f"Undivided, {fixed(100 * float((added > 255).mean()), 0)} % of the results are brighter "
        "than white. Divided by their size, the kernels blur and keep the brightness.",
    )


def _means(grey: np.ndarray) -> Table:
    kernels = [("3 × 3 ones", np.ones((3, 3)))]
    kernels += [(f"{n} × {n} ones / {n * n}", np.ones((n, n)) / n**2) for n in (3, 9, 27)]
    before = float(grey.sum())
    rows = []
    for name, taps in kernels:
        after = iw.convolve(grey, taps)
        rows.append(
            (
                name,
                fixed(taps.sum(), 0),
                fixed(float(after.mean()), 6),
                fixed(after.sum() / before if before else 1.0, 9),
            )
        )
    return Table(
        f"Total intensity, measured. The mean level before is {fixed(grey.mean(), 6)}.",
        ("Kernel", "Sum of taps", "Mean level after", "Total after / before"),
        tuple(rows),
    )


def _boundaries(grey: np.ndarray) -> Table:
    names = ("symmetric", "wrap", "nearest", "mirror", "renormalize", "zero")
    box = iw.kernels.box((27, 27))
    before = float(grey.mean()) or 1.0
    rows = []
    for name in names:
        after = float(iw.convolve(grey, box, boundary=name).mean())
        lost = 0.0 if abs(after - before) < 1e-12 * before else 100 * (after / before - 1)
        rows.append((f"`{name}`", fixed(after, 6), fixed(lost, 4) + " %"))
    return Table(
        "Mean level after the 27 × 27 kernel, by boundary.",
        ("Boundary", "Mean level", "Change"),
        tuple(rows),
    )
