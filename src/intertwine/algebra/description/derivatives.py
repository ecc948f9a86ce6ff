"""Kernels that answer flat areas with 0: derivatives, and reliefs.

Where the moments below order m vanish and those of order m do not, the kernel answers polynomials
as a derivative of order m does: its spectrum begins with ``sum_a M_a (-2 pi i f)**a / a!``.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from intertwine.algebra.description.answer import (
    Description,
    along,
    angle_of,
    by_axis,
    towards,
)
from intertwine.algebra.description.measure import Measures
from intertwine.algebra.frame import Array
from intertwine.base.text import denoised

_GONE = 0.1  # a moment that truncation of a smooth derivative may leave
_THERE = 0.16  # the least that the leading moment of a derivative has
_MOST_ORDER = 12
#: Higher orders come up in any narrow band, and then moments alone do not make a derivative.
MOST_CLEAR = 4
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth"}


def leading_order(found: Measures) -> int:
    """The order of the first moment about the middle that does not vanish; 0 when none is clear."""
    for order in range(0 if found.parity == 1 else 1, _MOST_ORDER + 1, 2):
        size = found.vanishing(order)
        if size >= _THERE:
            return order
        if size > _GONE:
            return 0
    return 0


def flattens(found: Measures) -> bool:
    """Whether flat areas become 0, or nearly so, and both sides are alike but for the sign."""
    return not np.iscomplexobj(found.taps) and found.parity != 0 and abs(found.total) <= _GONE


def derivative(found: Measures, order: int | None = None) -> Description | None:
    """An edge detector of some order and direction, or a Laplacian."""
    if not flattens(found):
        return None
    order = leading_order(found) or order
    if not order:
        return None
    if order == 1:
        return _first(found)
    return _second(found) if order == 2 else _higher(found, order)


def _first(found: Measures) -> Description:
    slope = -found.first * found.scale
    size = float(np.linalg.norm(slope))
    numbers: dict[str, Any] = {"order": 1, "slope": tuple(slope.tolist())}
    if slope.size == 2:
        numbers["angle_deg"] = angle_of(slope)
    return Description(
        "edge detector",
        f"An edge detector: the first derivative {towards(slope)}; flat areas become 0 and a ramp "
        f"that rises 1 a sample that way gives {denoised(size)}.",
        numbers,
    )


def _second(found: Measures) -> Description:
    curvature = found.matrix(found.middle) / 2 * found.scale
    values, ways = np.linalg.eigh(curvature)
    strong = float(np.abs(values).max())
    numbers: dict[str, Any] = {"order": 2, "curvature": curvature.tolist()}
    same_sign = values.min() > 0.1 * strong or values.max() < -0.1 * strong
    if same_sign:
        return _laplacian(found, values, numbers)
    at = int(np.abs(values).argmax())
    if np.sum(np.abs(values) > 0.1 * strong) == 1:
        numbers["direction"] = tuple(ways[:, at].tolist())
        if values.size == 2:
            numbers["angle_deg"] = angle_of(ways[:, at]) % 180
        return Description(
            "edge detector",
            f"An edge detector: the second derivative {along(ways[:, at])}, which is strongest on "
            f"lines; ramps become 0 and n²/2 that way gives {denoised(float(values[at]))}.",
            numbers,
        )
    return Description(
        "edge detector",
        "An edge detector: a second derivative that takes curvature "
        f"{along(ways[:, -1])} against curvature {along(ways[:, 0])}; "
        "ramps become 0, corners and saddles stand out.",
        numbers,
    )


def _laplacian(found: Measures, values: Array, numbers: dict[str, Any]) -> Description:
    sign = "below" if values[-1] > 0 else "above"
    isotropic = float(values.max() - values.min()) <= 0.02 * float(np.abs(values).max())
    numbers["isotropic"] = isotropic
    ring = found.gain.max()
    peak = np.unravel_index(int(found.gain.argmax()), found.gain.shape)
    cycles = math.hypot(
        *(float(np.fft.fftfreq(n)[i]) for n, i in zip(found.gain.shape, peak, strict=True))
    )
    numbers |= {"strongest": float(ring * found.scale), "frequency": cycles}
    smooth = cycles < 0.45
    name = "A Laplacian of a smoothed signal" if smooth else "A Laplacian"
    each = (
        ""
        if values.size == 1
        else f", {'the same' if isotropic else 'of one sign'} in every direction"
    )
    return Description(
        "Laplacian",
        f"{name}: the second derivative{each}; ramps become 0, what lies {sign} its surroundings "
        f"is positive; n²/2 gives {by_axis(np.diag(numbers['curvature']))}; strongest at "
        f"{denoised(cycles)} cycles per sample.",
        numbers,
    )


def _higher(found: Measures, order: int) -> Description:
    powers = [
        a for a in itertools.product(range(order + 1), repeat=found.kernel.ndim) if sum(a) == order
    ]
    sizes = {
        a: found.moment(a, found.middle) / math.prod(math.factorial(p) for p in a) for a in powers
    }
    main = max(sizes, key=lambda a: abs(sizes[a]))
    alone = all(abs(v) <= 0.1 * abs(sizes[main]) for a, v in sizes.items() if a != main)
    word = _ORDINALS.get(order, f"{order}th")
    where = ""
    if alone and found.kernel.ndim > 1:
        parts = [f"order {p} along axis {axis}" for axis, p in enumerate(main) if p]
        where = f", {' and '.join(parts)}"
    return Description(
        "edge detector",
        f"An edge detector: a derivative of the {word} order{where}; polynomials of lower order "
        "become 0.",
        {"order": order, "powers": main if alone else None},
    )


def emboss(found: Measures) -> Description | None:
    """Flat areas stay and slopes are added: one tap, and around it opposite ones."""
    if np.iscomplexobj(found.taps) or abs(found.total) < 0.02 or found.taps.size == 1:
        return None
    rest = found.taps.copy()
    rest[found.kernel.origin] -= found.total
    middle = np.abs(found.middle).max() < 1e-9
    if not middle or np.abs(rest + np.flip(rest)).sum() > 10 * found.tolerance:
        return None
    if np.abs(found.first).max() < 0.2 * found.radius * np.abs(rest).sum():
        return None
    slope = -found.first * found.scale
    light = -slope
    numbers: dict[str, Any] = {"sum": found.total * found.scale, "slope": tuple(slope.tolist())}
    if slope.size == 2:
        numbers["angle_deg"] = angle_of(light)
    return Description(
        "emboss",
        f"An emboss: flat areas are multiplied by {denoised(found.total * found.scale)} and slopes "
        f"are added, {denoised(float(np.linalg.norm(slope)))} for a ramp that falls 1 a sample "
        f"{towards(light)}; the picture looks lit from there.",
        numbers,
    )
