"""A filter that nobody names, found again from the photo and its filtered copy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import intertwine as iw
from intertwine.learn import KernelFit
from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "A kernel found from a before and an after"

_WINDOW = 7
_NOISE = 2.0  # grey levels
_GAMMA = 0.7
_LISTED = 6

Levels = NDArray[np.float64]


_CODE = f"""
import zlib

pool = [
    iw.kernels.motion(7, angle_deg=30),
    iw.kernels.emboss(),
    iw.kernels.disk(3),
    iw.kernels.sobel(axis=1),
    iw.kernels.sharpen(),
    iw.kernels.log(0.8, ndim=2),
]
secret = pool[zlib.crc32(x.tobytes()) % len(pool)]  # the photo decides which
before = x.astype(float)
after = iw.convolve(before, secret) + np.random.default_rng(0).normal(0, {_NOISE}, x.shape)
found = iw.learn.fit_kernel(before, after, {_WINDOW})
print(found.describe())

curved = iw.learn.fit_kernel(before, 255 * (before / 255) ** {_GAMMA}, {_WINDOW})
print(f"{{found.whiteness.correlation:.2f}} {{curved.whiteness.correlation:.2f}}")
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    before, after, secret = (ran[name] for name in ("before", "after", "secret"))
    if ran.refusal:
        return [
            "This photo holds too little to tell one filter from another, and "
            "`iw.learn.fit_kernel` says so instead of making up an answer:",
            Figure((pictures.grey(before, "The photo.", "The photo"),), "Too plain to learn from."),
            ran.code("The kernel between two pictures, refused"),
        ]
    found: KernelFit = ran["found"]
    return [
        "Someone filters the photo, adds a little noise, and keeps the filter secret. Can it be "
        "found from the two pictures alone? Each pixel of the copy is a sum of pixels of the "
        f"photo, with the same {_WINDOW * _WINDOW} unknown weights everywhere: that is one "
        f"equation a pixel, {found.samples:,} of them. **Least squares** takes the weights that "
        "miss by the least, and all it needs to know are the correlations of the photo with the "
        "copy and with itself.",
        _pictures(before, after),
        f"The answer, in words: **{found.describe()}** It explains "
        f"{fixed(100 * found.r_squared, 2)} % of the variance of the copy.",
        _kernels(found, secret),
        "Noise moves the taps a little, and by how much can be told: each has a **standard "
        "error**, and in 95 cases of 100 the true tap lies within about twice that.",
        _table(found, _true(secret)),
        _trust(found, ran["curved"]),
        ran.code("The kernel between two pictures"),
    ]


def _true(secret: iw.Kernel) -> Levels:
    """The secret taps in the middle of the window."""
    taps = np.zeros((_WINDOW, _WINDOW))
    corner = [(_WINDOW - 1) // 2 - at for at in secret.origin]
    place = tuple(slice(at, at + n) for at, n in zip(corner, secret.shape, strict=True))
    taps[place] = secret.taps
    return taps


def _pictures(before: Levels, after: Levels) -> Figure:
    signed = float(after.mean()) < before.mean() / 4
    shown = (
        pictures.signed(after, "The photo, filtered.", "After, blue below 0")
        if signed
        else pictures.grey(after, "The photo, filtered.", "After")
    )
    return Figure(
        (pictures.grey(before, "The photo.", "Before"), shown),
        f"All that is given away. The noise has a standard deviation of {_NOISE:g} grey levels.",
    )


def _kernels(found: KernelFit, secret: iw.Kernel) -> Figure:
    return Figure(
        (
            pictures.signed_grid(found.kernel.taps, "The taps that were found.", "Found", 2),
            pictures.taps_grid(_true(secret), "The taps of the secret filter.", "The secret"),
        ),
        f"The kernel that was found, and what the filter was: `{secret.name}`.",
    )


def _table(found: KernelFit, true: Levels) -> Table:
    taps, error = found.kernel.taps, found.standard_error
    low, high = found.interval()
    held = int(((low <= true) & (true <= high)).sum())
    order = np.argsort(-np.abs(taps), axis=None)[:_LISTED]
    rows = []
    for place in order:
        at = np.unravel_index(int(place), taps.shape)
        where = ", ".join(fixed(int(i) - _WINDOW // 2, 0) for i in at)
        rows.append(
            (
                f"({where})",
                fixed(float(taps[at]), 4),
                "± " + fixed(float(error[at]), 4),
                f"{fixed(float(low[at]), 4)} to {fixed(float(high[at]), 4)}",
                fixed(float(true[at]), 4),
            )
        )
    return Table(
        f"The largest taps, by row and column from the middle. Of all {taps.size} intervals, "
        f"{held} "
        "hold the true tap.",
        ("Tap", "Found", "Standard error", "95 % interval", "True"),
        tuple(rows),
    )


def _trust(found: KernelFit, curved: KernelFit) -> str:
    """What is left tells whether there was a kernel at all: a tone curve leaves structure."""
    left, other = (fixed(fit.whiteness.correlation, 2) for fit in (found, curved))
    said = f" `fit_kernel` says of it: “{curved.notes[0]}”" if curved.notes else ""
    return (
        "The **residual** is what the kernel leaves of the copy. Its neighbours correlate by "
        f"{left}, {_chance(found)}. Brighten the photo by a tone curve instead (gamma {_GAMMA:g}), "
        "which no convolution can do. A kernel still comes out, and the neighbours in its residual "
        f"correlate by {other}, {_chance(curved)}.{said}"
    )


def _chance(fit: KernelFit) -> str:
    if fit.whiteness.is_white:
        return "no more than chance allows"
    return "more than chance allows"
