"""How far lines of text are turned: all of them at once, and from end to end where they are bent.

What is written (`ink`) is summed along lines of every slope: along the lines of text the profile
has sharp steps, along any other direction it is smooth. The slope is that of the sharpest profile
(`slices`).

That is the slope which most of the page has. Near the spine of an open book lines are bent, and a
slope that many words have by chance is not that from the start of a line to its end. The two halves
of a page, read apart, tell: the mean of their slopes is the slope from end to end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.registration.ink import ink
from intertwine.registration.picture import Grey
from intertwine.registration.samples import LEAST_SIDE
from intertwine.registration.similarity import Frame, Similarity, pulled
from intertwine.registration.slices import STEP_DEG, Slices, scan

Array = NDArray[Any]

#: Lines stand out if their ray holds so many times what the median ray does.
LEAST_STRENGTH = 2.0

#: And so many times what any other ray in the range, so far away, rises above the median.
_AHEAD, _AWAY_DEG, _JOINED_DEG = 1.3, 2.0, 0.5

#: What differs from itself by more than this, as blurred photos do, has no lines.
_MOST_UNCERTAIN_DEG = 0.6

#: A ray outside the range is that of the lines if it is not much weaker than the best inside and
#: holds more of the frequencies of whole lines: columns are as sharp as lines, but fewer.
_AS_STRONG = 0.8

#: Rays are looked at so far outside the range; the lines must lie within it but for the tolerance.
_BEYOND_DEG, _TOLERANCE_DEG = 1.0, 0.05

#: The halves of a page differ from the whole by at most this, and are bent from so much on.
_HALF_REACH_DEG, _LEAST_BEND_DEG = 8.0, 0.5


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a page.

    Attributes
    ----------
    angle_deg : float
        Their slope, counter-clockwise as the page is seen; 0 where none are found.
    strength : float
        The profile along them over the median profile.
    uncertainty_deg : float
        The standard error of the slope; infinite where none are found.
    bend_deg : float
        How much more the right half of the page rises than the left half; 0 for straight lines.
    beyond_deg : float, optional
        The slope of lines that stand out, but outside the range.
    """

    angle_deg: float = 0.0
    strength: float = 0.0
    uncertainty_deg: float = math.inf
    bend_deg: float = 0.0
    beyond_deg: float | None = None

    @property
    def found(self) -> bool:
        """Whether lines stand out within the range."""
        return math.isfinite(self.uncertainty_deg)


def lines(grey: Grey, within_deg: float) -> Lines:
    """Find the slope of a page's lines, between ``-within_deg`` and ``within_deg``."""
    written = ink(grey)
    whole = _straight(written, within_deg + _BEYOND_DEG)
    if whole.found and written.shape[1] >= 2 * LEAST_SIDE:
        whole = _bent(written, whole)
    if whole.found and abs(whole.angle_deg) > within_deg + _TOLERANCE_DEG:
        return Lines(strength=whole.strength, beyond_deg=whole.angle_deg)
    return whole


def _straight(written: Array, within_deg: float) -> Lines:
    """The sharpest profile, if it stands out and is that of lines."""
    if not written.any():
        return Lines()
    degrees, profile, pitches = scan(written)
    median = float(np.median(profile))
    inside = np.abs(degrees) <= within_deg
    best = _top(profile, inside)
    other = _top(profile, ~inside)
    if other is not None:
        other = _lines_not_columns(profile, pitches, other, ~inside)
    if other is not None and (
        best is None
        or (
            profile[other] > _AS_STRONG * profile[best]
            and _most(pitches, other) > _most(pitches, best)
        )
    ):
        clear = _stands_out(degrees, profile, other, np.ones(len(profile), bool))
        strength = float(profile[best] / median) if best is not None else 0.0
        return Lines(strength=strength, beyond_deg=float(degrees[other]) if clear else None)
    if best is None:
        return Lines()
    strength = float(profile[best] / median)
    if not _stands_out(degrees, profile, best, inside):
        return Lines(strength=strength)
    slices = Slices(written, float(degrees[best]))
    angle = slices.sharpest(float(degrees[best]))
    uncertainty = slices.uncertainty(angle, _thickness(written))
    if uncertainty > _MOST_UNCERTAIN_DEG:
        return Lines(strength=strength)
    return Lines(angle, strength, uncertainty)


def _top(profile: Array, where: Array) -> int | None:
    """The highest local maximum, in steps of `STEP_DEG`."""
    tops = where & (profile == scipy.ndimage.maximum_filter1d(profile, 9, mode="wrap"))
    places = np.flatnonzero(tops)
    return int(places[profile[places].argmax()]) if places.size else None


def _lines_not_columns(profile: Array, pitches: Array, place: int, where: Array) -> int:
    """A ray, or the one across it where that holds more of the frequencies of whole lines."""
    across = (place + len(profile) // 2) % len(profile)
    away = (np.arange(len(profile)) - across + len(profile) // 2) % len(profile)
    near = np.abs(away - len(profile) // 2) < _AWAY_DEG / STEP_DEG
    lines = _top(profile, where & near)
    if lines is not None and _most(pitches, lines) > _most(pitches, place):
        return lines
    return place


def _most(pitches: Array, place: int) -> float:
    """The highest of what rays close by hold."""
    near = round(0.2 / STEP_DEG)
    return float(pitches[(place + np.arange(-near, near + 1)) % len(pitches)].max())


def _stands_out(degrees: Array, profile: Array, best: int, inside: Array) -> bool:
    """Whether a ray is strong, and ahead of the others in the range.

    Rays that are joined to it by rays of more than half its height belong to it: bent lines have
    all their slopes.
    """
    median = float(np.median(profile))
    height = float(profile[best]) - median
    apart = np.abs((degrees - degrees[best] + 90) % 180 - 90)
    across = np.abs(apart - 90) < _AWAY_DEG  # columns
    smooth = scipy.ndimage.gaussian_filter1d(profile, _JOINED_DEG / STEP_DEG, mode="wrap")
    groups: Array = scipy.ndimage.label(smooth - median > (smooth[best] - median) / 2)[0]
    joined = (groups == groups[best]) & (groups > 0)
    others = profile[inside & (apart > _AWAY_DEG) & ~across & ~joined]
    rival = float(others.max()) - median if others.size else 0.0
    return height > _AHEAD * rival and height >= (LEAST_STRENGTH - 1) * median


def _thickness(written: Array) -> int:
    """About a line of text: a hundredth of the page."""
    return int(max(4, max(written.shape) // 100))


def _bent(written: Array, whole: Lines) -> Lines:
    """With the slope from end to end, where both halves have lines of slopes of their own."""
    left, right = _halves(written, whole.angle_deg)
    if not (left.found and right.found):
        return whole
    bend = right.angle_deg - left.angle_deg
    more = (left.angle_deg + right.angle_deg) / 2
    # the whole has the slope of some part of bent lines: the halves do not both leave it far behind
    if abs(bend) < max(_LEAST_BEND_DEG, abs(more)):
        return whole
    error = max(whole.uncertainty_deg, math.hypot(left.uncertainty_deg, right.uncertainty_deg) / 2)
    return replace(whole, angle_deg=whole.angle_deg + more, bend_deg=bend, uncertainty_deg=error)


def _halves(written: Array, angle_deg: float) -> tuple[Lines, Lines]:
    """The left and the right half, once the page is turned back by `angle_deg`."""
    frame = Frame.of(written.shape)
    level = pulled(written, frame, frame, Similarity(math.radians(angle_deg)))
    middle = written.shape[1] // 2
    return (
        _straight(level[:, :middle], _HALF_REACH_DEG),
        _straight(level[:, middle:], _HALF_REACH_DEG),
    )
