"""From what a caller of `matrix_profile` wrote to the stretches that are compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base import checks
from intertwine.base.errors import DTypeError, OptionError, ShapeError, counted
from intertwine.matching import stretches
from intertwine.matching.stretches import Stretches

Array = NDArray[Any]
Mask = NDArray[np.bool_]

CALLER = "matrix_profile"


def apart_of(m: int, exclusion: int | None, joined: bool) -> int:
    if joined and exclusion is not None:
        raise OptionError(
            f"{CALLER}: `exclusion={exclusion}` is for the stretches of one series, and `other` is "
            f"a second one.\n  Leave one of them out."
        )
    return checks.integer(CALLER, "exclusion", (m + 1) // 2 if exclusion is None else exclusion, 1)


def check_lengths(ours: Array, theirs: Array, m: int, apart: int, joined: bool) -> None:
    """There are two stretches to compare."""
    if not joined and ours.shape[-1] - m + 1 <= apart:
        raise ShapeError(
            f"{CALLER}: `series` has {counted(ours.shape[-1], 'sample')}: no two stretches of {m} "
            f"that start {apart} apart.\n"
            f"  It takes {m + apart} samples, or a smaller `m` or `exclusion`."
        )
    for name, x in (("series", ours), ("other", theirs)):
        if x.shape[-1] < m:
            raise ShapeError(
                f"{CALLER}: `{name}` has {counted(x.shape[-1], 'sample')}, no stretch of {m}.\n"
                f"  Pass a smaller `m`, or more samples."
            )
    if ours.shape[:-1] != theirs.shape[:-1]:
        raise ShapeError(
            f"{CALLER}: `series` of shape {ours.shape} and `other` of shape {theirs.shape} do not "
            f"hold equally many series.\n  Pass (n,) and (n2,), or (d, n) and (d, n2)."
        )


def numbers(name: str, series: Any) -> Array:
    x = checks.as_array(CALLER, name, series)
    if x.ndim > 2 or (x.ndim == 2 and not len(x)):
        raise ShapeError(
            f"{CALLER}: `{name}` of shape {x.shape} is not (n,) or (d, n).\n"
            f"  Pass one series, or one in each row."
        )
    if x.dtype.kind not in "fiu":
        raise DTypeError(f"{CALLER}: `{name}` has dtype {x.dtype}.\n  Pass real numbers.")
    return x


def _filled(name: str, x: Array) -> tuple[NDArray[np.float64], Mask]:
    """The series in float64 without gaps, and which samples were there."""
    present = np.isfinite(x)
    if not present.any():
        raise OptionError(
            f"{CALLER}: none of the {counted(len(x), 'sample')} of `{name}` is a number: "
            "nothing is left."
        )
    if not present.all():  # what stands in a gap only reaches stretches that do not count
        there = np.nonzero(present)[0]
        x = np.interp(np.arange(len(x)), there, x[there])
    return x.astype(np.float64), present


def _binary_scale(*parts: NDArray[np.float64]) -> float:
    """The power of two above all samples, as far as it can be divided by."""
    top = max(float(np.abs(part).max()) for part in parts)
    return float(2.0 ** min(max(np.frexp(top)[1], -1000), 1000))


def plain(
    ours: Array, theirs: Array | None, m: int
) -> tuple[list[Stretches], list[Stretches], float]:
    """Stretches of both near one centre, their squares far from overflow; and the scale for it."""
    mine = [_filled("series", row) for row in np.atleast_2d(ours)]
    others = mine if theirs is None else [_filled("other", row) for row in np.atleast_2d(theirs)]
    scale = _binary_scale(*(x for x, _ in mine + others))
    found: tuple[list[Stretches], list[Stretches]] = ([], [])
    for (x, there), (y, present) in zip(mine, others, strict=True):
        x, y = x / scale, y / scale
        centre = (x.mean() + y.mean()) / 2
        found[0].append(stretches.plain(x, there, m, centre))
        found[1].append(found[0][-1] if theirs is None else stretches.plain(y, present, m, centre))
    return *found, scale


def normalized(name: str, series: Array, m: int, rule: Any) -> list[Stretches]:
    rows = [_filled(name, row) for row in np.atleast_2d(series)]
    places = series.shape[-1] - m + 1
    if rule is None:
        flat = np.zeros((len(rows), places), bool)
    elif callable(rule):
        flat = np.stack([_flat(rule, stretches.windows(x, m)) for x, _ in rows])
    else:
        flat = _mask(name, rule, (*series.shape[:-1], places)).reshape(len(rows), places)
    return [
        stretches.normalized(x / _binary_scale(x), present, m, own)
        for (x, present), own in zip(rows, flat, strict=True)
    ]


def rules_of(constant: Any, joined: bool) -> tuple[Any, Any]:
    """What counts as constant in `series` and in `other`."""
    if constant is None or callable(constant) or not joined:
        return constant, constant
    if isinstance(constant, list | tuple) and len(constant) == 2:
        return constant[0], constant[1]
    raise OptionError(
        f"{CALLER}: `constant` is one array for two series.\n"
        f"  Pass two of them, for `series` and for `other`, or a function."
    )


def _flat(rule: Callable[[Array], Any], windows: NDArray[np.float64]) -> Mask:
    parts = []
    for some in stretches.batches(len(windows), windows.shape[1]):
        found = np.asarray(rule(windows[some]))
        if found.dtype != bool or found.shape != some.shape:
            raise ShapeError(
                f"{CALLER}: `constant` returned {found.dtype} of shape {found.shape} for stretches "
                f"of shape {(len(some), windows.shape[1])}.\n"
                f"  It must return a bool for each, shape {some.shape}."
            )
        parts.append(found)
    return np.concatenate(parts)


def _mask(name: str, mask: Any, shape: tuple[int, ...]) -> Mask:
    flat = np.asarray(mask)
    if flat.dtype != bool or flat.shape != shape:
        raise ShapeError(
            f"{CALLER}: `constant` is {flat.dtype} of shape {flat.shape}, but the stretches of "
            f"`{name}` have shape {shape}.\n  Pass a bool for each, or a function."
        )
    return flat
