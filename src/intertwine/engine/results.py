"""Arrays for results: the memory of large ones is kept when they are let go, for the next."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine import _core


def empty(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """An array with anything in it, which owns its memory."""
    made: NDArray[Any] = _core.empty(shape, dtype)
    return made
