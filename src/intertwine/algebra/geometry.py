"""Kernels trimmed, embedded, turned and joined along new axes.

Turning moves every tap to its turned place and shares it among the 4 x 4 nearest places by cubic
Lagrange weights (Lagrange 1795), whose moments up to order 3 are those of the place itself. So the
moments of the kernel to order 3, its answer to every cubic polynomial, are turned exactly: a sum
of 0 stays 0 and a slope keeps its size. (Interpolating the taps instead would keep neither.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np

from intertwine.algebra import composition
from intertwine.algebra.checks import at_least, finite
from intertwine.algebra.frame import Array, check_pair, inexact, laid_out, reach
from intertwine.base import memory
from intertwine.base.errors import OptionError, ShapeError, counted

if TYPE_CHECKING:
    from intertwine.kernel import Kernel


def trimmed(k: Kernel, tol: float = 0.0) -> Kernel:
    """Leave out the outer rows whose taps are all at most ``tol * max|k|``."""
    limit = at_least("trimmed", "tol", tol, 0.0)
    size = np.abs(inexact(k))
    kept = size > limit * size.max()
    low, high = [], []
    for axis, (at, count) in enumerate(zip(k.origin, k.shape, strict=True)):
        others = tuple(a for a in range(k.ndim) if a != axis)
        used = np.flatnonzero(kept.any(axis=others))
        low.append(min(at, int(used[0])) if used.size else at)
        high.append(max(at, int(used[-1])) if used.size else at)
        assert high[-1] < count
    window = tuple(slice(a, b + 1) for a, b in zip(low, high, strict=True))
    origin = tuple(at - first for at, first in zip(k.origin, low, strict=True))
    return type(k)(k.taps[window], origin, k.name)


def embedded(
    k: Kernel,
    shape: SupportsIndex | Sequence[SupportsIndex],
    origin: SupportsIndex | Sequence[SupportsIndex] | None = None,
) -> Kernel:
    """Fill up with zeros to `shape`, the tap at the origin going to the new `origin`."""
    sizes = _whole_numbers("shape", shape, k.ndim)
    if min(sizes) < 1:
        raise ShapeError(f"embedded: `shape` {sizes} has an axis without taps.")
    places = (
        tuple((size - 1) // 2 for size in sizes)
        if origin is None
        else _whole_numbers("origin", origin, k.ndim)
    )
    low, high = reach(k)
    for axis in range(k.ndim):
        first, last = places[axis] + low[axis], places[axis] + high[axis]
        if first < 0 or last >= sizes[axis]:
            raise ShapeError(
                f"embedded: the {counted(k.shape[axis], 'tap')} of axis {axis} would lie at "
                f"{first} to {last}, outside the {sizes[axis]} of the new shape.\n"
                f"  kernel: shape {k.shape}, origin {k.origin}    new: shape {sizes}, "
                f"origin {places}\n  Pass a larger shape or another origin, or trim the kernel."
            )
    first_place = [-at for at in places]
    last_place = [size - 1 - at for size, at in zip(sizes, places, strict=True)]
    return type(k)(laid_out(k, first_place, last_place), places, k.name)


def outer(k: Kernel, h: Kernel) -> Kernel:
    """The product of two kernels on axes of their own: first those of `k`, then those of `h`."""
    if not hasattr(h, "taps"):
        check_pair("outer", k, h)
    origin, shape = (*k.origin, *h.origin), (*k.shape, *h.shape)
    kind = np.result_type(k.dtype, h.dtype)
    memory.check_allocation(
        "outer", "the taps", shape, kind, "Convolve with one kernel after the other."
    )
    if composition.whole(k) and composition.whole(h):
        product = np.multiply.outer(k.taps.astype(object), h.taps.astype(object))
        return type(k)(composition.narrowed("outer", product), origin)
    with np.errstate(over="ignore"):
        taps = np.multiply.outer(k.taps.astype(kind), h.taps.astype(kind))
    return type(k)(composition.finite("outer", taps), origin)


def rotated(k: Kernel, angle_deg: float, axes: Sequence[int] = (-2, -1)) -> Kernel:
    """Turn about the origin, counter-clockwise as an image is shown, row 0 on top."""
    angle = math.radians(math.fmod(finite("rotated", "angle_deg", angle_deg), 360))
    plane = _plane(k, axes)
    cos, sin = round(math.cos(angle), 15), round(math.sin(angle), 15)
    taps = np.moveaxis(k.taps, plane, (0, 1))
    rows, columns = np.indices(taps.shape[:2])
    down, right = rows - k.origin[plane[0]], columns - k.origin[plane[1]]
    places: tuple[Array, Array] = (
        np.asarray(cos * down - sin * right),
        np.asarray(sin * down + cos * right),
    )
    turned, at = _shared_out(taps, places)
    origin = list(k.origin)
    origin[plane[0]], origin[plane[1]] = at
    return trimmed(type(k)(np.moveaxis(turned, (0, 1), plane), origin))


def _plane(k: Kernel, axes: Sequence[int]) -> tuple[int, int]:
    if k.ndim < 2:
        raise ShapeError(
            "rotated: a kernel of 1 axis has no plane to turn in.\n"
            "  Join another first: k.outer(h)."
        )
    plane = _whole_numbers("axes", axes, 2)
    if not all(-k.ndim <= axis < k.ndim for axis in plane) or (plane[0] - plane[1]) % k.ndim == 0:
        raise OptionError(f"rotated: `axes` {plane} are no two of the {k.ndim} axes.")
    return plane[0] % k.ndim, plane[1] % k.ndim


def _shared_out(taps: Array, places: tuple[Array, Array]) -> tuple[Array, tuple[int, int]]:
    """Add each tap to the places around its own, and return where the origin is then."""
    exact = all((place == np.rint(place)).all() for place in places)
    dtype = taps.dtype if exact or taps.dtype.kind in "fc" else np.dtype(np.float64)
    below = [np.floor(place).astype(np.int64) for place in places]
    margin = 0 if exact else 2
    low = [int(b.min()) - (margin and 1) for b in below]
    shape = [int(b.max()) + margin - first + 1 for b, first in zip(below, low, strict=True)]
    full = np.zeros((*shape, *taps.shape[2:]), dtype)
    if exact:
        full[below[0] - low[0], below[1] - low[1]] = taps
        return full, (-low[0], -low[1])
    weights = [_lagrange(place - b) for place, b in zip(places, below, strict=True)]
    moved = _weight_matrix(below, low, weights, shape) @ taps.reshape(below[0].size, -1)
    return moved.reshape(full.shape).astype(dtype), (-low[0], -low[1])


def _weight_matrix(
    below: list[Array], low: list[int], weights: list[list[Array]], shape: list[int]
) -> Any:
    """What each tap (a column) gives to each place (a row), mostly nothing."""
    from scipy import sparse  # type: ignore[import-untyped]

    shares, rows = [], []
    for i, j in np.ndindex(4, 4):
        shares.append((weights[0][i] * weights[1][j]).ravel())
        row = (below[0] + i - 1 - low[0]) * shape[1] + (below[1] + j - 1 - low[1])
        rows.append(row.ravel())
    columns = np.tile(np.arange(below[0].size), 16)
    entries = (np.concatenate(shares), (np.concatenate(rows), columns))
    return sparse.csr_array(entries, shape=(shape[0] * shape[1], below[0].size))


def _lagrange(t: Array) -> list[Array]:
    """Weights of the places -1, 0, 1 and 2 for a point at t from 0 to 1."""
    return [
        -t * (t - 1) * (t - 2) / 6,
        (t + 1) * (t - 1) * (t - 2) / 2,
        -(t + 1) * t * (t - 2) / 2,
        (t + 1) * t * (t - 1) / 6,
    ]


def _whole_numbers(word: str, given: Any, count: int) -> tuple[int, ...]:
    try:
        values = tuple(given) if np.iterable(given) else (given,)
        numbers = tuple(value.__index__() for value in values)
    except (TypeError, AttributeError):
        raise OptionError(f"`{word}` must be integers, one for each axis, not {given!r}.") from None
    if len(numbers) != count:
        raise ShapeError(
            f"`{word}` {numbers} names {counted(len(numbers), 'axis', 'axes')}, not {count}."
        )
    return numbers
