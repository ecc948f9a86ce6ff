"""How white a page is between its lines: lines leave gaps, columns of words seldom do."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

#: What is fainter than this fraction of the darkest ink is paper.
_FAINT = 0.15

#: A gap holds less than this fraction of the mean profile.
_WHITE = 0.25

#: The profile is looked at where it holds this much of the ink, so that margins do not count.
_WITHIN = 0.02, 0.98


def gaps(ink: Array, angle_deg: float) -> float:
    """The white fraction of the profile of a page, summed along lines of one slope.

    >>> words = np.zeros((40, 60))
    >>> words[5:35:4, 5:30] = words[7:35:4, 20:55] = 1
    >>> round(gaps(words, 0.0), 1), gaps(words, 90.0)
    (0.5, 0.0)
    """
    rows, columns = np.nonzero(ink > _FAINT * ink.max())
    angle = math.radians(angle_deg)
    place = np.rint(rows * math.cos(angle) + columns * math.sin(angle)).astype(np.intp)
    profile = np.bincount(place - place.min(), weights=ink[rows, columns])
    below = np.cumsum(profile) / profile.sum()
    first, last = np.searchsorted(below, _WITHIN)
    profile = profile[first : last + 1]
    return float(np.mean(profile < _WHITE * profile.mean()))
