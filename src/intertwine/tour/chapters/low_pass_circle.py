"""A circle in the spectrum: a low-pass filter, and a compression."""

from __future__ import annotations

import numpy as np

import intertwine as iw
from intertwine import fourier
from intertwine.tour import pictures
from intertwine.tour.blocks import Block, Code, Figure, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "A circle in the spectrum"

_SHARES = (0.5, 0.1, 0.02)
_CUTOFF = 0.08


def write(photo: Photo) -> list[Block]:
    grey = photo.square().grey.astype(np.uint8)
    kept = [iw.compress(grey, keep=share) for share in _SHARES]
    return [
        "Keep a circle around the middle of the spectrum, paint the rest black, and go back: the "
        "coarse waves stay, the fine ones are gone. The circle is a **low-pass filter**. It is a "
        "compression, too: only what lies inside has to be kept. How strong it is says the "
        "**ratio = black area / circle area**, the numbers left out for each one kept.",
        _circles(grey, kept),
        _table(grey),
        "By the convolution theorem the circle is a kernel as well, and its picture explains the "
        "echoes beside edges above. A hard edge in the spectrum makes a kernel that swings for "
        "ever, with negative rings; a soft edge, such as a Gaussian, does not.",
        _kernels(grey),
        _ringing(),
        "As a compression the circle is honest but no match for JPEG, which works in blocks of "
        "8 × 8 pixels, so that fine waves are spent only where something is; `intertwine compress` "
        "draws the two beside each other.",
        Code(
            "small = iw.compress(rgb, ratio=9)          # keep a tenth\n"
            "small.ratio, small.psnr, small.nbytes\n"
            "y = small.decompress()\n"
            "soft = iw.fourier.low_pass(0.08) @ x       # a filter acts like a kernel",
            "The circle as a compression, and a soft one as a filter",
        ),
    ]


def _circles(grey: np.ndarray, kept: list[fourier.Compressed]) -> Figure:
    decibels = iw.spectrum(grey, detrend="periodic").log(-160.0)
    levels = 40 + 215 * (1 + (decibels - np.percentile(decibels, 99.9)) / 70)
    steps = np.fft.fftshift(np.fft.fftfreq(256))
    radius = np.add.outer(steps**2, steps**2)
    stacks = []
    for share, small in zip(_SHARES, kept, strict=True):
        spectrum = np.where(radius <= share / np.pi, np.clip(levels, 40, 255), 0)
        name = f"{100 * share:g} % kept"
        stacks.append(
            (
                pictures.grey(spectrum, f"The spectrum inside the circle, {name}.", name),
                pictures.grey(
                    small.decompress(), f"The photo from it, {name}.", f"ratio {small.ratio:.3g}"
                ),
            )
        )
    return Figure(tuple(stacks), "What is kept of the spectrum, above what it shows.")


def _table(grey: np.ndarray) -> Table:
    rows = []
    for share in _SHARES:
        circle = iw.compress(grey, keep=share)
        others = [iw.compress(grey, keep=share, basis=name) for name in ("largest", "block-dct")]
        values = [_decibels(each.psnr) for each in (circle, *others)]
        rows.append((f"{100 * share:g} %", fixed(circle.ratio, 2), *values))
    return Table(
        "The quality (PSNR in decibels, more is better) of the circle, of as many of the largest "
        "waves wherever they lie, and of the largest waves of 8 × 8 blocks, as in JPEG. ∞: nothing "
        "is lost.",
        ("Kept", "Black / circle", "Circle", "Largest waves", "8 × 8 blocks"),
        tuple(rows),
    )


def _decibels(value: float) -> str:
    return fixed(value, 2) if np.isfinite(value) else "∞"


def _kernels(grey: np.ndarray) -> Figure:
    panels = []
    for edge in ("hard", "gaussian"):
        filtered = fourier.low_pass(_CUTOFF, edge)
        taps = filtered.kernel((64, 64)).taps
        reach = float(np.abs(taps).max()) / 4
        panels += [
            pictures.enlarged(
                pictures.signed(taps, f"The {edge} filter's kernel.", f"{edge}: kernel", reach)
            ),
            pictures.grey(filtered @ grey, f"The photo through the {edge} filter.", f"{edge}"),
        ]
    return Figure(
        tuple(panels),
        f"Two low-pass filters at {_CUTOFF} cycles per pixel: their kernels (blue is negative, "
        "tips cut at a quarter) and the photo through them.",
        layout="tiles",
    )


def _ringing() -> Table:
    names = ("hard", "butterworth", "gaussian")
    return Table(
        "How far each filter swings beyond a straight edge, as a share of the edge's height.",
        ("Edge of the circle", "Overshoot"),
        tuple(
            (name, f"{fixed(100 * fourier.overshoot(fourier.low_pass(_CUTOFF, name)), 1)} %")
            for name in names
        ),
    )
