"""What comes in: any picture, checked once, as grey levels of mean 0 and standard deviation 1."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.base.errors import ShapeError
from intertwine.registration.samples import (
    LEAST_SIDE,
    Samples,
    check_finite,
    measured,
    real_array,
    standardised,
)

Array = NDArray[Any]
Grey = NDArray[np.float32]

#: Red, green and blue in brightness (ITU-R BT.601).
_LUMA = (0.299, 0.587, 0.114)


def as_grey(caller: str, name: str, value: ArrayLike) -> Grey:
    """Return a picture as (H, W) float32 grey levels with mean 0 and standard deviation 1.

    Colours become their brightness; opacity, the last of 2 or 4 channels, does not count.

    Raises
    ------
    ShapeError
        `value` is no (H, W) or (H, W, channels) array, or a side is shorter than 16 pixels.
    DTypeError
        It does not hold real numbers.
    OptionError
        A pixel is NaN or Inf, or all are equal.
    """
    given = checked(caller, name, value)
    return standardised(caller, name, brightness(given), given)


def as_scene(
    caller: str, name: str, value: ArrayLike, mask: ArrayLike | None, mask_name: str
) -> Samples:
    """A picture in grey levels, of which NaN and what the mask leaves out do not count.

    Raises
    ------
    ShapeError, DTypeError, OptionError
        As `as_grey`, but for NaN; the mask does not fit, or leaves too little.
    """
    given = shaped(caller, name, value)
    return measured(caller, name, brightness(given), given, mask, mask_name)


def brightness(picture: Array) -> NDArray[np.float64]:
    """The grey levels of a picture, in its own units."""
    values = picture.astype(np.float64)
    if values.ndim == 2:
        return values
    if values.shape[2] < 3:
        return values[..., 0]
    grey: NDArray[np.float64] = values[..., :3] @ np.array(_LUMA)
    return grey


def checked(caller: str, name: str, value: ArrayLike) -> Array:
    """Return `value` as an array that is a picture: real, finite, large enough."""
    given = shaped(caller, name, value)
    check_finite(caller, name, given)
    return given


def shaped(caller: str, name: str, value: ArrayLike) -> Array:
    """Return `value` as an array that is a picture: real, large enough."""
    given = real_array(caller, name, value)
    if given.ndim not in (2, 3) or (given.ndim == 3 and not 1 <= given.shape[2] <= 4):
        raise ShapeError(
            f"{caller}: `{name}` of shape {given.shape} is no picture.\n"
            f"  Pass (H, W), or (H, W, channels) with 1 to 4 channels in the last axis."
        )
    if min(given.shape[:2]) < LEAST_SIDE:
        raise ShapeError(
            f"{caller}: `{name}` is {given.shape[0]} x {given.shape[1]} pixels, the least is "
            f"{LEAST_SIDE} x {LEAST_SIDE}.\n"
            f"  {name}: {given.dtype} {given.shape}\n"
            f"  Pass a larger part of it."
        )
    return given
