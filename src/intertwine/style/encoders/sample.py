"""A sample of rows from a stream of unknown length: every row is as likely to be kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def reservoir(items: Iterable[T], most: int) -> Iterator[tuple[int, T]]:
    """Yield ``(place, item)``: an item goes to that place, instead of the one that is there.

    Vitter's algorithm R (1985), seeded: the same items give the same sample.

    >>> kept = dict(reservoir("abcdefgh", 3))
    >>> sorted(kept), len(set(kept.values()))
    ([0, 1, 2], 3)
    """
    rng = np.random.default_rng(0)
    for number, item in enumerate(items):
        place = number if number < most else int(rng.integers(number + 1))
        if place < most:
            yield place, item
