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
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.registration.gaps import gaps
from intertwine.registration.ink import ink
from intertwine.registration.picture import Grey
from intertwine.registration.samples import LEAST_SIDE
from intertwine.registration.similarity import Frame, Similarity, pulled
from intertwine.registration.slices import STEP_DEG, Slices, scan

Array = NDArray[Any]

#: Lines stand out if their ray holds so many times what the median ray does; fewer suffice where
#: so much of their profile is white, as between short lines, but hardly ever in photos.
LEAST_STRENGTH = 2.0
_LEAST_WITH_GAPS, _GAPS = 1.6, 0.4

#: And so many times what any other ray in the range, so far away, rises above the median.
_AHEAD, _AWAY_DEG, _JOINED_DEG = 1.3, 2.0, 0.5

#: What differs from itself by more than this, as blurred photos do, has no lines.
_MOST_UNCERTAIN_DEG = 0.6

#: A ray outside the range is that of the lines if it is not much weaker than the best inside and
#: its profile has more gaps: columns are as sharp as lines, but words do not leave white between.
_AS_STRONG = 0.8

#: However weak, lines across the best ray inside are those of the page if so much more is white.
_WHITER = 0.1

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
    degrees, profile = scan(written)
    median = float(np.median(profile))
    inside = np.abs(degrees) <= within_deg
    best = _top(profile, inside)

    @cache
    def white(place: int) -> float:
        return gaps(written, float(degrees[place]))

    other = _beyond(profile, best, ~inside, white)
    if other is not None:
        anywhere = np.ones(len(profile), bool)
        clear = _stands_out(degrees, profile, other, anywhere, white(other))
        strength = float(profile[best] / median) if best is not None else 0.0
        return Lines(strength=strength, beyond_deg=float(degrees[other]) if clear else None)
    if best is None:
        return Lines()
    strength = float(profile[best] / median)
    if not _stands_out(degrees, profile, best, inside, white(best)):
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


def _beyond(
    profile: Array, best: int | None, outside: Array, white: Callable[[int], float]
) -> int | None:
    """The ray outside the range that is that of the lines, if it is not `best`, inside.

    The strongest outside and the rays across that one and across `best` are looked at.
    """
    strongest = _top(profile, outside)
    across = [_top(profile, outside & _across(profile, each)) for each in (strongest, best)]
    rays = {each for each in (strongest, *across) if each is not None}
    if best is not None:
        least = _AS_STRONG * profile[best], LEAST_STRENGTH * np.median(profile)
        rays = {
            ray
            for ray in rays
            if (profile[ray] > least[0] and white(ray) > white(best))
            or (ray == across[1] and profile[ray] > least[1] and white(ray) > white(best) + _WHITER)
        }
    return max(rays, key=white, default=None)


def _across(profile: Array, place: int | None) -> Array:
    """The rays at about a right angle to one."""
    if place is None:
        return np.zeros(len(profile), bool)
    half = len(profile) // 2
    away = (np.arange(len(profile)) - place) % len(profile)
    return np.asarray(np.abs(away - half) < _AWAY_DEG / STEP_DEG)


def _stands_out(degrees: Array, profile: Array, best: int, inside: Array, white: float) -> bool:
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
    least = LEAST_STRENGTH if white < _GAPS else _LEAST_WITH_GAPS
    rival = float(others.max()) - median if others.size else 0.0
    return height > _AHEAD * rival and height >= (least - 1) * median


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
