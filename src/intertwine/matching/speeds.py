"""Clips played at another speed: short stretches at all speeds, then ever more of the best.

A clip of ``n`` samples and frequency ``f`` (cycles a sample) tolerates a speed that is off by about
``1 / (4 f n)``: for seconds of sound a whole clip would take thousands of correlations. A stretch
of `CYCLES` cycles takes a dozen. So the loudest stretches of a clip are searched for at all speeds,
at a rate that holds little more than the clip's own frequencies. Around the best places the stretch
then doubles, again and again, while the step of speeds halves, until it is the whole clip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import OptionError, shown
from intertwine.matching import peaks
from intertwine.matching.names import BEST
from intertwine.matching.playing import Player, frequency
from intertwine.matching.search import find

Array = NDArray[Any]

#: What is searched for first: so many stretches of so many cycles each.
STRETCHES, CYCLES = 3, 150

#: The step of speeds times the cycles of a stretch: off by half of it a score stays above 0.9.
TOLERANCE = 0.5

#: The first search is at a rate of so many samples a cycle.
SAMPLES_A_CYCLE = 8

#: Places followed for each stretch and block, and to the whole clip at most.
FOLLOWED, KEPT = 12, 6

#: How often the step of speeds halves for the whole clip.
FINER = 4

#: Patterns searched for together, and the slowest and fastest that a clip may be played.
TOGETHER, LIMITS = 4, (0.5, 2.0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the sample `middle` of the clip lies, and how fast the clip is played there."""

    score: float
    centre: float
    middle: float
    speed: float


def read(caller: str, given: Any) -> tuple[float, float] | None:
    """Return the range of speeds that a caller asks for."""
    if given is None:
        return None
    try:
        low, high = (float(value) for value in given)
    except (TypeError, ValueError):
        low = high = np.nan
    if not LIMITS[0] <= low <= high <= LIMITS[1]:
        raise OptionError(
            f"{caller}: `speeds={shown(given)}` must be a range (low, high) between {LIMITS[0]:g} "
            f"and {LIMITS[1]:g}.\n"
            f"  1 is the clip's own speed: speeds=(0.98, 1.02) is 2 % slower to 2 % faster."
        )
    return low, high


class SpeedSearch:
    """The search for one clip ``(channels, frames)`` at speeds from `low` to `high`."""

    def __init__(self, pattern: Array, low: float, high: float, count: int | None) -> None:
        from scipy import signal  # type: ignore[import-untyped]

        self.low, self.high = low, high
        self.kept = max(KEPT, 2 * (count or FOLLOWED))
        self.length = int(pattern.shape[1])
        whole = frequency(pattern)
        self.shortest = self._count(high)
        self.every = max(1, int(1 / (SAMPLES_A_CYCLE * whole)))
        some = signal.resample_poly(pattern, 1, self.every, axis=1, padtype="line")
        self.player, self.rough = Player(pattern), Player(some)
        cycles = frequency(some)
        self.size = max(2, min(int(CYCLES / cycles), int(some.shape[1] / high)))
        self.step = TOLERANCE / (cycles * self.size)
        self.speeds = np.linspace(low, high, int(np.ceil((high - low) / self.step)) + 1)
        self.middles = _loudest(some, self.size)

    @property
    def longest(self) -> int:
        """Samples of the clip at its slowest."""
        return self._count(self.low)

    def _count(self, speed: float) -> int:
        return int((self.length - 1) / speed) + 1

    def nearest(self, frames: int) -> float:
        """The speed nearest to the clip's own at which it is no longer than `frames`, if any is."""
        fits = (self.length - 1) / max(1, frames - 1)
        return min(max(1.0, self.low, fits), self.high)

    def played(self, speed: float) -> Array:
        """The whole clip at this speed."""
        if speed == 1:
            return self.player.given
        return self.player.play(0, speed, self._count(speed))

    @property
    def trials(self) -> float:
        """How many speeds the whole clip tells apart, about."""
        return 1 + (self.high - self.low) * self.length * frequency(self.player.samples) / TOLERANCE

    def places(self, x: Array, start: int, stop: int) -> list[tuple[float, float, float]]:
        """(score, first sample, speed) of the best, among first samples `start` to `stop`."""
        found = [one for middle in self.middles for one in self._first(x, middle, start, stop)]
        size, step = self.size * self.every, self.step
        while found:
            found.sort(key=lambda one: -abs(one.score))
            del found[max(self.kept, len(found) // 2) :]
            if size >= self.length / self.low:
                break
            size *= 2
            step /= 2
            found = [new for one in found if (new := self._closer(x, one, size, step)) is not None]
        for _ in range(FINER):
            step /= 2
            found = [new for one in found if (new := self._closer(x, one, size, step)) is not None]
            found.sort(key=lambda one: -abs(one.score))
            del found[max(self.kept // 2, len(found) // 2) :]
        return [end for one in found if (end := self._whole(x, one)) is not None]

    def _first(self, x: Array, middle: float, start: int, stop: int) -> list[Place]:
        """Where a stretch around `middle` may lie in a block, at a low rate."""
        from scipy import signal

        y = signal.resample_poly(x, 1, self.every, axis=1, padtype="line")
        if y.shape[1] < self.size:
            return []
        half = (self.size - 1) / 2
        best = np.full(y.shape[1] - self.size + 1, np.nan)
        at = np.zeros(len(best), np.intp)
        for first in range(0, len(self.speeds), TOGETHER):
            some = self.speeds[first : first + TOGETHER]
            stretches = [self.rough.play(middle - v * half, v, self.size) for v in some]
            for number, surface in enumerate(_surfaces(stretches, y), first):
                speed = self.speeds[number]
                low = max(0, int(start / self.every - half + middle / speed) - 1)
                high = max(low, int(stop / self.every - half + middle / speed) + 2)
                here = slice(low, high)
                better = ~(np.abs(surface[here]) <= np.abs(best[here]))
                best[here] = np.where(better, surface[here], best[here])
                at[here] = np.where(better, number, at[here])
        chosen = peaks.strongest(np.abs(best), None, FOLLOWED, (self.size // 2 + 1,))[:, 0]
        return [
            Place(
                float(best[p]), (p + half) * self.every, middle * self.every,
                float(self.speeds[at[p]]),
            )
            for p in chosen.tolist()
        ]  # fmt: skip

    def _closer(self, x: Array, one: Place, size: int, step: float) -> Place | None:
        """The same place by a longer stretch, at speeds around its own."""
        speeds = np.unique(np.clip(one.speed + step * np.arange(-2, 3), self.low, self.high))
        count = min(size, self.shortest, x.shape[1])
        half = (count - 1) / 2
        reach = min(one.speed * half, (self.length - 1) / 2)
        middle = float(np.clip(one.middle, reach, self.length - 1 - reach))
        centre = one.centre + (middle - one.middle) / one.speed
        slack = self.every + 2 + int(count * step)
        low = round(centre - half) - slack
        low = max(0, min(low, x.shape[1] - count - 2 * slack))
        window = x[:, low : low + count + 2 * slack]
        stretches = [self.player.play(middle - v * half, v, count) for v in speeds]
        scores = np.abs(np.stack(_surfaces(stretches, window)))
        if np.isnan(scores).all():
            return None
        number, place = np.unravel_index(int(np.nanargmax(scores)), scores.shape)
        fine = peaks.refined(scores[number], np.array([[place]]), BEST["zncc"])[0, 0]
        return Place(
            float(scores[number, place]), low + float(fine) + half, middle, float(speeds[number])
        )

    def _whole(self, x: Array, one: Place) -> tuple[float, float, float] | None:
        """The score of the whole clip, its first sample (between samples), its speed."""
        first = one.centre - one.middle / one.speed
        count = self._count(one.speed)
        place = min(max(0, round(first)), x.shape[1] - count)
        if place < 0 or abs(place - first) > 1:
            return None
        own = self.player.play((place - first) * one.speed, one.speed, count)
        score = _score(own, x[:, place : place + count])
        return None if np.isnan(score) else (score, first, one.speed)


def _score(own: Array, x: Array) -> float:
    """`zncc` of a clip and what lies under it; NaN where nothing does."""
    there = np.isfinite(x)
    count = np.maximum(there.sum(1, keepdims=True), 1)
    own, x = np.where(there, own, 0.0), np.where(there, x, 0.0)
    own, x = (np.where(there, a - a.sum(1, keepdims=True) / count, 0.0) for a in (own, x))
    norm = np.sqrt((own**2).sum() * (x**2).sum())
    return float((own * x).sum() / norm) if norm > 0 else np.nan


def _surfaces(patterns: list[Array], x: Array) -> list[Array]:
    found = find(patterns, x, axes=1, count=1, subpixel=False)
    return [hits.surface for hits in found]


def _loudest(x: Array, size: int) -> list[float]:
    """The middles of the loudest stretches so long; the first is the loudest."""
    count = max(1, x.shape[1] // size)
    starts = np.linspace(0, max(0, x.shape[1] - size), count).astype(int)
    parts = [np.nan_to_num(x[:, s : s + size]) for s in starts]
    energy = np.array([((p - p.mean(1, keepdims=True)) ** 2).sum() for p in parts])
    order = np.argsort(-energy, kind="stable")[:STRETCHES]
    return [float(starts[i] + (size - 1) / 2) for i in order if energy[i] > 1e-6 * energy.max()]
