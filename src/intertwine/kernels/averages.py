"""Kernels that average: boxes, Gaussians and binomials, and the one that does nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from intertwine._named import named
from intertwine._taps import (
    Taps,
    axis_count,
    bell,
    check_shape,
    flag,
    outer,
    per_axis,
    reach,
    spread,
    whole,
)


@named
def identity(*, ndim: int = 1) -> Taps:
    """Return a single tap of 1, which leaves every signal as it is.

    >>> from intertwine import kernels
    >>> kernels.identity(ndim=2).taps
    array([[1]])
    """
    return np.ones((1,) * axis_count(ndim), np.int64)


@named
def box(size: int | Sequence[int], *, ndim: int | None = None, normalize: bool = True) -> Taps:
    """Return the moving average, ``1 / size`` everywhere, or the moving sum, 1 everywhere.

    Parameters
    ----------
    size : int or tuple of int
        Taps on each axis, even sizes too.
    ndim : int, optional
        The number of axes of a lone `size`, 1 by default.
    normalize : bool
        False gives integer taps of 1.

    Examples
    --------
    >>> from intertwine import kernels
    >>> kernels.box((2, 2)).taps
    array([[0.25, 0.25],
           [0.25, 0.25]])
    """
    shape = [whole("size", taps, 1) for taps in per_axis("size", size, ndim)]
    check_shape(shape)
    return (
        np.full(shape, 1 / math.prod(shape))
        if flag("normalize", normalize)
        else np.ones(shape, np.int64)
    )


@named
def gaussian(
    sigma: float | Sequence[float],
    *,
    ndim: int | None = None,
    order: int | Sequence[int] = 0,
    truncate: float = 4.0,
) -> Taps:
    """Return ``exp(-n**2 / (2 sigma**2))`` at the integers, of sum 1, or a derivative of it.

    The derivatives are those of the normalised samples, by the Hermite polynomials
    (Abramowitz and Stegun, 1964, 22.11.8), as in ``scipy.ndimage.gaussian_filter1d``. Convolving
    gives the derivative of the smoothed signal, positive where it rises. Even orders do not sum to
    zero; those of `log` do, but for rounding.

    Parameters
    ----------
    sigma : float or tuple of float
        Standard deviation on each axis, in samples.
    ndim : int, optional
        The number of axes of a lone `sigma`, 1 by default.
    order : int or tuple of int
        Order of the derivative on each axis, from 0 (smoothing only) to 20.
    truncate : float
        Radius in sigmas, at most 40: ``2 * int(truncate * sigma + 0.5) + 1`` taps on each axis.

    Examples
    --------
    >>> from intertwine import kernels
    >>> kernels.gaussian(1.0, truncate=1).taps.round(3)
    array([0.274, 0.452, 0.274])
    >>> kernels.gaussian((2.0, 1.0), order=(0, 1)).shape
    (17, 9)
    """
    sigmas = spread(sigma, ndim)
    orders = [whole("order", each, 0, 20) for each in per_axis("order", order, len(sigmas))]
    radii = [reach(width, truncate, each) for width, each in zip(sigmas, orders, strict=True)]
    return bell(sigmas, radii, orders)


@named
def binomial(
    order: int | Sequence[int], *, ndim: int | None = None, normalize: bool = True
) -> Taps:
    """Return row `order` of Pascal's triangle, ``C(order, j) / 2**order``: a Gaussian in integers.

    It is a box of two taps convolved `order` times, of variance ``order / 4``, and comes near the
    Gaussian of that variance as `order` grows (de Moivre, 1733).

    Parameters
    ----------
    order : int or tuple of int
        Taps less one on each axis, from 0 to 1000; even orders have a middle tap.
    ndim : int, optional
        The number of axes of a lone `order`, 1 by default.
    normalize : bool
        False gives the integers ``C(order, j)``, for orders that add up to 62 at most.

    Examples
    --------
    >>> from intertwine import kernels
    >>> kernels.binomial(4, normalize=False).taps
    array([1, 4, 6, 4, 1])
    >>> kernels.binomial(2).taps
    array([0.25, 0.5 , 0.25])
    """
    orders = [whole("order", each, 0, 1000) for each in per_axis("order", order, ndim)]
    check_shape([each + 1 for each in orders])
    if flag("normalize", normalize):
        return outer([[math.comb(n, j) / 2**n for j in range(n + 1)] for n in orders])
    whole("order", sum(orders), 0, 62)  # the taps add up to 2**62: none can wrap, nor their sum
    return outer([[math.comb(n, j) for j in range(n + 1)] for n in orders])
