"""What the named kernels are built from: checked parameters, and plain arrays of taps."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.engine.errors import OptionError, ShapeError

Taps = NDArray[Any]

_MAX_TAPS = 2**28  # 2 GiB of float64
_MAX_NDIM = 64  # NumPy's own limit


# Checks: each returns the parameter in its one canonical form, or says what it must be.


def whole(word: str, value: object, least: int, most: int | None = None) -> int:
    """Return `value` as an integer from `least` to `most`."""
    wanted = f"of at least {least}" if most is None else f"from {least} to {most}"
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = None
    if number is None or isinstance(value, bool) or not least <= number <= (most or number):
        raise OptionError(f"`{word}` must be a whole number {wanted}, not {value!r}.")
    return number


def real(word: str, value: object, low: float = -math.inf, high: float = math.inf) -> float:
    """Return `value`, a finite real number from `low` to `high`; integers stay integers."""
    if isinstance(value, np.generic):
        value = value.item()
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not low <= value <= high
    ):
        bounds = "" if math.isinf(low) else f" from {low:g} to {high:g}"
        raise OptionError(f"`{word}` must be a finite number{bounds}, not {value!r}.")
    return value


def positive(word: str, value: object) -> float:
    """Return `value` as a finite float greater than zero."""
    number = float(real(word, value))
    if number <= 0:
        raise OptionError(f"`{word}` must be greater than 0, not {value!r}.")
    return number


def axis_count(ndim: object) -> int:
    """Return `ndim` as a number of axes."""
    return whole("ndim", ndim, 1, _MAX_NDIM)


def per_axis(word: str, value: Any, ndim: int | None, default_ndim: int = 1) -> tuple[Any, ...]:
    """Spread a number over `ndim` axes; take a tuple as one number an axis."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, tuple | list):
        return (value,) * axis_count(default_ndim if ndim is None else ndim)
    if ndim is not None and ndim != len(value):
        raise ShapeError(f"`{word}` {tuple(value)} names {len(value)} axes, but there are {ndim}.")
    axis_count(len(value))
    return tuple(value)


def check_shape(shape: Sequence[int]) -> None:
    """Refuse more taps than memory should be asked for."""
    if math.prod(shape) > _MAX_TAPS:
        raise OptionError(
            f"{' x '.join(f'{size:.6g}' for size in shape)} taps are more than {_MAX_TAPS}, "
            "the most that a named kernel may have.\n"
            "  Ask for fewer axes or a smaller kernel."
        )


# Grids.


def cube(ndim: object) -> tuple[int, ...]:
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
    return functools.reduce(np.multiply.outer, lines)


def direction(angle_deg: object) -> tuple[float, float]:
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
    check_shape([2 * radius + 1])
    u = np.arange(-radius, radius + 1) / sigma
    bell = np.exp(-0.5 * u * u)
    hermite = np.polynomial.hermite_e.hermeval(u, [0] * order + [1])
    return (-1 / sigma) ** order * hermite * bell / bell.sum()


def curvature_line(sigma: float, radius: int) -> Taps:
    """Return a Gaussian's second derivative, ``(n**2 - variance) * g[n] / sigma**4``.

    With the variance of the samples in the place of ``sigma**2`` it sums to zero.
    """
    n = np.arange(-radius, radius + 1.0)
    bell = gaussian_line(sigma, radius)
    return (n * n - (n * n * bell).sum()) * bell / sigma**4


def zero_sum(taps: Taps) -> Taps:
    """Return `taps` with a sum of exactly 0, in whatever order they are added.

    They move to multiples of one step, a power of two so small (2**-52 of the absolute sum)
    that adding them never rounds; the middle tap takes up what is left.
    """
    step = 2.0 ** (math.ceil(math.log2(np.abs(taps).sum())) - 52)
    stepped: Taps = np.round(taps / step) * step
    stepped[middle(stepped)] -= stepped.sum()
    return stepped


# Small integer operators.


def slope(smooth: tuple[int, int, int], axis: object, ndim: object) -> Taps:
    """Return the central difference along `axis`, smoothed along every other axis."""
    shape = cube(ndim)
    factors = [smooth] * len(shape)
    factors[whole("axis", axis, -len(shape), len(shape) - 1)] = (1, 0, -1)
    return outer(factors)


def second_difference(ndim: object, connectivity: object) -> Taps:
    """Return the sum of the differences to the neighbours that differ in few enough indices."""
    away = sum(abs(offset) for offset in offsets([size // 2 for size in cube(ndim)]))
    near = (away > 0) & (away <= whole("connectivity", connectivity, 1, len(cube(ndim))))
    taps: Taps = near.astype(np.int64)
    taps[middle(taps)] = -taps.sum()
    return taps
