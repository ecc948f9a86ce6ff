"""Who could have been in which group: all arrangements where they are few, else seeded draws."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Entries of a table of arrangements that are held at once.
_AT_ONCE = 1 << 22


@dataclass(frozen=True, slots=True, eq=False)
class Arrangements:
    """Rows of who is in the first group, in pieces; `listed` where they are all there are."""

    first: Sequence[Mask]
    count: int
    listed: bool
    seed: int

    @classmethod
    def of(cls, first: Sequence[Mask], most: int, seed: int) -> Arrangements:
        """All arrangements of a single stratum if they are at most `most`, else so many draws."""
        if len(first) == 1:
            count = comb(first[0].size, int(first[0].sum()))
            if count <= most:
                return cls(first, count, True, seed)
        return cls(first, most, False, seed)

    def pieces(self) -> Iterator[Array]:
        """Tables of 0 and 1: a row an arrangement, a column an observation, strata side by side."""
        columns = sum(m.size for m in self.first)
        step = max(1, _AT_ONCE // columns)
        if self.listed:
            chosen = itertools.combinations(range(columns), int(self.first[0].sum()))
            while block := list(itertools.islice(chosen, step)):
                table = np.zeros((len(block), columns))
                np.put_along_axis(table, np.array(block, np.intp).reshape(len(block), -1), 1.0, 1)
                yield table
            return
        rng = np.random.default_rng(self.seed)
        for begin in range(0, self.count, step):
            rows = min(step, self.count - begin)
            yield np.hstack(
                [rng.permuted(np.tile(m.astype(float), (rows, 1)), axis=1) for m in self.first]
            )
