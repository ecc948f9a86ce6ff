"""A photo turned by 37 degrees, and the angle found again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage  # type: ignore[import-untyped]

from intertwine.registration import Rotation
from intertwine.registration.log_polar import radial_window
from intertwine.registration.overlay import overlay
from intertwine.registration.similarity import Frame, inside
from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure, Picture, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "A photo turned by 37 degrees, and found again"

_ANGLE = 37.0
_NOISE = 25.5  # a tenth of the range from black to white
_SHIFT = (20, -15)

Levels = NDArray[np.float32]


_CODE = f"""
from scipy import ndimage

def turned(levels):
    mean = float(levels.mean())
    return np.clip(ndimage.rotate(levels, {_ANGLE:g}, reshape=False, cval=mean), 0, 255)

other = turned(x)
shifted = ndimage.shift(other, {_SHIFT}, order=1, cval=float(x.mean()))
rng = np.random.default_rng(0)
noisy = [levels + rng.normal(0, {_NOISE}, x.shape) for levels in (x, shifted)]
pairs = {{
    "turned": (x, other),
    "turned and shifted": (x, shifted),
    "turned, shifted, noisy": noisy,
    "mirrored and turned": (x, turned(x[:, ::-1])),
}}
found = {{}}
for name, (one, two) in pairs.items():
    found[name] = iw.rotation(one, two)
    print(f"{{name}}: {{found[name].angle_deg:.3f}}, {{found[name].confidence:.3f}}")
back = found["turned"].align(other)  # as x lies
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    grey = ran["x"]
    if ran.refusal:
        return [
            "This photo has too little structure to tell how it is turned, and `iw.rotation` says "
            "so instead of giving an angle.",
            Figure((pictures.grey(grey, "A plain square.", "The photo"),), "Nothing to turn by."),
            ran.code("The angle between two pictures, refused"),
        ]
    turned = ran["other"]
    return [
        f"Turn the photo by {_ANGLE:g}°, from right to up, and give both pictures away "
        "without a word. Can the angle be found? Comparing pixels at every angle and every shift "
        "would take long. The **spectrum** knows a shorter way: it says how much of each wave is "
        "in the picture, and a wave that is turned is the same wave in another direction.",
        _pictures(grey, turned),
        "So the spectrum turns by the same angle. A shift, on the other hand, moves the waves and "
        "leaves their sizes as they are: the sizes hold the angle alone. Read along rays from the "
        "middle, they become a table of angle by frequency, in which a turn is a plain shift, and "
        "one correlation finds it. A spectrum looks the same after half a turn, so both answers "
        "are tried on the pictures. Least squares on the pixels gives the last digits.",
        _table(ran),
        _confidence(ran["found"]["mirrored and turned"]),
        _overlay(ran),
        ran.code("The angle between two pictures, which need not be of one size"),
    ]


def _pictures(grey: Levels, turned: Levels) -> Figure:
    return Figure(
        (
            (
                pictures.grey(grey, "The photo in grey.", "The photo"),
                _spectrum(grey, "Its spectrum: a bright middle with rays."),
            ),
            (
                pictures.grey(turned, "The photo, turned.", f"Turned by {_ANGLE:g}°"),
                _spectrum(turned, "The same spectrum, turned alike."),
            ),
        ),
        "Above the pictures, below the sizes of their waves on a logarithmic scale, smoothed: "
        "slow waves in the middle, fast ones outside. What is bright in one direction on the left "
        f"is bright in a direction {_ANGLE:g}° further on the right.",
    )


def _spectrum(grey: Levels, alt: str) -> Picture:
    window = radial_window((grey.shape[0], grey.shape[1]), min(grey.shape) / 2)
    level = float((grey * window).sum() / window.sum())
    sizes = np.abs(fft.fftshift(fft.fft2((grey - level) * window)))
    shown = ndimage.gaussian_filter(np.log10(sizes + sizes.max() * 1e-6 + 1e-30), 1.5)
    low, high = (float(level) for level in np.quantile(shown, (0.3, 0.9995)))
    return pictures.grey((shown - low) * (255 / max(high - low, 1e-9)), alt, "Its spectrum")


def _table(ran: listing.Ran) -> Table:
    words = (
        "turned",
        f"turned, shifted by {_SHIFT[0]} rows and {fixed(_SHIFT[1], 0)} columns",
        "the same, with noise of a tenth of the range",
        "mirrored and turned",
    )
    return Table(
        f"What was found. The true angle is {_ANGLE:g}°, save in the last row.",
        ("The other picture is", "Angle found", "Shift: rows", "columns", "Confidence"),
        tuple(
            (
                case,
                fixed(each.angle_deg, 3) + "°",
                fixed(each.shift[0]),
                fixed(each.shift[1]),
                fixed(each.confidence, 3),
            )
            for case, each in zip(words, ran["found"].values(), strict=True)
        ),
    )


def _confidence(mirrored: Rotation) -> str:
    told = (
        "The **confidence** says in how many of such cases the answer is right. An answer always "
        "comes out, also for pictures that do not match: a mirrored photo cannot be turned into "
        "the photo, unless it is symmetric. "
    )
    return told + f"For the last row the confidence is {fixed(mirrored.confidence, 3)}."


def _overlay(ran: listing.Ran) -> Figure:
    grey, turned, found = ran["x"], ran["other"], ran["found"]["turned"]
    frame = Frame.of(grey.shape)
    shown = inside(frame, frame, found.motion, 0.0)
    return Figure(
        (
            pictures.colour(
                overlay(grey, turned, np.ones_like(shown)),
                "Two pictures in red and cyan that do not meet.",
                "Laid over each other as they are",
            ),
            pictures.colour(
                overlay(grey, ran["back"], shown),
                "Grey in the middle, where the pictures agree.",
                "Turned back by the angle found",
            ),
        ),
        "The photo in red and the other picture in cyan: grey where they agree. In the corners the "
        "turned picture holds nothing of the photo.",
    )
