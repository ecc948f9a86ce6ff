"""Work space that a thread uses again for every block.

Memory that is fresh from the system costs more to touch for the first time than a block's sums
cost to compute, and what a block gives back at its end the next one gets fresh again. So each
thread keeps one piece for as long as a search lasts.
"""

from __future__ import annotations

import threading
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

#: Arrays start at multiples of so many bytes, a cache line.
ALIGNED = 64


class Space:
    """One piece of memory for each thread, cut into arrays.

    Examples
    --------
    >>> space = Space()
    >>> first, second = space.arrays(((2, 3), float), ((4,), bool))
    >>> first.shape, second.dtype.name
    ((2, 3), 'bool')
    """

    def __init__(self) -> None:
        self._kept = threading.local()

    def arrays(self, *wanted: tuple[tuple[int, ...], DTypeLike]) -> list[NDArray[Any]]:
        """Arrays of these shapes and types side by side, holding anything.

        They are the calling thread's until it asks again: the same memory is handed out then.
        """
        sizes = [prod(shape) * np.dtype(kind).itemsize for shape, kind in wanted]
        room = [-(-size // ALIGNED) * ALIGNED for size in sizes]
        piece = getattr(self._kept, "piece", None)
        if piece is None or piece.size < sum(room):
            piece = self._kept.piece = np.empty(sum(room), np.uint8)
        starts = np.cumsum([0, *room]).tolist()
        return [
            piece[start : start + size].view(kind).reshape(shape)
            for start, size, (shape, kind) in zip(starts, sizes, wanted, strict=False)
        ]
