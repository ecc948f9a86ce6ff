"""The spectrum's size, read along rays: turning a picture shifts it, scaling it stretches them.

A shift changes only the phases of a spectrum ``F``. What is left, ``|F|``, turns with the picture
and shrinks as the picture grows; over angle and logarithm of frequency both are shifts
(the Fourier-Mellin transform: Reddy and Chatterji, 1996).
"""

from __future__ import annotations

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.registration.picture import Grey

#: Rays over half a turn (the other half repeats it), and samples on each.
RAYS = 360
RINGS = 128

#: The frequencies looked at, in cycles per pixel.
LOWEST, HIGHEST = 0.025, 0.45

#: Step of the logarithm of frequency from ring to ring.
STEP = float(np.log(HIGHEST / LOWEST) / (RINGS - 1))


def radial_window(shape: tuple[int, int], radius: float) -> Grey:
    """A round hill, ``cos(pi r / 2R)^2`` within `radius` of the centre and 0 outside.

    It turns into itself. A window made of rows times columns would leave its own cross in the
    spectrum, always at the same angle.
    """
    rows, columns = (np.arange(n) - (n - 1) / 2 for n in shape)
    distance = np.hypot(rows[:, None], columns[None, :]) / radius
    hill = np.cos(np.pi / 2 * np.minimum(distance, 1)) ** 2
    return np.asarray(hill, np.float32)


def log_polar_spectrum(grey: Grey, radius: float, size: int) -> NDArray[np.float32]:
    """``|F|`` of the windowed picture over (angle, log frequency), each ring evened out.

    Returns
    -------
    (RAYS, RINGS) array
        Row `i` is the ray ``180 i / RAYS`` degrees counter-clockwise from the columns' axis.
        Every ring has mean 0, since what is the same all around says nothing of angles, and they
        are evened out, since photos hold far more of the low frequencies than of the high.
    """
    window = radial_window((grey.shape[0], grey.shape[1]), radius)
    level = float((grey * window).sum() / window.sum())
    strength = np.abs(scipy.fft.rfft2((grey - level) * window, s=(size, size)))
    polar = scipy.ndimage.map_coordinates(np.sqrt(strength), _places(size), order=1, mode="nearest")
    power = (polar**4).mean(axis=0)
    signal = 1 - power.min() / power  # Wiener's weight: what rises above the flattest noise
    polar -= polar.mean(axis=0)
    evened = polar * (signal / (polar.std(axis=0) + 1e-9))
    return np.asarray(evened / np.sqrt((signal**2).mean()), np.float32)


def _places(size: int) -> NDArray[np.float32]:
    """Where the rays meet the half spectrum that `rfft2` gives, rows wrapped around."""
    angle = np.pi * np.arange(RAYS) / RAYS
    frequency = LOWEST * np.exp(STEP * np.arange(RINGS))
    rows = -np.sin(angle)[:, None] * frequency * size
    columns = np.cos(angle)[:, None] * frequency * size
    flipped = columns < 0  # the other half: F(-f) is the conjugate of F(f)
    rows, columns = np.where(flipped, -rows, rows), np.abs(columns)
    return np.stack([np.mod(rows, size), columns]).astype(np.float32)
