"""The view beside the p-value: does knowing the group help to predict a case not seen before?

Each case is predicted by the mean of the others of its group, and by that of all others; the
fraction of the squared error that knowing the group takes away is the cross-validated R squared.
It may be negative: small groups have means of their own that foretell nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_FAR = 4.0  # standard errors that a mean is from 0 for percentages of it


def of_groups(values: Sequence[Array], first: Sequence[Mask]) -> float:
    """Leave one out, within strata."""
    left = plain = 0.0
    for v, m in zip(values, first, strict=True):
        apart = _left_out(v)
        plain += float(apart @ apart)
        for part in (m, ~m):
            # Who is alone in a group is predicted as if the group were not known.
            own = _left_out(v[part]) if part.sum() > 1 else apart[part]
            left += float(own @ own)
    return 1 - left / plain if plain > 0 else 0.0


def of_differences(differences: Array) -> float:
    """How much of an unseen difference the mean of the others foretells."""
    left, plain = _left_out(differences), float(differences @ differences)
    return 1 - float(left @ left) / plain if plain > 0 and differences.size > 1 else 0.0


def of_line(x: Array, y: Array) -> float:
    """How much of an unseen y a line through the other points foretells, beside their mean."""
    if y.size < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0
    dx, dy = x - x.mean(), y - y.mean()
    leverage = 1 / y.size + dx**2 / (dx @ dx)
    if leverage.max() > 1 - 1e-12:
        return 0.0
    left = (dy - dx * (dx @ dy) / (dx @ dx)) / (1 - leverage)
    plain = _left_out(y)
    return 1 - float(left @ left) / float(plain @ plain)


def relative(effect: float, base: float, a: Array, b: Array) -> float | None:
    """The effect over that of b, if all are sizes and b's mean is far from 0; else None."""
    if min(a.min(), b.min()) < 0 or b.size < 2:
        return None
    return effect / base if base > _FAR * float(b.std(ddof=1)) / b.size**0.5 else None


def superiority(values: Sequence[Array], first: Sequence[Mask]) -> float:
    """How often a random case of the first group lies above one of the second; ties count half."""
    wins = pairs = 0.0
    for v, m in zip(values, first, strict=True):
        ordered = np.sort(v[~m])
        below = np.searchsorted(ordered, v[m], side="left")
        below_or_equal = np.searchsorted(ordered, v[m], side="right")
        wins += float((below + below_or_equal).sum()) / 2
        pairs += float(m.sum() * (~m).sum())
    return wins / pairs


def _left_out(v: Array) -> Array:
    """Each value less the mean of the others."""
    return np.asarray((v - v.mean()) * (v.size / max(v.size - 1, 1)))
