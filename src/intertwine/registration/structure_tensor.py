"""The direction of change, from the slopes of the picture itself."""

from __future__ import annotations

import math

import numpy as np

from intertwine.convolution import convolve
from intertwine.kernels import gaussian, scharr
from intertwine.registration.picture import Grey


def structure_tensor(grey: Grey) -> tuple[float, float]:
    """The direction in degrees, 0 to 180, and the coherence of ``J = mean(slope slope^T)``.

    The direction is the eigenvector of the larger eigenvalue; the coherence
    ``(l1 - l2) / (l1 + l2)`` is 1 for perfect stripes and 0 for none (Bigun and Granlund, 1987).
    """
    smooth = convolve(grey, gaussian(1.0, ndim=2))
    up = -convolve(smooth, scharr(axis=0), mode="valid").astype(np.float64)
    right = convolve(smooth, scharr(axis=1), mode="valid").astype(np.float64)
    lengthwise, crosswise = float((right**2 - up**2).sum()), float(2 * (right * up).sum())
    total = float((right**2 + up**2).sum())
    angle = math.degrees(math.atan2(crosswise, lengthwise)) / 2
    return angle % 180, math.hypot(lengthwise, crosswise) / total if total else 0.0
