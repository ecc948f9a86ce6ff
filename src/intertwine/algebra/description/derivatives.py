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
    light_from,
    towards,
)
from intertwine.algebra.description.bell import BellDerivative
from intertwine.algebra.description.measure import Measures
from intertwine.base.errors import counted
from intertwine.base.text import denoised

_GONE = 0.1  # of the weight that truncation of a smooth derivative may leave as its sum
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth"}


def flattens(found: Measures) -> bool:
    """Whether flat areas become 0, or nearly so, and both sides are alike but for the sign."""
    return not np.iscomplexobj(found.taps) and found.parity != 0 and abs(found.total) <= _GONE


def derivative(found: Measures, best: BellDerivative) -> Description:
    """A derivative of a Gaussian, of an order that was found."""
    if best.order == 1:
        return _first(found, best)
    return _second(found, best) if best.order == 2 else _higher(found, best)


def of_energy(best: BellDerivative) -> str:
    """``, 96 % of its energy`` where the Gaussian's derivative is not all."""
    return "" if best.misfit < 0.005 else f", {100 * (1 - best.misfit):.0f} % of its energy"


def _first(found: Measures, best: BellDerivative) -> Description:
    slope = found.sized(-found.first)
    numbers: dict[str, Any] = {
        "order": 1,
        "slope": tuple(slope.tolist()),
        "share": 1 - best.misfit,
    }
    if slope.size == 2:
        numbers["angle_deg"] = angle_of(-found.first)
    text = (
        f"An edge detector: the slope of a smoothed signal {towards(-found.first)}{of_energy(best)}"
    )
    return Description("edge detector", text, numbers, best.taps)


def _second(found: Measures, best: BellDerivative) -> Description:
    curvature = found.matrix(found.middle) / 2
    values, ways = np.linalg.eigh(curvature)
    strong = float(np.abs(values).max())
    numbers: dict[str, Any] = {
        "order": 2,
        "curvature": found.sized(curvature).tolist(),
        "share": 1 - best.misfit,
    }
    if values.min() > 0.1 * strong or values.max() < -0.1 * strong:
        numbers["isotropic"] = bool(np.ptp(values) <= 0.02 * strong)
        each = "" if values.size == 1 else " in every direction"
        text = f"A Laplacian: the second derivative{each} of a smoothed signal{of_energy(best)}"
        return Description("Laplacian", text, numbers, best.taps)
    at = int(np.abs(values).argmax())
    if np.sum(np.abs(values) > 0.1 * strong) == 1:
        numbers["direction"] = tuple(ways[:, at].tolist())
        if values.size == 2:
            numbers["angle_deg"] = angle_of(ways[:, at]) % 180
        text = f"A line detector: the second derivative of a smoothed signal {along(ways[:, at])}"
        text += of_energy(best)
        return Description("line detector", text, numbers, best.taps)
    text = f"A saddle detector: a mixed second derivative of a smoothed signal{of_energy(best)}"
    return Description("saddle detector", text, numbers, best.taps)


def _higher(found: Measures, best: BellDerivative) -> Description:
    order = best.order
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
        where = f" ({' and '.join(parts)})"
    head = "A mixed derivative: the" if found.kernel.ndim > 1 else "The"
    text = f"{head} {word} derivative{where} of a smoothed signal{of_energy(best)}"
    numbers = {"order": order, "powers": main if alone else None, "share": 1 - best.misfit}
    return Description("mixed derivative", text, numbers, best.taps)


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
    slope = found.sized(-found.first)
    light = found.first
    numbers: dict[str, Any] = {"sum": found.sized(found.total), "slope": tuple(slope.tolist())}
    if slope.size == 2:
        numbers["angle_deg"] = angle_of(light)
    return Description(
        "emboss",
        f"An emboss: the picture looks lit {light_from(light)}",
        numbers,
    )


def difference(found: Measures) -> Description | None:
    """Odd taps along one axis that change their sign once: one average less another.

    Three taps are a slope at any angle, and `nearest` names them.
    """
    if np.iscomplexobj(found.taps) or len(found.used_axes) != 1 or found.taps.size == 3:
        return None
    if np.abs(found.taps + np.flip(found.taps)).sum() > found.tolerance:
        return None
    signs = np.sign(found.taps[np.abs(found.taps) > found.tolerance / 1e3])
    if np.count_nonzero(np.diff(signs)) != 1:
        return None
    slope = found.sized(-found.first)
    apart = 2 * float(np.linalg.norm(found.first))
    text = (
        "An edge detector: the difference of two averages whose centres lie "
        f"{counted(denoised(apart), 'sample')} apart {towards(-found.first)}"
    )
    numbers: dict[str, Any] = {"order": 1, "slope": tuple(slope.tolist()), "apart": apart}
    return Description("edge detector", text, numbers)
