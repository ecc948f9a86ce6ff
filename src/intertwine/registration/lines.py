"""How far lines of text are turned: all of them at once, and from end to end where they are bent.

Summing a page along its lines gives a profile of sharp steps, along any other direction a smooth
one. By the projection-slice theorem the spectrum of such a profile is the page's spectrum along one
ray, so the sharpest profile is the ray that holds most.

That is the slope which most of the page has. Near the spine of an open book lines are bent, and a
slope that many words have by chance is not that from the start of a line to its end. The two halves
of a page, read apart, tell: the mean of their slopes is the slope from end to end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.convolution import convolve
from intertwine.kernels import gaussian
from intertwine.registration import phase_correlation as pc
from intertwine.registration.candidates import vertex
from intertwine.registration.picture import Grey
from intertwine.registration.pyramid import reduced
from intertwine.registration.samples import LEAST_SIDE
from intertwine.registration.similarity import Frame, Similarity, pulled

Array = NDArray[Any]

#: Rays are this many degrees apart, and smoothed over as many degrees before the best is taken.
_STEP_DEG, _SMOOTH_DEG = 0.05, 0.2

#: The frequencies looked at, in cycles per pixel: lines of text, and their sharp edges.
_LOWEST, _HIGHEST = 0.02, 0.35

#: Longer sides are reduced by whole factors to about these many pixels.
_SIDE = 1200

#: Rays of a page without lines reach at most about this many times their median.
LEAST_STRENGTH = 1.6

#: Contrast is evened over this many pixels; below this share of the page's own it counts as little.
_AROUND, _FAINT = 20.0, 0.3

#: Bent lines within the range may have most of their slope this far outside.
_BEYOND_DEG = 1.0

#: The halves of a page differ from the whole by at most this, and are bent from so much on.
_HALF_REACH_DEG, _LEAST_BEND_DEG = 8.0, 0.3


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a page.

    Attributes
    ----------
    angle_deg : float
        Their slope, counter-clockwise as the page is seen.
    strength : float
        The profile along them over the median profile.
    bend_deg : float
        How much more the right half of the page rises than the left half; 0 for straight lines.
    """

    angle_deg: float
    strength: float
    bend_deg: float = 0.0


def lines(grey: Grey, within_deg: float) -> Lines:
    """Find the slope of a page's lines, between ``-within_deg`` and ``within_deg``."""
    values = _evened(reduced(grey, max(1, round(max(grey.shape) / _SIDE))).values)
    whole = _sharpest(values, within_deg + _BEYOND_DEG)
    if whole.strength < LEAST_STRENGTH or values.shape[1] < 2 * LEAST_SIDE:
        return _within(whole, within_deg)
    left, right = _halves(values, whole.angle_deg)
    told = min(left.strength, right.strength) >= LEAST_STRENGTH
    bend = right.angle_deg - left.angle_deg
    more = (left.angle_deg + right.angle_deg) / 2
    # the whole has the slope of some part of bent lines: the halves do not both leave it far behind
    if not told or abs(bend) < max(_LEAST_BEND_DEG, abs(more)):
        return _within(whole, within_deg)
    return _within(Lines(whole.angle_deg + more, whole.strength, bend), within_deg)


def _within(found: Lines, within_deg: float) -> Lines:
    return replace(found, angle_deg=max(-within_deg, min(within_deg, found.angle_deg)))


def _evened(values: Grey) -> Array:
    """Bring contrast to one level all over, so that shadows and the paper's edge do not outweigh
    the text: ``d / (sqrt(g * d^2) + faint)`` with ``d = x - g * x``.
    """
    around = gaussian(_AROUND, ndim=2)
    detail = values - convolve(values, around)
    spread = np.sqrt(convolve(detail**2, around))
    evened: Array = detail / (spread + _FAINT * float(detail.std()))
    return evened


def _halves(values: Array, angle_deg: float) -> tuple[Lines, Lines]:
    """The left and the right half, once the page is turned back by `angle_deg`."""
    frame = Frame.of(values.shape)
    level = pulled(values, frame, frame, Similarity(float(np.deg2rad(angle_deg))))
    middle = values.shape[1] // 2
    return (
        _sharpest(level[:, :middle], _HALF_REACH_DEG),
        _sharpest(level[:, middle:], _HALF_REACH_DEG),
    )


def _sharpest(values: Array, within_deg: float) -> Lines:
    """The ray of the spectrum that holds most, within the range."""
    size = scipy.fft.next_fast_len(2 * max(values.shape), real=True)
    strength = np.abs(pc.spectrum_of(values, pc.tapered(values.shape), (size, size)))
    count = round(within_deg / _STEP_DEG)
    degrees = np.arange(-count - 4, count + 5) * _STEP_DEG
    frequency = np.arange(_LOWEST, _HIGHEST, 0.5 / size)
    angle = np.deg2rad(degrees)[:, None]  # the spectrum of level lines lies on the rows' axis
    rows, columns = np.cos(angle) * frequency * size, np.sin(angle) * frequency * size
    rows, columns = np.where(columns < 0, -rows, rows), np.abs(columns)
    sampled = scipy.ndimage.map_coordinates(
        strength, np.stack([rows, columns]), order=1, mode="grid-wrap"
    )
    profile = scipy.ndimage.gaussian_filter1d(
        (sampled * frequency).mean(axis=1), _SMOOTH_DEG / _STEP_DEG
    )
    tops = [i for i in range(4, len(profile) - 4) if profile[i] == profile[i - 4 : i + 5].max()]
    if not tops:  # it only rises towards an end of the range
        return Lines(0.0, 1.0)
    best = max(tops, key=lambda i: float(profile[i]))
    found = float(degrees[best]) + _STEP_DEG * vertex(profile[best - 1 : best + 2])
    return Lines(found, float(profile[best] / np.median(profile)))
