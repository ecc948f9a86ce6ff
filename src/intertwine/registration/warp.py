"""Pictures turned, scaled and shifted, of any type and with any channels."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.convolution import convolve
from intertwine.kernels import gaussian
from intertwine.registration.similarity import Frame, Similarity, inside, pulled

Array = NDArray[Any]

#: Reducing by more than this would alias: the picture is smoothed first.
_REDUCING = 1.2


def warped(image: Array, shape: tuple[int, int], motion: Similarity, fill: float | Array) -> Array:
    """Bring `image` onto a picture of `shape`: pixel `p` takes what it shows at ``motion(p)``.

    Cubic splines, kept within the levels of `image`, whose type is kept; `fill`, one number or one
    for each channel, where it shows nothing.
    """
    target, source = Frame.of(shape), Frame.of(image.shape)
    seen = inside(source, target, motion, margin=-0.5)
    planes = np.atleast_3d(image).astype(np.float64)
    fills = np.broadcast_to(np.asarray(fill, float), planes.shape[2])
    result = np.empty((*shape, planes.shape[2]))
    for channel, level in enumerate(fills):
        plane = planes[..., channel]
        if motion.scale > _REDUCING:
            width = 0.5 * float(np.sqrt(motion.scale**2 - 1))
            plane = convolve(plane, gaussian(width, ndim=2))
        padded = np.pad(plane, 12, mode="edge")  # splines ring where they are cut
        frame = Frame.of(padded.shape)
        brought = pulled(scipy.ndimage.spline_filter(padded, 3), frame, target, motion, order=3)
        brought = np.clip(brought, plane.min(), plane.max())
        result[..., channel] = np.where(seen, brought, level)
    if image.dtype.kind in "biu":
        result = np.rint(result)
    kept = result.astype(image.dtype)
    return kept if image.ndim == 3 else kept[..., 0]
