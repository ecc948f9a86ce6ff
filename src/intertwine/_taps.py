"""What the named kernels are built from: checked parameters, and plain arrays of taps."""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.base import checks
from intertwine.base.errors import OptionError, ShapeError, counted

Taps = NDArray[Any]

_MAX_TAPS = 2**28  # 2 GiB of float64
_MAX_NDIM = 64  # NumPy's own limit
_HUGE = sys.float_info.max


# Checks: each returns the parameter in its one canonical form, or says what it must be.


def whole(word: str, value: Any, least: int, most: int = _MAX_TAPS) -> int:
    """Return `value` as an integer from `least` to `most`."""
    if not checks.is_integer(value) or not least <= value <= most:
        raise OptionError(f"`{word}` must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def real(word: str, value: Any, low: float = -_HUGE, high: float = _HUGE) -> float:
    """Return `value`, a number from `low` to `high`; an integer stays an integer."""
    found = checks.real(value)
    if found is None or not low <= found <= high:
        bounds = "finite number" if low == -_HUGE else f"number from {low:g} to {high:g}"
        raise OptionError(f"`{word}` must be a {bounds}, not {value!r}.")
    return int(value) if checks.is_integer(value) else found


def flag(word: str, value: Any) -> bool:
    """Return `value`, True or False."""
    if not isinstance(value, bool | np.bool):
        raise OptionError(f"`{word}` must be True or False, not {value!r}.")
    return bool(value)


def positive(word: str, value: Any) -> float:
    """Return `value` as a finite float greater than zero."""
    number = float(real(word, value))
    if number <= 0:
        raise OptionError(f"`{word}` must be greater than 0, not {value!r}.")
    return number


def axis_count(ndim: Any) -> int:
    """Return `ndim` as a number of axes."""
    return whole("ndim", ndim, 1, _MAX_NDIM)


def per_axis(word: str, value: Any, ndim: int | None, default_ndim: int = 1) -> tuple[Any, ...]:
    """Spread a number over `ndim` axes; take a tuple as one number an axis."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, tuple | list):
        return (value,) * axis_count(default_ndim if ndim is None else ndim)
    if ndim is not None and ndim != len(value):
        raise ShapeError(
            f"`{word}` {tuple(value)} names {counted(len(value), 'axis', 'axes')}, not {ndim}."
        )
    if not 1 <= len(value) <= _MAX_NDIM:
        raise ShapeError(f"`{word}` names {len(value)} axes; a kernel has from 1 to {_MAX_NDIM}.")
    return tuple(value)


def spread(sigma: Any, ndim: int | None, default_ndim: int = 1) -> tuple[float, ...]:
    """Return a standard deviation for each axis."""
    return tuple(positive("sigma", each) for each in per_axis("sigma", sigma, ndim, default_ndim))


def check_shape(shape: Sequence[int]) -> None:
    """Refuse more taps than memory should be asked for."""
    if math.prod(shape) > _MAX_TAPS:
        raise OptionError(
            f"{counted(len(shape), 'axis', 'axes')} of up to {max(shape):.6g} taps "
            f"{'exceeds' if len(shape) == 1 else 'exceed'} the {_MAX_TAPS} taps that a "
            "named kernel may have.\n  Ask for fewer axes or fewer taps on each."
        )


# Grids.


def cube(ndim: Any) -> tuple[int, ...]:
    """Return the shape of three taps on each of `ndim` axes."""
    shape = (3,) * axis_count(ndim)
    check_shape(shape)
    return shape


def middle(taps: Taps) -> tuple[int, ...]:
    """Return the index of the middle tap."""
    return tuple(size // 2 for size in taps.shape)


def offsets(radii: Sequence[int]) -> tuple[Taps, ...]:
    """Return each axis's distances from the middle tap, shaped to broadcast with each other."""
    check_shape([2 * radius + 1 for radius in radii])
    lines = [np.arange(-radius, radius + 1) for radius in radii]
    return np.meshgrid(*lines, indexing="ij", sparse=True)


def outer(factors: Sequence[ArrayLike]) -> Taps:
    """Return the product of one line of taps for each axis."""
    lines = [np.asarray(factor) for factor in factors]
    check_shape([line.size for line in lines])
    product: Taps = functools.reduce(np.multiply.outer, lines)
    return product


def direction(angle_deg: Any) -> tuple[float, float]:
    """Return the unit step (down, right) that points at `angle_deg`, exact on the axes.

    Angles run counter-clockwise from axis 1 as an image is shown, row 0 on top.
    """
    angle = math.radians(math.fmod(real("angle_deg", angle_deg), 360))
    return -round(math.sin(angle), 15), round(math.cos(angle), 15)


# Gaussians.


def reach(sigma: float, truncate: float, order: int = 0) -> int:
    """Return the radius ``int(truncate * sigma + 0.5)``, if `order` derivatives fit in it."""
    # Beyond 40 sigmas a double's exp is 0; the bound also keeps the numbers below finite.
    radius = int(min(positive("truncate", real("truncate", truncate, 0, 40)) * sigma + 0.5, 1e18))
    if 2 * radius < order:
        raise OptionError(
            f"order {order} needs at least {order + 1} taps on its axis, but sigma={sigma:g} with "
            f"truncate={truncate:g} gives {2 * radius + 1}.\n  Raise sigma or truncate."
        )
    return radius


def gaussian_line(sigma: float, radius: int, order: int = 0) -> Taps:
    """Return a Gaussian sampled on ``-radius..radius``, of sum 1, or a derivative of it.

    ``(-1 / sigma)**order * He_order(n / sigma) * g[n]``, with He the probabilists' Hermite
    polynomials (Abramowitz and Stegun, 1964, 22.11.8).
    """
    u = np.arange(-radius, radius + 1) / sigma
    samples = np.exp(-0.5 * u * u)
    hermite = np.polynomial.hermite_e.hermeval(u, [0] * order + [1])
    line: Taps = (-1 / sigma) ** order * hermite * samples / samples.sum()
    return line


def bell(
    sigmas: Sequence[float], radii: Sequence[int], orders: Sequence[int] | None = None
) -> Taps:
    """Return the product of a Gaussian, or a derivative of it, for each axis."""
    check_shape([2 * radius + 1 for radius in radii])
    return outer(list(map(gaussian_line, sigmas, radii, orders or [0] * len(sigmas))))


def curvature_line(sigma: float, radius: int) -> Taps:
    """Return a Gaussian's second derivative, ``(n**2 - variance) * g[n] / sigma**4``.

    With the variance of the samples in the place of ``sigma**2`` it sums to zero.
    """
    n = np.arange(-radius, radius + 1.0)
    samples = gaussian_line(sigma, radius)
    line: Taps = (n * n - (n * n * samples).sum()) * samples / sigma**4
    return line


def zero_sum(taps: Taps) -> Taps:
    """Take what rounding left of the sum of `taps` from the middle tap."""
    taps[middle(taps)] -= math.fsum(taps.flat)
    return taps


# Small integer operators.


def slope(smooth: tuple[int, int, int], axis: Any, ndim: Any) -> Taps:
    """Return the central difference along `axis`, smoothed along every other axis."""
    shape = cube(ndim)
    factors = [smooth] * len(shape)
    factors[whole("axis", axis, -len(shape), len(shape) - 1)] = (1, 0, -1)
    return outer(factors)


def second_difference(ndim: Any, connectivity: Any) -> Taps:
    """Return the sum of the differences to the neighbours that differ in few enough indices."""
    shape = cube(ndim)
    away = functools.reduce(np.add, [abs(offset) for offset in offsets([1] * len(shape))])
    near = (away > 0) & (away <= whole("connectivity", connectivity, 1, len(shape)))
    taps = near.astype(np.int64)
    taps[middle(taps)] = -taps.sum()
    return taps
