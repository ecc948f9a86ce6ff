"""Kernels from the literature, each with the kinds that are right for it."""

import itertools
import math

import numpy as np
from scipy import fft, signal

from intertwine import Kernel, kernels

AVERAGE = {"blur", "motion blur"}
SMOOTHER = {"smoother"}
LOW, HIGH, BAND, STOP = ({f"{w}-pass"} for w in ("low", "high", "band")) and (
    {"low-pass"},
    {"high-pass"},
    {"band-pass"},
    {"band-stop"},
)
SLOPE = {"edge detector"}
LINE = {"line detector"}


def named():
    """Every named kernel with parameters in common use."""
    yield "sobel", SLOPE, kernels.sobel()
    yield "scharr", SLOPE, kernels.scharr(axis=1)
    yield "prewitt", SLOPE, kernels.prewitt()
    yield "roberts", SLOPE, kernels.roberts(1)
    yield "laplacian", {"Laplacian"}, kernels.laplacian()
    yield "laplacian 8", {"Laplacian"}, kernels.laplacian(connectivity=2)
    yield "log", {"Laplacian"}, kernels.log(1.5)
    yield "dog", {"Laplacian"}, kernels.dog(1.0)
    yield "edge", {"Laplacian"}, kernels.edge()
    yield "sharpen", {"sharpener"}, kernels.sharpen()
    yield "unsharp", {"sharpener"}, kernels.unsharp(1.5)
    yield "emboss", {"emboss"}, kernels.emboss()
    yield "gabor", {"Gabor"}, kernels.gabor(3.0, 0.2, 30)
    yield "gaussian", AVERAGE, kernels.gaussian(1.5)
    yield "binomial", AVERAGE, kernels.binomial(4, ndim=2)
    yield "box", AVERAGE, kernels.box((5, 5))
    yield "disk", AVERAGE, kernels.disk(4)
    yield "motion", {"motion blur"}, kernels.motion(9, 20)
    yield "identity", {"identity"}, kernels.identity()


def savitzky_golay():
    for size, order in itertools.product((5, 7, 9, 11, 21), (2, 3, 4)):
        if order < size - 1:
            yield f"sg {size},{order}", SMOOTHER, signal.savgol_coeffs(size, order)
            taps = signal.savgol_coeffs(size, order, deriv=1)
            yield f"sg' {size},{order}", SLOPE, taps
            taps = signal.savgol_coeffs(size, order, deriv=2)
            yield f"sg'' {size},{order}", {"Laplacian"}, taps


def windowed():
    for lobes, times in itertools.product((2, 3), (2, 3, 4)):
        at = np.arange(-lobes * times + 1, lobes * times) / times
        yield f"lanczos {lobes}/{times}", LOW, np.sinc(at) * np.sinc(at / lobes) / times
    for size in (31, 61, 101):
        window = ("kaiser", 6.0)
        yield f"kaiser low {size}", LOW, signal.firwin(size, 0.35, window=window)
        yield f"kaiser high {size}", HIGH, signal.firwin(size, 0.5, window=window, pass_zero=False)
        taps = signal.firwin(size, [0.3, 0.65], window=window, pass_zero=False)
        yield f"kaiser band {size}", BAND, taps
        taps = signal.firwin(size, [0.3, 0.65], window=window)
        yield f"kaiser stop {size}", STOP, taps


def hilbert():
    for size in (15, 31, 63):
        at = np.arange(size) - size // 2
        taps = np.where(at % 2, 2 / (np.pi * np.where(at, at, 1)), 0) * np.hamming(size)
        yield f"hilbert {size}", {"Hilbert transformer"}, taps
        taps = signal.remez(size, [0.04, 0.46], [1], type="hilbert")
        yield f"hilbert remez {size}", {"Hilbert transformer"}, taps
        at = np.where(at, at, 1)
        taps = np.where(np.arange(size) == size // 2, 0, np.cos(np.pi * at) / at) * np.hamming(size)
        yield f"differentiator {size}", {"differentiator"}, taps


def daubechies():
    for order in (2, 3, 4, 6):
        low = daubechies_low(order)
        yield f"db{order} low", LOW, low
        yield f"db{order} high", HIGH, low[::-1] * (-1.0) ** np.arange(low.size)


def daubechies_low(order):
    """Daubechies' extremal-phase scaling filter of `order` vanishing moments."""
    rest = [math.comb(order - 1 + k, k) for k in range(order)]
    roots = []
    for y in np.roots(rest[::-1]):
        z = np.roots([1, 4 * y - 2, 1])
        roots.append(z[np.abs(z).argmin()])
    taps = np.real(np.poly([*roots, *[-1.0] * order]))
    return taps * math.sqrt(2) / taps.sum()


def butterworth():
    grid = np.hypot(*np.meshgrid(np.fft.fftfreq(64), np.fft.fftfreq(64), indexing="ij"))
    for kind, order in itertools.product((LOW, HIGH), (2, 4)):
        gain = 1 / (1 + (grid / 0.2) ** (2 * order)) ** 0.5
        gain = gain if kind is LOW else np.sqrt(np.maximum(1 - gain**2, 0))
        taps = np.fft.fftshift(np.fft.ifft2(gain).real)[16:49, 16:49]
        yield f"butterworth 2-D {order}", kind, taps
    for name, kind, edge in (
        ("low", LOW, 0.4),
        ("high", HIGH, 0.4),
        ("band", BAND, [0.25, 0.6]),
        ("bandstop", STOP, [0.25, 0.6]),
    ):
        sos = signal.butter(4, edge, name, output="sos")
        impulse = np.zeros(80)
        impulse[0] = 1
        yield f"butterworth {name}", kind, signal.sosfilt(sos, impulse)


def compass():
    ring = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)]
    for turn in range(8):
        taps = np.zeros((3, 3), int)
        for place, value in zip(ring, np.roll([5, 5, 5, -3, -3, -3, -3, -3], turn), strict=True):
            taps[place] = value
        yield f"kirsch {turn}", SLOPE, taps
        for place, value in zip(ring, np.roll([1, 2, 1, 0, -1, -2, -1, 0], turn), strict=True):
            taps[place] = value
        yield f"robinson {turn}", SLOPE, taps


def frei_chen():
    r = math.sqrt(2)
    masks = [
        (SLOPE, [[1, r, 1], [0, 0, 0], [-1, -r, -1]]),
        (SLOPE, [[1, 0, -1], [r, 0, -r], [1, 0, -1]]),
        ({"ripple"}, [[0, -1, r], [1, 0, -1], [-r, 1, 0]]),
        ({"ripple"}, [[r, -1, 0], [-1, 0, 1], [0, 1, -r]]),
        ({"saddle detector"}, [[0, 1, 0], [-1, 0, -1], [0, 1, 0]]),
        ({"saddle detector"}, [[-1, 0, 1], [0, 0, 0], [1, 0, -1]]),
        ({"mixed derivative"}, [[1, -2, 1], [-2, 4, -2], [1, -2, 1]]),
        ({"Laplacian"}, [[-2, 1, -2], [1, 4, 1], [-2, 1, -2]]),
        (AVERAGE, [[1, 1, 1], [1, 1, 1], [1, 1, 1]]),
    ]
    for place, (kinds, taps) in enumerate(masks, start=1):
        yield f"frei-chen {place}", kinds, np.array(taps)


def laws():
    lines = {
        "L": [1, 4, 6, 4, 1],
        "E": [-1, -2, 0, 2, 1],
        "S": [-1, 0, 2, 0, -1],
        "W": [-1, 2, 0, -2, 1],
        "R": [1, -4, 6, -4, 1],
    }
    kinds = {
        "LL": AVERAGE,
        "LE": SLOPE,
        "EL": SLOPE,
        "LS": LINE,
        "SL": LINE,
        "EE": {"saddle detector"},
    }
    for a, b in itertools.product(lines, repeat=2):
        right = kinds.get(a + b, {"mixed derivative"})
        yield f"laws {a}5{b}5", right, np.outer(lines[a], lines[b])


def steerable():
    at = np.arange(-6, 7) * 0.5
    x, y = np.meshgrid(at, at)
    bell = np.exp(-(x**2 + y**2))
    for degrees in (0, 30, 75, 120):
        t = math.radians(degrees)
        u = x * math.cos(t) - y * math.sin(t)
        yield f"g1 {degrees}", SLOPE, -2 * u * bell
        yield f"g2 {degrees}", LINE, 0.9213 * (2 * u**2 - 1) * bell
        yield f"h2 {degrees}", {"Gabor", "edge detector"}, (-2.205 * u + 0.978 * u**3) * bell


def henderson():
    for size in (5, 7, 9, 13, 23):
        n = (size - 1) // 2 + 2
        j = np.arange(-(n - 2), n - 1, dtype=float)
        top = ((n - 1) ** 2 - j**2) * (n**2 - j**2) * ((n + 1) ** 2 - j**2)
        top *= 315 * (3 * n**2 - 16 - 11 * j**2)
        below = 8 * n * (n**2 - 1) * (4 * n**2 - 1) * (4 * n**2 - 9) * (4 * n**2 - 25)
        yield f"henderson {size}", SMOOTHER, top / below
    # Spencer's 15-point average, which keeps cubics.
    spencer = np.array([-3, -6, -5, 3, 21, 46, 67, 74, 67, 46, 21, 3, -5, -6, -3]) / 320
    yield "spencer 15", SMOOTHER, spencer


def cosines():
    basis = fft.dct(np.eye(8), axis=0, norm="ortho")
    for u, v in itertools.product(range(8), repeat=2):
        right = {"DCT basis function"} if u or v else AVERAGE
        yield f"dct {u},{v}", right, np.outer(basis[u], basis[v])


def gabor_bank():
    for cycles, degrees, phase in itertools.product((0.1, 0.2, 0.3), (0, 30, 90, 135), (0, 90)):
        taps = kernels.gabor(0.7 / cycles, cycles, degrees, phase_deg=phase).taps
        yield f"gabor {cycles} {degrees} {phase}", {"Gabor"}, taps


FAMILIES = (
    named,
    savitzky_golay,
    windowed,
    hilbert,
    daubechies,
    butterworth,
    compass,
    frei_chen,
    laws,
    steerable,
    henderson,
    cosines,
    gabor_bank,
)


def collection():
    """Name, right kinds and kernel, its name taken away."""
    for family in FAMILIES:
        for name, kinds, k in family():
            taps = getattr(k, "taps", k)
            yield name, kinds, Kernel(taps, getattr(k, "origin", None))
