"""First and second differences: slopes along an axis, and what stands out from around."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from intertwine._named import named
from intertwine._taps import (
    Taps,
    bell,
    check_shape,
    curvature_line,
    gaussian_line,
    outer,
    reach,
    real,
    second_difference,
    slope,
    spread,
    whole,
    zero_sum,
)


@named
def sobel(axis: int = 0, *, ndim: int = 2) -> Taps:
    """Return the slope along `axis`: ``(1, 0, -1)`` there, smoothed by ``(1, 2, 1)`` elsewhere.

    Integer taps. Convolving answers a ramp of slope 1 along `axis` with ``2 * 4**(ndim - 1)``.
    Sobel and Feldman, 1968.

    >>> from intertwine import kernels
    >>> kernels.sobel(axis=0).taps
    array([[ 1,  2,  1],
           [ 0,  0,  0],
           [-1, -2, -1]])
    """
    return slope((1, 2, 1), axis, ndim)


@named
def scharr(axis: int = 0, *, ndim: int = 2) -> Taps:
    """Return the slope along `axis`: ``(1, 0, -1)`` there, smoothed by ``(3, 10, 3)`` elsewhere.

    Integer taps; the direction of the gradient is truer than Sobel's. Convolving answers a ramp of
    slope 1 along `axis` with ``2 * 16**(ndim - 1)``. Scharr, 2000.

    >>> from intertwine import kernels
    >>> kernels.scharr(axis=1).taps[1].tolist()
    [10, 0, -10]
    """
    return slope((3, 10, 3), axis, ndim)


@named
def prewitt(axis: int = 0, *, ndim: int = 2) -> Taps:
    """Return the slope along `axis`: ``(1, 0, -1)`` there, summed by ``(1, 1, 1)`` elsewhere.

    Integer taps. Convolving answers a ramp of slope 1 along `axis` with ``2 * 3**(ndim - 1)``.
    Prewitt, 1970.

    >>> from intertwine import kernels
    >>> kernels.prewitt(axis=-1).taps[0].tolist()
    [1, 0, -1]
    """
    return slope((1, 1, 1), axis, ndim)


@named
def roberts(direction: int = 0) -> Taps:
    """Return a difference across one diagonal of four pixels, with integer taps.

    Convolving gives ``x[i, j] - x[i-1, j-1]`` (`direction` 0, positive where x rises down and
    right) or ``x[i, j-1] - x[i-1, j]`` (`direction` 1, down and left). Roberts, 1963. The size is
    even: the origin is (0, 0).

    >>> from intertwine import kernels
    >>> kernels.roberts(1).taps.tolist()
    [[0, 1], [-1, 0]]
    """
    diagonals = ([[1, 0], [0, -1]], [[0, 1], [-1, 0]])
    return np.array(diagonals[whole("direction", direction, 0, 1)])


@named
def laplacian(*, ndim: int = 2, connectivity: int = 1) -> Taps:
    """Return ``sum over neighbours m of (x[m] - x[n])``, with integer taps of sum 0.

    Positive where x is below its neighbours.

    Parameters
    ----------
    ndim : int
        The number of axes.
    connectivity : int
        Neighbours differ from the middle in at most so many indices: in 2-D, 1 means 4 neighbours
        and 2 means 8.

    Examples
    --------
    >>> from intertwine import kernels
    >>> kernels.laplacian().taps
    array([[ 0,  1,  0],
           [ 1, -4,  1],
           [ 0,  1,  0]])
    """
    return second_difference(ndim, connectivity)


@named
def log(sigma: float | Sequence[float], *, ndim: int | None = None, truncate: float = 4.0) -> Taps:
    """Return the Laplacian of a Gaussian, ``sum_a (n_a**2 - v_a) / sigma_a**4 * g(n)``.

    ``v_a`` is the variance of the sampled Gaussian along axis a. The textbook has ``sigma_a**2``
    (Marr and Hildreth, 1980); with the samples' own variance the taps sum to zero and stay one
    separable term an axis, two in 2-D. Positive where the smoothed
    signal is below its surroundings.

    Parameters
    ----------
    sigma : float or tuple of float
        Standard deviation on each axis, in samples.
    ndim : int, optional
        The number of axes of a lone `sigma`, 2 by default.
    truncate : float
        Radius in sigmas, at most 40.

    Examples
    --------
    >>> from intertwine import kernels
    >>> k = kernels.log(1.5)
    >>> k.shape, abs(k.sum) < 1e-16
    ((13, 13), True)
    """
    sigmas = spread(sigma, ndim, 2)
    radii = [reach(width, truncate, 2) for width in sigmas]
    check_shape([2 * radius + 1 for radius in radii])
    bells = list(map(gaussian_line, sigmas, radii))
    curvatures = map(curvature_line, sigmas, radii)
    terms = (
        outer([*bells[:axis], curvature, *bells[axis + 1 :]])
        for axis, curvature in enumerate(curvatures)
    )
    return zero_sum(functools.reduce(np.add, terms))


@named
def dog(
    sigma: float | Sequence[float],
    *,
    ratio: float = 1.6,
    ndim: int | None = None,
    truncate: float = 4.0,
) -> Taps:
    """Return a difference of Gaussians, ``g(sigma) - g(ratio * sigma)``, of sum 0.

    Positive where the signal is above its surroundings. At the default ratio it resembles ``-log``
    (Marr and Hildreth, 1980, appendix B).

    Parameters
    ----------
    sigma : float or tuple of float
        Standard deviation of the narrow Gaussian on each axis, in samples.
    ratio : float
        The wide Gaussian's sigma over the narrow one's, from 1.01 to 100.
    ndim : int, optional
        The number of axes of a lone `sigma`, 2 by default.
    truncate : float
        Radius in sigmas of the wide Gaussian, at most 40.

    Examples
    --------
    >>> from intertwine import kernels
    >>> k = kernels.dog(1.0)
    >>> k.shape, abs(k.sum) < 1e-16
    ((13, 13), True)
    """
    factor = real("ratio", ratio, 1.01, 100)
    narrow = spread(sigma, ndim, 2)
    wide = [factor * width for width in narrow]
    radii = [reach(width, truncate, 2) for width in wide]
    return zero_sum(bell(narrow, radii) - bell(wide, radii))
