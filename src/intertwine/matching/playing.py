"""A clip between its samples: played from any moment, at any speed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

#: Samples are doubled by a filter, then splines of this order go through them.
ORDER = 5


class Player:
    """A clip ``(channels, frames)``; samples that are missing count as silence."""

    def __init__(self, samples: Array) -> None:
        from scipy import ndimage, signal  # type: ignore[import-untyped]

        self.given = samples
        self.samples = np.nan_to_num(samples, posinf=0, neginf=0).astype(np.float64)
        doubled = signal.resample_poly(self.samples, 2, 1, axis=1, padtype="line")
        self._splines = ndimage.spline_filter1d(doubled, ORDER, axis=1, mode="mirror")

    def play(self, first: float, speed: float, count: int) -> Array:
        """``(channels, count)``: the clip at the samples ``first + speed * j``."""
        from scipy import ndimage

        at = 2 * (first + speed * np.arange(count))[None]
        channels = [
            ndimage.map_coordinates(own, at, order=ORDER, mode="mirror", prefilter=False)
            for own in self._splines
        ]
        return np.stack(channels)


def frequency(x: Array) -> float:
    """Root mean square frequency in cycles a sample, at most half a cycle."""
    x = np.nan_to_num(x, posinf=0, neginf=0).astype(np.float64)
    x -= x.mean(1, keepdims=True)
    energy = float((x**2).sum())
    slope = float((np.diff(x, axis=1) ** 2).sum())
    if not energy > 0 or not slope > 0:
        return 0.5
    return min(0.5, float(np.sqrt(slope / energy)) / (2 * np.pi))
