"""Kernels of a shape in the plane: disks, the trace of a movement, a wave under a bell."""

from __future__ import annotations

import functools
import math

import numpy as np

from intertwine._named import named
from intertwine._taps import Taps, axis_count, direction, flag, offsets, positive, reach, real


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
