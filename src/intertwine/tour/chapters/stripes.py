"""Stripes, and the two points that they are in the spectrum."""

from __future__ import annotations

import numpy as np

import intertwine as iw
from intertwine import fourier
from intertwine.tour import pictures
from intertwine.tour.blocks import Block, Code, Figure, Picture, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "Stripes and their spectra"

_STRIPES = ((16, 0), (16, 90), (8, 45), (4, 37))  # pixels from crest to crest, degrees
_SIZE = 128
_SHOWN_DB = 70.0


def write(photo: Photo) -> list[Block]:
    grey = photo.square().grey
    angular = iw.spectrum(grey, detrend="periodic", window="hann").angular_profile(36)
    strongest = int(np.nanargmax(angular.power))
    return [
        "In two dimensions a wave has a direction as well as a fineness. Stripes are such a wave, "
        "and their spectrum is two bright points, opposite each other: the direction in which they "
        "lie from the middle is the direction in which the stripes change, and their distance is "
        "the number of stripes per pixel. Finer stripes lie further out.",
        _stripes(),
        _table(),
        "A photo is a sum of many stripes. The middle of its spectrum is the coarse part, and "
        "straight edges, which need stripes of every fineness in one direction, draw rays across "
        "it, at a right angle to the edge.",
        _photo(grey),
        "The first spectrum shows a plus sign that is not in the photo: the transform takes the "
        "picture for a tile of an endless floor, and the jumps where tiles meet are edges like any "
        "other. Taking out the smooth part that explains these jumps removes it.",
        _strongest(angular, strongest),
        Code(
            "s = iw.spectrum(x[:256, :256], detrend='periodic')\n"
            "s.log()                          # decibels, the largest is 0\n"
            "s.radial_profile()               # mean power by fineness\n"
            "s.angular_profile()              # mean power by direction",
            "A picture's spectrum and its profiles",
        ),
    ]


def grating(period_px: float, angle_deg: float, size: int = _SIZE) -> np.ndarray:
    """Stripes that change in the direction `angle_deg`, from right (0) to up (90)."""
    row, column = np.mgrid[:size, :size]
    turn = np.radians(angle_deg)
    along = column * np.cos(turn) - row * np.sin(turn)
    return np.asarray(127.5 + 100 * np.cos(2 * np.pi * along / period_px))


def peak(stripes: np.ndarray) -> tuple[float, float]:
    """The period in pixels and the direction in degrees of the strongest wave."""
    found = iw.spectrum(stripes, detrend="mean", window="hann")
    at = np.unravel_index(found.power.argmax(), found.power.shape)
    down, across = (float(f[i]) for f, i in zip(found.frequencies, at, strict=True))
    return 1 / np.hypot(down, across), float(np.degrees(np.arctan2(-down, across)) % 180)


def _log(image: np.ndarray, detrend: str | None, alt: str, label: str) -> Picture:
    decibels = iw.spectrum(image, detrend=detrend).log(-160.0)
    top = float(np.percentile(decibels, 99.9))
    levels = 255 * (1 + (decibels - top) / _SHOWN_DB)
    return pictures.grey(levels, alt, label)


def _stripes() -> Figure:
    stacks = []
    for period, angle in _STRIPES:
        stripes = grating(period, angle)
        name = f"{period} px, {angle}°"
        found = iw.spectrum(stripes, detrend="mean", window="hann").amplitude
        points = pictures.grey(
            255 * np.sqrt(found / found.max()), f"Spectrum of stripes of {name}.", "Spectrum"
        )
        stacks.append((pictures.grey(stripes, f"Stripes of {name}.", name), points))
    return Figure(tuple(stacks), "Stripes above their spectra.", layout="tiles")


def _table() -> Table:
    rows = []
    for period, angle in _STRIPES:
        measured, turn = peak(grating(period, angle))
        rows.append((f"{period} px, {angle}°", fixed(measured, 2), f"{fixed(turn, 1)}°"))
    return Table(
        f"What the brightest point of each spectrum says. Points lie on a grid of 1/{_SIZE} cycles "
        "per pixel, hence the small differences.",
        ("Stripes", "Period, pixels", "Direction"),
        tuple(rows),
    )


def _photo(grey: np.ndarray) -> Figure:
    return Figure(
        (
            pictures.grey(grey, "The photo's square.", "Photo"),
            _log(grey, None, "Its spectrum, with a cross along both axes.", "Spectrum as it is"),
            _log(grey, "periodic", "Its spectrum without the cross.", "Border jumps taken out"),
        ),
        f"Log spectra: frequency 0 in the middle, half a cycle per pixel at the sides, "
        f"{_SHOWN_DB:.0f} decibels from black to white.",
    )


def _strongest(angular: fourier.Profile, at: int) -> str:
    usual = float(np.nanmedian(angular.power))
    if not usual > 0:
        return "This photo is flat: no direction holds any power."
    times = float(angular.power[at]) / usual
    return (
        f"The direction with the most power in this photo is {fixed(angular.places[at], 0)}° "
        f"(0° is across), {fixed(times, 1)} times as much as in the median direction."
    )
