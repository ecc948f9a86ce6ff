"""What speaks for a rotation: the engine of `translation`, with the other picture turned back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.registration.bands import Band, bands
from intertwine.registration.blocks import support
from intertwine.registration.evidence import evidence, peaks, transforms
from intertwine.registration.gauss_newton import Fit
from intertwine.registration.pyramid import Level
from intertwine.registration.similarity import Frame, Similarity, inside, pulled

Array = NDArray[Any]

#: How many shifts of one rotation are looked at block by block.
_PEAKS = 3


@dataclass(frozen=True, slots=True)
class Judged:
    """A motion, the evidence for it in nats, and how much of the picture agrees and does not."""

    motion: Similarity
    nats: float
    area: float
    against: float
    independent: tuple[float, ...]

    @property
    def score(self) -> float:
        """The area that agrees, times its share of the area that says anything."""
        return self.area**2 / max(self.area + self.against, 1e-9)


@dataclass(frozen=True, slots=True)
class Found:
    """A motion, what speaks for it, and the height of its peak in the phase correlation."""

    fit: Fit
    judged: Judged
    height: float


class Judge:
    """Judges motions between two small pictures; what depends on the first alone is kept."""

    def __init__(self, one: Level, other: Level, *, scale: float, shift: bool) -> None:
        self.one, self.other, self.shift = one, other, shift
        side = math.ceil(math.hypot(*other.values.shape) / scale) + 2
        self.back = tuple(max(0, math.ceil(side / 2 - m)) for m in one.frame.middle)
        middle = tuple(m + k for m, k in zip(one.frame.middle, self.back, strict=True))
        self.target = Frame((side, side), (middle[0], middle[1]))
        self.octaves = bands(one.values, one.mask)
        shapes = [tuple(-(-side // 2**i) for _ in (0, 1)) for i in range(len(self.octaves))]
        self.transforms = [
            transforms(octave, shape) for octave, shape in zip(self.octaves, shapes, strict=True)
        ]

    def best(self, turned: Similarity) -> list[Judged]:
        """The shifts with the most evidence under a rotation and scale; its shift is not read."""
        plain = Similarity(turned.turn, turned.scale)
        octaves = self._octaves(plain, self.target)
        theirs = [
            transforms(octave, mine.values.shape)
            for octave, mine in zip(octaves, self.octaves, strict=False)
        ]
        surface = evidence(self.transforms, theirs)
        shape = self.one.values.shape
        if self.shift:
            found = [(p.shift, p.nats) for p in peaks(surface.nats, shape, _PEAKS)]
        else:
            place = tuple(n - 1 + k for n, k in zip(shape, self.back, strict=True))
            found = [(self.back, float(surface.nats[place]))]
        judged = []
        for by, nats in found:
            seen = support(self.octaves, octaves, surface.independent, by)
            offset = plain.matrix @ (np.array(by) - self.back) * self.one.factor
            motion = plain.moved(float(offset[0]), float(offset[1]))
            judged.append(Judged(motion, nats, seen.area, seen.against, tuple(surface.independent)))
        return sorted(judged, key=lambda each: -each.score)

    def again(self, before: Judged, motion: Similarity) -> Judged:
        """What speaks for a motion that was refined."""
        factor = self.one.factor
        rows, columns = motion.shift
        small = Similarity(motion.turn, motion.scale, (rows / factor, columns / factor))
        octaves = self._octaves(small, self.one.frame)
        seen = support(self.octaves, octaves, list(before.independent), (0, 0))
        return Judged(motion, before.nats, seen.area, seen.against, before.independent)

    def _octaves(self, motion: Similarity, target: Frame) -> list[Band]:
        other = self.other
        brought = pulled(other.values, other.frame, target, motion)
        mask = inside(other.frame, target, motion, margin=0.0)
        if other.mask is not None:
            mask &= pulled(other.mask.astype(np.float32), other.frame, target, motion) > 0.99
        return bands(brought, mask)
