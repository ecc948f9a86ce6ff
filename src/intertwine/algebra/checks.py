"""Numbers that methods are given: finite, in range, or an error that says so."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from intertwine.base.errors import OptionError, shown


def real(caller: str, word: str, value: Any) -> float:
    """Return `value` as a finite float."""
    number = value.item() if isinstance(value, np.generic) else value
    if not isinstance(number, int | float) or isinstance(number, bool) or not math.isfinite(number):
        raise OptionError(f"{caller}: `{word}` must be a finite number, not {shown(value)}.")
    return float(number)


def at_least(caller: str, word: str, value: Any, least: float, *, strictly: bool = False) -> float:
    """Return `value` as a finite float from `least` on, or above it."""
    number = real(caller, word, value)
    if number < least or (strictly and number == least):
        how = "greater than" if strictly else "at least"
        raise OptionError(f"{caller}: `{word}` must be {how} {least:g}, not {shown(value)}.")
    return number


def whole(caller: str, word: str, value: Any, least: int, most: int) -> int:
    """Return `value` as an integer from `least` to `most`."""
    try:
        number = None if isinstance(value, bool) else value.__index__()
    except AttributeError:
        number = None
    if number is None or not least <= number <= most:
        raise OptionError(
            f"{caller}: `{word}` must be a whole number from {least} to {most}, not {shown(value)}."
        )
    return int(number)
