"""How much memory may be asked for: one check for whatever could be absurdly large.

Systems hand out more than they have and end the program that uses it, so it is compared with what
there is before anything is asked for.
"""

from __future__ import annotations

import os
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from intertwine.base.errors import ShapeError
from intertwine.base.text import size_text


@lru_cache(maxsize=1)
def installed() -> float:
    """Bytes of this machine's memory; infinity where it does not tell."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return float("inf")


def check_allocation(
    caller: str, what: str, shape: tuple[int, ...], dtype: Any, advice: str, beside: int = 0
) -> None:
    """Refuse an array, and `beside` bytes of work space, that this machine has no room for.

    Raises
    ------
    ShapeError
        Names the shape, the bytes it takes and those there are, and gives the `advice`.
    """
    size = prod(shape) * np.dtype(dtype).itemsize
    if size + beside > installed():
        raise too_large(caller, what, shape, dtype, advice, beside)


def too_large(
    caller: str, what: str, shape: tuple[int, ...], dtype: Any, advice: str, beside: int = 0
) -> ShapeError:
    """The error about an array for which there is no room."""
    size = prod(shape) * np.dtype(dtype).itemsize
    text = f"{caller}: {what} of shape {shape} ({dtype}) takes {size_text(size)} of memory"
    if 10 * beside > size:
        text += f", and {size_text(beside)} to work with"
    if installed() < float("inf"):
        text += f"; this machine has {size_text(installed())}"
    return ShapeError(f"{text}.\n  {advice}")
