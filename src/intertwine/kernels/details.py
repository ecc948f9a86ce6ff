"""Kernels that keep the picture and strengthen, light or single out its details."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from intertwine._named import named
from intertwine._taps import Taps, bell, cube, middle, reach, real, second_difference, spread
from intertwine.base.errors import OptionError


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
