"""Pictures as the tools of this package take them: checked once, in levels from 0 to 255."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base import checks
from intertwine.base.errors import DTypeError, OptionError, ShapeError, counted

Array = NDArray[Any]
Levels = NDArray[np.float64]

#: The sample that is white, for the types that pictures come in.
WHITE = {"uint8": 255.0, "uint16": 65535.0, "float32": 1.0, "float64": 1.0}


def as_image(caller: str, name: str, value: Any) -> Array:
    """Return `value` as a picture (H, W) or (H, W, 3) of finite samples between black and white."""
    image = checks.as_array(caller, name, value)
    _check_shape(caller, name, image)
    if image.dtype.name not in WHITE:
        raise DTypeError(
            f"{caller}: `{name}` has dtype {image.dtype}, in which black and white have no "
            f"agreed values.\n  Pass uint8 (0 to 255), uint16 (0 to 65535), or float32 or float64 "
            f"(0 to 1)."
        )
    if image.dtype.kind == "f":
        _check_range(caller, name, image)
    return image.astype(image.dtype.newbyteorder("="), copy=False)


def _check_shape(caller: str, name: str, image: Array) -> None:
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] != 3):
        raise ShapeError(
            f"{caller}: `{name}` of shape {image.shape} is no picture (H, W) or (H, W, 3).\n"
            f"  Drop an alpha channel with image[..., :3], a single channel with image[..., 0]."
        )
    if image.size == 0:
        raise ShapeError(
            f"{caller}: `{name}` is empty, its shape is {image.shape}.\n  Pass at least one pixel."
        )


def _check_range(caller: str, name: str, image: Array) -> None:
    bad = int(np.count_nonzero(~np.isfinite(image)))
    if bad:
        raise OptionError(
            f"{caller}: `{name}` has {counted(bad, 'NaN or infinite sample')} of {image.size}; "
            f"each would spoil every frequency.\n"
            f"  Fill them first, for example with a blur: convolve(..., nan='ignore')."
        )
    low, high = float(image.min()), float(image.max())
    if low < 0 or high > 1:
        raise OptionError(
            f"{caller}: `{name}` is {image.dtype} from {low:g} to {high:g}, but black is 0 and "
            f"white is 1 there.\n  Divide by the white level, or pass image.astype(np.uint8)."
        )


def to_levels(image: Array) -> Levels:
    """Samples as float64 levels, black 0 and white 255."""
    return np.asarray(image * (255.0 / WHITE[image.dtype.name]), np.float64)


def from_levels(levels: Levels, dtype: np.dtype[Any]) -> Array:
    """Levels as samples of `dtype`: clipped, and rounded where the type is whole."""
    white = WHITE[dtype.name]
    samples = levels * (white / 255.0)
    if dtype.kind == "u":
        samples = np.rint(samples)
    return np.clip(samples, 0, white).astype(dtype)


#: ITU-R BT.601 luma in full range, as JFIF 1.02 writes colour pictures: Y, Cb, Cr from R, G, B.
_TO_YCBCR = np.array(
    [
        [0.299, 0.587, 0.114],
        [-0.299 / 1.772, -0.587 / 1.772, 0.5],
        [0.5, -0.587 / 1.402, -0.114 / 1.402],
    ]
)


def to_planes(levels: Levels) -> Levels:
    """Levels (H, W) or (H, W, 3) as planes (C, H, W): grey, or Y, Cb and Cr around 0."""
    if levels.ndim == 2:
        return np.asarray(levels[None])
    return np.asarray(np.moveaxis(levels @ _TO_YCBCR.T, 2, 0))


def from_planes(planes: Levels) -> Levels:
    """The inverse of `to_planes`."""
    if len(planes) == 1:
        return np.asarray(planes[0])
    return np.asarray(np.moveaxis(planes, 0, 2) @ np.linalg.inv(_TO_YCBCR).T)
