"""From two pictures to one motion: spectra propose, the pictures decide, least squares refine."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from intertwine.registration import phase_correlation as pc
from intertwine.registration.candidates import SCALES, Candidate, candidates
from intertwine.registration.gauss_newton import Free, refine
from intertwine.registration.judge import Found, Judge, Judged
from intertwine.registration.log_polar import log_polar_spectrum
from intertwine.registration.picture import Grey
from intertwine.registration.pyramid import Level, reduced
from intertwine.registration.samples import Samples
from intertwine.registration.similarity import Similarity, pulled
from intertwine.registration.symmetry import equals

#: Longer sides are reduced by whole factors to about these many pixels, for each stage.
_SPECTRUM, _TRIAL, _COARSE, _FINEST = 256, 128, 64, 1024

#: How many turns are tried at first, and how many when none of them convinces.
_FEW, _MANY, _MANY_SCALED = 6, 60, 150

#: The best stands out when it is this much higher than any other turn and at least this high.
_AHEAD, _HIGH = 2.0, 12.0

#: Turns within this many radians, up to scale, are one and the same.
_SAME = math.radians(4)

#: How many of the best are judged at first, how many when none convinces, and refined in how many
#: steps.
_COMPARED, _FINALISTS, _STEPS = 2, 6, 6

#: Pictures that agree less than this, once aligned, are not asked for their symmetries.
_ALIKE = 0.1

#: What has less than this share of the most evidence, and agrees less than this once it is refined,
#: cannot come first.
_EVIDENT, _FITTING = 1 / 3, 0.2

#: Refinement that still moves a corner by this many pixels has found nothing.
SETTLED = 0.05


@dataclass(frozen=True, slots=True)
class Trial:
    """A motion that was tried, and the height of its correlation peak in standard deviations."""

    motion: Similarity
    height: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Motions, the best first, and those that nothing tells from it."""

    found: list[Found]
    equals: list[Similarity]


def search(one: Samples, other: Samples, *, scale: bool, shift: bool) -> Answer:
    """Motions from `one` to `other`; only the best is refined to the end."""
    free = Free(scale=scale, shift=shift)
    small = _levels(one, other, _TRIAL)
    trier = _Trier(*small, shift)
    judge = Judge(*small, scale=min(SCALES) if scale else 1.0, shift=shift)
    tried = trier.trials(_candidates(one, other, scale, _FEW, alike=False))
    found = [_judged(judge, small, trial, free) for trial in _distinct(tried)[:_COMPARED]]
    if not (_stands_out(tried) and _convinces(found)):
        many = _MANY_SCALED if scale else _MANY
        more = _candidates(one, other, scale, many, alike=False)
        if one.values.shape != other.values.shape:
            more += _candidates(one, other, scale, many, alike=True)
        tried = trier.trials(more)
        found = [_judged(judge, small, trial, free) for trial in _distinct(tried)[:_FINALISTS]]
    found = _ranked(found)
    fit = found[0].fit
    for size, steps in ((_SPECTRUM, 4), (_FINEST, 3)):
        fit = refine(*_levels(one, other, size), fit.motion, free, steps, near=True)
    best = replace(found[0], fit=fit)
    if fit.agreement < _ALIKE:
        return Answer([best, *found[1:]], [])  # it is unknown for other reasons
    coarse = _levels(one, other, _COARSE)
    return Answer([best, *found[1:]], equals(coarse, small, judge, best, free))


def _judged(judge: Judge, small: tuple[Level, Level], trial: Trial, free: Free) -> Found:
    """The best shift of a rotation, refined."""
    judged = judge.best(trial.motion)
    start = judged[0] if judged else Judged(trial.motion, 0.0, 0.0, 0.0, ())
    fit = refine(*small, start.motion, free, _STEPS)
    if fit.last_step < SETTLED:
        start = judge.again(start, fit.motion)
    return Found(fit, start, trial.height)


def _ranked(found: list[Found]) -> list[Found]:
    """By the area that agrees; what has little evidence and no fit comes last, whatever agrees."""
    least = _EVIDENT * max(each.judged.nats for each in found)

    def weak(each: Found) -> bool:
        fits = each.fit.last_step < SETTLED and each.fit.agreement >= _FITTING
        return each.judged.nats < least and not fits

    return sorted(found, key=lambda each: (weak(each), -each.judged.score))


def _convinces(found: list[Found]) -> bool:
    """The first of those tried is the best, came to rest, and little speaks against it."""
    best = found[0].judged
    clear = all(best.score > 2 * each.judged.score for each in found[1:])
    return clear and found[0].fit.last_step < SETTLED and best.against < best.area / 2


def _stands_out(tried: list[Trial]) -> bool:
    best = tried[0]
    rival = max((t.height for t in tried if not alike_turns(t.motion, best.motion)), default=0.0)
    return best.height >= max(_HIGH, _AHEAD * rival)


def alike_turns(one: Similarity, other: Similarity) -> bool:
    """Whether two motions rotate and scale alike."""
    turn = abs(math.remainder(one.turn - other.turn, 2 * math.pi))
    return turn + abs(math.log(one.scale / other.scale)) <= _SAME


def _distinct(tried: list[Trial]) -> list[Trial]:
    kept: list[Trial] = []
    for trial in tried:
        if all(not alike_turns(trial.motion, other.motion) for other in kept):
            kept.append(trial)
    return kept


def _candidates(
    one: Samples, other: Samples, scale: bool, most: int, *, alike: bool
) -> list[Candidate]:
    """What the spectra propose, of round windows as large as fit, or of two alike in size."""
    levels = _levels(one, other, _SPECTRUM)
    size = 2 * max(max(level.values.shape) for level in levels)
    radii = [min(level.values.shape) / 2 for level in levels]
    if alike:
        radii = [min(radii)] * 2
    spectra = [
        log_polar_spectrum(level.values, radius, size)
        for level, radius in zip(levels, radii, strict=True)
    ]
    return candidates(*spectra, scale=scale, most=most)


class _Trier:
    """Tries motions on two small pictures; the first one's spectrum is kept."""

    def __init__(self, one: Level, other: Level, shift: bool) -> None:
        self.one, self.other, self.shift = one, other, shift
        self.shape = pc.padded_shape(one.values.shape)
        window = _masked(pc.tapered(one.values.shape), one)
        self.spectrum = pc.spectrum_of(one.values, window, self.shape)
        self.window = _masked(pc.tapered(other.values.shape), other)

    def trials(self, proposed: list[Candidate]) -> list[Trial]:
        """Try each turn, and half a turn further; the best first."""
        tried = [
            self._trial(Similarity(candidate.turn + half, candidate.scale))
            for candidate in proposed
            for half in (0.0, math.pi)
        ]
        return sorted(tried, key=lambda t: -t.height)

    def _trial(self, motion: Similarity) -> Trial:
        one, other = self.one, self.other
        brought = pulled(other.values, other.frame, one.frame, motion)
        window = pulled(self.window, other.frame, one.frame, motion)
        spectrum = pc.spectrum_of(brought, window, self.shape)
        surface = pc.surface_of(self.spectrum, spectrum, self.shape)
        peak = pc.highest(surface)[0] if self.shift else pc.Peak((0, 0), float(surface[0, 0]))
        rows, columns = motion.matrix @ np.array(peak.shift, float) * one.factor
        return Trial(motion.moved(float(rows), float(columns)), peak.height)


def _masked(window: Grey, level: Level) -> Grey:
    return window if level.mask is None else window * level.mask


def _levels(one: Samples, other: Samples, size: int) -> tuple[Level, Level]:
    """Both pictures reduced alike, so that the smaller one's long side is about `size` pixels."""
    factor = max(1, round(min(max(one.values.shape), max(other.values.shape)) / size))
    first, second = (reduced(each.values, factor, each.mask) for each in (one, other))
    return first, second
