r"""zncc where every sample counts, without masks, complex numbers or channels: the usual case.

    power = sum w^2 - (sum w)^2 / m        zncc = sum k w / sqrt(power),   |k| = 1,  sum k = 0

``power`` is a difference, so each stretch of data is shifted by its own mean first. Pictures are
one stretch a block. Series wander: there a block is cut into segments of a few patterns' length,
rows of one array, so that one plan serves all of them.

8- and 16-bit numbers and float32 are scored in float32 at first, their sums in float64. Three
errors must be small beside a window's ``|w'| = sqrt(power)`` for that:

* rounding of samples and squares, each relative to its size: ``power`` must not be less than a
  tenth of ``sum w^2``;
* that of the correlation by transforms, which spreads evenly over a tile: about ``1e-7`` of its
  largest sample, so that ``|w'|`` must be at least twice that sample.

A block with a window that has less is scored in float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from intertwine.engine import normalising
from intertwine.matching.templates import Templates

Array = NDArray[Any]
Mask = NDArray[np.bool_]

#: Rounding of a mean square of a window, in units of the segment's largest square.
ROUNDING = 1e-15

#: A segment of a series has so many places for each sample of the pattern, and at least so many.
LONG, LEAST = 4, 2048

#: float32 serves when ``power`` is more than so many largest squares ...
SINGLE_FLOOR = 4.0

#: ... beyond this part of ``(sum w)^2 / m``: then it is more than a tenth of ``sum w^2``.
SINGLE_SHARE = 1 / 9

#: Largest samples whose squares are numbers too, by type.
RANGE = {np.float32: (2.0**-40, 2.0**40), np.float64: (2.0**-400, 2.0**400)}


def fit(x: Array, present: Mask | None, templates: Templates) -> bool:
    """Whether these are data for this module."""
    real = x.dtype.kind == "f" or (x.dtype.kind in "iu" and x.dtype.itemsize < 8)
    return (
        real and present is None and templates.masks is None and templates.centred
        and templates.channels == 1 and templates.raw.dtype.kind != "c" and templates.size > 1
    )  # fmt: skip


def scores(x: Array, templates: Templates, tolerance: float) -> tuple[Array, Mask] | None:
    """Scores ``(P, B1, ..., Bd)`` of ``(1, R1, ..., Rd)`` samples and which are doubtful.

    Doubtful scores are NaN. None where squares of samples leave the numbers.
    """
    if x.ndim > 2:
        return _scored(x, templates, tolerance)
    m = templates.window[0]
    places = x.shape[1] - m + 1
    side = max(LONG * m, LEAST)
    if places < 2 * side:
        return _scored(x, templates, tolerance)
    whole = places // side
    rows = sliding_window_view(x[0], side + m - 1)[: whole * side : side]
    parts = [_scored(rows, templates, tolerance)]
    if whole * side < places:
        parts.append(_scored(x[:, whole * side :], templates, tolerance))
    joined = []
    for some in parts:
        if some is None:
            return None
        joined.append([array.reshape(templates.count, -1) for array in some])
    found, doubtful = (np.concatenate(arrays, axis=1) for arrays in zip(*joined, strict=True))
    return found, doubtful


def _scored(rows: Array, templates: Templates, tolerance: float) -> tuple[Array, Mask] | None:
    """The scores of segments ``(S, R1, ..., Rd)``: (P, B1, ..., Bd) for one, else (P, S, B1)."""
    found = None
    if rows.dtype.itemsize <= (4 if rows.dtype.kind == "f" else 2) and tolerance > 1e-9:
        found = _attempt(rows, templates, np.float32, SINGLE_FLOOR / templates.size, SINGLE_SHARE)
    if found is None:
        found = _attempt(rows, templates, np.float64, ROUNDING / tolerance, None)
    if found is None or len(rows) > 1:
        return found
    return found[0][:, 0], found[1][:, 0]


def _attempt(
    rows: Array, templates: Templates, kind: Any, least: float, share: float | None
) -> tuple[Array, Mask] | None:
    """Scores ``(P, S, B1, ..., Bd)`` by sums in one type, and which are doubtful.

    None where the type cannot hold squares, or, with a `share`, where any score is doubtful.
    """
    axes = tuple(range(1, rows.ndim))
    places = tuple(r - k + 1 for r, k in zip(rows.shape[1:], templates.window, strict=True))
    space = (len(rows), *places)
    fresh, square, sums, squares, norms = templates.space.arrays(
        (rows.shape, kind), (rows.shape, kind), (space, np.float64), (space, np.float64),
        (space, kind),
    )  # fmt: skip
    with np.errstate(over="ignore", invalid="ignore"):
        level = rows.mean(axes, dtype=kind, keepdims=True)
        np.subtract(rows, level, out=fresh, dtype=kind)
    reach = np.maximum(fresh.max(axes), -fresh.min(axes)).astype(np.float64)
    low, high = RANGE[kind]
    if not ((reach == 0) | ((reach > low) & (reach < high))).all():
        return None
    templates.slide(fresh, "weights", np.float64, sums)
    templates.slide(np.multiply(fresh, fresh, out=square), "weights", np.float64, squares)
    floor = least * templates.size * reach**2
    doubtful = np.broadcast_to(False, space)
    if normalising.norms(sums, squares, templates.size, floor, share or 0.0, norms):
        if share is not None:
            return None
        doubtful = np.isnan(norms)
    found = templates.slide(fresh, "taps")
    normalising.scores(norms, found)
    return found, np.broadcast_to(doubtful, found.shape)
