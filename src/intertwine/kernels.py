"""Named kernels: parameters in, a `Kernel` out, nothing else.

Sizes and sigmas are counted in samples. A number is one axis unless ``ndim=`` says more, a tuple
is one number an axis: ``box(3)``, ``box((3, 3))``, ``gaussian(2.0, ndim=2)``. The classical image
operators have two axes unless ``ndim=`` says otherwise. Angles are degrees, counter-clockwise from
axis 1 as an image is shown, row 0 on top. Signs are those of convolution, which flips the kernel:
a slope operator answers a rising signal with a positive number.

Every kernel has an odd size and its origin in the middle, except where its parameters ask for an
even size; then the origin is ``(size - 1) // 2``. Wrong parameters raise `OptionError`, and tuples
that disagree with ``ndim=`` raise `ShapeError`. So does more than 2**28 taps, before any memory is
taken.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np

from intertwine._named import make as make
from intertwine._named import named
from intertwine._named import names as names
from intertwine._taps import (
    Taps,
    axis_count,
    bell,
    check_shape,
    cube,
    curvature_line,
    direction,
    flag,
    gaussian_line,
    middle,
    offsets,
    outer,
    per_axis,
    positive,
    reach,
    real,
    second_difference,
    slope,
    spread,
    whole,
    zero_sum,
)
from intertwine.engine.errors import OptionError


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
    exactly zero; those of `log` do.

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


@named
def sharpen(amount: float = 1, *, ndim: int = 2, connectivity: int = 1) -> Taps:
    """Return ``identity - amount * laplacian``: what stands out from its neighbours, more so.

    The taps sum to 1. They are integers when `amount` is one.

    Parameters
    ----------
    amount : float
        Strength, from 0 (the identity) to 2**31.
    ndim : int
        The number of axes.
    connectivity : int
        Neighbours as in `laplacian`.

    Examples
    --------
    >>> from intertwine import kernels
    >>> kernels.sharpen().taps
    array([[ 0, -1,  0],
           [-1,  5, -1],
           [ 0, -1,  0]])
    """
    taps: Taps = real("amount", amount, 0, 2**31) * -second_difference(ndim, connectivity)
    taps[middle(taps)] += 1
    return taps


@named
def unsharp(
    sigma: float | Sequence[float],
    amount: float = 1.0,
    *,
    ndim: int | None = None,
    truncate: float = 4.0,
) -> Taps:
    """Return ``identity + amount * (identity - gaussian(sigma))``, the unsharp mask; sum 1.

    Parameters
    ----------
    sigma : float or tuple of float
        Standard deviation of the blur on each axis, in samples.
    amount : float
        Strength, from 0 (the identity) to 2**31.
    ndim : int, optional
        The number of axes of a lone `sigma`, 2 by default.
    truncate : float
        Radius in sigmas, at most 40.

    Examples
    --------
    >>> from intertwine import kernels
    >>> kernels.unsharp(1.0, truncate=1).taps[1].round(3)
    array([-0.124,  1.796, -0.124])
    """
    strength = real("amount", amount, 0, 2**31)
    sigmas = spread(sigma, ndim, 2)
    taps = -strength * bell(sigmas, [reach(width, truncate) for width in sigmas])
    taps[middle(taps)] += 1 + strength
    return taps


@named
def emboss(angle_deg: float = 135) -> Taps:
    """Return ``int(2 cos(a - angle_deg))`` around 1, `a` being each outer tap's own angle.

    Integer taps of sum 1. Convolving lights the image as a relief whose light comes from
    `angle_deg`, a multiple of 45: by default from the upper left.

    >>> from intertwine import kernels
    >>> kernels.emboss().taps
    array([[ 2,  1,  0],
           [ 1,  1, -1],
           [ 0, -1, -2]])
    """
    angle = real("angle_deg", angle_deg)
    if angle % 45:
        raise OptionError(f"`angle_deg` must be a multiple of 45, not {angle_deg!r}.")
    ring = np.roll([2, 1, 0, -1, -2, -1, 0, 1], int(angle // 45) % 8)  # counter-clockwise from 0
    return np.array([[ring[3], ring[2], ring[1]], [ring[4], 1, ring[0]], ring[5:]])


@named
def edge(*, ndim: int = 2) -> Taps:
    """Return 1 in the middle and ``-1 / (3**ndim - 1)`` around it: how far from the mean around.

    >>> from intertwine import kernels
    >>> kernels.edge().taps
    array([[-0.125, -0.125, -0.125],
           [-0.125,  1.   , -0.125],
           [-0.125, -0.125, -0.125]])
    """
    shape = cube(ndim)
    taps = np.full(shape, -1 / (math.prod(shape) - 1))
    taps[middle(taps)] = 1
    return taps


@named
def disk(radius: float, *, ndim: int = 2) -> Taps:
    """Return the mean over the samples with ``|n| <= radius``: a disk, in 3-D a ball, all equal.

    Parameters
    ----------
    radius : float
        In samples, greater than 0; samples are inside when their centres are.
    ndim : int
        The number of axes.

    Examples
    --------
    >>> from intertwine import kernels
    >>> kernels.disk(1).taps
    array([[0. , 0.2, 0. ],
           [0.2, 0.2, 0.2],
           [0. , 0.2, 0. ]])
    """
    reached = positive("radius", radius)
    grid = offsets([int(min(reached, 1e18))] * axis_count(ndim))
    inside: Taps = functools.reduce(np.add, [offset**2 for offset in grid]) <= reached**2
    return inside / np.count_nonzero(inside)


@named
def motion(length: float, angle_deg: float = 0.0) -> Taps:
    """Return ``max(0, 1 - distance to a segment)``, of sum 1: the blur of a steady movement.

    The segment is ``length - 1`` pixels long with its middle at the origin, so that at angle 0 an
    odd `length` is a box of as many taps. Two axes.

    Parameters
    ----------
    length : float
        In pixels, at least 1 (no movement).
    angle_deg : float
        Degrees, counter-clockwise from axis 1 as an image is shown.

    Examples
    --------
    >>> from intertwine import kernels
    >>> kernels.motion(4).taps
    array([[0.125, 0.25 , 0.25 , 0.25 , 0.125]])
    """
    half = (real("length", length, 1, 2**28) - 1) / 2
    down, right = direction(angle_deg)
    i, j = offsets([math.ceil(half * abs(step)) for step in (down, right)])
    along = np.clip(i * down + j * right, -half, half)
    distance = np.hypot(i - along * down, j - along * right).round(12)  # grazing is no touch
    taps: Taps = np.maximum(0, 1 - distance)
    taps /= taps.sum()
    return taps


@named
def gabor(
    sigma: float,
    frequency: float,
    angle_deg: float = 0.0,
    *,
    phase_deg: float = 0.0,
    aspect: float = 1.0,
    complex: bool = False,
    truncate: float = 4.0,
) -> Taps:
    """Return ``g(u, v) cos(2 pi frequency u + phase)``: a wave under a Gaussian (Daugman, 1985).

    ``g = exp(-(u**2 + aspect**2 v**2) / (2 sigma**2))``, scaled to sum 1; u runs along `angle_deg`
    and v across. A wave of amplitude 1 that fits is answered with about 1/2. Two axes.

    Parameters
    ----------
    sigma : float
        Standard deviation along the wave, in pixels; across it is ``sigma / aspect``.
    frequency : float
        Cycles per pixel, from 0 to 0.5.
    angle_deg : float
        The direction in which the wave changes; degrees, counter-clockwise from axis 1.
    phase_deg : float
        Of the wave at the origin, in degrees: 0 is even, 90 odd.
    aspect : float
        From 0.01 to 100.
    complex : bool
        True gives ``exp(i ...)`` in the place of the cosine, which it has as its real part.
    truncate : float
        Radius in standard deviations of the Gaussian along each axis, at most 40.

    Examples
    --------
    >>> from intertwine import kernels
    >>> kernels.gabor(1.0, 0.25, truncate=2).taps[2].round(3)
    array([-0.022,  0.   ,  0.162,  0.   , -0.022])
    """
    along = positive("sigma", sigma)
    across = along / real("aspect", aspect, 0.01, 100)
    cycles = real("frequency", frequency, 0, 0.5)
    phase = math.radians(math.fmod(real("phase_deg", phase_deg), 360))
    down, right = direction(angle_deg)
    spans = (math.hypot(along * down, across * right), math.hypot(along * right, across * down))
    i, j = offsets([reach(span, truncate) for span in spans])
    u, v = i * down + j * right, j * down - i * right
    envelope = np.exp(-0.5 * ((u / along) ** 2 + (v / across) ** 2))
    wave = 2 * math.pi * cycles * u + phase
    carrier = np.exp(1j * wave) if flag("complex", complex) else np.cos(wave)
    taps: Taps = envelope * carrier / envelope.sum()
    return taps
