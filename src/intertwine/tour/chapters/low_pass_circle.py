"""A circle in the spectrum: a low-pass filter, and a compression."""

from __future__ import annotations

import numpy as np

import intertwine as iw
from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "A circle in the spectrum"

_SHARES = (0.5, 0.1, 0.02)
_CUTOFF = 0.08


_CODE = f"""
circle, largest, blocks = (
    {{share: iw.compress(x.astype(np.uint8), keep=share, basis=basis) for share in {_SHARES}}}
    for basis in ("circle", "largest", "block-dct")
)
for share in circle:
    print(share, *(f"{{each[share].psnr:.2f}} dB" for each in (circle, largest, blocks)))

filters = {{
    edge: iw.fourier.low_pass({_CUTOFF}, edge) for edge in ("hard", "butterworth", "gaussian")
}}
smooth = {{edge: each @ x for edge, each in filters.items()}}  # a filter acts like a kernel
taps = {{edge: each.kernel((64, 64)).taps for edge, each in filters.items()}}
swing = {{edge: iw.fourier.overshoot(each) for edge, each in filters.items()}}
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    return [
        "Keep a circle around the middle of the spectrum, paint the rest black, and go back: the "
        "coarse waves stay, the fine ones are gone. The circle is a **low-pass filter**. It is a "
        "compression, too: only what lies inside has to be kept. The "
        "**ratio = black area / circle area** says how many numbers are left out for each one "
        "kept.",
        _circles(ran),
        _table(ran),
        "By the convolution theorem the circle is a kernel as well, and its picture explains the "
        "echoes beside edges above. A hard edge in the spectrum makes a kernel that swings for "
        "ever, with negative rings; a soft edge, such as a Gaussian, does not.",
        _kernels(ran),
        _ringing(ran["swing"]),
        _verdict(ran),
        ran.code("The circle as a compression, and low-pass filters"),
    ]


def _circles(ran: listing.Ran) -> Figure:
    decibels = iw.spectrum(ran["x"], detrend="periodic").log(-160.0)
    levels = 40 + 215 * (1 + (decibels - np.percentile(decibels, 99.9)) / 70)
    steps = np.fft.fftshift(np.fft.fftfreq(256))
    radius = np.add.outer(steps**2, steps**2)
    stacks = []
    for share, small in ran["circle"].items():
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


def _table(ran: listing.Ran) -> Table:
    rows = tuple(
        (
            f"{100 * share:g} %",
            fixed(circle.ratio, 2),
            *(
                _decibels(each.psnr)
                for each in (circle, ran["largest"][share], ran["blocks"][share])
            ),
        )
        for share, circle in ran["circle"].items()
    )
    return Table(
        "The quality (PSNR in decibels, more is better) of the circle, of as many of the largest "
        "waves wherever they lie, and of the largest waves of 8 × 8 blocks, as in JPEG. ∞: nothing "
        "is lost.",
        ("Kept", "Black / circle", "Circle", "Largest waves", "8 × 8 blocks"),
        rows,
    )


def _verdict(ran: listing.Ran) -> str:
    better = sum(ran["blocks"][share].psnr > ran["circle"][share].psnr for share in _SHARES)
    told = (
        "JPEG works in blocks of 8 × 8 pixels, so that fine waves are spent only where something "
        f"is. On this photo the blocks are better than the circle in {better} of {len(_SHARES)} "
        "rows. "
    )
    return told + "`intertwine compress` draws the two beside each other."


def _decibels(value: float) -> str:
    return fixed(value, 2) if np.isfinite(value) else "∞"


def _kernels(ran: listing.Ran) -> Figure:
    panels = []
    for edge in ("hard", "gaussian"):
        taps = ran["taps"][edge]
        reach = float(np.abs(taps).max()) / 4
        panels += [
            pictures.enlarged(
                pictures.signed(taps, f"The {edge} filter's kernel.", f"{edge}: kernel", reach)
            ),
            pictures.grey(ran["smooth"][edge], f"The photo through the {edge} filter.", f"{edge}"),
        ]
    return Figure(
        tuple(panels),
        f"Two low-pass filters at {_CUTOFF} cycles per pixel: their kernels (blue is negative, "
        "tips cut at a quarter) and the photo through them.",
        layout="tiles",
    )


def _ringing(swing: dict[str, float]) -> Table:
    return Table(
        "How far each filter swings beyond a straight edge, as a share of the edge's height.",
        ("Edge of the circle", "Overshoot"),
        tuple((name, f"{fixed(100 * over, 1)} %") for name, over in swing.items()),
    )
