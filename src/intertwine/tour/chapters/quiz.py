"""Guess what a kernel does; then let it say so itself."""

from __future__ import annotations

import numpy as np

import intertwine as iw
from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure, Folded, Picture, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "The quiz: what does this kernel do?"

_LETTERS = "ABCDEFGHI"
_LEAST_REACH = 4  # the taps are drawn so far from the origin, at least
_PART = "48:208"  # rows and columns of the photo's middle


# Turned and scaled so that no table of taps gives the kernels away.
_CODE = f"""
kernels = [
    iw.kernels.gaussian((1.0, 3.0)),
    iw.kernels.sobel(axis=1).rotated(30),
    iw.kernels.unsharp(2.0, 3.0),
    iw.kernels.motion(15, 60),
    iw.kernels.emboss(45),
    iw.kernels.log(2.0),
    iw.kernels.gabor(3.0, 0.14, 120, phase_deg=40),
    iw.Kernel(np.eye(1, 13, 12), origin=(0, 0)),
    iw.kernels.gaussian(1.5, ndim=2, order=(0, 2)),
]
middle = x[{_PART}, {_PART}]
results = [iw.convolve(middle, k) for k in kernels]
answers = [k.describe() for k in kernels]
print(*(answer.kind for answer in answers), sep=", ")

random = iw.Kernel(np.random.default_rng(7).normal(size=(5, 5)))
chance = random.describe()
print(chance)
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    asked, results = ran["kernels"], ran["results"]
    answers = ran["answers"]
    return [
        f"Here are {len(asked)} kernels without their names, and what each makes of the same part "
        "of the photo. What do they do? Three looks at the taps are enough. Do they add up to 1, "
        "so that flat areas stay, or to 0, so that flat areas vanish? Are they the same after half "
        "a turn, or the opposite? And which waves do they let through?",
        Figure(
            tuple(
                (_taps(letter, kernel), _result(letter, kernel, result))
                for letter, kernel, result in zip(_LETTERS, asked, results, strict=True)
            ),
            "Each kernel with its origin in the middle, above its result. Sums of 1 are shown as "
            "brightness; sums near 0 from blue (negative) over grey (zero) to amber (positive).",
            layout="tiles",
        ),
        "Those looks can be measured: the moments of the taps are the answers to flat, sloped and "
        "curved signals, and the spectrum is the answer to waves. `k.describe()` decides from them "
        "and never from a name.",
        Folded(
            "Show the answers",
            (
                Table(
                    "The answers",
                    ("Kernel", "Kind", "In its own words"),
                    tuple(
                        (letter, answer.kind, answer.sentence)
                        for letter, answer in zip(_LETTERS, answers, strict=True)
                    ),
                    texts=3,
                ),
                "And 25 taps drawn at random? Most designed kernels are symmetric or "
                "antisymmetric; random ones are neither. Its answer: "
                f"“{ran['chance'].sentence}”",
                ran.code("The kernels of the quiz, and how to ask any kernel"),
            ),
        ),
    ]


def _taps(letter: str, kernel: iw.Kernel) -> Picture:
    """The taps as squares, the origin in the middle."""
    ends = zip(kernel.shape, kernel.origin, strict=True)
    reach = max(_LEAST_REACH, *(max(at, size - 1 - at) for size, at in ends))
    side = 2 * reach + 1
    taps = kernel.embedded((side, side), (reach, reach)).taps
    total = fixed(float(np.real(kernel.sum)))
    alt = f"The taps of kernel {letter}, {kernel.shape[0]} by {kernel.shape[1]}."
    largest = float(np.abs(taps).max())
    return pictures.enlarged(pictures.signed(taps, alt, f"{letter}: sum {total}", largest))


def _result(letter: str, kernel: iw.Kernel, result: np.ndarray) -> Picture:
    alt = f"What kernel {letter} makes of the photo."
    if abs(kernel.sum) < 0.5:
        return pictures.signed(result, alt)
    return pictures.grey(result / float(np.real(kernel.sum)), alt)
