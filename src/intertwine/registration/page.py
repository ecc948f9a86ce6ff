"""`deskew`: the tilt of a page's lines, and the page set straight.

Summing a page along its lines gives a profile of sharp steps, along any other direction a smooth
one. By the projection-slice theorem the spectrum of such a profile is the page's spectrum along one
ray, so the sharpest profile is the ray that holds most.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft, ndimage  # type: ignore[import-untyped]

from intertwine.engine.errors import OptionError, ShapeError
from intertwine.registration import phase_correlation as pc
from intertwine.registration.candidates import vertex
from intertwine.registration.picture import Grey, as_grey, checked
from intertwine.registration.pyramid import reduced
from intertwine.registration.similarity import Similarity
from intertwine.registration.warp import warped

Array = NDArray[Any]

#: Rays are this many degrees apart, and smoothed over as many degrees before the best is taken.
_STEP_DEG, _SMOOTH_DEG = 0.05, 0.2

#: The frequencies looked at, in cycles per pixel: lines of text, and their sharp edges.
_LOWEST, _HIGHEST = 0.02, 0.35

#: Longer sides are reduced by whole factors to about these many pixels.
_SIDE = 1200

#: Rays of a page without lines reach at most about this many times their median.
_LEAST_STRENGTH = 1.6

MOST_DEG = 45.0


@dataclass(frozen=True, slots=True, eq=False)
class Deskewed:
    """A page set straight.

    Attributes
    ----------
    image : array of the shape and type of the page
        The page turned by ``-angle_deg`` about its centre.
    angle_deg : float
        By how much the lines were turned, counter-clockwise as the page is seen; 0 where no lines
        were found.
    strength : float
        How far the lines stand out: the profile along them over the median profile. Below 1.6
        there are none, and the page is left as it was.
    """

    image: Array
    angle_deg: float
    strength: float

    @property
    def found(self) -> bool:
        """Whether lines stand out."""
        return self.strength >= _LEAST_STRENGTH


def deskew(
    image: ArrayLike, *, within_deg: float = 20.0, fill: ArrayLike | None = None
) -> Deskewed:
    """Turn a scanned page so that its lines are level.

    The angle is that of the ray ``t`` of the page's spectrum F, within the range, that maximises
    ``sum over f of f |F(f, t)|``: the profile of the page across its lines is sharpest there.

    Parameters
    ----------
    image : (H, W) or (H, W, channels) array
        The page, dark on light or light on dark, at least 16 x 16 pixels.
    within_deg : float
        The largest tilt looked for, above 0 and at most 45 degrees.
    fill : number, or one for each channel, optional
        The level of the corners that come in from outside. By default the page's background: the
        median along its border.

    Returns
    -------
    Deskewed
        ``image`` of the same shape and type, ``angle_deg`` and ``strength``.

    Raises
    ------
    ShapeError, DTypeError, OptionError
        As for `rotation`; or `within_deg` is out of range, or `fill` does not fit the channels.

    Examples
    --------
    >>> import numpy as np
    >>> import intertwine as iw
    >>> page = np.ones((200, 300))
    >>> page[20:-20:12, 20:-20] = 0
    >>> abs(iw.deskew(page).angle_deg) < 0.01
    True
    """
    reach = _checked_reach(within_deg)
    page = checked("deskew", "image", image)
    level = _background(page) if fill is None else _checked_fill(page, fill)
    angle, strength = tilt(as_grey("deskew", "image", page), reach)
    if strength < _LEAST_STRENGTH:
        return Deskewed(page.copy(), 0.0, strength)
    straight = warped(page, (page.shape[0], page.shape[1]), Similarity(np.deg2rad(angle)), level)
    return Deskewed(straight, angle, strength)


def tilt(grey: Grey, within_deg: float) -> tuple[float, float]:
    """The angle of the lines in degrees, and how far they stand out."""
    values = reduced(grey, max(1, round(max(grey.shape) / _SIDE))).values
    size = fft.next_fast_len(2 * max(values.shape), real=True)
    strength = np.abs(pc.spectrum_of(values, pc.tapered(values.shape), (size, size)))
    count = round(within_deg / _STEP_DEG)
    degrees = np.arange(-count - 4, count + 5) * _STEP_DEG
    frequency = np.arange(_LOWEST, _HIGHEST, 0.5 / size)
    angle = np.deg2rad(degrees)[:, None]  # the spectrum of level lines lies on the rows' axis
    rows, columns = np.cos(angle) * frequency * size, np.sin(angle) * frequency * size
    rows, columns = np.where(columns < 0, -rows, rows), np.abs(columns)
    sampled = ndimage.map_coordinates(
        strength, np.stack([rows, columns]), order=1, mode="grid-wrap"
    )
    profile = ndimage.gaussian_filter1d((sampled * frequency).mean(axis=1), _SMOOTH_DEG / _STEP_DEG)
    tops = [i for i in range(4, len(profile) - 4) if profile[i] == profile[i - 4 : i + 5].max()]
    if not tops:  # it only rises towards an end of the range
        return 0.0, 1.0
    best = max(tops, key=lambda i: float(profile[i]))
    found = float(degrees[best]) + _STEP_DEG * vertex(profile[best - 1 : best + 2])
    return max(-within_deg, min(within_deg, found)), float(profile[best] / np.median(profile))


def _background(page: Array) -> Array:
    border = np.concatenate([page[0], page[-1], page[:, 0], page[:, -1]])
    return np.asarray(np.median(border.astype(float), axis=0))


def _checked_reach(within_deg: float) -> float:
    if isinstance(within_deg, bool) or not isinstance(within_deg, Real):
        raise OptionError(f"deskew: `within_deg` must be a number of degrees, not {within_deg!r}.")
    if not 0 < within_deg <= MOST_DEG:
        raise OptionError(
            f"deskew: `within_deg={within_deg}` is out of range, it goes above 0 to {MOST_DEG:g}.\n"
            f"  Beyond that, columns and lines cannot be told apart: turn the page with np.rot90."
        )
    return float(within_deg)


def _checked_fill(page: Array, fill: ArrayLike) -> Array:
    try:
        level = np.asarray(fill, float)
    except (TypeError, ValueError):
        raise OptionError(f"deskew: `fill` must be numbers, not {fill!r}.") from None
    channels = page.shape[2] if page.ndim == 3 else 1
    if level.shape not in ((), (1,), (channels,)):
        raise ShapeError(
            f"deskew: `fill` has shape {level.shape} but the page has {channels} channels.\n"
            f"  Pass one number, or one for each channel."
        )
    if not np.isfinite(level).all() and page.dtype.kind != "f":
        raise OptionError(f"deskew: `fill={fill!r}` is no level of a page of {page.dtype}.")
    return level
