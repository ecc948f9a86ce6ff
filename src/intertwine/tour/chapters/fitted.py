"""A filter that nobody names, found again from the photo and its filtered copy."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

import intertwine as iw
from intertwine.learn import KernelFit
from intertwine.tour import pictures
from intertwine.tour.blocks import Block, Code, Figure, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "A kernel found from a before and an after"

_WINDOW = 7
_NOISE = 2.0  # grey levels
_GAMMA = 0.7
_LISTED = 6

Levels = NDArray[np.float64]


def write(photo: Photo) -> list[Block]:
    before = photo.square().grey.astype(np.float64)
    secret = _secret(before)
    rng = np.random.default_rng(0)
    after = iw.convolve(before, secret) + rng.normal(0, _NOISE, before.shape)
    try:
        found = iw.learn.fit_kernel(before, after, _WINDOW)
    except iw.OptionError as refused:
        return [
            "This photo holds too little to tell one filter from another, and "
            "`iw.learn.fit_kernel` says so instead of making up an answer:",
            Figure((pictures.grey(before, "The photo.", "The photo"),), "Too plain to learn from."),
            Code(str(refused), "Its words", "text"),
            _code(),
        ]
    return [
        "Someone filters the photo, adds a little noise, and keeps the filter secret. Can it be "
        "found from the two pictures alone? Each pixel of the copy is a sum of pixels of the "
        f"photo, with the same {_WINDOW * _WINDOW} unknown weights everywhere: that is one "
        f"equation a pixel, {found.samples:,} of them. **Least squares** takes the weights that "
        "miss by the least, and all it needs to know of the pictures are correlations of one with "
        "the other and of the photo with itself.",
        _pictures(before, after),
        f"The answer, in words: **{found.describe()}** It explains "
        f"{fixed(100 * found.r_squared, 2)} % of the variance of the copy.",
        _kernels(found, secret),
        "Noise moves the taps a little, and by how much can be told: each has a **standard "
        "error**, and in 95 cases of 100 the true tap lies within about twice that.",
        _table(found, _true(secret)),
        _trust(found, before),
        _code(),
    ]


def _secret(before: Levels) -> iw.Kernel:
    """One of several filters; which one depends on the photo."""
    named = iw.kernels
    pool = (
        named.motion(7, angle_deg=30),
        named.emboss(),
        named.disk(3),
        named.sobel(axis=1),
        named.sharpen(),
        named.log(0.8, ndim=2),
    )
    return pool[zlib.crc32(before.tobytes()) % len(pool)]


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
    rounded = np.round(found.kernel.taps, 2)
    return Figure(
        (
            pictures.taps_grid(rounded, "The taps that were found.", "Found"),
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


def _trust(found: KernelFit, before: Levels) -> str:
    """What is left tells whether there was a kernel at all: a tone curve leaves structure."""
    curved = iw.learn.fit_kernel(before, 255 * (before / 255) ** _GAMMA, _WINDOW)
    same = (
        "The residual, what the kernel leaves of the copy, looks like noise: "
        f"neighbours correlate by {fixed(found.whiteness.correlation, 2)}, no more than chance "
        "does."
    )
    if not found.whiteness.is_white:
        same = (
            "In the residual, what the kernel leaves of the copy, neighbours correlate by "
            f"{fixed(found.whiteness.correlation, 2)}."
        )
    return (
        f"{same} That is how one sees that it was a convolution. Brighten the photo by a tone "
        "curve instead (gamma "
        f"{_GAMMA:g}), which no convolution can do, and a kernel still comes out, but its residual "
        f"is nothing like noise: neighbours correlate by {fixed(curved.whiteness.correlation, 2)}"
        + (f", and `fit_kernel` says: “{curved.notes[0]}”" if curved.notes else ".")
    )


def _code() -> Code:
    return Code(
        "if x.std() > 10:\n"
        "    y = iw.convolve(x, iw.kernels.emboss())  # pretend not to know\n"
        "    found = iw.learn.fit_kernel(x, y, (3, 3))\n"
        "    found.kernel, found.standard_error, found.r_squared\n"
        "    print(found)",
        "The kernel between two pictures",
    )
