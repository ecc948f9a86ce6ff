"""The rules, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from intertwine.algebra.description.answer import Description, by_axis
from intertwine.algebra.description.averages import blur, sharpener
from intertwine.algebra.description.degrees import nearest
from intertwine.algebra.description.derivatives import difference, emboss
from intertwine.algebra.description.filters import band, odd_filters, wavelet
from intertwine.algebra.description.measure import Measures
from intertwine.algebra.description.patterns import matched_pattern, smooth_derivative, wave
from intertwine.algebra.description.tabulated import binomial, compass, cosine, polynomial
from intertwine.algebra.frame import times_power_of_two
from intertwine.base.text import number

Rule = Callable[[Measures], Description | None]


def zero(found: Measures) -> Description | None:
    """Every tap is 0."""
    if found.taps.any():
        return None
    return Description("zero", "Every tap is 0: everything becomes 0.")


def single_tap(found: Measures) -> Description | None:
    """One tap: the identity, or a shift, times its value."""
    places = np.argwhere(np.abs(found.taps) > found.tolerance / 1e3)
    if len(places) != 1:
        return None
    value = found.kernel.taps[tuple(places[0])].item()
    if found.exponent:
        value = times_power_of_two(np.array([value]), found.exponent).item()
    shift = places[0] - np.array(found.kernel.origin)
    gain = value if isinstance(value, complex) else float(value)
    times = "" if value == 1 else f", times {number(gain)}"
    if not shift.any():
        return Description("identity", f"The identity: everything stays{times}.", {"gain": gain})
    return Description(
        "shift",
        f"A shift: everything moves by {by_axis(shift, 'sample')}{times}.",
        {"shift": tuple(shift.tolist()), "gain": gain},
    )


def none_of_these(found: Measures) -> Description:
    """What is left when nothing is near, or nothing can be compared."""
    if np.iscomplexobj(found.taps):
        return Description(
            "none of these",
            "None of these: its taps are complex and are no wave under a Gaussian",
        )
    numbers = {"sum": found.sized(found.total)}
    return Description("none of these", "None of these: no family is near", numbers)


RULES: tuple[Rule, ...] = (
    zero,
    single_tap,
    cosine,
    polynomial,
    wavelet,
    compass,
    binomial,
    blur,
    sharpener,
    emboss,
    odd_filters,
    band,
    smooth_derivative,
    wave,
    difference,
    matched_pattern,
    nearest,
)
