"""The part of `Kernel` that answers questions about it; each method forwards to its module."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from intertwine.algebra import factors, moments, norms, spectrum, symmetry

if TYPE_CHECKING:
    from intertwine.algebra.description import Description
    from intertwine.algebra.factors import Separated
    from intertwine.algebra.moments import Moments
    from intertwine.algebra.spectrum import Spectrum


class Views:
    """Spectrum, moments, factors, norms, symmetries, words and pictures of a kernel."""

    __slots__ = ()

    def describe(self: Any) -> Description:
        """Say what the kernel does, from its taps alone.

        >>> from intertwine import Kernel
        >>> print(Kernel([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]).describe().kind)
        sharpener
        """
        from intertwine.algebra.description import describe

        return describe(self)

    def spectrum(self: Any, shape: int | Sequence[int] | None = None) -> Spectrum:
        """Gain, phase and delay at every frequency.

        Parameters
        ----------
        shape : int or tuple of int, optional
            Frequencies on each axis, fewer than taps too; by default several for each tap.

        Examples
        --------
        >>> from intertwine import Kernel
        >>> Kernel([0.25, 0.5, 0.25]).spectrum(4).gain
        array([1. , 0.5, 0. , 0.5])
        """
        return spectrum.spectrum(self, shape)

    def moments(self: Any, order: int = 4) -> Moments:
        """Moments about the origin up to `order` on each axis: raw, central, cumulants.

        >>> from intertwine import Kernel
        >>> m = (Kernel([1, 2, 1]) ** 10).moments(4)
        >>> m.variance, m.excess_kurtosis
        ((5.0,), (-0.1,))
        """
        return moments.moments(self, order)

    def separable(self: Any, tol: float = 1e-10) -> Separated:
        """Write the kernel as a sum of products of one 1-D kernel an axis.

        Parameters
        ----------
        tol : float
            What the terms may miss, as a share of ``sum |k|``.

        Examples
        --------
        >>> from intertwine import kernels
        >>> rows, columns = kernels.sobel(axis=1).separable().terms[0]
        >>> rows.taps, columns.taps
        (array([1., 2., 1.]), array([ 1.,  0., -1.]))
        """
        return factors.separable(self, tol)

    @property
    def rank(self: Any) -> int:
        """How many products of one line an axis it takes; 1 is separable (see `factors`).

        Beyond two axes it is the largest rank of an unfolding, which no sum does with less than.
        """
        return factors.rank(self)

    @property
    def noise_gain(self: Any) -> float:
        """The variance that independent noise of variance 1 comes out with: ``sum |k|**2``."""
        return norms.noise_gain(self)

    def norm(self: Any, p: float = 2) -> float:
        """``(sum |k|**p) ** (1/p)``; the largest ``|tap|`` for ``p=inf``."""
        return norms.norm(self, p)

    def gain_bound(self: Any, q: float = math.inf, r: float = math.inf) -> float:
        """The most that ``norm_r(k @ x) / norm_q(x)`` can be (Young, 1912), with zeros outside.

        >>> from intertwine import Kernel
        >>> Kernel([1, -2, 1]).gain_bound()
        4.0
        """
        return norms.gain_bound(self, q, r)

    @property
    def is_symmetric(self: Any) -> bool:
        """Whether half a turn about the origin changes nothing."""
        return symmetry.is_symmetric(self)

    @property
    def is_antisymmetric(self: Any) -> bool:
        """Whether half a turn about the origin changes all signs."""
        return symmetry.is_antisymmetric(self)

    @property
    def is_hermitian(self: Any) -> bool:
        """Whether ``~k == k`` up to rounding: the spectrum is real."""
        return symmetry.is_hermitian(self)

    @property
    def is_zero_sum(self: Any) -> bool:
        """Whether the taps add up to 0 up to rounding: flat areas vanish."""
        return symmetry.is_zero_sum(self)

    @property
    def is_normalized(self: Any) -> bool:
        """Whether the taps add up to 1 up to rounding: flat areas stay."""
        return symmetry.is_normalized(self)

    @property
    def is_nonnegative(self: Any) -> bool:
        """Whether no tap is below 0."""
        return symmetry.is_nonnegative(self)

    @property
    def is_separable(self: Any) -> bool:
        """Whether it is one product of lines."""
        return factors.rank(self) <= 1

    @property
    def is_causal(self: Any) -> bool:
        """Whether only the sample itself and those before it count."""
        return symmetry.is_causal(self)

    def _repr_png_(self: Any) -> bytes | None:
        from intertwine.algebra.picture import png

        return png(self)

    def _repr_html_(self: Any) -> str:
        from intertwine.algebra.picture import html

        return html(self)
