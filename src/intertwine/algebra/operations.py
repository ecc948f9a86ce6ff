"""The part of `Kernel` that makes kernels from kernels; each method forwards to its module."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np

from intertwine.algebra import composition, geometry, inverse, minimum_phase, powers, storage

if TYPE_CHECKING:
    from intertwine.kernel import Kernel


class Operations:
    """Composition, sums, powers, geometry, inverses and files of kernels."""

    __slots__ = ()

    def __mul__(self: Any, other: Any) -> Kernel:
        """Compose: convolving with ``k * h`` is convolving with `h`, then with `k`.

        A number scales the taps. Integers stay exact.

        >>> from intertwine import Kernel
        >>> (Kernel([1, 1]) * Kernel([1, -1])).taps
        array([ 1,  0, -1])
        """
        if _is_number(other):
            return composition.scaled(self, other)
        return composition.composed(self, other) if _is_kernel(other) else NotImplemented

    def __rmul__(self: Any, other: Any) -> Kernel:
        return composition.scaled(self, other) if _is_number(other) else NotImplemented

    def __truediv__(self: Any, other: Any) -> Kernel:
        """Divide the taps by a number; whole taps become floats."""
        return composition.divided(self, other) if _is_number(other) else NotImplemented

    def __add__(self: Any, other: Any) -> Kernel:
        """Add tap by tap, the origins on one place."""
        return composition.added(self, other, 1) if _is_kernel(other) else NotImplemented

    def __sub__(self: Any, other: Any) -> Kernel:
        """Subtract tap by tap, the origins on one place."""
        return composition.added(self, other, -1) if _is_kernel(other) else NotImplemented

    def __neg__(self: Any) -> Kernel:
        return composition.scaled(self, -1)

    def __pos__(self: Any) -> Kernel:
        return self  # type: ignore[no-any-return]

    def __pow__(self: Any, n: int) -> Kernel:
        """Compose `n` copies; none is the unit impulse.

        >>> from intertwine import Kernel
        >>> (Kernel([1, 1]) ** 4).taps
        array([1, 4, 6, 4, 1])
        """
        return powers.whole_power(self, n)

    def power(self: Any, t: float, shape: int | Sequence[int] | None = None) -> Kernel:
        """Compose `t` copies, a fraction of one too: the response is ``exp(t log K)``.

        Parameters
        ----------
        t : float
            How many; negative to undo so many.
        shape : int or tuple of int, optional
            Cut the answer to this length and make it exact for signals of this shape under
            ``boundary="wrap"``. By default the answer is as long as it needs to be.

        Raises
        ------
        OptionError
            The spectrum vanishes or turns around 0: the message says where.

        Examples
        --------
        >>> from intertwine import Kernel
        >>> half = Kernel([0.125, 0.75, 0.125]).power(0.5)
        >>> (half * half).isclose(Kernel([0.125, 0.75, 0.125]))
        True
        """
        return powers.fractional_power(self, t, shape)

    def autocorrelation(self: Any) -> Kernel:
        """``k * ~k``, whose response is ``|K|**2`` (Wiener 1930, Khinchin 1934).

        >>> from intertwine import Kernel
        >>> Kernel([1, 2, 3]).autocorrelation().taps
        array([ 3,  8, 14,  8,  3])
        """
        return composition.composed(self, ~self)

    def conjugate(self: Any) -> Kernel:
        """The complex conjugate of the taps."""
        return type(self)(self.taps.conj(), self.origin, self.name)  # type: ignore[no-any-return]

    def isclose(self: Any, other: Kernel, rtol: float = 1e-9, atol: float = 0.0) -> bool:
        """Whether all taps are the same to ``atol + rtol * max|tap|``.

        Taps are compared at their places from the origin; zeros around a kernel do not count.
        """
        return composition.isclose(self, other, rtol, atol)

    def trimmed(self: Any, tol: float = 0.0) -> Kernel:
        """Leave out outer rows whose taps are all at most ``tol * max|k|``; the origin stays.

        >>> from intertwine import Kernel
        >>> Kernel([0, 0, 1, 2, 0], origin=2).trimmed()
        Kernel shape (2,), origin (0,), int64, sum 3
        [1 2]
        """
        return geometry.trimmed(self, tol)

    def embedded(
        self: Any,
        shape: SupportsIndex | Sequence[SupportsIndex],
        origin: SupportsIndex | Sequence[SupportsIndex] | None = None,
    ) -> Kernel:
        """Fill up with zeros to `shape`, with the origin at `origin`, by default the middle.

        >>> from intertwine import Kernel
        >>> Kernel([1, 2]).embedded(5).taps
        array([0, 0, 1, 2, 0])
        """
        return geometry.embedded(self, shape, origin)

    def rotated(self: Any, angle_deg: float, axes: Sequence[int] = (-2, -1)) -> Kernel:
        """Turn about the origin, counter-clockwise as an image is shown, row 0 on top.

        Quarter turns are exact. Other angles share every tap out to the places around its own, so
        that all moments up to order 3 are turned exactly.

        >>> from intertwine import kernels
        >>> kernels.sobel(axis=1).rotated(-90) == kernels.sobel(axis=0)
        True
        """
        return geometry.rotated(self, angle_deg, axes)

    def outer(self: Any, other: Kernel) -> Kernel:
        """The product of two kernels on axes of their own.

        >>> from intertwine import Kernel
        >>> Kernel([1, 2, 1]).outer(Kernel([1, 0, -1])).taps
        array([[ 1,  0, -1],
               [ 2,  0, -2],
               [ 1,  0, -1]])
        """
        return geometry.outer(self, other)

    def inverse(
        self: Any, regularization: float = 0.0, shape: int | Sequence[int] | None = None
    ) -> Kernel:
        """The kernel that undoes this one: ``k * k.inverse()`` is nearly the identity.

        Parameters
        ----------
        regularization : float
            0 divides by the spectrum, which must not vanish. Above 0 the response is
            ``conj(K) / (|K|**2 + regularization * max|K|**2)``, which always exists.
        shape : int or tuple of int, optional
            As in `power`.

        Examples
        --------
        >>> from intertwine import Kernel
        >>> Kernel([1, 0.5], origin=0).inverse().taps[:4].round(6)
        array([ 1.   , -0.5  ,  0.25 , -0.125])
        """
        return inverse.inverse(self, regularization, shape)

    def wiener(self: Any, snr: float, shape: int | Sequence[int] | None = None) -> Kernel:
        """The best linear estimate of x from ``k @ x + noise``; `snr` is a ratio of variances.

        The response is ``conj(K) / (|K|**2 + 1 / snr)`` (Wiener, 1949), for white x and noise.
        """
        return inverse.wiener(self, snr, shape)

    def minimum_phase(self: Any) -> Kernel:
        """The causal kernel of one axis with the same gain that acts as early as possible.

        >>> from intertwine import Kernel
        >>> Kernel([1, 2]).minimum_phase().taps.round(12)
        array([2., 1.])
        """
        return minimum_phase.minimum_phase(self)

    def save(self: Any, path: str | Path) -> Path:
        """Write to a ``.json`` file, or to a ``.npy`` file with a ``.kernel.json`` beside it."""
        return storage.save(self, path)

    @classmethod
    def load(cls: Any, path: str | Path) -> Kernel:
        """Read what `save` wrote, or any ``.npy`` file of numbers.

        Raises
        ------
        FileError
            The file is missing, broken or no kernel.
        """
        return storage.load(cls, path)


def _is_kernel(other: object) -> bool:
    return isinstance(other, Operations)


def _is_number(other: object) -> bool:
    return isinstance(other, int | float | complex | np.number | np.bool) or (
        isinstance(other, np.ndarray) and other.ndim == 0 and other.dtype.kind in "biufc"
    )
