"""Which samples of an array count: by masks, and where they are numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import DTypeError, OptionError, ShapeError, counted
from intertwine.matching.names import CALLER

Array = NDArray[Any]
Mask = NDArray[np.bool_]


def kept_samples(name: str, word: str, given: Any, array: Array, mask: Any) -> Mask | None:
    """Which samples count: by the mask, by what a masked array shows, and those that are finite."""
    kept = _mask(name, word, given, array, mask)
    if array.dtype.kind in "fc" and not _finite_sum(array):
        finite = np.isfinite(array)
        kept = finite if kept is None else kept & finite
    if kept is None or kept.all():
        return None
    if not kept.any():
        what = "NaN or infinite" if mask is None else "masked, NaN or infinite"
        raise OptionError(
            f"{CALLER}: each of {counted(array.size, 'sample')} of `{name}` is {what}: "
            f"nothing is left.\n"
            f"  {word}=True marks samples that count."
        )
    return kept


def _finite_sum(array: Array) -> bool:
    """Whether the sum is a number; then all samples are, and no array of answers was needed."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(array.sum()))


def _mask(name: str, word: str, given: Any, array: Array, mask: Any) -> Mask | None:
    present = ~np.ma.getmaskarray(given) if isinstance(given, np.ma.MaskedArray) else None
    if mask is None:
        return present
    marks = np.asarray(mask)
    if marks.dtype.kind != "b":
        raise DTypeError(
            f"{CALLER}: `{word}` has dtype {marks.dtype}, not bool.\n"
            f"  True marks a sample of `{name}` that counts: pass for example {word}=(alpha > 0)."
        )
    if marks.ndim < array.ndim and marks.shape == array.shape[: marks.ndim]:
        marks = marks.reshape(*marks.shape, *(1,) * (array.ndim - marks.ndim))  # for all channels
    try:
        marks = np.broadcast_to(marks, array.shape)
    except ValueError:
        raise ShapeError(
            f"{CALLER}: `{word}` of shape {marks.shape} does not fit `{name}` of shape "
            f"{array.shape}.\n"
            f"  `mask` belongs to the pattern, `data_mask` to the data."
        ) from None
    return marks if present is None else marks & present
