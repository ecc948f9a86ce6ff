"""Hits as pictures: boxes on a photo, marks on a series."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import OptionError, counted

Array = NDArray[Any]

_MARK = "#e0341b"
_LINE = "#35618f"

#: Longer series are drawn by the extremes of so many pieces.
PIECES = 4000


def plot(hits: Any, picture: Array | None, ax: Any) -> Any:
    """Draw on `ax`, or on new axes; returns them."""
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.figure(layout="constrained").add_subplot()
    if hits.surface.ndim == 1:
        return _series(hits, ax)
    if hits.surface.ndim == 2:
        return _boxes(hits, picture, ax)
    raise OptionError(
        f"Hits.plot: draws series and pictures, not {counted(hits.surface.ndim, 'axis', 'axes')}.\n"
        f"  Use hits.surface and hits.position."
    )


def _series(hits: Any, ax: Any) -> Any:
    """The score of every place, with the hits."""
    start, step = hits.first[0], hits.step[0]
    places, low, high = _extremes(hits.surface, start, step)
    if low is high:
        ax.plot(places, low, color=_LINE, linewidth=0.8)
    else:
        ax.fill_between(places, low, high, color=_LINE, linewidth=0.6)
    ax.plot(hits.position[:, 0], hits.score, "o", color=_MARK, fillstyle="none", markersize=8)
    ax.set_xlabel("position of the pattern's first sample")
    ax.set_ylabel(f"score ({hits.kind})")
    ax.margins(x=0.01)
    return ax


def _extremes(surface: Array, start: int, step: int) -> tuple[Array, Array, Array]:
    """The series as it is, or the least and largest of each piece of a long one."""
    count = -(-len(surface) // PIECES)
    if count == 1:
        return start + step * np.arange(len(surface)), surface, surface
    whole = surface[: len(surface) // count * count].reshape(-1, count)
    places = start + step * count * np.arange(len(whole))
    return places, np.fmin.reduce(whole, axis=1), np.fmax.reduce(whole, axis=1)


def _boxes(hits: Any, picture: Array | None, ax: Any) -> Any:
    """The outline of the pattern at each hit, a dot at its first sample's corner."""
    if picture is None:
        picture = hits.surface
    if picture.ndim == 3:
        top = 255 if picture.dtype == np.uint8 else float(np.nanmax(picture)) or 1.0
        shown = np.clip(picture / top, 0, 1)
        ax.imshow(shown, interpolation="nearest")
    else:
        ax.imshow(picture, cmap="gray", interpolation="nearest")
    for corners, score in zip(hits.corners(), hits.score, strict=True):
        rows, columns = np.vstack([corners, corners[:1]]).T
        ax.plot(columns, rows, color="white", linewidth=3, alpha=0.6)
        ax.plot(columns, rows, color=_MARK, linewidth=1.5)
        ax.plot(columns[0], rows[0], "o", color=_MARK, markersize=4)
        ax.annotate(
            f"{score:.2f}", (columns[0], rows[0]), (3, 3), textcoords="offset points",
            color="white", fontsize=8,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": _MARK, "edgecolor": "none"},
        )  # fmt: skip
    ax.set_xlim(-0.5, picture.shape[1] - 0.5)
    ax.set_ylim(picture.shape[0] - 0.5, -0.5)
    ax.set_axis_off()
    return ax
