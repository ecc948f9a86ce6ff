"""Pairs to fit: pictures with detail at every scale, kernels, and windows written out in full."""

import itertools

import numpy as np
from scipy import fft

import intertwine as iw

K = iw.kernels

#: Five kernels of no more than 9 x 9 taps: smooth, odd, thin, flat, lopsided.
FIVE = (
    K.gaussian(1.0, ndim=2),
    K.sobel(axis=1),
    K.motion(7),
    K.box((5, 5)),
    K.emboss(),
)


def picture(size, seed=0):
    """Grey levels from 0 to 255 whose power falls as 1 / f^2, as a photo's does."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(fft.fftfreq(size)[:, None], fft.rfftfreq(size)[None])
    frequency[0, 0] = 1 / size
    found = fft.irfft2(fft.rfft2(rng.normal(size=(size, size))) / frequency, (size, size))
    return (found - found.min()) * (255 / np.ptp(found))


def widened(taps, shape):
    """Taps in the middle of a window of zeros."""
    sides = [((n - m) // 2, n - m - (n - m) // 2) for n, m in zip(shape, taps.shape, strict=True)]
    return np.pad(taps, sides)


def windows(source, shape):
    """Every window that lies inside, a row each; taps in the order of the window's samples."""
    counts = [n - taps + 1 for n, taps in zip(source.shape, shape, strict=True)]
    rows = []
    for start in itertools.product(*map(range, counts)):
        part = tuple(slice(at, at + taps) for at, taps in zip(start, shape, strict=True))
        rows.append(source[part].ravel())
    return np.array(rows)
