"""From two pictures to one motion: spectra propose, the pictures decide, least squares refine."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from intertwine.registration import phase_correlation as pc
from intertwine.registration.candidates import Candidate, candidates
from intertwine.registration.gauss_newton import Fit, Free, refine
from intertwine.registration.log_polar import log_polar_spectrum
from intertwine.registration.picture import Grey
from intertwine.registration.pyramid import Level, reduced
from intertwine.registration.similarity import Similarity, pulled

#: Longer sides are reduced by whole factors to about these many pixels, for each stage.
_SPECTRUM, _TRIAL, _FINEST = 256, 128, 1024

#: How many turns are tried at first, and how many when none of them convinces.
_FEW, _MANY, _MANY_SCALED = 6, 60, 150

#: The best stands out when it is this much higher than any other turn and at least this high.
_AHEAD, _HIGH = 2.0, 12.0

#: Turns within this many radians, up to scale, are one and the same.
_SAME = math.radians(4)

#: How many of the best are refined when none convinces, and in how many steps.
_FINALISTS, _STEPS = 6, 6

#: Refinement that still moves a corner by this many pixels has found nothing.
SETTLED = 0.05


@dataclass(frozen=True, slots=True)
class Trial:
    """A motion that was tried, and the height of its correlation peak in standard deviations."""

    motion: Similarity
    height: float


@dataclass(frozen=True, slots=True)
class Found:
    """The chosen motion, its fit, and how high it and the best other turn stood."""

    fit: Fit
    height: float
    rival: float


def search(one: Grey, other: Grey, *, scale: bool, shift: bool) -> Found:
    """Find the motion from `one` to `other`."""
    free = Free(scale=scale, shift=shift)
    small = _levels(one, other, _TRIAL)
    judge = _Judge(*small, shift)
    tried = judge.trials(_candidates(one, other, scale, _FEW, alike=False))
    finalists = tried[:1]
    fits = [refine(*small, tried[0].motion, free, _STEPS)]
    if not (_stands_out(tried) and fits[0].last_step < SETTLED):
        many = _MANY_SCALED if scale else _MANY
        more = _candidates(one, other, scale, many, alike=False)
        if one.shape != other.shape:
            more += _candidates(one, other, scale, many, alike=True)
        tried = judge.trials(more)
        finalists = _distinct(tried)[:_FINALISTS]
        fits = [refine(*small, trial.motion, free, _STEPS) for trial in finalists]
    best = max(range(len(fits)), key=lambda i: _evidence(fits[i]))
    chosen, fit = finalists[best], fits[best]
    rival = max((t.height for t in tried if _apart(t, chosen)), default=0.0)
    for size, steps in ((_SPECTRUM, 4), (_FINEST, 3)):
        fit = refine(*_levels(one, other, size), fit.motion, free, steps, near=True)
    return Found(fit, chosen.height, rival)


def _evidence(fit: Fit) -> float:
    """Fisher's ``atanh(r)``, which spreads evenly, times the root of the share it rests on.

    It counts half where the refinement does not come to rest.
    """
    sure = math.atanh(max(-0.99999, min(0.99999, fit.agreement))) * math.sqrt(fit.share)
    return sure if fit.last_step < SETTLED else sure / 2


def _stands_out(tried: list[Trial]) -> bool:
    best = tried[0]
    rival = max((t.height for t in tried if _apart(t, best)), default=0.0)
    return best.height >= max(_HIGH, _AHEAD * rival)


def _apart(one: Trial, other: Trial) -> bool:
    turn = abs(math.remainder(one.motion.turn - other.motion.turn, 2 * math.pi))
    return turn + abs(math.log(one.motion.scale / other.motion.scale)) > _SAME


def _distinct(tried: list[Trial]) -> list[Trial]:
    kept: list[Trial] = []
    for trial in tried:
        if all(_apart(trial, other) for other in kept):
            kept.append(trial)
    return kept


def _candidates(one: Grey, other: Grey, scale: bool, most: int, *, alike: bool) -> list[Candidate]:
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


class _Judge:
    """Tries motions on two small pictures; the first one's spectrum is kept."""

    def __init__(self, one: Level, other: Level, shift: bool) -> None:
        self.one, self.other, self.shift = one, other, shift
        self.shape = pc.padded_shape(one.values.shape)
        self.spectrum = pc.spectrum_of(one.values, pc.tapered(one.values.shape), self.shape)
        self.window = pc.tapered(other.values.shape)

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


def _levels(one: Grey, other: Grey, size: int) -> tuple[Level, Level]:
    """Both pictures reduced alike, so that the smaller one's long side is about `size` pixels."""
    factor = max(1, round(min(max(one.shape), max(other.shape)) / size))
    return reduced(one, factor), reduced(other, factor)
