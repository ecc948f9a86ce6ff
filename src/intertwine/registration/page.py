"""`deskew`: a page set straight by its lines."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.base.errors import OptionError, ShapeError, counted
from intertwine.registration.lines import LEAST_STRENGTH, lines
from intertwine.registration.picture import as_grey, checked
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
        How far the lines stand out: the profile along them over the median profile. Below 1.6
        there are none, and the page is left as it was.
    bend_deg : float
        How much more the lines rise in the right half of the page than in the left; 0 where they
        are straight.
    """

    image: Array
    angle_deg: float
    strength: float
    bend_deg: float = 0.0

    @property
    def found(self) -> bool:
        """Whether lines stand out."""
        return self.strength >= LEAST_STRENGTH


def deskew(
    image: ArrayLike, *, within_deg: float = 20.0, fill: ArrayLike | None = None
) -> Deskewed:
    """Turn a scanned page so that its lines are level.

    The angle is that of the ray ``t`` of the page's spectrum F, within the range, that maximises
    ``sum over f of f |F(f, t)|``: the profile of the page across its lines is sharpest there. Where
    the lines are bent, as near the spine of a book, it is the slope from end to end: the mean of
    the angles that the left and the right half of the page have.

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
    reach = checked_reach(within_deg)
    page = checked("deskew", "image", image)
    level = _background(page) if fill is None else _checked_fill(page, fill)
    found = lines(as_grey("deskew", "image", page), reach)
    if found.strength < LEAST_STRENGTH:
        return Deskewed(page.copy(), 0.0, found.strength)
    motion = Similarity(np.deg2rad(found.angle_deg))
    straight = warped(page, (page.shape[0], page.shape[1]), motion, level)
    return Deskewed(straight, found.angle_deg, found.strength, found.bend_deg)


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
