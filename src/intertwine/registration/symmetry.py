"""Rotations that map a picture to itself: no comparison can tell them apart.

A square that was rotated by 90 degrees was as well rotated by 0. After the best rotation, others
are tried further round; those under which the pictures agree as well are equals of it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.registration.bands import Band
from intertwine.registration.evidence import Transforms, agreement, transforms
from intertwine.registration.gauss_newton import Free, refine
from intertwine.registration.judge import Found, Judge
from intertwine.registration.pyramid import Level
from intertwine.registration.similarity import Frame, Similarity, inside, pulled

Array = NDArray[Any]

#: A picture that maps to itself at all does so under one of these, in degrees.
_FIRST = (180, 120, 72, 360 / 7)

#: Then under which others. A disk passes them all.
_FURTHER = sorted({*range(30, 360, 30), *range(45, 360, 45), *range(72, 360, 72), 17, 101})

#: What is left unexplained may be larger by this factor and this much, and count as equal.
_FACTOR, _MORE = 1.1, 0.01

#: Agreeing over this share of what agrees under the best counts as equal.
_AS_MUCH = 0.75

_STEPS = 6


def equals(
    coarse: tuple[Level, Level], fine: tuple[Level, Level], judge: Judge, best: Found, free: Free
) -> list[Similarity]:
    """Motions as good as the best one, this one not among them.

    They are looked for on `coarse` pictures. Of those that seem equal there, one must hold on
    `fine` ones too: leave as little unexplained, or agree over as much of the picture.
    """
    motion = best.fit.motion
    tried = _Agreement(*coarse, motion, free.shift)
    known = tried.unexplained(motion)[0]
    first = [each for each in (tried.further(angle) for angle in _FIRST) if _equal(each[0], known)]
    if not first:
        return []
    sharp = 1 - refine(*fine, motion, free, _STEPS).agreement ** 2
    if not any(_holds(fine, judge, best, each[1], free, sharp) for each in first):
        return []
    further = [tried.further(angle) for angle in _FURTHER]
    return [motion for left, motion in further if _equal(left, known)]


def _holds(
    fine: tuple[Level, Level],
    judge: Judge,
    best: Found,
    motion: Similarity,
    free: Free,
    sharp: float,
) -> bool:
    fit = refine(*fine, motion, free, _STEPS)
    if fit.agreement > 0 and _equal(1 - fit.agreement**2, sharp):
        return True
    score = max((each.score for each in judge.best(motion)), default=0.0)
    return score >= _AS_MUCH * best.judged.score


def _equal(left: float, known: float) -> bool:
    return left <= _FACTOR * known + _MORE


class _Agreement:
    """How much of two small pictures a rotation leaves unexplained, at its best shift."""

    def __init__(self, one: Level, other: Level, best: Similarity, shift: bool) -> None:
        self.one, self.other, self.best, self.shift = one, other, best, shift
        side = math.ceil(math.hypot(*other.values.shape) / best.scale) + 2
        self.back = tuple(max(0, math.ceil(side / 2 - m)) for m in one.frame.middle)
        rows, columns = (m + k for m, k in zip(one.frame.middle, self.back, strict=True))
        self.target = Frame((side, side), (rows, columns))
        self.mine = transforms(_whole(one.values, one.mask), (side, side))

    def further(self, angle_deg: float) -> tuple[float, Similarity]:
        """Under the best rotation, and this much more."""
        turn = self.best.turn + math.radians(angle_deg)
        return self.unexplained(Similarity(turn, self.best.scale))

    def unexplained(self, motion: Similarity) -> tuple[float, Similarity]:
        """The share left, and the motion with the best shift."""
        plain = Similarity(motion.turn, motion.scale)
        explained = agreement(self.mine, self._theirs(plain))
        place = tuple(n - 1 + k for n, k in zip(self.one.values.shape, self.back, strict=True))
        if self.shift:
            at = np.unravel_index(int(explained.argmax()), explained.shape)
            place = (int(at[0]), int(at[1]))
        by = np.array(place) - np.array(self.one.values.shape) + 1 - self.back
        rows, columns = plain.matrix @ by * self.one.factor
        return 1 - float(explained[place]), plain.moved(float(rows), float(columns))

    def _theirs(self, plain: Similarity) -> Transforms:
        other = self.other
        brought = pulled(other.values, other.frame, self.target, plain)
        mask = inside(other.frame, self.target, plain, margin=0.0)
        if other.mask is not None:
            mask &= pulled(other.mask.astype(np.float32), other.frame, self.target, plain) > 0.99
        return transforms(_whole(brought, mask), self.one.values.shape)


def _whole(values: Array, mask: Array | None) -> Band:
    """All octaves at once, about the mean of what counts."""
    weight = np.ones(values.shape, np.float32) if mask is None else mask.astype(np.float32)
    mean = float((values * weight).sum() / max(float(weight.sum()), 1.0))
    return Band((values - np.float32(mean)) * weight, weight)
