"""The shifts that explain two pictures, best first: the one engine of `translation` and `rotation`.

Evidence proposes, blocks rank (what holds over more of the picture comes first), least squares
refine. What fits the first motion is then put aside, so that a second one shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.registration.bands import Band, bands
from intertwine.registration.blocks import Support, support
from intertwine.registration.evidence import Peak, Transforms, evidence, peaks, transforms
from intertwine.registration.gauss_newton_shift import refine
from intertwine.registration.pyramid import thinned

Array = NDArray[Any]

#: Longer sides are reduced by whole factors to about these many samples, by the number of axes:
#: to look for a shift, and to refine it.
_SEARCHED = {1: 1 << 16, 2: 512, 3: 96}
_FINEST = {1: 1 << 20, 2: 1024, 3: 192}

#: How many peaks are looked at block by block, and how many of these are refined.
_PROPOSED, _REFINED = 6, 3

#: Candidates below this share of the best one's score are not refined.
_CLOSE = 0.3

#: Above this share of blocks that do not agree, a second motion is looked for.
_DISAGREEING = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A picture made ready: as it is, its mask, its octaves and their transforms."""

    values: Array
    mask: Array | None
    octaves: list[Band]
    transforms: list[Transforms]


@dataclass(frozen=True, slots=True)
class Found:
    """A shift that explains something.

    `nats` is the evidence for it, `area` the share of the picture that agrees, `against` the share
    that does not, and `error` the standard error of the shift.
    """

    shift: tuple[float, ...]
    nats: float
    area: float
    against: float
    error: float

    @property
    def score(self) -> float:
        """The area that agrees, times its share of the area that says anything."""
        return self.area**2 / max(self.area + self.against, 1e-9)


def scene(values: Array, mask: Array | None) -> Scene:
    """Everything about one picture that does not depend on the other."""
    octaves = bands(values, mask)
    return Scene(values, mask, octaves, [transforms(octave) for octave in octaves])


def shifts(one: Scene, other: Scene) -> list[Found]:
    """Shifts from `one` to `other`, the best first; two pictures of one shape."""
    surface = evidence(one.transforms, other.transforms)
    found = [
        _looked_at(one, other, surface.independent, peak)
        for peak in peaks(surface.nats, one.values.shape, _PROPOSED)
    ]
    found.sort(key=lambda pair: -pair[0].score)
    if found and _unexplained(found[0][0]):
        found += _behind(one, other, found[0][1])
        found.sort(key=lambda pair: -pair[0].score)
    return _refined(one, other, found)


def _looked_at(
    one: Scene, other: Scene, independent: list[float], peak: Peak
) -> tuple[Found, Support]:
    seen = support(one.octaves, other.octaves, independent, peak.shift)
    shift = tuple(float(s) for s in peak.shift)
    return Found(shift, peak.nats, seen.area, seen.against, math.inf), seen


def _unexplained(best: Found) -> bool:
    return best.against > _DISAGREEING * (best.area + best.against)


def _behind(one: Scene, other: Scene, first: Support) -> list[tuple[Found, Support]]:
    """What explains the blocks that the first motion does not."""
    shape = one.values.shape
    mask = ~_agreeing(one, first)
    if one.mask is not None:
        mask &= one.mask
    if np.count_nonzero(mask) < 0.05 * mask.size:
        return []
    rest = [transforms(octave) for octave in bands(one.values, mask)]
    surface = evidence(rest, other.transforms)
    return [
        _looked_at(one, other, surface.independent, peak) for peak in peaks(surface.nats, shape, 2)
    ]


def _agreeing(one: Scene, seen: Support) -> Array:
    """Which samples lie in blocks that agree."""
    sizes = zip(one.values.shape, seen.agreeing.shape, strict=True)
    agreeing: Array = seen.agreeing[np.ix_(*(np.arange(n) * side // n for n, side in sizes))] > 0.5
    return agreeing


def _refined(one: Scene, other: Scene, found: list[tuple[Found, Support]]) -> list[Found]:
    """The best to a part of a sample; those that come to rest at one place are one."""
    kept: list[Found] = []
    for place, (each, seen) in enumerate(found):
        apart = 3.0 * 2**seen.octave
        fit = each
        if place < _REFINED and each.score >= _CLOSE * found[0][0].score:
            mask = _agreeing(one, seen) if one.mask is None else one.mask & _agreeing(one, seen)
            width = 2.0**seen.octave
            refined = refine(one.values, other.values, (mask, other.mask), each.shift, width)
            fit = replace(each, shift=refined.shift, error=refined.error)
        if all(_distance(fit.shift, other_.shift) > apart for other_ in kept):
            kept.append(fit)
    return kept


def _distance(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def searched(values: Array, other: Array, masks: tuple[Array | None, Array | None]) -> list[Found]:
    """Shifts of data of any size: found on reduced ones, refined on larger ones."""
    ndim = values.ndim
    factor = max(1, math.ceil(max(values.shape) / _SEARCHED[ndim]))
    found = shifts(
        *(scene(*thinned(x, m, factor)) for x, m in zip((values, other), masks, strict=True))
    )
    if factor == 1 or not found:
        return found
    finer = max(1, math.ceil(max(values.shape) / _FINEST[ndim]))
    full = [
        replace(f, shift=tuple(factor * s for s in f.shift), error=factor * f.error) for f in found
    ]
    (a, mask_a), (b, mask_b) = (
        thinned(x, m, finer) for x, m in zip((values, other), masks, strict=True)
    )
    start = tuple(s / finer for s in full[0].shift)
    fit = refine(a, b, (mask_a, mask_b), start, 1.0)
    if math.isfinite(fit.error):
        shift = tuple(finer * s for s in fit.shift)
        full[0] = replace(full[0], shift=shift, error=finer * fit.error)
    return full
