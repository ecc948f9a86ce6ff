"""What a kernel does to flat areas, ramps, steps, sinusoids and noise: each clause is computed.

The clauses hold for every kernel, whatever it is called: the sum is the answer to flat areas, the
moments of order 1 and 2 to ramps and parabolas, the spectrum to sinusoids and the norm to noise.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from intertwine.algebra.description.answer import along, by_axis, moved, towards
from intertwine.algebra.description.measure import Measures
from intertwine.algebra.frame import Array
from intertwine.base.text import denoised

#: Kinds whose taps are an average: their first moments move the signal.
AVERAGES = ("blur", "motion blur", "smoother", "low-pass")
_LEAST_OVERSHOOT = 0.005


def clauses(found: Measures, kind: str) -> Iterator[str]:
    """The clauses of a sentence, from flat areas to noise."""
    yield _flat(found)
    if not np.iscomplexobj(found.taps):
        yield from _polynomials(found, kind)
        yield from _steps(found)
    yield _sinusoids(found)
    noise = float(np.sqrt((np.abs(found.taps) ** 2).sum())) * found.scale
    yield f"noise of standard deviation 1 comes out as {denoised(noise)}"


def _flat(found: Measures) -> str:
    total = complex(found.taps.sum())
    if abs(total) <= found.rounding:
        return "flat areas become 0"
    total *= found.scale
    if abs(total - 1) <= 1e-9 + found.rounding * found.scale:
        return "flat areas stay"
    value = total if np.iscomplexobj(found.taps) else total.real
    return f"flat areas are multiplied by {denoised(value)}"


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
            answer = denoised(size * found.scale)
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
        yield f"n²/2 gives {by_axis(snapped * found.scale)}"


def _steps(found: Measures) -> Iterator[str]:
    """How far a step overshoots, along the axis where it does so most."""
    if abs(found.total) <= 0.05 or found.negative == 0:
        return
    most, axis = max((_overshoot(found, axis), axis) for axis in found.used_axes)
    if most >= _LEAST_OVERSHOOT:
        where = "" if found.kernel.ndim == 1 else f" along axis {axis}"
        yield f"a step{where} overshoots by {denoised(100 * most)} % of its height"


def _overshoot(found: Measures, axis: int) -> float:
    """What the running sum across `axis` reaches beyond 0 and the whole."""
    others = tuple(a for a in range(found.kernel.ndim) if a != axis)
    rise = np.cumsum(found.taps.sum(axis=others)) / found.total
    return float(max(rise.max() - 1, -rise.min(), 0))


def _sinusoids(found: Measures) -> str:
    where, gain = found.peak
    size = float(np.linalg.norm(where))
    shown = denoised(gain * found.scale)
    if not size:
        return f"no sinusoid comes out more than {shown} times as large"
    side = "" if where.size == 1 else f" {along(where)}"
    return f"sinusoids are strongest at {denoised(size)} cycles per sample{side}, times {shown}"


def refined(taps: Array, start: Array) -> tuple[Array, float]:
    """The frequency near `start` at which ``|K|`` is largest, and the gain there."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    def gain(frequency: Array) -> float:
        answer = taps
        for axis in reversed(range(taps.ndim)):
            wave = np.exp(-2j * np.pi * frequency[axis] * np.arange(taps.shape[axis]))
            answer = np.tensordot(answer, wave, axes=([axis], [0]))
        return float(np.abs(answer))

    first = gain(start)
    if not start.any():
        return start, first
    options = {"xatol": 1e-7, "fatol": 1e-12, "maxiter": 120}
    best = minimize(lambda f: -gain(f), start, method="Nelder-Mead", options=options)
    inside = bool((np.abs(best.x) <= 0.5).all())
    best_gain = gain(best.x)
    if not inside or best_gain <= first * (1 + 1e-9):
        return start, first
    return np.asarray(best.x), best_gain
