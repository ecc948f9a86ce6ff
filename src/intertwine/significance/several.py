"""Several comparisons at once: the more are made, the likelier one looks real by chance alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import counted
from intertwine.base.text import p_text
from intertwine.significance.result import Chance

Array = NDArray[np.float64]


def holm(pvalues: Sequence[float]) -> Array:
    """Holm's correction: the chance that any of true null hypotheses looks this unlikely.

    ``max_{j <= i} min(1, (n - j + 1) p_(j))`` for sorted p-values (Holm 1979); valid whatever the
    dependence between them. NaN stays NaN, and counts among the comparisons.

    >>> holm([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    p = np.asarray(pvalues, float)
    order = np.argsort(p)
    raised = np.minimum(1, p[order] * np.arange(p.size, 0, -1))
    corrected = np.empty_like(p)
    corrected[order] = np.maximum.accumulate(raised)
    return corrected


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """Several results with their p-values corrected for each other.

    Attributes
    ----------
    names : tuple of (a, b)
    results : tuple of Chance
        Each as if it were alone.
    pvalue : array
        After Holm's correction.
    """

    names: tuple[tuple[Any, Any], ...]
    results: tuple[Chance, ...]
    pvalue: Array

    def __len__(self) -> int:
        return len(self.results)

    def __iter__(self) -> Iterator[Chance]:
        return iter(self.results)

    def __getitem__(self, place: int) -> Chance:
        return self.results[place]

    def __str__(self) -> str:
        unknown = int(np.isnan(self.pvalue).sum())
        head = (
            f"{counted(len(self), 'comparison')}; p-values are corrected for that (Holm): below "
            f"0.05 in {int((self.pvalue < 0.05).sum())}"
            f"{f', not known in {unknown}' if unknown else ''}."
        )
        lines = [
            f"{a} and {b}: {p_text(p)} ({r.pvalue:.4g} alone). {r.sentence_of(a, b)}"
            for (a, b), p, r in zip(self.names, self.pvalue, self.results, strict=True)
        ]
        return "\n".join([head, *lines])
