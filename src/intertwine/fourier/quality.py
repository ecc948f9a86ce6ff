"""How alike two pictures are: PSNR and SSIM, with scikit-image's numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from intertwine.base.errors import DTypeError, ShapeError
from intertwine.convolution import convolve
from intertwine.fourier.images import WHITE, Array, as_image

#: The side of the window that SSIM compares, in pixels.
SSIM_SIDE = 7
_K1, _K2 = 0.01, 0.03  # Wang et al. 2004: constants that keep dark, flat windows stable


def psnr(image: ArrayLike, other: ArrayLike) -> float:
    """Peak signal-to-noise ratio: ``10 log10(white^2 / mean((image - other)^2))``, in decibels.

    Parameters
    ----------
    image, other : (H, W) or (H, W, 3) array
        Pictures of one shape and type: uint8, uint16, or floats from 0 to 1.

    Returns
    -------
    float
        Infinite when the two are equal. 20 dB is a poor copy, 30 fair, 40 hard to tell apart.

    Examples
    --------
    >>> import numpy as np
    >>> grey = np.full((8, 8), 100, np.uint8)
    >>> round(psnr(grey, grey + np.uint8(5)), 2)
    34.15
    """
    first, second = _pair("psnr", image, other)
    error = float(np.mean(np.square(first.astype(np.float64) - second)))
    white = WHITE[first.dtype.name]
    return math.inf if error == 0 else 10 * math.log10(white**2 / error)


def ssim(image: ArrayLike, other: ArrayLike) -> float:
    """Structural similarity, from -1 to 1: mean of ``l * s`` over windows of 7 x 7 pixels.

    ``l = (2 m n + c1) / (m^2 + n^2 + c1)`` compares the windows' means m and n, and
    ``s = (2 cov + c2) / (var + var' + c2)`` their structure, with ``c1 = (0.01 white)^2`` and
    ``c2 = (0.03 white)^2``: Wang, Bovik, Sheikh and Simoncelli 2004, eq. 13. Only windows inside
    the picture count, variances are divided by 48, and colours are averaged: scikit-image's
    ``structural_similarity`` with its defaults.

    Examples
    --------
    >>> import numpy as np
    >>> steps = np.arange(144, dtype=np.uint8).reshape(12, 12)
    >>> round(ssim(steps, steps), 3), round(ssim(steps, steps[::-1]), 3)
    (1.0, -0.764)
    """
    first, second = _pair("ssim", image, other)
    if min(first.shape[:2]) < SSIM_SIDE:
        raise ShapeError(
            f"ssim: pictures of {first.shape[0]} x {first.shape[1]} pixels are smaller than its "
            f"window of {SSIM_SIDE} x {SSIM_SIDE}.\n  Use psnr."
        )
    white = WHITE[first.dtype.name]
    a, b = first.astype(np.float64), second.astype(np.float64)
    mean_a, mean_b = _means(a), _means(b)
    bessel = SSIM_SIDE**2 / (SSIM_SIDE**2 - 1)
    spread = bessel * (_means(a * a) - mean_a**2 + _means(b * b) - mean_b**2)
    shared = bessel * (_means(a * b) - mean_a * mean_b)
    c1, c2 = (_K1 * white) ** 2, (_K2 * white) ** 2
    likeness = (2 * mean_a * mean_b + c1) * (2 * shared + c2)
    return float(np.mean(likeness / ((mean_a**2 + mean_b**2 + c1) * (spread + c2))))


def _means(values: Array) -> Array:
    """The mean of every window inside the picture."""
    window = np.full((SSIM_SIDE, SSIM_SIDE), 1 / SSIM_SIDE**2)
    return convolve(values, window, axes=(0, 1), mode="valid")


def _pair(caller: str, image: Any, other: Any) -> tuple[Array, Array]:
    first, second = as_image(caller, "image", image), as_image(caller, "other", other)
    if first.shape != second.shape:
        raise ShapeError(
            f"{caller}: `image` has shape {first.shape} but `other` has {second.shape}.\n"
            f"  Compare pictures of one size."
        )
    if first.dtype != second.dtype:
        raise DTypeError(
            f"{caller}: `image` is {first.dtype} but `other` is {second.dtype}.\n"
            f"  Bring both to one type; white is {WHITE[first.dtype.name]:g} in the first, "
            f"{WHITE[second.dtype.name]:g} in the second."
        )
    return first, second
