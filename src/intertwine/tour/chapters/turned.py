"""A photo turned by 37 degrees, and the angle found again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage  # type: ignore[import-untyped]

import intertwine as iw
from intertwine.registration import Rotation
from intertwine.registration.log_polar import radial_window
from intertwine.registration.overlay import overlay
from intertwine.registration.similarity import Frame, inside
from intertwine.tour import pictures
from intertwine.tour.blocks import Block, Code, Figure, Picture, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "A photo turned by 37 degrees, and found again"

_ANGLE = 37.0
_NOISE = 25.5  # a tenth of the range from black to white
_SHIFT = (20, -15)

Levels = NDArray[np.float32]


def write(photo: Photo) -> list[Block]:
    grey = photo.square().grey
    if np.ptp(grey) == 0:
        return [
            "This photo has one level everywhere: however it is turned, it looks the same, and "
            "`iw.rotation` says so instead of giving an angle.",
            Figure((pictures.grey(grey, "A plain square.", "The photo"),), "Nothing to turn by."),
            _code(),
        ]
    turned = _turned(grey)
    found = iw.rotation(grey, turned)
    return [
        f"Turn the photo by {_ANGLE:g} degrees, counter-clockwise, and give both pictures away "
        "without a word. Can the angle be found? Comparing pixels at every angle and every shift "
        "would take long. The **spectrum** knows a shorter way: it says how much of each wave is "
        "in the picture, and a wave that is turned is the same wave in another direction.",
        _pictures(grey, turned),
        "So the spectrum turns by the same angle. A shift, on the other hand, moves the waves and "
        "leaves their sizes as they are: the sizes hold the angle alone. Read along rays from the "
        "middle, they become a table of angle by frequency, in which a turn is a plain shift, and "
        "one correlation finds it. A spectrum looks the same after half a turn, so both answers "
        "are tried on the pictures. Least squares on the pixels gives the last digits.",
        _table(grey, turned, found),
        "The **confidence** says in how many of such cases the answer is right. An answer always "
        "comes out, also for pictures that do not match, as in the last row: a mirrored photo "
        "cannot be turned into the photo. Only the confidence tells.",
        _overlay(grey, turned, found),
        _code(),
    ]


def _turned(grey: Levels) -> Levels:
    turned: Levels = ndimage.rotate(grey, _ANGLE, reshape=False, cval=float(grey.mean()))
    return np.clip(turned, 0, 255)


def _code() -> Code:
    return Code(
        "from scipy import ndimage\n\n"
        "if x.min() < x.max():\n"
        "    found = iw.rotation(x, ndimage.rotate(x, 37))\n"
        "    found.angle_deg, found.confidence\n"
        "    back = found.align(ndimage.rotate(x, 37))  # as x lies",
        "The angle between two pictures, which need not be of one size",
    )


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


def _table(grey: Levels, turned: Levels, found: Rotation) -> Table:
    rng = np.random.default_rng(0)
    shifted = ndimage.shift(turned, _SHIFT, order=1, cval=float(grey.mean()))
    noisy = [x + rng.normal(0, _NOISE, x.shape) for x in (grey, shifted)]
    cases = (
        ("turned", found),
        (
            f"turned, shifted by {_SHIFT[0]} rows and {_SHIFT[1]} columns",
            iw.rotation(grey, shifted),
        ),
        ("the same, with noise of a tenth of the range", iw.rotation(*noisy)),
        ("mirrored and turned", iw.rotation(grey, _turned(grey[:, ::-1]))),
    )
    return Table(
        f"What was found. The true angle is {_ANGLE:g} degrees, save in the last row.",
        ("The other picture is", "Angle found", "Shift: rows", "columns", "Confidence"),
        tuple(
            (
                case.replace("-", "−"),
                fixed(each.angle_deg, 3) + "°",
                fixed(each.shift[0]),
                fixed(each.shift[1]),
                fixed(each.confidence, 3),
            )
            for case, each in cases
        ),
    )


def _overlay(grey: Levels, turned: Levels, found: Rotation) -> Figure:
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
                overlay(grey, found.align(turned), shown),
                "Grey in the middle, where the pictures agree.",
                "Turned back by the angle found",
            ),
        ),
        "The photo in red and the other picture in cyan: grey where they agree. In the corners the "
        "turned picture holds nothing of the photo.",
    )
