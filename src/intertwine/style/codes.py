"""Codes: what an encoder makes of pictures, a few numbers for each view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from intertwine.base.checks import Array, describe
from intertwine.base.errors import ShapeError, counted

#: A code has at most so many numbers a view.
MOST_NUMBERS = 64


class Codes(Mapping[str, Array]):
    """The codes of `count` pictures: view -> float32 (count, numbers), every row of length 1.

    A row of zeros says that the picture shows nothing in this view; its cosine with any other is 0.

    Parameters
    ----------
    views : mapping
        View -> array (count, numbers). Rows are divided by their lengths, unless those are 1.

    Raises
    ------
    ShapeError
        A view is not a table, has more than 64 columns, or another number of rows.

    Examples
    --------
    >>> codes = Codes({"shape": [[3.0, 4.0], [0.0, 2.0]]})
    >>> codes.count, codes["shape"].tolist()
    (2, [[0.6000000238418579, 0.800000011920929], [0.0, 1.0]])
    """

    def __init__(self, views: Mapping[str, Any]) -> None:
        self._views = {view: _unit_rows(view, rows) for view, rows in views.items()}
        counts = {view: len(rows) for view, rows in self._views.items()}
        if len(set(counts.values())) != 1:
            listed = ", ".join(f"{view} {count}" for view, count in counts.items())
            raise ShapeError(
                f"Codes: every view needs one row a picture, and there must be one view.\n"
                f"  Rows: {listed or 'none'}."
            )
        self.count: int = next(iter(counts.values()))

    def __getitem__(self, view: str) -> Array:
        return self._views[view]

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)

    def __repr__(self) -> str:
        widths = ", ".join(f"{view} {rows.shape[1]}" for view, rows in self._views.items())
        return f"Codes({counted(self.count, 'picture')}: {widths})"

    def rows(self, which: Any) -> Codes:
        """Return the codes of some pictures: a slice, indices or a mask."""
        return Codes({view: rows[which] for view, rows in self._views.items()})

    def mean(self) -> Codes:
        """Return one code, the mean direction: several pictures that describe one wish."""
        return Codes({v: rows.mean(axis=0, keepdims=True) for v, rows in self._views.items()})

    @classmethod
    def joined(cls, parts: Sequence[Codes]) -> Codes:
        """Return the codes of all `parts`, one below the other; they have the same views."""
        return cls({view: np.concatenate([part[view] for part in parts]) for view in parts[0]})


def _unit_rows(view: str, rows: Any) -> Array:
    table = np.asarray(rows, np.float32)
    if table.ndim != 2 or not 1 <= table.shape[1] <= MOST_NUMBERS:
        raise ShapeError(
            f"Codes: the view {view!r} must be a table of pictures by 1 to {MOST_NUMBERS} numbers."
            f"\n  {describe(view, table)}"
        )
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    lengths[abs(lengths - 1) < 1e-6] = 1  # normalised already: not a bit of them changes
    return np.asarray(np.divide(table, lengths, out=np.zeros_like(table), where=lengths > 0))
