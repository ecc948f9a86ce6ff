"""From the operator's numbers back to the samples of a file: signs, rounding, range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from intertwine.base.errors import OptionError, did_you_mean
from intertwine.files.document import Array, Document, white

SIGNED = ("auto", "clip", "offset", "absolute", "keep")


@dataclass(frozen=True)
class Levels:
    """How results become samples: of type `dtype`, in steps of `step`, by the rule `signed`."""

    signed: str
    dtype: np.dtype[Any]
    step: int = 1


def choose(
    signed: str, document: Document, result: np.dtype[Any], zero_sum: bool, step: int
) -> Levels:
    """Say what ``signed="auto"`` means here.

    Arrays and floating-point files keep what the operator gives. Integer files are clipped into
    their own range, except unsigned ones under a kernel that sums to zero: half of what it finds
    is negative, so its size is shown.
    """
    if signed not in SIGNED:
        raise OptionError(
            f"`--signed {signed}` is not known.{did_you_mean(signed, SIGNED)}\n"
            f"  Known: {', '.join(SIGNED)}."
        )
    own = document.pages[0].dtype
    whole = own.kind in "iu"
    if signed == "auto" and (document.kind == "array" or not whole):
        signed = "keep"
    elif signed == "auto":
        signed = "absolute" if zero_sum and own.kind == "u" else "clip"
    if signed != "keep" and (own.kind == "b" or result.kind == "c"):
        raise OptionError(f"`--signed {signed}` has no meaning for {result} results of {own} data.")
    return Levels(signed, result if signed == "keep" else own, step)


def finish(values: Array, levels: Levels) -> tuple[Array, int]:
    """Samples ready to be written, and how many of them were cut off at the range's ends.

    Rounding is to the nearest, halves to even; NaN becomes 0 where samples are integers.
    """
    whole = levels.dtype.kind in "iu"
    if levels.signed == "keep":
        exact = np.rint(values) if whole and values.dtype.kind == "f" else values
        return exact.astype(levels.dtype, copy=False), 0
    if levels.signed == "absolute" and values.dtype.kind in "if":
        values = np.abs(values.astype(np.float64))
    elif levels.signed == "offset":
        values = values + np.float64(middle(levels.dtype))
    if whole and values.dtype.kind == "f":
        values = np.rint(np.nan_to_num(values, nan=0.0) / levels.step) * levels.step
    low, high = limits(levels)
    cut = int(np.count_nonzero(values < low) + np.count_nonzero(values > high))
    if values.dtype.kind == "f" and float(high) > high:  # 2**64 - 1 is no float
        high = np.nextafter(float(high), 0.0)
    return np.clip(values, low, high).astype(levels.dtype), cut


def limits(levels: Levels) -> tuple[float, float]:
    """The least and the largest sample; floating-point files are cut at zero only."""
    if levels.dtype.kind == "f":
        return 0.0, np.inf
    info = np.iinfo(levels.dtype)
    return int(info.min), int(info.max) // levels.step * levels.step


def middle(dtype: np.dtype[Any]) -> float:
    """What `offset` adds: mid-grey, 128 of 255."""
    if dtype.kind == "u":
        return (int(white(dtype)) + 1) // 2
    return 0.5 if dtype.kind == "f" else 0
