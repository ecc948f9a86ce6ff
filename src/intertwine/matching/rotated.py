"""Patterns at any angle and scale on a picture: coarse to fine.

A `bank` of turned and scaled patterns is laid on every place of a reduced picture. The best places,
each with its best angle and scale, are improved at that resolution, at about twice of it, and so
on up to the full one (`poses`). Where the pattern as it is lies within the ranges, the places that
it finds compete; and poses beside one that lays samples on samples are held against that one,
whose score has no interpolation in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import OptionError, ShapeError, counted
from intertwine.matching import exact, peaks, surface
from intertwine.matching.apart import apart, distinct
from intertwine.matching.arguments import Search
from intertwine.matching.bank import Bank, groups
from intertwine.matching.hits import Hits, turned
from intertwine.matching.names import CALLER
from intertwine.matching.poses import INSIDE, Level, Limits, Scene, View, reduced
from intertwine.matching.ranges import Range, ranges

Array = NDArray[Any]
Mask = NDArray[np.bool_]

#: Places followed to the next level: so many, and so many for each hit asked for.
FOLLOWED, EACH = 24, 4

#: Places followed where a part may be covered, and those around which other poses are tried.
UNSURE, AROUND = 160, 16

#: Poses this near to one that lays samples on samples are held against it, in samples at the rim.
BESIDE = 1.0


def search(
    asked: Search,
    angles: Any,
    scales: Any,
    threshold: float | None,
    count: int | None,
    near: tuple[int, ...],
    rng: Any,
    covered: float = 0.0,
    progress: Callable[[float], None] | None = None,
) -> Hits:
    """Hits with angles and scales; see `intertwine.find`."""
    _check(asked)
    wanted = _Search(asked, *ranges(angles, scales), covered, progress)
    return wanted.hits(threshold, count, near, rng)


def _check(asked: Search) -> None:
    if len(asked.window) != 2:
        raise ShapeError(
            f"{CALLER}: angles, scales and covered= are for pictures, "
            f"but the pattern is searched along {counted(len(asked.window), 'axis', 'axes')}.\n"
            f"  Leave them out, or name two axes: axes=(0, 1)."
        )
    if asked.data.dtype.kind == "c" or asked.pattern.dtype.kind == "c":
        raise OptionError(
            f"{CALLER}: angles and scales need real data, but some are complex.\n"
            f"  Pass their real part, or their size."
        )


@dataclass(frozen=True, slots=True)
class Start:
    """A pose, its score, and by how much the picture was reduced where it was found."""

    score: float
    pose: Array
    factor: float


class _Search:
    """One pattern's search through its ranges."""

    def __init__(
        self, asked: Search, angles: Range, scales: Range, covered: float,
        progress: Callable[[float], None] | None,
    ) -> None:  # fmt: skip
        self.asked, self.angles, self.scales, self.covered = asked, angles, scales, covered
        pattern = asked.pattern
        if asked.mask is not None:  # what does not count must not leak into its neighbours
            pattern = np.where(asked.mask, pattern, pattern[asked.mask].mean())
        pattern = pattern - pattern.mean()
        self.pattern = pattern / (np.abs(pattern).max() or 1.0)
        self.scene = Scene(asked.data, asked.present)
        self.groups = groups(asked.window, angles, scales, covered > 0)
        self.progress = progress
        self.share = INSIDE if asked.present is None else asked.least
        self.followed = UNSURE if covered else FOLLOWED
        self._levels: dict[float, Level] = {}
        self._whole: Level | None = None

    def hits(
        self, threshold: float | None, count: int | None, near: tuple[int, ...], rng: Any
    ) -> Hits:
        wanted = self.followed + EACH * count if count else None
        floor = None if threshold is None else 0.6 * threshold  # coarse scores are lower
        if self.covered:
            wanted, floor = self.followed + EACH * (count or self.followed), None
        starts, coarse = self._starts(floor, wanted, near)
        poses = self._climb(starts, count, threshold, coarse)
        poses += self._upright(threshold, count, near)
        found = apart([self._settled(pose) for pose in poses], threshold, count, near)
        scores = np.array([score for _, score in found])
        return self._hits([pose for pose, _ in found], scores, coarse, rng)

    def _starts(
        self, floor: float | None, wanted: int | None, near: tuple[int, ...]
    ) -> tuple[list[Start], Array]:
        """Where the bank's best patterns lie, best first, and the best scores of all places."""
        first = self.groups[0].factor
        small = self.scene.reduced(first)
        best = np.full(small.shape[1:], np.nan, np.float32)
        found: list[Start] = []
        for number, group in enumerate(self.groups):
            x = reduced(small, group.factor / first)
            bank = Bank(self.pattern, self.asked.mask, group, self.covered > 0)
            scores = bank.surface(x, self._share(number))
            some = tuple(max(1, int(n * np.exp(group.sizes[0]) / group.factor / 2)) for n in near)
            for place in peaks.strongest(scores, floor, wanted, some):
                turn, size = bank.turns(x, place)
                centre = (place + 0.5) * group.factor - 0.5
                pose = np.array([*centre, turn, size])
                found.append(Start(float(scores[tuple(place)]), pose, group.factor))
            rows, columns = (
                np.minimum((np.arange(best.shape[i]) * first / group.factor).astype(int),
                           scores.shape[i] - 1)
                for i in (0, 1)
            )  # fmt: skip
            np.fmax(best, scores[rows[:, None], columns], out=best)
        found.sort(key=lambda start: -start.score)
        return found[:wanted], best

    def _share(self, number: int) -> Callable[[float], None]:
        """Tells how far the search has come within one group."""
        work = [group.work for group in self.groups]
        before, own, total = sum(work[:number]), work[number], sum(work)
        if self.progress is None:
            return lambda _: None
        tell = self.progress
        return lambda part: tell(0.9 * (before + own * part) / total)

    def _limits(self, pose: Array) -> Limits:
        (left, right), (small, large) = (
            self.angles.limits(pose[2]), self.scales.limits(pose[3]),
        )  # fmt: skip
        far = np.inf
        return Limits(np.array([-far, -far, left, small]), np.array([far, far, right, large]))

    def _climb(
        self, starts: list[Start], count: int | None, threshold: float | None, coarse: Array
    ) -> list[Array]:
        """Improve poses at every level from the coarsest to the full one; the best go on."""
        least = -1.0 if threshold is None else 0.8 * threshold
        highest = max(group.factor for group in self.groups)
        rounds = int(np.ceil(np.log2(highest)))
        for done in range(rounds + 1):
            share = 1 - done / rounds if rounds else 0.0
            improved = [(*self._improve(s.pose, s.factor**share), s.factor) for s in starts]
            if self.covered and not done:  # the bank's best, and those that were improved best
                improved[:AROUND] = [self._around(*each) for each in improved[:AROUND]]
                improved.sort(key=lambda each: -each[1])
                improved[:AROUND] = [self._around(*each) for each in improved[:AROUND]]
                self._examined(improved, coarse)
            improved.sort(key=lambda each: -each[1])
            improved = [each for each in improved if each[1] > least]
            kept = distinct([pose for pose, *_ in improved], 2.0 * highest**share)
            starts = [Start(improved[i][1], improved[i][0], improved[i][2]) for i in kept]
            if count is not None:
                last = done >= rounds - 1
                fewer = 2 * count + self.followed // 24
                starts = starts[: fewer if last else max(EACH * count, self.followed) // 2]
            if self.progress is not None:
                self.progress(0.9 + 0.1 * (done + 1) / (rounds + 1))
        return [start.pose for start in starts]

    def _examined(self, improved: list[tuple[Array, float, float]], coarse: Array) -> None:
        """Leave on the surface what was compared without the parts that fit worst, as hits are."""
        coarse[:] = np.nan
        for pose, score, _ in improved:
            at = tuple(
                min(max(int(p / self.groups[0].factor), 0), n - 1)
                for p, n in zip(pose[:2], coarse.shape, strict=True)
            )
            coarse[at] = np.fmax(coarse[at], score if score > -1 else np.nan)

    def _around(self, pose: Array, score: float, factor: float) -> tuple[Array, float, float]:
        """The best of what is reached from poses about a sample away: parts that are left out
        leave more tops to be stuck on."""
        step = factor / np.array([1, 1, *2 * [self._level(factor).reach]])
        others = [self._improve(pose + step * way, factor) for way in (*np.eye(4), *-np.eye(4))]
        best = max([(pose, score), *others], key=lambda each: each[1])
        return *best, factor

    def _improve(self, pose: Array, factor: float) -> tuple[Array, float]:
        view = View(self._level(factor), self.scene, pose, self.share, self.covered)
        return view.improve(pose, self._limits(pose))

    def _level(self, factor: float) -> Level:
        if factor not in self._levels:
            self._levels[factor] = Level(self.pattern, self.asked.mask, factor)
        return self._levels[factor]

    def _upright(
        self, threshold: float | None, count: int | None, near: tuple[int, ...]
    ) -> list[Array]:
        """Poses that the pattern finds as it is, if the ranges allow that."""
        turn = self.angles.near(0.0, 2 * np.pi)
        if turn is None or self.scales.near(0.0) is None:
            return []
        asked = self.asked
        masks = None if asked.mask is None else asked.mask[None]
        scores = surface.normalised(
            asked.data, asked.present, asked.pattern[None], masks, centred=True,
            result=np.dtype(np.float32), least=asked.least,
        )[0]  # fmt: skip
        places = peaks.strongest(scores, threshold, count and count + 1, near)
        half = (np.array(asked.window) - 1) / 2
        return [self._improve(np.array([*place + half, turn, 0.0]), 1.0)[0] for place in places]

    def _settled(self, pose: Array) -> tuple[Array, float]:
        """A pose and its score, or those of one beside it that lays samples on samples."""
        if self._whole is None:
            self._whole = Level(self.pattern, self.asked.mask, 1.0, whole=True)
        view = View(self._whole, self.scene, pose, self.share, self.covered)
        score = view.score(*view.see(pose)[2:])
        quarter = round(pose[2] / (np.pi / 2))
        turn = self.angles.near(quarter * np.pi / 2, 2 * np.pi)
        rim = self._whole.reach * max(abs(pose[2] - quarter * np.pi / 2), abs(pose[3]))
        if turn is None or self.scales.near(0.0) is None or rim > BESIDE:
            return pose, score
        own = np.rot90(self.asked.pattern, quarter, (1, 2))
        mask = self.asked.mask
        if mask is not None:
            mask = np.rot90(mask, quarter, (1, 2))
        half = (np.array(own.shape[1:]) - 1) / 2
        corner = np.rint(pose[:2] - half).astype(int)
        piece = tuple(slice(c, c + k) for c, k in zip(corner, own.shape[1:], strict=True))
        size = self.asked.data.shape[1:]
        if any(s.start < 0 or s.stop > n for s, n in zip(piece, size, strict=True)):
            return pose, score
        present = None if self.asked.present is None else self.asked.present[:, *piece]
        exactly = exact.score(self.asked.data[:, *piece], present, own, mask)
        if exactly >= score:
            return np.array([*corner + half, turn, 0.0]), exactly
        return pose, score

    def _hits(self, poses: list[Array], scores: Array, coarse: Array, rng: Any) -> Hits:
        asked, factor = self.asked, self.groups[0].factor
        found = np.array(poses, float).reshape(-1, 4)
        angle = np.rad2deg(found[:, 2])
        if self.angles.whole:
            first = np.rad2deg(self.angles.values[0])
            angle = first + (angle - first) % 360
        scale = np.exp(found[:, 3])
        half = (np.array(asked.window) - 1) / 2
        first = np.array(asked.first)
        centre = found[:, :2] + first
        corner = centre - turned(np.broadcast_to(half, centre.shape), angle, scale)
        return Hits(
            corner,
            scores,
            index=np.rint(centre).astype(int),
            surface=coarse,
            window=asked.window,
            kind="zncc",
            first=tuple(int(f + factor / 2) for f in first),
            step=(factor, factor),
            angle=angle,
            scale=scale,
            picture=asked.picture,
            rng=rng,
        )
