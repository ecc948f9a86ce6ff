"""The rules, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from intertwine.algebra.description.answer import Description, by_axis, moved
from intertwine.algebra.description.averages import blur, sharpener
from intertwine.algebra.description.bands import band
from intertwine.algebra.description.derivatives import derivative, emboss
from intertwine.algebra.description.measure import Measures
from intertwine.algebra.description.patterns import matched_pattern, smooth_derivative, wave
from intertwine.base.text import denoised

Rule = Callable[[Measures], Description | None]


def zero(found: Measures) -> Description | None:
    """Every tap is 0."""
    if found.scale:
        return None
    return Description("zero", "Every tap is 0: everything becomes 0.")


def single_tap(found: Measures) -> Description | None:
    """One tap: the identity, or a shift, times its value."""
    places = np.argwhere(np.abs(found.taps) > found.tolerance / 1e3)
    if len(places) != 1:
        return None
    value = found.kernel.taps[tuple(places[0])].item()
    shift = places[0] - np.array(found.kernel.origin)
    gain = value if isinstance(value, complex) else float(value)
    shown = f"{gain:.4g}" if isinstance(gain, complex) else denoised(gain)
    times = "" if value == 1 else f", times {shown}"
    if not shift.any():
        return Description("identity", f"The identity: everything stays{times}.", {"gain": gain})
    return Description(
        "shift",
        f"A shift: everything moves by {by_axis(shift, 'sample')}{times}.",
        {"shift": tuple(shift.tolist()), "gain": gain},
    )


def none_of_these(found: Measures) -> Description:
    """Say why no rule held, and what is certain all the same."""
    numbers: dict[str, object] = {"sum": found.total * found.scale}
    if np.iscomplexobj(found.taps):
        return Description(
            "none of these",
            "None of these, because its taps are complex and are no wave under a Gaussian.",
        )
    if found.parity == 0:
        turned = np.flip(found.taps)
        even = float(((found.taps + turned) ** 2).sum() / (4 * (found.taps**2).sum()))
        numbers |= {"even": even, "odd": 1 - even}
        reason = (
            "it is neither symmetric nor antisymmetric about any point (of its energy, "
            f"{100 * even:.0f} % is the same after half a turn and {100 * (1 - even):.0f} % the "
            "opposite)"
        )
    else:
        reason = (
            "it is symmetric, but its spectrum has no one band that passes and no one that stops"
        )
    certain = (
        f"flat areas are multiplied by {denoised(found.total * found.scale)}"
        if abs(found.total) > found.tolerance
        else "flat areas become 0"
    )
    if found.negative == 0:
        certain += f", and as no tap is negative it averages{moved(found.mean)}"
        numbers["mean"] = tuple(found.mean.tolist())
    return Description("none of these", f"None of these, because {reason}; {certain}.", numbers)


RULES: tuple[Rule, ...] = (
    zero,
    single_tap,
    blur,
    sharpener,
    emboss,
    band,
    smooth_derivative,
    wave,
    derivative,
    matched_pattern,
)
