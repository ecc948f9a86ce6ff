"""The nearest family, and the fraction of a kernel's energy that it explains.

A kernel is named when a family explains 80 % of its energy, and more than chance would: random taps
reach the fraction that is asked for once in some hundreds of kernels. Of ``n`` random taps, a
family of ``d`` amplitudes explains a fraction that is distributed as ``Beta(d / 2, (n - d) / 2)``;
each of several entries that are unlike is one more try.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from intertwine.algebra.description.answer import (
    Description,
    along,
    angle_of,
    by_axis,
    moved,
    towards,
)
from intertwine.algebra.description.dictionary import LEVEL, Family, families, fits
from intertwine.algebra.description.gabor import best_wave
from intertwine.algebra.description.measure import Measures
from intertwine.algebra.frame import Array
from intertwine.base.errors import counted
from intertwine.base.text import denoised

NAMED = 0.8
_CHANCE = 0.0015  # of random kernels that one family may name
_NEARLY_ALL = 0.97
_ALL = 0.995  # from which nothing is said of the rest
_BALANCED = 0.2  # of the weight that may be left of a spot against its surroundings
_SIMPLER = 0.02  # of the energy that one more amplitude has to explain


@dataclass(frozen=True)
class Nearest:
    """A family's best entry and its share of the energy of `taps`."""

    family: Family
    entry: int
    share: float
    taps: Array

    @cached_property
    def parts(self) -> Array:
        """The amplitudes."""
        parts: Array = np.linalg.lstsq(self._span, self.taps.ravel(), rcond=None)[0]
        return parts

    @cached_property
    def template(self) -> Array:
        """What the entry explains of the taps."""
        return (self._span @ self.parts).reshape(self.taps.shape)

    @property
    def _span(self) -> Array:
        span: Array = self.family.spans[self.entry]
        return span

    @property
    def label(self) -> tuple[float, ...]:
        return self.family.labels[self.entry]


def nearest(found: Measures) -> Description | None:
    """What a kernel is nearest to; of kind "none of these" where that is not near enough."""
    taps = found.taps
    if np.iscomplexobj(taps) or not fits(found.kernel.shape) or taps.size < 3:
        return None
    near = sorted(_candidates(taps), key=lambda each: -_merit(each))
    if not near:
        return None
    good = [each for each in near if each.share >= _required(each, taps)]
    wave = _wave(found)
    if wave is not None and (not good or float(wave.numbers["share"]) > good[0].share + 0.05):
        return wave
    if good:
        return _named(found, good[0])
    kind, head, numbers = _words(found, near[0])
    numbers |= {"share": near[0].share, "nearest": kind}
    share = _percent(near[0].share)
    text = f"None of these: nearest is {head[0].lower()}{head[1:]}, {share} of its energy"
    return Description("none of these", text, numbers, near[0].template)


def _candidates(taps: Array) -> Iterator[Nearest]:
    values = taps.ravel() / np.linalg.norm(taps)
    for family in families(taps.shape):
        if not family.labels or family.freedom + 1 > taps.size:
            continue
        share, at = family.best(values)
        yield Nearest(family, at, share, taps)


def _merit(each: Nearest) -> float:
    return each.share - _SIMPLER * each.family.freedom


def _required(each: Nearest, taps: Array) -> float:
    """The share from which the entry names the kernel; above 1 where it cannot."""
    d = each.family.freedom
    if each.family.average and (each.family.in_corners or each.share < _NEARLY_ALL):
        about = taps - taps.mean()
        rest = float(((taps - each.template) ** 2).sum() / ((about**2).sum() + 1e-300))
        if rest > 1 - each.family.level:
            return 2.0
    return max(NAMED, _of_chance(taps.size, d, each.family.tries))


@lru_cache(1024)
def _of_chance(n: int, d: float, tries: int) -> float:
    """The share that `d` amplitudes explain of all but the luckiest of `n` random taps."""
    from scipy.special import betaincinv  # type: ignore[import-untyped]

    return float(1 - betaincinv((n - d) / 2, d / 2, _CHANCE / tries))


def _wave(found: Measures) -> Description | None:
    """A Gabor that explains enough of the kernel, where there are taps enough to tell."""
    if found.taps.size < 45:
        return None
    best = best_wave(found)
    if best is None or best.misfit > 1 - NAMED or best.waves_in_sigma < 0.3:
        return None
    numbers: dict[str, object] = {
        "share": 1 - best.misfit,
        "frequency": best.cycles,
        "sigma": best.sigma,
        "wave": tuple(best.frequency.tolist()),
        "centre": best.centre,
        "precision": best.precision,
    }
    if best.frequency.size == 2:
        numbers["angle_deg"] = angle_of(best.frequency) % 180
    return Description(
        "Gabor",
        f"A Gabor: a sinusoid of {denoised(best.cycles)} cycles per sample {along(best.frequency)} "
        f"under a Gaussian, {_percent(1 - best.misfit)} of its energy",
        numbers,
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _named(found: Measures, each: Nearest) -> Description:
    kind, head, numbers = _words(found, each)
    numbers |= {"share": each.share}
    part = "" if each.share >= _ALL else f", {_percent(each.share)} of its energy"
    return Description(kind, f"{head}{part}", numbers, each.template)


def _words(found: Measures, each: Nearest) -> tuple[str, str, dict[str, object]]:
    """The kind, the noun with its direction or width, and the numbers."""
    ndim = found.kernel.ndim
    name = each.family.name
    if name == "tap":
        shift = np.array(each.label) - found.kernel.origin
        if shift.any():
            return "shift", f"A shift by {by_axis(shift, 'sample')}", {"shift": tuple(shift)}
        return "identity", "The identity, but for a factor", {}
    if name == "blur":
        widths = each.label[:ndim]
        return "blur", f"A blur: {_wide(widths)}{moved(_centre_of(found, each))}", {"sigma": widths}
    if name == "slope":
        return _slope(found, each)
    if name == "box":
        head = f"A blur over {_extents(each)} taps{moved(_middle_of(found, each))}"
        return "blur", head, {"extents": each.label[:2]}
    if name == "step":
        return _step(found, each)
    if name == "curvature":
        return _curvature(found, each)
    if name == "line":
        return _line(found, each)
    if name == "saddle":
        return "saddle detector", "A saddle detector", {}
    if name == "relief":
        return "relief", "A relief: a blur and a slope", {}
    if name == "jet":
        return "local jet", "A local jet: level, slope and curvature under one Gaussian", {}
    if name == "planes of blurs":
        return "blur", "A blur along axes 1 and 2, weighted along axis 0", {}
    if name == "planes of slopes":
        head = "An edge detector along axes 1 and 2, of another direction at each place of axis 0"
        return "edge detector", head, {}
    if name == "Laplacian":
        return "Laplacian", "A Laplacian: a spot against its surroundings", {"sigma": each.label[0]}
    return _centre(each)


def _wide(widths: tuple[float, ...]) -> str:
    """A Gaussian's widths; beyond the dictionary's last one it is level."""
    level = [axis for axis, width in enumerate(widths) if width >= LEVEL]
    if len(level) == len(widths):
        return "a level area"
    if level:
        rest = next(width for width in widths if width < LEVEL)
        axis = widths.index(rest)
        return (
            f"a Gaussian of standard deviation {counted(denoised(rest), 'sample')} along axis "
            f"{axis}, level along axis {level[0]}"
        )
    return f"a Gaussian of standard deviation {by_axis(widths, 'sample')}"


def _centre_of(found: Measures, each: Nearest) -> Array:
    """Where the entry's middle lies, counted from the origin."""
    return np.array(each.label[found.kernel.ndim :]) + found.middle


def _extents(each: Nearest) -> str:
    return f"{each.label[0]:g} x {each.label[1]:g}"


def _middle_of(found: Measures, each: Nearest) -> Array:
    """Where the middle of the taps of a small window lies, counted from the origin."""
    return np.array(each.label[2:4]) + found.middle


def _step(found: Measures, each: Nearest) -> tuple[str, str, dict[str, object]]:
    way = np.zeros(2)
    way[int(each.label[4])] = math.copysign(1, each.parts[0])  # a ramp gives most where k falls
    head = f"An edge detector: a difference over {_extents(each)} taps {towards(way)}"
    numbers: dict[str, object] = {"extents": each.label[:2], "angle_deg": angle_of(way)}
    return "edge detector", f"{head}{moved(_middle_of(found, each))}", numbers


def _line(found: Measures, each: Nearest) -> tuple[str, str, dict[str, object]]:
    if found.kernel.ndim != 2:
        axis = int(np.ptp(np.argwhere(each.template), axis=0).argmax())
        return "motion blur", f"A motion blur along axis {axis}", {}
    turn = math.radians(each.label[0])
    words = along((-math.sin(turn), math.cos(turn)))
    return "motion blur", f"A motion blur {words}", {"angle_deg": each.label[0] % 180}


def _slope(found: Measures, each: Nearest) -> tuple[str, str, dict[str, object]]:
    grid = np.meshgrid(*[np.arange(n) for n in each.template.shape], indexing="ij")
    way = -np.array([float((each.template * g).sum()) for g in grid])
    if each.share >= _ALL:
        way = -found.first  # the kernel itself is one
    numbers: dict[str, object] = {"order": 1, "slope": tuple(found.sized(-found.first).tolist())}
    if way.size == 2:
        numbers["angle_deg"] = angle_of(way)
    if each.share >= _ALL:
        return "edge detector", f"An edge detector of slopes {towards(way)}", numbers
    return "edge detector", f"An edge detector: a Gaussian's slope {towards(way)}", numbers


def _curvature(found: Measures, each: Nearest) -> tuple[str, str, dict[str, object]]:
    if found.kernel.ndim == 1:
        return (
            "Laplacian",
            "A Laplacian: the second derivative",
            {"order": 2, "sigma": each.label[0]},
        )
    way = np.array(each.label[1:])
    numbers: dict[str, object] = {"order": 2, "sigma": each.label[0]}
    if way.size == 2:
        numbers["angle_deg"] = angle_of(way) % 180
    return "line detector", f"A line detector: the second derivative {along(way)}", numbers


def _centre(each: Nearest) -> tuple[str, str, dict[str, object]]:
    middle, around = each.parts[:2]
    if each.family.name == "spot":
        word = "with" if middle * around > 0 else "against"
        return "centre-surround", f"A centre-surround: a spot {word} a level area", {}
    if middle * around > 0:
        return "blur", "A blur: the sample itself and a Gaussian", {"sigma": each.label[0]}
    level, weight = float(each.template.sum()), float(np.abs(each.template).sum())
    numbers: dict[str, object] = {"sigma": each.label[0]}
    if abs(level) <= _BALANCED * weight:
        return "Laplacian", "A Laplacian: the sample itself against a blur", numbers
    if level * middle > 0:
        return "sharpener", "A sharpener: the sample itself less a blur", numbers
    if (each.template * level).min() >= -_BALANCED * weight * abs(level):  # no tap is against it
        return "blur", "A blur: flatter in the middle than a Gaussian", numbers
    return "centre-surround", "A centre-surround: a blur less the sample itself", numbers
