"""One clip in one recording: its scores, block after block, become hits with their background."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.files.sound_streams import SoundStream
from intertwine.matching import peaks, surrogates
from intertwine.matching.background import SAMPLE, Background, Grid, Scale, middle
from intertwine.matching.names import BEST
from intertwine.matching.overlaps import evidence
from intertwine.matching.search import find
from intertwine.matching.speeds import SpeedSearch
from intertwine.matching.wanted import Wanted

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A clip found in a recording.

    Attributes
    ----------
    clip, recording : Path
    start : float
        Where the clip starts, in seconds from the start of the recording.
    sample : int
        The same, in samples of the recording; negative where the clip starts before it.
    score, z, false_alarm : float
        As in `intertwine.matching.Hit`, against the whole recording.
    speed : float
        How many times faster than the clip it is played there.
    inverted : bool
        Whether it is there with the other sign; then the score is that of the inverted clip.
    kind : str
        The name of the score.
    """

    clip: Path
    recording: Path
    start: float
    sample: int
    score: float
    z: float
    false_alarm: float
    speed: float = 1.0
    inverted: bool = False
    kind: str = "zncc"


@dataclass(frozen=True, slots=True)
class Hit:
    """A place: `good` ranks it, the larger the better."""

    good: float
    sample: int
    start: float
    score: float
    speed: float


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip as its file has it: (frames, channels)."""

    path: Path
    rate: int
    samples: Array

    def at(self, rate: int, channels: int) -> Array:
        """(channels, frames) at the rate of a recording."""
        x = self.samples if channels == self.samples.shape[1] else mixed(self.samples)
        if rate != self.rate:
            from scipy import signal  # type: ignore[import-untyped]

            common = int(np.gcd(rate, self.rate))
            x = signal.resample_poly(x, rate // common, self.rate // common, padtype="line")
        return np.ascontiguousarray(x.T)


def mixed(samples: Array) -> Array:
    mono: Array = samples.mean(1, keepdims=True)
    return mono


class Gathered:
    """The scores of one clip, block after block: hits, and what the background needs.

    A *row* is a place counted from the first one, which lies before the recording where the clip
    may stick out of it.
    """

    def __init__(self, clip: Clip, pattern: Array, sound: SoundStream, wanted: Wanted) -> None:
        self.clip, self.wanted, self.kind = clip, wanted, wanted.kind
        self.path, self.rate, self.frames = sound.path, sound.rate, sound.frames
        self.speed, self.search = 1.0, None
        if wanted.speeds is not None and wanted.speeds != (1.0, 1.0):
            self.search = SpeedSearch(pattern, *wanted.speeds, wanted.count)
            self.speed = self.search.nearest(sound.frames)
            pattern = self.search.played(self.speed)
        self.pattern, self.length = pattern, pattern.shape[1]
        self.outside = wanted.outside(self.length)
        self.places = sound.frames - self.length + 1 + 2 * self.outside
        apart = None if wanted.min_distance is None else round(wanted.min_distance * sound.rate)
        self.apart = (self.length + 1) // 2 if apart is None else max(1, apart)
        self.surrogates = [own for own, _ in surrogates.of(pattern, None)]
        self.grid = Grid.of((max(1, self.places),), surrogates.extent(pattern, None))
        count = -(-max(1, self.places) // self.grid.cell[0])
        self.cells = np.full((1 + len(self.surrogates), 2, count), np.nan)
        self.sample: list[Array] = []
        self.rng = np.random.default_rng(0)
        self.hits: list[Hit] = []

    @property
    def reach(self) -> int:
        """Samples that the clip takes, played as slowly as may be."""
        return self.length if self.search is None else self.search.longest

    def add(self, start: int, own: int, first: int, samples: Array) -> None:
        """Score the places from `start` on; `samples` begin at the recording's `first`."""
        ends = start + own >= self.frames
        stop = self.places - self.outside if ends else min(start + own, self.places - self.outside)
        start = start if start else -self.outside
        if stop <= start:
            return
        x = samples if samples.shape[1] == len(self.pattern) else mixed(samples)
        if self.wanted.whiten and (x == x[0]).all():
            return  # silence: no noise to weigh by, and no clip
        surface, *rivals = self._surfaces(x.T, start <= 0, ends)
        origin = first - self.outside  # the place of the surface's first score
        before = min(1, start - origin)
        near = slice(start - origin - before, stop - origin + 1)
        self._take_peaks(surface[near], start - before, start, stop)
        if self.search is not None:
            self._take_speeds(
                self.search.places(x.T, start - first, stop - first), first, start, stop
            )
        mine = slice(start - origin, stop - origin)
        row = start + self.outside
        for cells, each in zip(self.cells, (surface, *rivals), strict=True):
            scores = self._evidence(each[mine], start)
            if each is surface:
                self._take_sample(scores)
            self._take_cells(cells, scores, row)

    def _surfaces(self, x: Array, starts: bool, ends: bool) -> list[Array]:
        """The scores of clip and surrogates in a block; NaN beyond it where more sound follows.

        Only ends are searched with `min_overlap`: beside it silence is dear.
        """
        if not self.outside:
            return self._scores(x, None)
        share, length = self.wanted.min_overlap, self.length
        if x.shape[1] < 2 * length:
            return self._scores(x, share)
        empty = np.full(self.outside, np.nan)
        inside = self._scores(x, None)
        before = self._scores(x[:, :length], share) if starts else [empty] * len(inside)
        after = self._scores(x[:, -length:], share) if ends else [empty] * len(inside)
        return [
            np.concatenate([first[: self.outside], middle, last[-self.outside :]])
            for first, middle, last in zip(before, inside, after, strict=True)
        ]

    def _scores(self, x: Array, min_overlap: float | None) -> list[Array]:
        found = find(
            [self.pattern, *self.surrogates], x, axes=1, count=1, score=self.wanted.score,
            whiten=self.wanted.whiten, min_overlap=min_overlap, subpixel=False,
        )  # fmt: skip
        return [hits.surface for hits in found]

    def _evidence(self, scores: Array, start: int) -> Array:
        """What scores are worth, where clips may stick out."""
        if not self.outside:
            return scores
        most = 2.0 * self.pattern.size if self.kind == "distance" else None
        return evidence(scores, start, self.length, self.frames, most)

    def _take_peaks(self, scores: Array, origin: int, start: int, stop: int) -> None:
        good, limit = self._good(self._evidence(scores, origin)), self.wanted.threshold
        some = good if limit is None else np.where(self._reached(scores), good, np.nan)
        places = peaks.strongest(some, None, self.wanted.count, (self.apart,))
        between = peaks.refined(good, places, BEST.get(self.kind, np.inf))
        for place, fine in zip(places[:, 0].tolist(), between[:, 0].tolist(), strict=True):
            hit = Hit(
                float(good[place]), origin + place, origin + fine, float(scores[place]), self.speed
            )
            self._take(hit, start, stop)

    def _take_speeds(
        self, found: list[tuple[float, float, float]], first: int, start: int, stop: int
    ) -> None:
        for score, place, speed in found:
            if self._reached(np.array(score)):
                here = first + place
                self._take(Hit(abs(score), round(here), here, score, speed), start, stop)

    def _reached(self, scores: Array) -> Array:
        """Which scores are as good as the threshold."""
        limit = self.wanted.threshold
        if limit is None:
            return np.ones(scores.shape, bool)
        return self._good(scores) >= (limit if self.wanted.signed else -limit)

    def _good(self, scores: Array) -> Array:
        return np.abs(scores) if self.wanted.signed else -scores

    def _take(self, hit: Hit, start: int, stop: int) -> None:
        if start <= hit.sample < stop:
            self.hits.append(hit)

    def _take_sample(self, scores: Array) -> None:
        drawn = max(1, SAMPLE * len(scores) // self.places)
        some = scores
        if self.places > SAMPLE:
            some = scores[self.rng.integers(len(scores), size=drawn)]
        self.sample.append(some.copy())

    def _take_cells(self, cells: Array, scores: Array, row: int) -> None:
        """The best and the worst of each cell; a cell may have parts in two blocks."""
        side = self.grid.cell[0]
        lead = row % side
        padded = np.concatenate([np.full(lead, np.nan), scores])
        found = self.grid.extremes(padded, self.kind)
        here = slice(row // side, row // side + found.shape[1])
        best, worst = (np.fmin, np.fmax) if self.kind == "distance" else (np.fmax, np.fmin)
        cells[0, here] = best(cells[0, here], found[0])
        cells[1, here] = worst(cells[1, here], found[1])

    def sightings(self) -> list[Sighting]:
        """The best hits, none nearer than `apart` to a better one."""
        kept: list[Hit] = []
        for hit in sorted(self.hits, key=lambda hit: (-hit.good, hit.sample)):
            if len(kept) == self.wanted.count:
                break
            if all(abs(hit.sample - other.sample) >= self.apart for other in kept):
                kept.append(hit)
        z, false_alarm = self._judged(kept)
        return [
            Sighting(
                self.clip.path, self.path, hit.start / self.rate, hit.sample, score,
                float(one_z), float(chance), hit.speed, score != hit.score, self.kind,
            )
            for hit, score, one_z, chance in zip(
                kept, [abs(hit.score) for hit in kept], z, false_alarm, strict=True
            )
        ]  # fmt: skip

    def _judged(self, kept: list[Hit]) -> tuple[Array, Array]:
        """`z`, and the probability that chance does as well, of all that was tried."""
        some = np.concatenate([np.empty(0), *self.sample])
        scale = Scale(self.kind, *middle(some), self.pattern.size)
        background = Background(scale, self.grid, self.cells[0], list(self.cells[1:]), [])
        good = np.array([abs(hit.good) for hit in kept])
        sign = np.array([-1 if hit.score < 0 else 1 for hit in kept])
        place = np.array([[hit.sample + self.outside] for hit in kept])
        trials = float(self.wanted.looks * (2 if self.wanted.signed else 1))
        trials *= self.search.trials if self.search else 1
        with np.errstate(divide="ignore"):
            chance = -np.expm1(trials * np.log1p(-background.false_alarm(good, place)))
        return sign * background.z(sign * good), chance
