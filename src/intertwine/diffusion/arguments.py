"""What `diffuse` is asked, checked once and brought to one form: everything in cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base import checks
from intertwine.base.axes import axes_of
from intertwine.base.boundaries import check_boundary
from intertwine.base.errors import DTypeError, OptionError, ShapeError, counted, shown

Array = NDArray[Any]

BOUNDARIES = ("symmetric", "wrap", "zero", "nearest")
METHODS = ("auto", "transform", "kernel")
NAN = ("raise", "ignore")

_CALLER = "diffuse"


@dataclass(frozen=True)
class Request:
    """A heat equation on a grid of unit cells."""

    axes: tuple[int, ...]
    time: float
    diffusivity: Array  # (d, d), in cells**2 for each unit of time
    drift: Array  # (d,), in cells for each unit of time
    boundaries: tuple[str, ...]

    def groups(self) -> list[list[int]]:
        """The numbers of axes that mixed terms couple, together; the others alone."""
        left = list(range(len(self.axes)))
        found = []
        while left:
            group = [left.pop(0)]
            for member in group:
                joined = [other for other in left if self.diffusivity[member, other]]
                group += joined
                left = [other for other in left if other not in joined]
            found.append(sorted(group))
        return found


def request(
    x: Array, time: Any, diffusivity: Any, boundary: Any, axes: Any, drift: Any, spacing: Any
) -> Request:
    """Check everything and turn lengths into cells."""
    chosen = tuple(range(x.ndim))
    if axes is not None:
        chosen = axes_of(_CALLER, "x", x, axes, f"  {checks.describe('x', x)}")
    count = len(chosen)
    steps = np.array(per_axis(_CALLER, "spacing", spacing, count, positive=True))
    tensor = diffusivity_tensor(_CALLER, diffusivity, count) / np.multiply.outer(steps, steps)
    wind = np.array(per_axis(_CALLER, "drift", 0.0 if drift is None else drift, count)) / steps
    words = checks.per_axis(_CALLER, "boundary", boundary, count, _boundary)
    _check_walls(words, wind)
    return Request(chosen, finite_time(_CALLER, time), tensor, wind, words)


def finite_time(caller: str, value: Any) -> float:
    """Return a finite time from 0 up."""
    return checks.number(
        caller, "time", value, lambda t: 0 <= t < math.inf, "a finite number from 0 up",
        "Heat does not flow backwards: un-mixing has no stable answer.",
    )  # fmt: skip


def per_axis(
    caller: str, name: str, value: Any, count: int, *, positive: bool = False
) -> tuple[float, ...]:
    """Return one finite number for each axis, given one for all or one each."""

    def one(each: Any) -> float:
        return checks.number(
            caller, name, each, lambda v: math.isfinite(v) and (v > 0 or not positive),
            "a finite number above 0" if positive else "a finite number",
        )  # fmt: skip

    return checks.per_axis(caller, name, value, count, one)


def _numbers(caller: str, name: str, value: Any) -> Array:
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ShapeError(
            f"{caller}: `{name}={shown(value)}` has rows of unequal length."
        ) from error
    if array.dtype.kind not in "iuf":
        raise DTypeError(f"{caller}: `{name}={shown(value)}` must hold real numbers.")
    return array.astype(np.float64)


def diffusivity_tensor(caller: str, value: Any, count: int) -> Array:
    """Return a symmetric positive semi-definite tensor, given one, its diagonal or a number."""
    array = _numbers(caller, "diffusivity", value)
    if array.ndim < 2:
        numbers = per_axis(caller, "diffusivity", value, count)
        if min(numbers) < 0:
            raise OptionError(
                f"{caller}: `diffusivity={shown(value)}` must not be negative.\n"
                "  Negative diffusivity sharpens, which has no stable answer."
            )
        return np.diag(numbers)
    if array.shape != (count, count):
        raise ShapeError(
            f"{caller}: `diffusivity` of shape {array.shape} does not fit "
            f"{counted(count, 'axis', 'axes')}.\n"
            f"  Pass a number, one for each axis, or a tensor of shape ({count}, {count})."
        )
    if not np.isfinite(array).all():
        raise OptionError(f"{caller}: `diffusivity` holds NaN or infinity.")
    size = float(np.abs(array).max())
    if np.abs(array - array.T).max() > 1e-12 * size:
        raise OptionError(
            f"{caller}: the diffusivity tensor is not symmetric, {shown(array.tolist())}.\n"
            "  Only its symmetric part spreads anything: pass (D + D.T) / 2."
        )
    symmetric: Array = (array + array.T) / 2
    least = float(np.linalg.eigvalsh(symmetric).min())
    if least < -1e-12 * size:
        raise OptionError(
            f"{caller}: the diffusivity tensor has the eigenvalue {least:.4g}, below 0.\n"
            "  It must be positive semi-definite: nothing can un-mix in any direction."
        )
    return symmetric


def _boundary(value: Any) -> str:
    known = ("mirror", "constant", "renormalize")
    if isinstance(value, str) and value in known:
        raise OptionError(
            f"diffuse: `boundary={value!r}` solves no heat equation: it neither keeps what is "
            f"inside nor says what flows in.\n  Known: {', '.join(BOUNDARIES)}."
        )
    return check_boundary("diffuse", value, BOUNDARIES)


def _check_walls(boundaries: Sequence[str], drift: Array) -> None:
    for axis, (word, speed) in enumerate(zip(boundaries, drift, strict=True)):
        if word == "symmetric" and speed:
            raise OptionError(
                f"diffuse: a drift along axis {axis} of `axes` runs into its walls: "
                "boundary='symmetric' lets nothing through, and what piles up there is no "
                "convolution.\n  Pass boundary='wrap' (around), 'zero' (out, nothing comes in) or "
                "'nearest' (the edge flows in), for this axis or for all."
            )
