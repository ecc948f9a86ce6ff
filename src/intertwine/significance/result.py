"""What `chance` answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from intertwine.base.checks import number
from intertwine.significance.laws import Bounds, Law


class ConfidenceInterval(NamedTuple):
    """The effects that the test does not reject."""

    low: float
    high: float


class Stratum(NamedTuple):
    """One stratum of `by`: how many of each sample are in it, and the effect there."""

    name: Any
    sizes: tuple[int, int]
    effect: float


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A null distribution to draw: values, their chances, and what was observed."""

    values: Any
    mass: Any
    observed: float
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a design found out, before it is put into words."""

    statistic: float
    bounds: Bounds
    method: str
    standard_error: float
    effect: float
    effect_name: str
    prediction: float
    superiority: float
    sizes: tuple[int, int]
    strata: tuple[Stratum, ...]
    notes: tuple[str, ...]
    interval: Callable[[float, str], tuple[float, float]]
    picture: Callable[[], Picture]
    relative: float | None = None
    case: str = "case"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Chance:
    """Whether a difference is real.

    Attributes
    ----------
    statistic : float
        What was tested: a mean difference, a sum of ranks, a correlation, a count.
    pvalue : float
        How often chance alone gives a statistic at least as far out. Where it is bracketed, the
        upper end: never too small.
    bounds : (low, high)
        The bracket; both ends are the p-value where it is exact.
    method : {"exact", "bracketed", "sampled", "approximate", "unknown"}
        Of series approximate; unknown, with a p-value of NaN, where a series is too short to tell.
    standard_error : float
        Of a sampled p-value; otherwise 0.
    effect, effect_name : float, str
        How large the difference is, and what that number is.
    prediction : float
        The fraction of the squared error that knowing the group, or the other variable, takes away
        for a case not seen before, cross-validated; negative where it does not help.
    superiority : float
        How often a random case of a lies above one of b; ties count half. NaN for a correlation.
    sizes : (int, int)
        Observations of a and of b that the test used.
    strata : tuple of Stratum
    notes : tuple of str
        What to know before believing the numbers: assumptions in doubt, cases left out.
    """

    design: str
    alternative: str
    statistic: float
    pvalue: float
    bounds: Bounds
    method: str
    standard_error: float
    effect: float
    effect_name: str
    prediction: float
    superiority: float
    sizes: tuple[int, int]
    strata: tuple[Stratum, ...]
    notes: tuple[str, ...]
    _found: Found

    @property
    def sentence(self) -> str:
        """The answer in words: how large, how sure, for whom."""
        return self.sentence_of("a", "b")

    def sentence_of(self, a: object, b: object) -> str:
        """The sentence with names of the samples."""
        from intertwine.significance.words import sentence

        return sentence(self.design, self.alternative, self._found, (a, b))

    def confidence_interval(self, confidence_level: float = 0.95) -> ConfidenceInterval:
        """The effects that the test of the same alternative does not reject.

        A correlation's is Fisher's approximation; a two-sided interval holds what neither
        one-sided test rejects at half the rest.
        """
        level = number(
            "confidence_interval", "confidence_level", confidence_level,
            lambda v: 0 < v < 1, "a number between 0 and 1",
        )  # fmt: skip
        return ConfidenceInterval(*self._found.interval(level, self.alternative))

    def plot(self, axes: Any = None) -> Any:
        """Draw the null distribution with the observed value; returns Matplotlib's axes."""
        from intertwine.significance.drawing import draw

        return draw(self, self.null_distribution(), axes)

    def null_distribution(self) -> Picture:
        """What chance alone does: values of the statistic and their chances."""
        return self._found.picture()

    def __str__(self) -> str:
        return "\n".join([self.sentence, *self.notes])

    def __repr__(self) -> str:
        return (
            f"Chance(design={self.design!r}, statistic={self.statistic:.6g}, "
            f"pvalue={self.pvalue:.6g}, method={self.method!r}, effect={self.effect:.6g})"
        )


def law_picture(law: Law, observed: float, label: str, scale: float = 1.0) -> Picture:
    """A law on cells, with its values scaled to those of the effect."""
    return Picture(law.values * scale, law.mass, observed, label)


def no_picture(label: str) -> Picture:
    """Of what chance does where that is not known."""
    return Picture(np.zeros(0), np.zeros(0), float("nan"), label)
