"""What a kernel does, in words that follow from its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from intertwine.base.errors import counted
from intertwine.base.text import in_range
from intertwine.cli.facts import TINY, Facts
from intertwine.kernel import Kernel


def sentences(kernel: Kernel, found: Facts) -> Iterator[str]:
    """What happens to flat areas, to slopes and details, to noise, and to an 8-bit range."""
    if kernel.dtype.kind == "c":
        yield from _complex(found)
        return
    if _only_moves(kernel):
        yield from _moving(kernel, found)
        return
    yield from _flat(found)
    yield from _signs(found)
    yield from _details(found)
    yield f"Noise: independent noise of standard deviation 1 comes out as {in_range(found.noise)}."
    yield from _range(found)


def _complex(found: Facts) -> Iterator[str]:
    yield f"The taps are complex and so is the result; flat areas give {in_range(found.total)}."
    yield f"Noise: independent noise of standard deviation 1 comes out as {in_range(found.noise)}."


def _only_moves(kernel: Kernel) -> bool:
    return int((kernel.taps != 0).sum()) <= 1


def _moving(kernel: Kernel, found: Facts) -> Iterator[str]:
    if not found.scale:
        yield "Every tap is 0: everything becomes 0."
        return
    gain = "" if found.total == 1 else f", times {in_range(found.total)}"
    moved = any(found.shift or ())
    where = f"moves by {_steps(found.shift or ())}" if moved else "stays"
    yield f"One tap: everything {where}{gain}."


def _flat(found: Facts) -> Iterator[str]:
    if found.zero_sum:
        yield "Sum 0: flat areas become 0. Only changes are seen."
    elif found.nearly_zero_sum:
        total, scale = in_range(found.total), in_range(found.scale)
        yield f"Sum {total}, against {scale}: flat areas nearly vanish."
    elif abs(found.total - 1) < TINY:
        yield "Sum 1: flat areas stay as they are, the overall brightness is kept."
    else:
        total = in_range(found.total)
        keep = "" if found.band else " Divide the taps by it (--normalize) to keep the brightness."
        yield f"Sum {total}: flat areas are multiplied by {total}.{keep}"


def _signs(found: Facts) -> Iterator[str]:
    if found.spread is not None:
        widths = [in_range(width) for width in found.spread]
        equal = len(set(widths)) == 1
        yield (
            f"No tap is negative: a weighted mean of the neighbours"
            f"{'' if abs(found.total - 1) < TINY else ' times the sum'}, which smooths. Standard "
            "deviation "
            f"{counted(widths[0] if equal else ' and '.join(widths), 'sample')}{_an_axis(widths)}."
        )
    if found.shift is not None and any(found.shift):
        yield _off_centre(found.shift, found)
    if found.slope is not None and any(found.slope):
        yield f"A ramp that rises 1 a sample gives {_by_axis(found.slope)}: it measures slopes."
    elif found.curvature is not None and any(found.curvature):
        yield (
            "Ramps become 0 too, and n²/2 gives "
            f"{_by_axis(found.curvature)}: it measures curvature, as at lines, spots and edges."
        )
    elif found.curvature is not None:
        yield "Ramps and n²/2 become 0 too: it measures finer patterns than slope and curvature."


def _off_centre(shift: Sequence[float], found: Facts) -> str:
    if found.spread is not None:
        return f"The weight's centre is off the origin: the signal moves by {_steps(shift)}."
    gains = _by_axis([-step * found.total.real for step in shift])
    return f"A ramp that rises 1 a sample gains {gains}: it adds slopes, which looks like relief."


def _details(found: Facts) -> Iterator[str]:
    if found.nearly_zero_sum or found.band:
        if found.strongest is not None:
            yield (
                f"Details: waves come out up to {in_range(found.strongest)} times as large; the "
                f"finest, -+-+ along an axis, {in_range(found.finest)} times."
            )
        if found.nearly_zero_sum:
            return
    if math.isinf(abs(found.total)):
        return
    share = found.finest / abs(found.total)
    word = "weaker" if share < 1 else "stronger"
    if abs(share - 1) > 1e-6 and not found.band:
        yield (
            f"Details: the finest wave, -+-+ along an axis, comes out {word} than flat areas, "
            f"{in_range(share)} times: it {'blurs' if share < 1 else 'sharpens'}."
        )
    if found.negative < -TINY * found.scale:
        low, high = in_range(found.negative), in_range(found.positive)
        yield f"Taps of both signs: results may overshoot; 0 to 1 becomes {low} to {high}."


def _range(found: Facts) -> Iterator[str]:
    low, high = 255 * found.negative, 255 * found.positive
    if low < -1e-6 or high > 255.0001:
        yield (
            f"8-bit samples, 0 to 255, may give {in_range(low)} to {in_range(high)}: "
            "see --signed for what is shown."
        )


def _an_axis(values: Sequence[str]) -> str:
    if len(values) == 1:
        return ""
    return " along each axis" if len(set(values)) == 1 else " along the axes in turn"


def _by_axis(values: Sequence[float], unit: str = "") -> str:
    if len(values) == 1:
        return in_range(values[0]) + unit
    return ", ".join(f"{in_range(v)}{unit} along axis {axis}" for axis, v in enumerate(values))


def _steps(shift: Sequence[float]) -> str:
    return _by_axis(shift, " samples" if any(abs(step) != 1 for step in shift) else " sample")
