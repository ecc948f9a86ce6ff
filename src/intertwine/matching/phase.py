r"""Phase correlation: the pattern and the data agree in phase, all frequencies alike.

``y = F^-1[R / |R|]`` with ``R = sum_channels F[x] conj(F[k])`` (Kuglin and Hines 1975). Where they
agree, all unit phasors line up into one sharp peak; ``|y| <= 1``. The whitening is by the spectrum
of all data at once, so this one score takes a transform of the whole.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.base import threads
from intertwine.matching.templates import Templates

Array = NDArray[Any]
Mask = NDArray[np.bool_]

#: Frequencies weaker than this beside the strongest hold rounding, no phase.
WEAKEST = 1e-13


def surface(
    data: Array, present: Mask | None, patterns: Array, masks: Mask | None, result: np.dtype[Any]
) -> Array:
    """Phase correlation ``(P, M1, ..., Md)``; missing samples count as the channel's mean."""
    axes = tuple(range(-(data.ndim - 1), 0))
    wide = np.complex128 if data.dtype.kind == "c" else np.float64
    x = data.astype(wide)
    if present is None:
        x -= x.mean(axes, keepdims=True)
    else:
        x = np.where(present, x, 0)
        count = np.maximum(present.sum(axes, keepdims=True), 1)
        x = np.where(present, x - x.sum(axes, keepdims=True) / count, 0)
    taps = Templates(patterns, masks, True, None).taps
    places = tuple(n - k + 1 for n, k in zip(x.shape[1:], taps.shape[2:], strict=True))
    real = x.dtype.kind == "f" and taps.dtype.kind == "f"
    shape = [scipy.fft.next_fast_len(n, real) for n in x.shape[1:]]
    forward, back = (
        (scipy.fft.rfftn, scipy.fft.irfftn) if real else (scipy.fft.fftn, scipy.fft.ifftn)
    )
    workers = threads.resolve(None)
    spectrum = forward(x, shape, axes, workers=workers)
    found = np.empty((len(taps), *places), result)
    inside = tuple(slice(0, m) for m in places)
    for number, pattern in enumerate(taps):
        cross = (spectrum * forward(pattern, shape, axes, workers=workers).conj()).sum(0)
        size = np.abs(cross)
        cross = np.where(size > WEAKEST * size.max(), cross / np.maximum(size, 1e-300), 0)
        y = back(cross, shape, axes, workers=workers)[inside]
        found[number] = np.clip(y, -1, 1) if real else np.minimum(np.abs(y), 1)
    return found
