"""All codes of an index in memory, and the exact search through them: one product a view.

A product of a query with 60,000 codes of 64 numbers takes half a millisecond, so no approximate
index is worth its errors below some millions of pictures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from intertwine.base.checks import Array
from intertwine.base.errors import OptionError, shown
from intertwine.style.codes import Codes
from intertwine.style.views import scores

#: Scores of so many pairs at once: 64 MiB.
_PAIRS = 1 << 24


class CodeTable:
    """Ids and their codes, in one order."""

    def __init__(self, ids: Sequence[str], codes: Codes | None) -> None:
        self.ids = list(ids)
        self.codes = codes
        self._place = {id: place for place, id in enumerate(self.ids)}

    def __len__(self) -> int:
        return len(self.ids)

    def known(self, caller: str, id: str) -> int:
        """Where the codes of a picture are.

        Raises
        ------
        OptionError
            There are none.
        """
        if id not in self._place:
            raise OptionError(
                f"{caller}: there is no picture {shown(id)} in the index.\n"
                f"  Pass an id as the hits show it; that of a file is its whole path."
            )
        return self._place[id]

    def places(self, ids: set[str]) -> NDArray[np.intp]:
        """Where the codes of several pictures are, in order; those without codes are left out."""
        return np.sort([self._place[id] for id in ids if id in self._place]).astype(np.intp)

    def joined(self, ids: Sequence[str], codes: Codes) -> CodeTable:
        """With other pictures at its end; equal ids are replaced."""
        kept = self.without(set(ids))
        if kept.codes is None:
            return CodeTable(ids, codes)
        return CodeTable([*kept.ids, *ids], Codes.joined([kept.codes, codes]))

    def without(self, ids: set[str]) -> CodeTable:
        """Without some pictures."""
        keep = [place for place, id in enumerate(self.ids) if id not in ids]
        if len(keep) == len(self.ids) or self.codes is None:
            return self
        left = [self.ids[place] for place in keep]
        return CodeTable(left, self.codes.rows(keep) if keep else None)

    def nearest(
        self,
        queries: Codes,
        count: int,
        weights: Mapping[str, float],
        among: NDArray[np.intp] | None = None,
    ) -> list[list[tuple[int, float]]]:
        """For each query the `count` best places and their scores, best first.

        Equal scores keep the order of the table. `among` names the places that are searched.
        """
        if self.codes is None or (among is not None and not len(among)):
            return [[] for _ in range(queries.count)]
        gallery = self.codes if among is None else self.codes.rows(among)
        step = max(1, _PAIRS // gallery.count)
        found = []
        for begin in range(0, queries.count, step):
            for line in scores(queries.rows(slice(begin, begin + step)), gallery, weights):
                best = _best(line, count)
                places = best if among is None else among[best]
                found.append([(int(p), float(s)) for p, s in zip(places, line[best], strict=True)])
        return found


def _best(line: Array, count: int) -> NDArray[np.intp]:
    """Indices of the largest values, falling; the earlier one of equal values comes first."""
    count = min(count, len(line))
    if not count:
        return np.zeros(0, np.intp)
    least = np.partition(line, len(line) - count)[len(line) - count]
    near = np.flatnonzero(line >= least)
    return near[np.argsort(-line[near], kind="stable")[:count]]
