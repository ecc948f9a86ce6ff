"""Moments and cumulants of a kernel about its origin.

``raw[a, b, ...] = sum_n k[n] n_0**a n_1**b ...``. They are the answers to polynomials, and the
Taylor coefficients of the spectrum at frequency 0. Divided by the sum they are those of a
distribution of displacements, and their cumulants add when kernels are composed (Thiele, 1889).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from intertwine.algebra.frame import Array, inexact, moderate, offsets, scale
from intertwine.algebra.symmetry import is_zero_sum
from intertwine.base.checks import integer
from intertwine.base.errors import OptionError

if TYPE_CHECKING:
    from intertwine.kernel import Kernel

_MOST_ENTRIES = 1 << 16
_EXACT = 2.0**53
_OTHER_SIGN = 1e-2


@dataclass(frozen=True)
class Moments:
    """Moments up to an order on each axis; entry ``[a, b, ...]`` is that of ``n_0**a n_1**b ...``.

    Attributes
    ----------
    order : the highest power of each axis.
    raw : about the origin, not divided by the sum; whole for whole taps.
    """

    order: int
    raw: Array
    _kernel: Kernel

    @property
    def total(self) -> Any:
        """The sum of the taps."""
        return self._kernel.sum

    @cached_property
    def mean(self) -> tuple[Any, ...]:
        """The weight's centre, in samples from the origin, one number an axis."""
        self._refuse_zero_sum("mean")
        k, _ = moderate(self._kernel)
        first = raw_moments(k, 1)
        return tuple(_number(first[_unit(self._ndim, axis)]) / k.sum for axis in self._axes)

    @cached_property
    def central(self) -> Array:
        """About the mean and divided by the sum; entry 0 is 1 and those of order 1 are 0."""
        self._refuse_zero_sum("central")
        lines = [at - m for at, m in zip(offsets(self._kernel), self.mean, strict=True)]
        k, _ = moderate(self._kernel)
        central: Array = _contracted(inexact(k), lines, self.order) / k.sum
        for axis in self._axes if self.order else ():
            central[_unit(self._ndim, axis)] = 0
        central[(0,) * self._ndim] = 1
        return central

    @cached_property
    def cumulants(self) -> Array:
        """The logarithm's Taylor coefficients: mean, covariance, and what a Gaussian has not."""
        cumulants = _cumulants(self.central)
        for axis in self._axes if self.order else ():
            cumulants[_unit(self._ndim, axis)] = self.mean[axis]
        return cumulants

    @cached_property
    def covariance(self) -> Array:
        """The (axes, axes) covariance of the displacement, in samples squared.

        Taps of both signs are no density and have none; their cumulants of order 2 are the same
        sums, and may be negative.
        """
        self._refuse_signs()
        central = Moments(2, self.raw, self._kernel).central if self.order < 2 else self.central
        matrix = np.empty((self._ndim, self._ndim), central.dtype)
        for a, b in itertools.product(self._axes, repeat=2):
            place = np.add(_unit(self._ndim, a), _unit(self._ndim, b))
            matrix[a, b] = central[tuple(place)]
        return matrix

    @property
    def variance(self) -> tuple[Any, ...]:
        """The variance along each axis; taps of both signs have none."""
        return tuple(_number(v) for v in np.diag(self.covariance))

    @property
    def skewness(self) -> tuple[Any, ...]:
        """The third cumulant along each axis over its variance to the power 3/2."""
        return self._standardized(3)

    @property
    def excess_kurtosis(self) -> tuple[Any, ...]:
        """The fourth cumulant along each axis over the variance squared; 0 for a Gaussian."""
        return self._standardized(4)

    def _standardized(self, order: int) -> tuple[Any, ...]:
        if self.order < order:
            raise OptionError(
                f"moments: order {self.order} was asked for, and this needs {order}.\n"
                f"  Write k.moments({order})."
            )
        values = []
        for axis, variance in zip(self._axes, self.variance, strict=True):
            place = tuple(order * step for step in _unit(self._ndim, axis))
            spread = variance ** (order / 2)
            values.append(_number(self.cumulants[place] / spread) if variance > 0 else math.nan)
        return tuple(values)

    def _refuse_signs(self) -> None:
        k = self._kernel
        if k.dtype.kind == "c" or has_both_signs(k):
            kind = "are complex" if k.dtype.kind == "c" else "have both signs"
            raise OptionError(
                f"moments: the taps {kind}, so that they are not a density and have no variance.\n"
                "  Read .cumulants instead: they add when kernels are composed."
            )

    @property
    def _ndim(self) -> int:
        return self._kernel.ndim

    @property
    def _axes(self) -> range:
        return range(self._kernel.ndim)

    def _refuse_zero_sum(self, word: str) -> None:
        if is_zero_sum(self._kernel):
            raise OptionError(
                f"moments: the taps add up to 0, so that they have no {word}.\n"
                "  Read .raw instead: what the kernel answers to polynomials."
            )


def has_both_signs(k: Kernel) -> bool:
    """Whether more than a hundredth of the weight of real taps has the other sign than the rest.

    Less is what rounding, truncation and interpolation leave of a density.
    """
    taps = inexact(k)
    weight = scale(k)
    low = float(-(taps[taps < 0] / (weight or 1)).sum())
    return min(low, 1 - low) > _OTHER_SIGN


def moments(k: Kernel, order: int = 4) -> Moments:
    """Measure the moments of `k` up to `order` on each axis."""
    most = int(_MOST_ENTRIES ** (1 / k.ndim)) - 1
    highest = integer("moments", "order", order, 0, max(1, min(most, 60)))
    return Moments(highest, raw_moments(k, highest), k)


@np.errstate(over="ignore", invalid="ignore")
def raw_moments(k: Kernel, order: int) -> Array:
    """Moments about the origin, exact for whole taps."""
    lines = offsets(k)
    if k.dtype.kind in "biu":
        far = math.prod(max(1, int(np.abs(line).max())) ** order for line in lines)
        if scale(k) * far < _EXACT:
            return np.rint(_contracted(inexact(k), lines, order)).astype(np.int64)
        return _contracted(k.taps.astype(object), [at.astype(object) for at in lines], order)
    return _contracted(inexact(k), lines, order)


def _contracted(taps: Array, lines: list[Array], order: int) -> Array:
    """Sum over each axis in turn with the powers of its places."""
    for line in lines:  # each pass takes the first axis and appends its powers
        powers = np.stack([line**p for p in range(order + 1)], axis=1)
        taps = np.tensordot(taps, powers, axes=(0, 0))
    return taps


def _cumulants(moments: Array) -> Array:
    """From moments ``m`` about any point with ``m[0] = 1``.

    ``c[a] = m[a] - sum over b below a of C(a - e, b - e) c[b] m[a - b]``, e a unit step that both
    a and b have (Smith, 1995, for several variables).
    """
    cumulants = np.zeros_like(moments)
    for a in itertools.product(*(range(n) for n in moments.shape)):
        if not any(a):
            continue
        axis = next(i for i, power in enumerate(a) if power)
        value = moments[a]
        for b in itertools.product(*(range(p + 1) for p in a)):
            if b[axis] == 0 or b == a:
                continue
            ways = math.prod(
                math.comb(p - (i == axis), q - (i == axis))
                for i, (p, q) in enumerate(zip(a, b, strict=True))
            )
            rest = tuple(p - q for p, q in zip(a, b, strict=True))
            value = value - ways * cumulants[b] * moments[rest]
        cumulants[a] = value
    return cumulants


def _unit(ndim: int, axis: int) -> tuple[int, ...]:
    return tuple(int(a == axis) for a in range(ndim))


def _number(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
