"""All patches at once, and why a kernel is divided by its size."""

from __future__ import annotations

import numpy as np

from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed, power

TITLE = "Patches and feature maps"

_SIDES = (3, 9, 27)
_CODE = f"""
levels = x.astype(float)
k = iw.kernels.emboss()
patches = np.lib.stride_tricks.sliding_window_view(levels, (3, 3)).reshape(-1, 9)
by_hand = patches @ (~k).taps.ravel()
feature_map = iw.convolve(levels, k, mode="valid")
print(patches.shape, feature_map.shape, np.abs(by_hand - feature_map.ravel()).max())

added = iw.convolve(levels, np.ones((3, 3)))
means = {{side: iw.convolve(levels, np.ones((side, side)) / side**2) for side in {_SIDES}}}
print(levels.mean().round(2), added.mean().round(2), *[means[n].mean().round(2) for n in means])

box = iw.kernels.box((27, 27))  # the same kernel by its name
by_boundary = {{
    name: iw.convolve(levels, box, boundary=name).mean()
    for name in ("symmetric", "wrap", "nearest", "mirror", "renormalize", "zero")
}}
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    grey, added, patches = ran["levels"], ran["added"], ran["patches"]
    apart = float(np.abs(ran["by_hand"] - ran["feature_map"].ravel()).max())
    rows, columns = ran["feature_map"].shape
    return [
        f"A photo of 256 × 256 pixels holds {rows} × {columns} = {len(patches):,} patches of "
        "3 × 3. Cut them all out, write each as a row of nine numbers, and multiply this tall "
        "matrix by the turned kernel. The answers, put back in their places, are the **feature "
        "map**. It says for every place how much of the kernel's feature is there. Neural "
        "networks learn such kernels from examples; here we choose them.",
        f"Done both ways on these pixels, the two answers {_agree(apart)}. A convolution never "
        f"builds that matrix: it would hold {patches.size:,} numbers for {grey.size:,} pixels.",
        "The simplest question is: how bright is it around here? Its kernel is all ones. But a "
        f"3 × 3 kernel of ones adds up nine levels: the mean of these pixels is "
        f"{fixed(grey.mean())} before and {fixed(added.mean())} after, nine times as much, where "
        "white is 255. **Divided by its size, 9**, the kernel takes a mean instead of a sum, and "
        "the total intensity stays as it was.",
        _pictures(ran),
        _means(ran),
        "Nothing is gained or lost because every pixel hands out its level in nine shares of one "
        "ninth. At the rim some shares would leave the photo. Whether they come back depends on "
        "the boundary:",
        _boundaries(ran),
        _kept(ran),
        ran.code("Every patch as a row, and the mean of each patch"),
    ]


def _agree(apart: float) -> str:
    return f"differ by at most {power(apart)}" if apart else "are equal to the last digit"


def _pictures(ran: listing.Ran) -> Figure:
    blurred = tuple(
        pictures.grey(
            ran["means"][side],
            f"The photo, blurred a {word}.",
            f"{side} × {side} ones / {side * side}",
        )
        for side, word in zip(_SIDES, ("little", "good deal", "lot"), strict=True)
    )
    washed = pictures.grey(ran["added"], "The photo, much too bright.", "3 × 3 ones, undivided")
    share = 100 * float((ran["added"] > 255).mean())
    return Figure(
        (washed, *blurred),
        f"Undivided, {fixed(share, 1)} % of the results are brighter than white. Divided by their "
        "size, the kernels blur and keep the brightness.",
        layout="tiles",
    )


def _means(ran: listing.Ran) -> Table:
    before = float(ran["levels"].mean())
    results = [("3 × 3 ones", "9", ran["added"])]
    results += [(f"{n} × {n} ones / {n * n}", "1", ran["means"][n]) for n in _SIDES]
    rows = tuple(
        (
            name,
            total,
            fixed(float(after.mean()), 6),
            fixed(after.mean() / before, 9) if before else "–",
        )
        for name, total, after in results
    )
    return Table(
        f"Total intensity, measured. The mean level before is {fixed(before, 6)}.",
        ("Kernel", "Sum of taps", "Mean level after", "Total after / before"),
        rows,
    )


def _change(ran: listing.Ran, name: str) -> float:
    """By how many per cent a boundary changes the mean level; 0 where only rounding does."""
    before = float(ran["levels"].mean())
    change = 100 * (float(ran["by_boundary"][name]) / before - 1) if before else 0.0
    return change if abs(change) > 1e-9 else 0.0


def _boundaries(ran: listing.Ran) -> Table:
    rows = tuple(
        (f"`{name}`", fixed(float(mean), 6), fixed(_change(ran, name), 4) + " %")
        for name, mean in ran["by_boundary"].items()
    )
    return Table(
        "Mean level after the 27 × 27 kernel, by boundary.",
        ("Boundary", "Mean level", "Change"),
        rows,
    )


def _kept(ran: listing.Ran) -> str:
    """What the table shows; on some photos more boundaries keep the mean than on others."""
    changes = {f"`{name}`": _change(ran, name) for name in ran["by_boundary"]}
    groups = (
        ("keep the mean", [name for name, change in changes.items() if change == 0]),
        ("lose some of it", [name for name, change in changes.items() if change < 0]),
        ("add to it", [name for name, change in changes.items() if change > 0]),
    )
    told = [f"{', '.join(names)}: {what}" for what, names in groups if names]
    return (
        "`symmetric` and `wrap` give every share back on any photo. `zero` loses what crosses the "
        "rim; the other three depend on what lies there. On this photo, " + "; ".join(told) + "."
    )
