"""What a kernel does to flat areas, ramps, steps, sinusoids and noise: each clause is computed.

The clauses hold for every kernel, whatever it is called: the sum is the answer to flat areas, the
moments of order 1 and 2 to ramps and parabolas, the spectrum to sinusoids and the norm to noise.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from intertwine.algebra.description.answer import along, by_axis, moved, towards
from intertwine.algebra.description.measure import Measures
from intertwine.algebra.frame import Array
from intertwine.base.text import in_range

#: Kinds whose taps are an average: their first moments move the signal.
AVERAGES = ("blur", "motion blur", "smoother", "low-pass")
_LEAST_OVERSHOOT = 0.005
_MOST_SIDES = 2
_MOST_PEAKS = 3  # frequencies of one gain that are listed
_SAME = 1e-6  # cycles per sample


def clauses(found: Measures, kind: str) -> Iterator[str]:
    """The clauses of a sentence, from flat areas to noise."""
    yield _flat(found)
    if not np.iscomplexobj(found.taps):
        yield from _polynomials(found, kind)
        yield from _steps(found)
    yield _sinusoids(found)
    noise = found.sized(float(np.sqrt((np.abs(found.taps) ** 2).sum())))
    yield f"noise of standard deviation 1 comes out as {in_range(noise)}"


def _flat(found: Measures) -> str:
    total = complex(found.total, math.fsum(found.taps.imag.ravel().tolist()))
    if abs(total) <= found.rounding:
        return "flat areas become 0"
    total = complex(found.sized(total.real), found.sized(total.imag))
    if abs(total - 1) <= 1e-9 + found.rounding * min(found.scale, 1e9):
        return "flat areas stay"
    value = total if abs(total.imag) > found.sized(found.rounding) else total.real
    return f"flat areas are multiplied by {in_range(value)}"


def _polynomials(found: Measures, kind: str) -> Iterator[str]:
    """Ramps; and parabolas where flat areas and ramps become 0."""
    slope = -found.first
    flat = abs(found.total) > found.rounding
    size = float(np.linalg.norm(slope))
    if size > found.rounding * max(found.reach, 1.0):
        way = slope / size
        if kind in AVERAGES and flat:
            yield f"the signal is{moved(found.mean).removeprefix(',')}" if moved(found.mean) else ""
        else:
            verb = "gains" if flat else "gives"
            answer = in_range(found.sized(size))
            yield f"a ramp that rises 1 a sample {towards(way)} {verb} {answer}"
        return
    if flat:
        return
    curvature = np.diag(found.second) / 2
    gone = np.abs(found.second).max() <= found.rounding * max(found.reach**2, 1.0)
    yield "ramps become 0"
    if gone:
        yield "parabolas become 0"
    else:
        snapped = np.where(np.abs(curvature) < 1e-9 * np.abs(found.second).max(), 0, curvature)
        yield f"n²/2 gives {by_axis(found.sized(snapped))}"
        if not snapped.any():
            a, b = np.unravel_index(int(np.abs(found.second).argmax()), found.second.shape)
            mixed = in_range(found.sized(float(found.second[a, b])))
            yield f"the product of the places along axes {a} and {b} gives {mixed}"


def _steps(found: Measures) -> Iterator[str]:
    """How far a step overshoots, along the axis where it does so most."""
    if abs(found.total) <= 0.05 or found.negative == 0:
        return
    most, axis = max((_overshoot(found, axis), axis) for axis in found.used_axes)
    if most >= _LEAST_OVERSHOOT:
        where = "" if found.kernel.ndim == 1 else f" along axis {axis}"
        yield f"a step{where} overshoots by {in_range(100 * most)} % of its height"


def _overshoot(found: Measures, axis: int) -> float:
    """What the running sum across `axis` reaches beyond 0 and the whole."""
    others = tuple(a for a in range(found.kernel.ndim) if a != axis)
    rise = np.cumsum(found.taps.sum(axis=others)) / found.total
    return float(max(rise.max() - 1, -rise.min(), 0))


def _sinusoids(found: Measures) -> str:
    tops, gain = found.peaks
    size = float(np.linalg.norm(tops[0]))
    shown = in_range(found.sized(gain))
    if not size:
        more = "larger" if shown == "1" else f"more than {shown} times as large"
        return f"no sinusoid comes out {more}"
    if np.iscomplexobj(found.taps):
        return (
            f"complex sinusoids are strongest at {in_range(size)} cycles per sample, their phase "
            f"growing {towards(tops[0])}, times {shown}"
        )
    return f"sinusoids are strongest at {where_strongest(tops)}, times {shown}"


def where_strongest(tops: list[Array]) -> str:
    """The frequencies of the largest gain of real taps; that there are others, where not all."""
    sizes = [float(np.linalg.norm(top)) for top in tops]
    unlike = [s for i, s in enumerate(sizes) if all(abs(s - t) >= _SAME for t in sizes[:i])]
    shown = f"{in_range(unlike[0])} cycles per sample"
    if tops[0].size == 1:
        if len(unlike) <= _MOST_PEAKS:
            *firsts, last = map(in_range, unlike)
            listed = f"{', '.join(firsts)} and {last}" if firsts else last
            return f"{listed} cycles per sample"
        return f"{shown}, among others"
    sides = list(
        dict.fromkeys(along(t) for t, s in zip(tops, sizes, strict=True) if s < unlike[0] + _SAME)
    )
    more = ", among others" if len(unlike) > 1 else ""
    if len(sides) <= _MOST_SIDES:
        return f"{shown} {' and '.join(sides)}{more}"
    return f"{shown} {sides[0]} and in {len(sides) - 1} other directions{more}"
