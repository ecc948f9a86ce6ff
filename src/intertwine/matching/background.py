r"""What a search does by chance: read from the rest of its surface, and from surrogate patterns.

Tables for independent samples are far off on photos and music, whose neighbours are alike; and no
single law fits a surface that is sky here and leaves there, or hiss with music at its end. So a
score is held against two samples of what is not the pattern:

* the *rest* of its own surface, the best scores and, turned over, the worst if they reach as far;
* *rivals*: surfaces of surrogates, the pattern mirrored and so on (`surrogates`), which meet the
  same sky and the same music, at the hit's place too.

Each surface is cut into cells of half a pattern, whose best scores are nearly independent. Scores
are brought to a scale ``q`` on which chance falls off exponentially: ``q = -log(1 - r^2)`` for a
correlation ``r`` (of noise it has a density ``(1 - r^2)^((m - 4) / 2)``), else a square. Beyond
``u``, the best but k of n surfaces' cells, excesses are exponential with their mean ``b``. That
mean is known from k of them only; averaged over what it may be, the expected number of cells on one
surface that do as well is

``(k / n) (1 + (q - u) / (k b))^-k``

(Pareto's law, with a tail the heavier the fewer there are), and the probability that there is one
follows by Poisson's law. The larger of the two probabilities is the false alarm.

Hits must not be their own background. A hit's surroundings are left out of the rest, and so are
those of any score that rivals make improbable (`SURE`): other places where the pattern is. Where
one hit is beyond doubt and every surrogate resembles the pattern, as with coins, rivals meet it on
the other coins; there they are patterns of the same spectrum with random phases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import starmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Numbers = NDArray[np.float64]

#: Cells at most; each is at least half a pattern.
CELLS = 4096

#: With fewer cells than this of the rest, or of rivals, nothing is known.
LEAST_CELLS = 8

#: Excesses from which a tail is read: of the rest, of rivals.
OWN, RIVALS = 10, 20

#: No false alarm is called rarer than this.
RAREST = 1e-6

#: Scores as improbable as this for rivals are hits, and no background of others.
SURE = 1e-4

#: The worst scores count, turned over, if they reach this fraction of what the best ones do.
SKEW = 0.7

#: A surrogate that scores so much on a hit beyond doubt resembles the pattern.
ALIKE = 0.35

#: The least mean excess, in units of the level beyond which it is: scores that are all alike.
LEAST_WIDTH = 0.02

#: Scores looked at for the median: so many of a larger surface, drawn at random.
SAMPLE = 1 << 18


@dataclass(frozen=True, slots=True)
class Tail:
    """What is known of scores `q` beyond a level: their rate on one surface, their mean excess."""

    level: float
    width: float
    count: int
    rate: float

    @classmethod
    def of(cls, q: Array, surfaces: float, count: int) -> Tail | None:
        """Read from the cells of so many surfaces; None where there are too few."""
        q = q[np.isfinite(q)]
        if len(q) < LEAST_CELLS or not surfaces > 0:
            return None
        count = min(count, len(q) // 2)
        best = np.partition(q, -count - 1)[-count - 1 :]
        level = float(best.min())
        width = max(float(best.sum() - level) / count - level, LEAST_WIDTH * abs(level))
        return cls(level, width, count, count / surfaces) if width > 0 else None

    def probability(self, q: Array) -> Numbers:
        """That one surface has a score as good."""
        excess = np.maximum(np.asarray(q) - self.level, 0) / (self.count * self.width)
        chance: Numbers = -np.expm1(-self.rate * (1 + excess) ** -self.count)
        return chance

    def beyond(self, probability: float) -> float:
        """The score that is exceeded with this probability."""
        ratio = -self.rate / np.log1p(-probability)
        excess = max(float(ratio) ** (1 / self.count) - 1, 0.0)
        return float(self.level + self.count * self.width * excess)


@dataclass(frozen=True, slots=True)
class Scale:
    """From scores to the scale on which chance falls off exponentially."""

    kind: str
    median: float
    spread: float
    samples: float = 1.0

    def q(self, score: Array) -> Numbers:
        score = np.asarray(score, float)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if self.kind == "distance":
                score = 1 - score**2 / (2 * self.samples)
            if self.kind not in ("snr", "correlation"):
                r = np.minimum(np.abs(score), 1)
                return np.asarray(np.copysign(-np.log1p(-(r**2)), score))
            if self.kind == "correlation":
                score = (score - self.median) / self.spread
            return np.asarray(score * np.abs(score))


@dataclass(frozen=True, slots=True)
class Grid:
    """How surfaces are cut into cells of half a pattern, or larger ones."""

    window: tuple[int, ...]
    cell: tuple[int, ...]

    @classmethod
    def of(cls, places: Sequence[int], window: Sequence[int]) -> Grid:
        along = CELLS ** (1 / len(places))
        cell = tuple(
            max(1, (k + 1) // 2, int(np.ceil(m / along)))
            for k, m in zip(window, places, strict=True)
        )
        return cls(tuple(window), cell)

    def extremes(self, surface: Array, kind: str) -> Array:
        """The best and the worst score of each cell: (2, ...); NaN where it has none."""
        both = []
        for extreme in (np.fmin, np.fmax) if kind == "distance" else (np.fmax, np.fmin):
            cells = surface
            for axis, side in enumerate(self.cell):
                cells = extreme.reduceat(cells, np.arange(0, surface.shape[axis], side), axis)
            both.append(cells.astype(float))
        return np.stack(both)

    def around(self, place: Array) -> tuple[slice, ...]:
        """The cells that hold a place less than a pattern away from this one."""
        return tuple(
            slice(max(0, int(p - k + 1) // side), max(0, int(p + k - 1) // side + 1))
            for p, k, side in zip(place, self.window, self.cell, strict=True)
        )


@dataclass(frozen=True)
class Background:
    """Median and spread of a surface; the cells of its own and of rivals' surfaces.

    Attributes
    ----------
    scale : Scale
        With the median of all scores and their spread, 1.4826 times the median deviation.
    grid : Grid
    own : (2, ...) array
        The best and the worst score of each cell.
    rivals, scrambled : list of such arrays
        Those of surrogates; of the pattern with random phases, where that is asked for.
    """

    scale: Scale
    grid: Grid
    own: Array
    rivals: list[Array]
    scrambled: list[Array]

    @property
    def median(self) -> float:
        return self.scale.median

    @property
    def spread(self) -> float:
        return self.scale.spread

    def z(self, score: Array) -> Numbers:
        """How far scores stand above the median, in spreads."""
        with np.errstate(divide="ignore", invalid="ignore"):
            z: Numbers = (np.asarray(score, float) - self.median) / self.spread
        return -z if self.scale.kind == "distance" else z

    def false_alarm(self, score: Array, place: Array) -> Numbers:
        """That chance does as well somewhere; NaN where too few places are left to tell."""
        q = self.scale.q(score)
        if self.scrambled:
            tail = self._tail(self.scrambled)
            found = np.full(len(q), np.nan) if tail is None else tail.probability(q)
            sure = np.ones(0) if self.rival is None else self.rival.probability(q)
            found = np.fmin(found, sure) if len(sure) else found
        else:
            pairs = zip(q.tolist(), np.asarray(place, float), strict=True)
            found = np.array(list(starmap(self._one, pairs)), float)
        return np.maximum(found, RAREST)

    @cached_property
    def rival(self) -> Tail | None:
        """What rivals do."""
        return self._tail(self.rivals)

    @cached_property
    def sides(self) -> Array:
        """``q`` of the best scores and, where they are of either sign, of the worst turned over."""
        return self._sides(self.own)

    @cached_property
    def rest(self) -> Array:
        """Which cells are no hits, by what rivals do."""
        keep = np.ones(self.own.shape[1:], bool)
        if self.rival is not None:
            limit = self.rival.beyond(SURE)
            for cell in np.argwhere(self.sides[0] > limit):
                keep[self._near(cell)] = False
        return keep

    def beyond_doubt(self, score: Array, place: Array) -> bool:
        """Whether rivals cannot do as well as the best hit, and yet all of them lie on it."""
        if not len(score) or self.rival is None:
            return False
        q = self.scale.q(score[:1])
        if self.rival.probability(q)[0] > RAREST:
            return False
        lie = []
        for rival in self.rivals:
            here = self._sides(rival)[0][self.grid.around(place[0])]
            lie.append(float(np.nanmax(here, initial=-np.inf)))
        return min(lie) > float(self.scale.q(np.array(ALIKE)))

    def _one(self, q: float, place: Array) -> float:
        keep = self.rest.copy()
        keep[self.grid.around(place)] = False
        sides = self.sides[:, keep]
        if len(sides) == 2 and _reach(sides[1]) < SKEW * _reach(sides[0]):
            sides = sides[:1]  # dark letters on paper: nothing light is like them
        rest = Tail.of(sides.reshape(-1), keep.mean() * len(sides), OWN)
        if rest is None or (self.rivals and self.rival is None):
            return np.nan
        chances = [tail.probability(np.array(q)) for tail in (rest, self.rival) if tail is not None]
        return float(max(chances))

    def _near(self, cell: Array) -> tuple[slice, ...]:
        """The cells nearer than a pattern to this one."""
        steps = [-(-k // side) for k, side in zip(self.grid.window, self.grid.cell, strict=True)]
        return tuple(slice(max(0, c - s), c + s + 1) for c, s in zip(cell, steps, strict=True))

    def _sides(self, extremes: Array) -> Array:
        best, worst = self.scale.q(extremes[0]), -self.scale.q(extremes[1])
        signed = bool(np.nanmax(worst, initial=0) > 0)
        return np.stack([best, worst]) if signed else best[None]

    def _tail(self, surfaces: list[Array]) -> Tail | None:
        """The pooled tail of surfaces, all cells of them."""
        sides = [side.reshape(-1) for each in surfaces for side in self._sides(each)]
        return Tail.of(np.concatenate(sides), len(sides), RIVALS) if sides else None


def _reach(q: Array) -> float:
    """The tenth best of the cells, or so."""
    q = np.sort(q[np.isfinite(q)])
    return float(q[-min(OWN, len(q))]) if len(q) else -np.inf


def middle(some: Array) -> tuple[float, float]:
    """Median and 1.4826 times the median deviation of what is finite; NaN where nothing is."""
    some = some[np.isfinite(some)].astype(np.float64)
    if not some.size:
        return np.nan, np.nan
    median = float(np.median(some))
    return median, 1.4826 * float(np.median(np.abs(some - median)))


def drawn(surface: Array, rng: Any = None) -> Array:
    """The scores, or `SAMPLE` of them."""
    some = surface.reshape(-1)
    if some.size > SAMPLE:
        draw = np.random.default_rng(0 if rng is None else rng)
        some = some[draw.integers(some.size, size=SAMPLE)]
    return some


def in_words(false_alarm: float) -> str:
    """A false alarm as text.

    >>> in_words(0.0213), in_words(1e-6), in_words(float("nan"))
    ('0.021', '<1e-6', 'not known')
    """
    if np.isnan(false_alarm):
        return "not known"
    return "<1e-6" if false_alarm <= RAREST else f"{false_alarm:.2g}"
