"""`deskew`: a page set straight by its lines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.base.errors import OptionError, ShapeError, counted
from intertwine.registration.lines import Lines, lines
from intertwine.registration.picture import as_grey, brightness, checked
from intertwine.registration.similarity import Similarity
from intertwine.registration.warp import warped

Array = NDArray[Any]

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
        How far the lines stand out: the profile along them over the median profile. Below 2 there
        are none, and the page is left as it was.
    uncertainty_deg : float
        The standard error of the angle, from how the lines differ; infinite where none were found.
    bend_deg : float
        How much more the lines rise in the right half of the page than in the left; 0 where they
        are straight.
    beyond_deg : float, optional
        How far lines are turned that stand out, but beyond the range: the page is left as it was.
    """

    image: Array
    angle_deg: float
    strength: float
    uncertainty_deg: float = math.inf
    bend_deg: float = 0.0
    beyond_deg: float | None = None

    @property
    def found(self) -> bool:
        """Whether lines stand out within the range."""
        return math.isfinite(self.uncertainty_deg)


def deskew(
    image: ArrayLike, *, within_deg: float = 20.0, fill: ArrayLike | None = None
) -> Deskewed:
    """Turn a scanned page so that its lines are level.

    What is written is taken apart from paper, shadows and borders. Its spectrum F along the ray
    that lies across lines of the slope ``t`` is that of the page's profile along them (the
    projection-slice theorem); the angle is the one within the range that maximises
    ``sum over f of f |F(f, t)|``, where the profile is sharpest. Where the lines are bent, as near
    the spine of a book, it is the slope from end to end: the mean of the angles that the left and
    the right half of the page have.

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
        ``image`` of the same shape and type, ``angle_deg`` and its ``uncertainty_deg``; ``found``
        is False and the page left as it was where it is blank, where no lines stand out, and where
        lines stand out beyond the range, at ``beyond_deg``.

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
    reach = checked_reach(within_deg)
    page = checked("deskew", "image", image)
    level = _background(page) if fill is None else _checked_fill(page, fill)
    found = _lines(page, reach)
    if not found.found:
        return Deskewed(page.copy(), 0.0, found.strength, beyond_deg=found.beyond_deg)
    motion = Similarity(np.deg2rad(found.angle_deg))
    straight = warped(page, (page.shape[0], page.shape[1]), motion, level)
    return Deskewed(
        straight, found.angle_deg, found.strength, found.uncertainty_deg, found.bend_deg
    )


def _lines(page: Array, reach: float) -> Lines:
    if np.ptp(brightness(page)) == 0:
        return Lines()
    return lines(as_grey("deskew", "image", page), reach)


def _background(page: Array) -> Array:
    border = np.concatenate([page[0], page[-1], page[:, 0], page[:, -1]])
    return np.asarray(np.median(border.astype(float), axis=0))


def checked_reach(within_deg: float) -> float:
    """Return the largest tilt to look for, in degrees."""
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
            f"deskew: `fill` has shape {level.shape} but the page has "
            f"{counted(channels, 'channel')}.\n"
            f"  Pass one number, or one for each channel."
        )
    if not np.isfinite(level).all() and page.dtype.kind != "f":
        raise OptionError(f"deskew: `fill={fill!r}` is no level of a page of {page.dtype}.")
    return level
