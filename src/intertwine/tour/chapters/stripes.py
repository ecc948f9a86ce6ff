"""Stripes, and the two points that they are in the spectrum."""

from __future__ import annotations

import numpy as np

from intertwine import fourier
from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure, Picture, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "Stripes and their spectra"

_STRIPES = ((16, 0), (16, 90), (8, 45), (4, 37))  # pixels from crest to crest, degrees
_SIZE = 128
_SHOWN_DB = 70.0


_CODE = f"""
gratings = {{}}
down, right = np.mgrid[:{_SIZE}, :{_SIZE}]
for period, angle in {_STRIPES}:
    turn = np.radians(angle)  # 0 points right, 90 up
    along = right * np.cos(turn) - down * np.sin(turn)
    stripes = 127.5 + 100 * np.cos(2 * np.pi * along / period)
    s = iw.spectrum(stripes, detrend="mean", window="hann")
    i, j = np.unravel_index(s.power.argmax(), s.power.shape)
    rows, columns = s.frequencies[0][i], s.frequencies[1][j]  # cycles per pixel
    found = 1 / np.hypot(rows, columns), np.degrees(np.arctan2(-rows, columns)) % 180
    gratings[period, angle] = stripes, s, *found
    print(period, angle, *np.round(found, 2))

as_it_is = iw.spectrum(x)
smooth = iw.spectrum(x, detrend="periodic")  # border jumps taken out
profile = iw.spectrum(x, detrend="periodic", window="hann").angular_profile(36)
print(profile.directions)  # those that stand out
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    return [
        "In two dimensions a wave has a direction as well as a fineness. Stripes are such a wave, "
        "and their spectrum is two bright points, opposite each other: the direction in which they "
        "lie from the middle is the direction in which the stripes change, and their distance is "
        "the number of stripes per pixel. Finer stripes lie further out.",
        _stripes(ran),
        _table(ran),
        "A photo is a sum of many stripes. The middle of its spectrum is the coarse part, and "
        "straight edges, which need stripes of every fineness in one direction, draw rays across "
        "it, at a right angle to the edge.",
        _photo(ran),
        "The transform takes the picture for a tile of an endless floor. Where tiles meet the "
        "level "
        "jumps, and jumps are edges: they draw a plus sign that is not in the photo. Taking out "
        "the smooth part that explains the jumps removes it.",
        _strongest(ran["x"], ran["profile"]),
        ran.code("Stripes, their spectra, and the directions of the photo"),
    ]


def _log(spectrum: fourier.Spectrum, alt: str, label: str) -> Picture:
    decibels = spectrum.log(-160.0)
    top = float(np.percentile(decibels, 99.9))
    return pictures.grey(255 * (1 + (decibels - top) / _SHOWN_DB), alt, label)


def _stripes(ran: listing.Ran) -> Figure:
    stacks = []
    for (period, angle), (stripes, spectrum, *_) in ran["gratings"].items():
        name = f"{period} px, {angle}°"
        sizes = spectrum.amplitude
        points = pictures.grey(
            255 * np.sqrt(sizes / sizes.max()), f"Spectrum of stripes of {name}.", "Spectrum"
        )
        stacks.append((pictures.grey(stripes, f"Stripes of {name}.", name), points))
    return Figure(tuple(stacks), "Stripes above their spectra.", layout="tiles")


def _table(ran: listing.Ran) -> Table:
    rows = tuple(
        (f"{period} px, {angle}°", fixed(measured, 2), f"{fixed(turn, 1)}°")
        for (period, angle), (*_, measured, turn) in ran["gratings"].items()
    )
    return Table(
        f"What the brightest point of each spectrum says. Points lie on a grid of 1/{_SIZE} cycles "
        "per pixel, hence the small differences.",
        ("Stripes", "Period, pixels", "Direction"),
        rows,
    )


def _photo(ran: listing.Ran) -> Figure:
    return Figure(
        (
            pictures.grey(ran["x"], "The photo's square.", "Photo"),
            _log(ran["as_it_is"], "Its spectrum, border jumps and all.", "Spectrum as it is"),
            _log(ran["smooth"], "Its spectrum without them.", "Border jumps taken out"),
        ),
        f"Log spectra: frequency 0 in the middle, half a cycle per pixel at the sides, "
        f"{_SHOWN_DB:.0f} decibels from black to white.",
    )


def _strongest(grey: np.ndarray, profile: fourier.Profile) -> str:
    usual = float(np.nanmedian(profile.power))
    if np.ptp(grey) == 0:
        return "This photo is flat: no direction holds any power."
    at = int(np.nanargmax(profile.power))
    most = (
        f"The direction with the most power in this photo is {fixed(profile.places[at], 0)}°, with "
        f"{fixed(float(profile.power[at]) / usual, 1)} times the median direction's power. "
    )
    if profile.places[at] in profile.directions:
        return most + "It stands five standard errors above the mean: more than chance would do."
    return most + (
        "That is within five standard errors of the mean: so much can be chance in a picture "
        "without any direction, and none stands out."
    )
