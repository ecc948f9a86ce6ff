"""Pattern and data of the same channels: alpha becomes a mask, and colours meet grey as grey."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import OptionError, counted
from intertwine.matching.masks import Mask
from intertwine.matching.names import CALLER

Array = NDArray[Any]

#: Weights of red, green and blue in grey (ITU-R BT.601), as Pillow and OpenCV have them.
LUMA = (0.299, 0.587, 0.114)


def matched(
    k: Array, kept: Mask | None, x: Array, present: Mask | None, axes: Any
) -> tuple[Array, Mask | None, Array, Mask | None]:
    """Pattern and data of the same channels, and their masks.

    Pictures (H, W), (H, W, 1), (H, W, 3) and (H, W, 4) are brought together; a last axis of 4
    is colours and alpha, unless `axes` names the other two and both have four.
    """
    alike = k.shape[2:] == x.shape[2:]
    if alike and (axes is not None or k.shape[2:] != (4,)):
        return k, kept, x, present
    named = axes is not None and np.size(axes) != 2
    if named or not (_is_picture(k) and _is_picture(x)):
        return k, kept, x, present
    k, kept = _opaque("pattern", k, kept)
    x, present = _opaque("data", x, present)
    if k.shape[2:] != x.shape[2:]:
        k, kept = _grey(k, kept)
        x, present = _grey(x, present)
    return k, kept, x, present


def _is_picture(a: Array) -> bool:
    return a.dtype.kind != "c" and (a.ndim == 2 or (a.ndim == 3 and a.shape[2] in (1, 3, 4)))


def _opaque(name: str, a: Array, kept: Mask | None) -> tuple[Array, Mask | None]:
    """Colours without alpha; samples that are more see-through than not do not count."""
    if a.ndim < 3 or a.shape[2] != 4:
        return a, kept
    alpha = a[..., 3:]
    white = np.iinfo(a.dtype).max if a.dtype.kind in "iu" else 1
    if a.dtype.kind == "f" and np.nanmax(alpha) > 1:
        white = 255
    seen: Mask = np.broadcast_to(alpha > white / 2, a[..., :3].shape)
    if not seen.any():
        raise OptionError(
            f"{CALLER}: each of {counted(alpha.size, 'sample')} of `{name}` is transparent: its "
            f"fourth channel is taken for alpha.\n"
            f"  Pass axes=(0, 1) if it is no alpha, or [..., :3] to leave it out."
        )
    both: Mask = seen if kept is None else seen & kept[..., :3]
    return a[..., :3], None if both.all() else both


def _grey(a: Array, kept: Mask | None) -> tuple[Array, Mask | None]:
    """One channel of what may have three."""
    if a.ndim == 2:
        return a, kept
    if kept is not None:
        kept = np.logical_and.reduce(kept, axis=2)
    if a.shape[2] == 1:
        return a[..., 0], kept
    wide = np.result_type(a.dtype, np.float32)
    return a.astype(wide) @ np.array(LUMA, wide), kept
