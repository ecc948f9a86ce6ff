"""Pictures of an alignment: before, and one laid over the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.text import rotation_text
from intertwine.registration.picture import Grey
from intertwine.registration.similarity import Frame, inside
from intertwine.registration.warp import warped

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from intertwine.registration.turned import Rotation


def overlay(a: Grey, aligned: Grey, shown: NDArray[Any]) -> NDArray[np.uint8]:
    """`a` in red and `aligned` in cyan: grey where they agree, and darker red where only `a` is.

    Both are stretched so that all but one pixel in 100 lie between black and white.
    """
    red = _stretched(a)
    cyan = np.where(shown, _stretched(aligned), np.uint8(0))
    return np.stack([red, cyan, cyan], axis=2)


def drawn(found: Rotation, a: Grey, b: Grey) -> Figure:
    """`a`, `b` and the overlay side by side."""
    from matplotlib.figure import Figure

    aligned = warped(b, (a.shape[0], a.shape[1]), found.motion, 0.0)
    shown = inside(Frame.of(b.shape), Frame.of(a.shape), found.motion, margin=0.0)
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    panels = (
        ("a", _stretched(a)),
        ("b", _stretched(b)),
        ("a in red, b turned back in cyan", overlay(a, aligned, shown)),
    )
    for axes, (title, picture) in zip(figure.subplots(1, 3), panels, strict=True):
        axes.imshow(picture, cmap="gray" if picture.ndim == 2 else None, vmin=0, vmax=255)
        axes.set_title(title)
        axes.set_axis_off()
    figure.suptitle(caption(found))
    return figure


def caption(found: Rotation) -> str:
    """The result in one line."""
    rows, columns = found.shift
    parts = [rotation_text(found.angle_deg, 3).replace(" degrees", "°")]
    if found.scale != 1:
        parts.append(f"scale {found.scale:.4f}")
    if found.shift != (0.0, 0.0):
        parts.append(f"shift {rows:+.2f} rows, {columns:+.2f} columns")
    return ", ".join([*parts, f"confidence {found.confidence:.2f}"])


def _stretched(grey: Grey) -> NDArray[np.uint8]:
    low, high = np.quantile(grey, (0.005, 0.995))
    levels = (grey - low) * (255 / max(float(high - low), 1e-9))
    return np.asarray(np.clip(levels, 0, 255), np.uint8)
