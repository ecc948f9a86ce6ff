"""Samples as the spectral tools take them: finite numbers in a floating type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base import checks
from intertwine.base.axes import axes_of as named_axes
from intertwine.base.errors import OptionError, ShapeError, counted

Array = NDArray[Any]


def as_samples(caller: str, value: Any) -> Array:
    """Return `value` as finite floating or complex samples: float32 from 8 and 16 bits."""
    x = checks.as_array(caller, "x", value)
    if x.size == 0:
        raise ShapeError(f"{caller}: `x` is empty, its shape is {x.shape}.\n  Pass some samples.")
    if x.dtype.kind in "fc":
        bad = int(np.count_nonzero(~np.isfinite(x)))
        if bad:
            raise OptionError(
                f"{caller}: `x` has {counted(bad, 'NaN or infinite sample')} of {x.size}; each "
                "would "
                f"spoil every frequency.\n"
                f"  Fill them first, for example with a blur: convolve(..., nan='ignore')."
            )
    return x.astype(_computed_in(x.dtype), copy=False)


def _computed_in(dtype: np.dtype[Any]) -> np.dtype[Any]:
    if dtype.kind == "c":
        return np.dtype(np.complex64 if dtype.itemsize == 8 else np.complex128)
    narrow = dtype.itemsize <= 2 or (dtype.kind == "f" and dtype.itemsize == 4)
    return np.dtype(np.float32 if narrow else np.float64)


def axes_of(caller: str, x: Array, axes: int | Sequence[int] | None) -> tuple[int, ...]:
    """The axes to work along; all of one or two, and with more they must be named."""
    if axes is None:
        if x.ndim > 2:
            raise ShapeError(
                f"{caller}: `x` of shape {x.shape} has {x.ndim} axes: "
                f"say which are space or time.\n"
                f"  Pass axes=(0, 1) for an image with channels last, axes={tuple(range(x.ndim))} "
                f"for a volume."
            )
        return tuple(range(x.ndim))
    return named_axes(caller, "x", x, axes, f"  {checks.describe('x', x)}")


def positive(caller: str, name: str, value: Any, most: float, unit: str) -> float:
    """Return `value` as a number above 0 and up to `most`."""
    limit = "" if most == float("inf") else f" and up to {most:g}"
    wanted = f"a number above 0{limit}, in {unit}"
    return checks.number(caller, name, value, lambda v: 0 < v <= most, wanted)
