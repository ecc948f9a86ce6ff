"""Kernels that keep flat areas: blurs, and sharpeners.

A blur has a positive sum, hardly any weight below 0, no skew, and its taps fall off from one
middle. A sharpener adds what blurring takes away, ``1 + a (1 - blur)``: its second moments are
negative (or 0) and it weakens no wave.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from intertwine.algebra.description.answer import Description, along, angle_of, by_axis
from intertwine.algebra.description.measure import Measures
from intertwine.algebra.frame import Array
from intertwine.base.errors import counted
from intertwine.base.text import denoised, in_range, number

_NEGATIVE = 0.12  # weight below 0 that turning a box off the grid may leave
_THIN = 0.6  # standard deviation across a line that is one sample wide, in samples
_LONG = 2.0  # times as long as wide
_FLAT = -0.7  # of the excess kurtosis of an even line, -1.2 (n**2 + 1) / (n**2 - 1)
_DRAWN = 0.999  # of the energy that a drawn line explains
_TURN = 8  # degrees by which the moments of a short line may mistake its direction
_SAME = 1e-3  # two widths are one
_WIDTH_LEFT = 0.5  # of the variance of the absolute taps, below which negative ones spoil it


def blur(found: Measures) -> Description | None:
    """A blur, how wide along each axis or each principal direction; a motion blur if a line."""
    if np.iscomplexobj(found.taps) or found.parity != 1:
        return None
    if abs(found.total) < 1 - 2 * _NEGATIVE or min(found.negative, 1 - found.negative) > _NEGATIVE:
        return None
    widths, ways = _principal(found.covariance)
    box = _box(found)
    line = found.kernel.ndim > 1 and widths[-1] > 0 and not box
    line = line and (_is_line(found, widths, ways) or _is_drawn(found, widths, ways))
    if widths[-1] <= 0 or not (line or _falls_off(found)) or _narrowed(found):
        return None
    width = tuple(np.sqrt(np.maximum(np.diag(found.covariance), 0)).tolist())
    total = found.sized(found.total)
    numbers = {"sigma": width, "shift": tuple(found.mean.tolist()), "sum": total}
    rest = _times(total)
    if line:
        return _motion(found, widths, ways, numbers, rest)
    if found.kernel.ndim == 1:
        how = f"standard deviation {counted(denoised(width[0]), 'sample')}"
    elif widths[-1] - widths[0] <= _SAME * widths[-1]:
        numbers["isotropic"] = True
        how = (
            f"standard deviation {counted(denoised(float(np.mean(widths))), 'sample')} in every "
            "direction"
        )
    else:
        numbers |= {"isotropic": False, "principal": tuple(widths.tolist())}
        how = f"standard deviation {by_axis(width, 'sample')}"
        if not _diagonal(found.covariance):
            how += (
                f"; widest, {counted(denoised(float(widths[-1])), 'sample')}, {along(ways[:, -1])}"
            )
    head = f"A blur by a box of {box}" if box else "A blur"
    return Description("blur", f"{head}: {how}{rest}", numbers)


def _motion(
    found: Measures, widths: Array, ways: Array, numbers: dict[str, object], rest: str
) -> Description:
    length = float(np.sqrt(max(12 * widths[-1] ** 2 + 1 - 12 * widths[0] ** 2, 1)))
    way = ways[:, -1]
    numbers |= {"length": length, "direction": tuple(way.tolist())}
    if way.size == 2:
        numbers["angle_deg"] = angle_of(way) % 180
    return Description(
        "motion blur",
        f"A motion blur: a line of about {counted(denoised(length), 'sample')} {along(way)}{rest}",
        numbers,
    )


def sharpener(found: Measures) -> Description | None:
    """A sharpener: every wave at least as strong as flat areas, the finest ones more so."""
    if np.iscomplexobj(found.taps) or found.parity != 1:
        return None
    total = found.sized(found.total)
    normalized = abs(total - 1) <= 10 * found.tolerance
    if abs(found.total) < (1e-4 if normalized else 0.08) or np.abs(found.mean).max() > 1e-6:
        return None
    curvature = np.linalg.eigvalsh(found.covariance)
    if curvature[-1] > found.tolerance * found.radius**2 or curvature[0] >= 0:
        return None
    relative = found.response.real / found.total
    strongest = found.peaks[1] / abs(found.total)
    if relative.min() < 1 - 0.05 * (strongest - 1):
        return None
    return Description(
        "sharpener",
        f"A sharpener: details come out up to {denoised(strongest)} times as strong as flat areas",
        {"sum": total, "strongest": strongest, "covariance": found.covariance.tolist()},
    )


def _principal(covariance: Array) -> tuple[Array, Array]:
    """Standard deviations along the principal directions, growing, and these as columns."""
    values, ways = np.linalg.eigh(covariance)
    return np.sign(values) * np.sqrt(np.abs(values)), ways


def _diagonal(covariance: Array) -> bool:
    off = covariance - np.diag(np.diag(covariance))
    return bool(np.abs(off).max() <= 1e-3 * np.abs(covariance).max())


def _falls_off(found: Measures) -> bool:
    """Whether the sums across each axis have one hump, up to ripples of turned taps."""
    for axis in range(found.kernel.ndim):
        line = found.taps.sum(axis=tuple(a for a in range(found.kernel.ndim) if a != axis))
        line = line * np.sign(found.total)
        ripple = 0.08 * line.max()
        peak = int(line.argmax())
        rising = np.maximum.accumulate(line[: peak + 1]) - line[: peak + 1]
        falling = np.maximum.accumulate(line[peak:][::-1]) - line[peak:][::-1]
        if max(rising.max(), falling.max()) > ripple:
            return False
    return True


def _is_line(found: Measures, widths: Array, ways: Array) -> bool:
    """Long, one sample wide, and as strong at its ends as in its middle."""
    if widths[-2] > _THIN or widths[-1] < max(_LONG * widths[-2], 0.7):
        return False
    offsets = np.meshgrid(*[np.arange(n) for n in found.kernel.shape], indexing="ij")
    centre = found.mean + np.array(found.kernel.origin)
    at = sum((n - c) * w for n, c, w in zip(offsets, centre, ways[:, -1], strict=True))
    fourth = float((found.taps * at**4).sum() / found.total) / float(widths[-1]) ** 4
    n = float(np.sqrt(12 * widths[-1] ** 2 + 1))  # taps of an even line that is as wide
    return fourth - 3 <= _FLAT * 1.2 * (n**2 + 1) / (n**2 - 1)


def _box(found: Measures) -> str:
    """The extents of even taps along two axes or more, which are no line; else nothing."""
    sizes = [n for n in found.kernel.shape if n > 1]
    if len(sizes) < 2 or float(np.ptp(found.taps)) > found.tolerance / found.taps.size:
        return ""
    return f"{' x '.join(map(str, found.kernel.shape))} samples"


def _is_drawn(found: Measures, widths: Array, ways: Array) -> bool:
    """Whether the taps are a straight line as it is drawn: 1 less the distance from it.

    Short oblique lines fade at their ends, so that their fourth moment is that of a bell.
    """
    if found.kernel.ndim != 2 or widths[-1] < max(_LONG * widths[-2], 0.7):
        return False
    centre = found.mean + np.array(found.kernel.origin)
    offsets = np.meshgrid(*[np.arange(n) for n in found.kernel.shape], indexing="ij")
    away = [n - c for n, c in zip(offsets, centre, strict=True)]
    middle = math.atan2(ways[0, -1], ways[1, -1])
    turns = middle + np.deg2rad(np.linspace(-_TURN, _TURN, 2 * _TURN + 1))
    lengths = np.linspace(0.4, 1.1, 36) * np.sqrt(12) * widths[-1]
    best = 0.0
    for turn, length in itertools.product(turns, lengths):
        forward = away[0] * math.sin(turn) + away[1] * math.cos(turn)
        across = away[0] * math.cos(turn) - away[1] * math.sin(turn)
        beyond = np.maximum(np.abs(forward) - length / 2, 0)
        line = np.maximum(0, 1 - np.hypot(across, beyond))
        best = max(best, float((line * found.taps).sum() ** 2 / ((line**2).sum() or 1)))
    return best >= _DRAWN * float((found.taps**2).sum())


def _narrowed(found: Measures) -> bool:
    """Whether negative taps take so much off the variance that it says no width."""
    size = np.abs(found.taps)
    weight = float(size.sum())
    offsets = np.meshgrid(*[np.arange(n) for n in found.kernel.shape], indexing="ij")
    centre = found.mean + np.array(found.kernel.origin)
    around = sum(float((size * (n - c) ** 2).sum()) for n, c in zip(offsets, centre, strict=True))
    return float(np.trace(found.covariance)) < _WIDTH_LEFT * around / weight


def _times(total: float) -> str:
    return "" if number(total) == "1" else f", times {in_range(total)}"
