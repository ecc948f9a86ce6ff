"""Kernels that no family was made for: odd sizes and scales, mixtures, and what filters leave."""

import itertools
import math

import numpy as np
from scipy import signal

from intertwine import Kernel, kernels

SOBEL = np.outer([1, 2, 1], [1, 0, -1])


def bell(shape, widths, degrees=0.0, centre=(0.0, 0.0)):
    """A Gaussian, turned counter-clockwise as seen, its middle off the tap in the middle."""
    row, column = np.indices(shape)
    y = (shape[0] - 1) / 2 + centre[0] - row
    x = column - (shape[1] - 1) / 2 - centre[1]
    t = math.radians(degrees)
    u, v = x * math.cos(t) + y * math.sin(t), y * math.cos(t) - x * math.sin(t)
    taps = np.exp(-(u**2) / (2 * widths[0] ** 2) - v**2 / (2 * widths[1] ** 2))
    return taps / taps.sum()


def shapes():
    yield "one tap", [3.0]
    yield "one tap, plane", [[-2.5]]
    yield "zeros", np.zeros((3, 5))
    yield "row", [[1.0, 2.0, 1.0]]
    yield "column", [[1.0], [0.0], [-1.0]]
    yield "even", np.ones((4, 6))
    yield "even slope", np.outer([1, 1], [1, 1, -1, -1])
    yield "3-D", np.random.default_rng(1).normal(size=(3, 4, 5))
    yield "3-D box", np.ones((3, 3, 3)) / 27
    yield "3-D slope", kernels.sobel(axis=2, ndim=3).taps
    yield "11-D", np.ones((2,) * 11)
    yield "11-D slope", np.ones((2,) * 11) * np.array([1, -1])
    yield "not centred", Kernel([1, 2, 1], origin=0)
    yield "far off", Kernel(bell((5, 5), (1, 1)), origin=(0, 4))
    yield "slope, not centred", Kernel(SOBEL, origin=(2, 0))


def scales():
    for power in (-300, -150, 150, 300):
        yield f"sobel 1e{power}", SOBEL * 10.0**power
        yield f"gaussian 1e{power}", bell((5, 5), (1, 1)) * 10.0**power
        yield f"random 1e{power}", np.random.default_rng(2).normal(size=9) * 10.0**power
    yield "float16", bell((5, 5), (1, 1)).astype(np.float16)
    yield "int8", SOBEL.astype(np.int8)
    yield "bool", np.eye(5, dtype=bool)


def complex_ones():
    rng = np.random.default_rng(3)
    yield "complex", rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    yield "complex line", rng.normal(size=8) + 1j * rng.normal(size=8)
    at = np.arange(-12, 13)
    yield "morlet", np.exp(-(at**2) / 32) * np.exp(0.8j * at)
    yield "analytic", signal.hilbert(np.eye(1, 31, 15)[0])
    yield "complex gabor", kernels.gabor(3.0, 0.15, 60, complex=True)
    yield "complex tap", [0, 1j]
    yield "complex sobel", SOBEL + 1j * SOBEL.T


def gaussians():
    for half in ((0.5, 0.0), (0.5, 0.5), (0.25, -0.25)):
        yield f"shifted {half}", bell((7, 7), (1, 1), centre=half)
    for degrees in (10, 30, 100):
        yield f"turned {degrees}", bell((15, 15), (3, 1.2), degrees)
    at = np.linspace(-6, 6, 49)
    for order in range(1, 6):
        line = np.polynomial.hermite_e.hermeval(at, [0] * order + [1]) * np.exp(-(at**2) / 2)
        yield f"gaussian' {order}", line
    yield "mexican hat", (1 - at**2) * np.exp(-(at**2) / 2)
    row, column = np.indices((9, 9)) - 4
    radius = np.hypot(row, column)
    yield "ring", ((radius > 2.5) & (radius < 4.5)) * 1.0
    yield "disk", (radius < 3.6) * 1.0
    yield "motion 30", kernels.motion(9, 30)
    yield "checkerboard", (-1.0) ** (row + column)
    yield "ones and zeros", (row + column) % 2 * 1.0
    with np.errstate(all="ignore"):
        yield "riesz", np.nan_to_num(row / radius**3)


def mixtures():
    gaussian, slope = bell((5, 5), (1, 1)), np.zeros((5, 5))
    slope[1:4, 1:4] = SOBEL / 8
    yield "sharpen", kernels.sharpen(1.5)
    yield "unsharp", kernels.unsharp(1.5, 0.7)
    yield "blur and slope", gaussian + slope
    yield "slope and a little blur", slope + 0.1 * gaussian
    rng = np.random.default_rng(4)
    for noise, base in itertools.product((0.1, 0.3), (SOBEL, gaussian, kernels.log(1.0).taps)):
        off = 1 + noise * rng.uniform(-1, 1, np.shape(base))
        yield f"off by {noise}", base * off
        yield f"with noise {noise}", base + noise * np.abs(base).max() * rng.normal(size=base.shape)
    yield "random walk", np.full((3, 3), 1 / 9) + rng.normal(size=(3, 3)) / 30
    yield "increments", rng.normal(size=(15, 15)).cumsum(0).cumsum(1)


def filters():
    impulse = np.eye(1, 40)[0]
    for order in (0.3, 0.5, -0.4):
        line = np.cumprod([1.0, *[(n - 1 - order) / n for n in range(1, 25)]])
        yield f"fractional {order}", Kernel(line, origin=0)
    yield "comb", np.where(np.arange(21) % 5 == 0, 1.0, 0.0)
    yield "feedforward comb", [1, 0, 0, 0, -0.8]
    yield "smoothing", Kernel(signal.lfilter([0.2], [1, -0.8], impulse), origin=0)
    yield "resonance", Kernel(signal.lfilter([1], [1, -1.6, 0.9], impulse), origin=0)
    yield "all-pass", Kernel(signal.lfilter([0.5, 1], [1, 0.5], impulse), origin=0)
    second = signal.lfilter([0.7, -1.1, 1], [1, -1.1, 0.7], impulse)
    yield "all-pass 2", Kernel(second, origin=0)
    yield "integrator", Kernel(np.ones(30), origin=0)
    yield "trapezes", Kernel(np.array([0.5, *np.ones(20), 0.5]), origin=0)
    yield "quarter", np.sinc(np.arange(-8, 9) - 0.25) * np.hamming(17)
    chirp = np.exp(-((np.arange(64) - 32) ** 2) / 300) * np.cos(0.01 * np.arange(64) ** 2)
    yield "chirp", chirp
    yield "elliptic", Kernel(signal.lfilter(*signal.ellip(4, 0.5, 40, 0.3), impulse), origin=0)
    yield "polyphase", signal.firwin(33, 0.25)[1::4]


def neighbours():
    """Name and kernel."""
    for family in (shapes, scales, complex_ones, gaussians, mixtures, filters):
        for name, k in family():
            yield name, k if isinstance(k, Kernel) else Kernel(np.asarray(k))
