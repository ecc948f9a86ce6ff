"""A garment: what its cut is, apart from colour, print and the picture that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from intertwine.base.checks import integer, word
from intertwine.base.errors import OptionError, shown
from intertwine.style.wardrobe.cuts import KINDS

#: A new garment of a collection is the one of so many that differs most from those before it.
_CANDIDATES = 8

#: A part that differs counts like so much of a measure's range.
_PART = 0.5


@dataclass(frozen=True)
class Garment:
    """A cut.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    measures : mapping
        Lengths and widths in heads, by name: all those that the kind has.
    parts : mapping
        Which collar, closure, pockets ..., by name: all those that the kind has.

    Raises
    ------
    OptionError
        The kind is not known, or measures or parts are missing, unknown or out of range.

    Examples
    --------
    >>> import numpy as np
    >>> coat = Garment.random("coat", np.random.default_rng(2))
    >>> coat.parts["collar"], round(coat.measures["length"], 1)
    ('lapel', 3.8)
    """

    kind: str
    measures: Mapping[str, float]
    parts: Mapping[str, str]

    def __post_init__(self) -> None:
        kind = KINDS[word("Garment", "kind", self.kind, tuple(KINDS))]
        _check_names(self.kind, "measures", self.measures, kind.measures)
        _check_names(self.kind, "parts", self.parts, kind.parts)
        for name, (low, high) in kind.measures.items():
            if not low <= self.measures[name] <= high:
                raise OptionError(
                    f"Garment: the {name} of a {self.kind} runs from {low:g} to {high:g}, "
                    f"not {shown(self.measures[name])}."
                )
        for name, words in kind.parts.items():
            word("Garment", name, self.parts[name], words)
        object.__setattr__(self, "measures", MappingProxyType(dict(self.measures)))
        object.__setattr__(self, "parts", MappingProxyType(dict(self.parts)))

    @classmethod
    def random(cls, kind: str, rng: np.random.Generator) -> Garment:
        """Return a garment whose measures and parts are drawn uniformly."""
        made = KINDS[word("Garment.random", "kind", kind, tuple(KINDS))]
        measures = {n: float(rng.uniform(low, high)) for n, (low, high) in made.measures.items()}
        parts = {n: words[rng.integers(len(words))] for n, words in made.parts.items()}
        return cls(kind, measures, parts)

    def difference(self, other: Garment) -> float:
        """How unlike two garments of one kind are: the distance of their measures and parts."""
        squares = 0.0
        for name, (low, high) in KINDS[self.kind].measures.items():
            reach = high - low or 1.0
            squares += ((self.measures[name] - other.measures[name]) / reach) ** 2
        squares += sum(_PART**2 for n, part in self.parts.items() if part != other.parts[n])
        return float(squares**0.5)


def _check_names(
    kind: str, what: str, given: Mapping[str, object], wanted: Mapping[str, object]
) -> None:
    if set(given) != set(wanted):
        raise OptionError(
            f"Garment: the {what} of a {kind} are {', '.join(wanted)}.\n"
            f"  Given: {', '.join(given) or 'none'}."
        )


def collection(count: int, rng: np.random.Generator | int = 0) -> list[Garment]:
    """Return `count` garments of all kinds in turn, no two alike.

    Parameters
    ----------
    count : int
    rng : numpy.random.Generator or int
        Where the cuts come from; a number is a seed. A longer collection begins with the shorter
        one of the same seed.

    Examples
    --------
    >>> [garment.kind for garment in collection(3)]
    ['vest', 'tee', 'blouse']
    """
    count = integer("collection", "count", count, 0)
    generator = np.random.default_rng(rng)
    made: list[Garment] = []
    for number in range(count):
        kind = tuple(KINDS)[number % len(KINDS)]
        before = made[number % len(KINDS) :: len(KINDS)]
        candidates = [Garment.random(kind, generator) for _ in range(_CANDIDATES)]
        made.append(max(candidates, key=lambda new: _nearest(new, before)))
    return made


def _nearest(garment: Garment, others: list[Garment]) -> float:
    return min((garment.difference(other) for other in others), default=0.0)
