"""The answer: a kind, a sentence, and the numbers it rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intertwine.base.errors import counted
from intertwine.base.text import denoised, in_range

_ON_AXIS = 1e-7  # 1 - cosine: 1/40 of a degree
_SIDES = {
    (0, True): "downwards",
    (0, False): "upwards",
    (1, True): "to the right",
    (1, False): "to the left",
}


@dataclass(frozen=True)
class Description:
    """What a kernel does.

    Attributes
    ----------
    kind : "identity", "shift", "blur", "motion blur", "edge detector", "Laplacian", "sharpener",
        "emboss", "Gabor", "low-pass", "high-pass", "band-pass", "all-pass", "matched pattern",
        "zero" or "none of these".
    sentence : the kind with its numbers, for people; what ``str`` gives.
    numbers : the same numbers by name.
    """

    kind: str
    sentence: str
    numbers: Mapping[str, Any] = field(default_factory=dict)
    template: Any = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return self.sentence


def apart(low: float, high: float) -> tuple[str, str]:
    """Two unlike numbers with as many digits as tell them apart, four at least.

    >>> apart(0.12341, 0.12344)
    ('0.12341', '0.12344')
    """
    for digits in range(4, 17):
        texts = f"{low:.{digits}g}", f"{high:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts


def angle_of(way: Any) -> float:
    """Degrees, counter-clockwise from axis 1 as an image is shown, row 0 on top; 0 to 360."""
    degrees = math.degrees(math.atan2(-float(way[0]), float(way[1]))) % 360
    return 0.0 if degrees > 359.9995 else round(degrees, 6)


def towards(way: Any) -> str:
    """A direction with its sign: a side, an axis, an angle, or a unit vector."""
    way = np.asarray(way, float) / np.linalg.norm(way)
    if way.size == 1:
        return "along the axis" if way[0] > 0 else "against the axis"
    axis = int(np.abs(way).argmax())
    if 1 - abs(way[axis]) < _ON_AXIS:
        if way.size == 2:
            return _SIDES[axis, bool(way[axis] > 0)]
        return f"{'along' if way[axis] > 0 else 'against'} axis {axis}"
    return at_an_angle(angle_of(way)) if way.size == 2 else f"along {_vector(way)}"


def along(way: Any) -> str:
    """A direction without a sign."""
    way = np.asarray(way, float) / np.linalg.norm(way)
    if way.size == 1:
        return "along the axis"
    axis = int(np.abs(way).argmax())
    if 1 - abs(way[axis]) < _ON_AXIS:
        return f"along axis {axis}"
    if way.size == 2:
        return at_an_angle(angle_of(way) % 180, 180)
    return f"along {_vector(way if way[axis] > 0 else -way)}"


def at_an_angle(degrees: float, turn: int = 360) -> str:
    """``at 30 degrees``: 0 points to the right, 90 upwards."""
    return f"at {counted(f'{round(degrees, 1) % turn:g}', 'degree')}"


def light_from(way: Any) -> str:
    """Where a light stands that shines on the picture from this direction."""
    sides = {"to the right": "the right", "to the left": "the left"}
    sides |= {"upwards": "above", "downwards": "below"}
    words = towards(way)
    return f"from {sides.get(words, words.removeprefix('at '))}"


def by_axis(values: Any, unit: str = "") -> str:
    """One number an axis, or so many of a `unit`; one for all where they are the same."""
    shown = [in_range(float(v)) for v in values]
    if unit:
        shown = [counted(v, unit) for v in shown]
    if len(shown) == 1:
        return shown[0]
    if len(set(shown)) == 1:
        return f"{shown[0]} along each axis"
    return ", ".join(f"{v} along axis {axis}" for axis, v in enumerate(shown))


def moved(shift: Any) -> str:
    """What follows when the weight's centre is off the origin; nothing when it is not."""
    if np.abs(shift).max() < 1e-6:
        return ""
    snapped = np.where(np.abs(shift) < 1e-6, 0.0, shift)
    return f", moved by {by_axis(snapped, 'sample')}"


def _vector(way: Any) -> str:
    return "(" + ", ".join(denoised(round(float(v), 4)) for v in way) + ")"
