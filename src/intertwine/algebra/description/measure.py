"""The numbers that a description is decided from."""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from intertwine.algebra import geometry
from intertwine.algebra.description.lobes import highest
from intertwine.algebra.frame import TINY, Array, inexact, moderate, offsets, scale
from intertwine.algebra.response import default_shape, sampled
from intertwine.algebra.symmetry import rounding

if TYPE_CHECKING:
    from intertwine.kernel import Kernel

#: A share of the weight by which two halves may differ and still count as mirror images.
_LIKE = 1e-6


@dataclass(frozen=True)
class Measures:
    """What is asked of a kernel more than once; real taps divided by ``sum |k|``.

    The kernel has been trimmed of outer taps below 1e-9 of the largest. Where squares and sums of
    its taps would leave the range of float64, it is ``2**-exponent`` of the one that was given.
    """

    kernel: Kernel
    whole: Kernel
    exponent: int

    @classmethod
    def of(cls, k: Kernel) -> Measures:
        k, exponent = moderate(k)
        return cls(geometry.trimmed(k, TINY), k, exponent)

    @cached_property
    def total(self) -> float:
        """The sum, from -1 to 1, of all the taps: many that are trimmed weigh something."""
        real = self.whole.taps.real.astype(float).ravel().tolist()
        return math.fsum(real) / (scale(self.kernel) or 1.0)

    @cached_property
    def scale(self) -> float:
        """``sum |k|``; infinite when it leaves the range of float64."""
        return float(self.sized(1.0))

    def sized(self, value: Any) -> Any:
        """What is `value` when ``sum |k|`` is 1; infinite when it leaves the range of float64."""
        with np.errstate(over="ignore", under="ignore"):
            result = np.ldexp(np.multiply(value, scale(self.kernel)), self.exponent)
        return result if np.ndim(value) else float(result)

    @cached_property
    def taps(self) -> Array:
        """The taps, with ``sum |k|`` taken as 1."""
        return inexact(self.kernel) / (scale(self.kernel) or 1.0)

    @cached_property
    def tolerance(self) -> float:
        """Differences below this are no differences."""
        return max(_LIKE, 10 * rounding(self.kernel))

    @cached_property
    def rounding(self) -> float:
        """Shares of the weight below this are 0 but for the taps' rounding."""
        return max(1e-9, rounding(self.kernel))

    @cached_property
    def reach(self) -> float:
        """The root mean square distance of the absolute weight from the origin."""
        squares = sum(n**2 for n in self._offsets)
        return float(np.sqrt((np.abs(self.taps) * squares).sum()))

    @cached_property
    def peaks(self) -> tuple[list[Array], float]:
        """The frequencies at which the gain is largest, and this gain."""
        return highest(self.taps, self.gain)

    @cached_property
    def negative(self) -> float:
        """The weight of the negative taps, from 0 to 1."""
        return float(-self.taps[self.taps < 0].sum())

    @cached_property
    def parity(self) -> int:
        """1 when half a turn about some point changes nothing, -1 when it changes all signs, or 0.

        The point may lie between the taps. A kernel that was turned off the grid keeps its
        symmetry in its moments up to order 3 only, and so those decide when the taps do not.
        """
        turned = np.flip(self.taps)
        for sign in (1, -1):
            if np.abs(self.taps - sign * turned).sum() <= self.tolerance:
                return sign
        return 0 if self.kernel.ndim == 1 else self._parity_of_moments

    @property
    def _parity_of_moments(self) -> int:
        if abs(self.total) > self.tolerance:
            third = [abs(self.central(a)) for a in self._powers(3)]
            width = self.radius**3
            return 1 if max(third) <= self.tolerance * width else 0
        return -1 if self._odd_about_a_point else 0

    @property
    def _odd_about_a_point(self) -> bool:
        """Whether moments of order 2 are those of a slope taken at some point."""
        slope, square = self.first, self.second
        matrix, wanted = [], []
        for a, b in itertools.combinations_with_replacement(range(slope.size), 2):
            row = np.zeros(slope.size)
            row[b] += slope[a]
            row[a] += slope[b]
            matrix.append(row)
            wanted.append(square[a, b])
        rows, values = np.array(matrix), np.array(wanted)
        found = np.linalg.lstsq(rows, values, rcond=None)[0]
        small = self.tolerance * max(self.radius**2, 1)
        steep = np.abs(slope).max() > 0.1 * self.radius
        return bool(steep and np.abs(rows @ found - values).max() <= small)

    def _powers(self, order: int) -> list[tuple[int, ...]]:
        ndim = self.kernel.ndim
        return [a for a in itertools.product(range(order + 1), repeat=ndim) if sum(a) == order]

    @cached_property
    def _offsets(self) -> list[Array]:
        return list(np.meshgrid(*offsets(self.kernel), indexing="ij", sparse=True))

    def moment(self, powers: tuple[int, ...], centre: Array | None = None) -> float:
        """``sum k n**powers`` about the origin, or about `centre`."""
        return float((self.taps * self._monomial(powers, centre)).sum())

    def _monomial(self, powers: tuple[int, ...], centre: Array | None) -> Array:
        shift = np.zeros(self.kernel.ndim) if centre is None else centre
        factors = [
            (n - at) ** p for n, at, p in zip(self._offsets, shift, powers, strict=True) if p
        ]
        return np.broadcast_to(functools.reduce(np.multiply, factors, np.ones(())), self.taps.shape)

    def central(self, powers: tuple[int, ...]) -> float:
        """About the weight's centre, divided by the sum."""
        return self.moment(powers, self.mean) / self.total

    @cached_property
    def first(self) -> Array:
        """Moments of order 1 of all the taps, one an axis."""
        taps = inexact(self.whole).real / (scale(self.kernel) or 1.0)
        axes = range(taps.ndim)
        lines = [taps.sum(axis=tuple(b for b in axes if b != a)) for a in axes]
        away = offsets(self.whole)
        return np.array([math.fsum((n * v).tolist()) for n, v in zip(away, lines, strict=True)])

    @cached_property
    def second(self) -> Array:
        """The matrix of moments of order 2 of all the taps."""
        return Measures(self.whole, self.whole, self.exponent).matrix(None)

    def matrix(self, centre: Array | None) -> Array:
        """The moments of order 2, about the origin or about `centre`."""
        ndim = self.kernel.ndim
        matrix = np.empty((ndim, ndim))
        for a, b in itertools.product(range(ndim), repeat=2):
            matrix[a, b] = self.moment(
                tuple(int(i == a) + int(i == b) for i in range(ndim)), centre
            )
        return matrix

    @cached_property
    def mean(self) -> Array:
        """The weight's centre; the origin for a sum of 0."""
        return self.first / self.total if abs(self.total) > TINY else np.zeros(self.kernel.ndim)

    @cached_property
    def covariance(self) -> Array:
        """About the weight's centre, divided by the sum."""
        return self.matrix(self.mean) / self.total

    @cached_property
    def middle(self) -> Array:
        """The middle of the taps, counted from the origin."""
        k = self.kernel
        return np.array([(n - 1) / 2 - at for n, at in zip(k.shape, k.origin, strict=True)])

    @cached_property
    def radius(self) -> float:
        """The root mean square distance of the absolute weight from the middle of the taps."""
        size = np.abs(self.taps)
        squares = sum((n - at) ** 2 for n, at in zip(self._offsets, self.middle, strict=True))
        return float(np.sqrt((size * squares).sum()))

    def vanishing(self, order: int) -> float:
        """The largest moment of this order about the middle, against that of the absolute taps."""
        largest = 0.0
        for powers in self._powers(order):
            monomial = self._monomial(powers, self.middle)
            most = float((np.abs(monomial) * np.abs(self.taps)).sum())
            if most > TINY * max(1.0, self.radius) ** order:
                largest = max(largest, abs(float((self.taps * monomial).sum())) / most)
        return largest

    @cached_property
    def response(self) -> Array:
        """The spectrum, with ``sum |k|`` taken as 1."""
        return sampled(self.kernel, default_shape(self.kernel, 2)) / (scale(self.kernel) or 1.0)

    @cached_property
    def gain(self) -> Array:
        """``|K|`` with ``sum |k|`` taken as 1."""
        return np.abs(self.response)

    @property
    def used_axes(self) -> list[int]:
        """Axes of more than one tap."""
        return [axis for axis, n in enumerate(self.kernel.shape) if n > 1]
