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
from intertwine.matching.search import find

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
        The same, in samples of the recording.
    score, z, false_alarm : float
        As in `intertwine.matching.Hit`, against the whole recording.
    """

    clip: Path
    recording: Path
    start: float
    sample: int
    score: float
    z: float
    false_alarm: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to search: the options of `find_in_recordings`."""

    score: str | None
    threshold: float | None
    count: int | None
    min_distance: float | None
    whiten: str | None

    @property
    def sign(self) -> int:
        """-1 where small scores are good."""
        return -1 if self.score == "distance" else 1


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
    """The scores of one clip, block after block: hits, and what the background needs."""

    def __init__(self, clip: Clip, pattern: Array, sound: SoundStream, wanted: Wanted) -> None:
        self.clip, self.pattern, self.wanted = clip, pattern, wanted
        self.path, self.rate = sound.path, sound.rate
        self.length = pattern.shape[1]
        self.places = sound.frames - self.length + 1
        apart = None if wanted.min_distance is None else round(wanted.min_distance * sound.rate)
        self.apart = (self.length + 1) // 2 if apart is None else max(1, apart)
        self.kind = "snr" if wanted.whiten else wanted.score or "zncc"
        self.surrogates = [own for own, _ in surrogates.of(pattern, None)]
        self.grid = Grid.of((self.places,), surrogates.extent(pattern, None))
        count = -(-self.places // self.grid.cell[0])
        self.cells = np.full((1 + len(self.surrogates), 2, count), np.nan)
        self.sample: list[Array] = []
        self.rng = np.random.default_rng(0)
        self.hits: list[tuple[float, int, float]] = []  # score, sample, place between samples

    def add(self, start: int, own: int, first: int, samples: Array) -> None:
        """Score the places from `start` on; `samples` begin at the recording's `first`."""
        stop = min(start + own, self.places)
        if stop <= start:
            return
        x = samples if samples.shape[1] == len(self.pattern) else mixed(samples)
        if self.wanted.whiten and (x == x[0]).all():
            return  # silence: no noise to weigh by, and no clip
        surface, *rivals = (hits.surface for hits in find(
            [self.pattern, *self.surrogates], x.T, axes=1, count=1, score=self.wanted.score,
            whiten=self.wanted.whiten, subpixel=False,
        ))  # fmt: skip
        before, after = min(1, start - first), 1
        near = surface[start - first - before : stop - first + after]
        self._take_peaks(near, start - before, start, stop)
        mine = slice(start - first, stop - first)
        self._take_sample(surface[mine])
        for cells, each in zip(self.cells, (surface, *rivals), strict=True):
            self._take_cells(cells, each[mine], start)

    def _take_peaks(self, scores: Array, origin: int, start: int, stop: int) -> None:
        sign, limit = self.wanted.sign, self.wanted.threshold
        goodness = sign * scores
        places = peaks.strongest(
            goodness, None if limit is None else sign * limit, self.wanted.count, (self.apart,)
        )
        between = peaks.refined(goodness, places, BEST.get(self.kind, np.inf))
        for place, fine in zip(places[:, 0].tolist(), between[:, 0].tolist(), strict=True):
            if start <= origin + place < stop:
                self.hits.append((float(scores[place]), origin + place, origin + fine))

    def _take_sample(self, scores: Array) -> None:
        drawn = max(1, SAMPLE * len(scores) // self.places)
        some = scores
        if self.places > SAMPLE:
            some = scores[self.rng.integers(len(scores), size=drawn)]
        self.sample.append(some.copy())

    def _take_cells(self, cells: Array, scores: Array, start: int) -> None:
        """The best and the worst of each cell; a cell may have parts in two blocks."""
        side = self.grid.cell[0]
        lead = start % side
        padded = np.concatenate([np.full(lead, np.nan), scores])
        found = self.grid.extremes(padded, self.kind)
        here = slice(start // side, start // side + found.shape[1])
        best, worst = (np.fmin, np.fmax) if self.kind == "distance" else (np.fmax, np.fmin)
        cells[0, here] = best(cells[0, here], found[0])
        cells[1, here] = worst(cells[1, here], found[1])

    def sightings(self) -> list[Sighting]:
        """The best hits, none nearer than `apart` to a better one."""
        some = np.concatenate([np.empty(0), *self.sample])
        scale = Scale(self.kind, *middle(some), self.pattern.size)
        background = Background(scale, self.grid, self.cells[0], list(self.cells[1:]), [])
        kept: list[tuple[float, int, float]] = []
        for hit in sorted(self.hits, key=lambda hit: (-self.wanted.sign * hit[0], hit[1])):
            if len(kept) == self.wanted.count:
                break
            if all(abs(hit[1] - other[1]) >= self.apart for other in kept):
                kept.append(hit)
        score = np.array([hit[0] for hit in kept])
        place = np.array([[hit[1]] for hit in kept])
        z, chance = background.z(score), background.false_alarm(score, place)
        return [
            Sighting(self.clip.path, self.path, fine / self.rate, sample, value, *real)
            for (value, sample, fine), *real in zip(kept, z.tolist(), chance.tolist(), strict=True)
        ]
