"""What the words of a description stand for, and signals that go through a kernel."""

import re

import numpy as np

NUMBER = r"(-?[\d.]+(?:e[+-]?\d+)?)"
SIDES = {
    "to the right": (0, 1),
    "to the left": (0, -1),
    "upwards": (-1, 0),
    "downwards": (1, 0),
}
WAY = (
    r"((?:along|against) (?:the axis|axis \d+)|to the right|to the left|upwards|downwards"
    r"|at [\d.]+ degrees?|along \(.*?\))"
)
DIGITS = 6e-4  # what four digits round off, of the number
DEGREES = 0.051  # what a tenth of a degree rounds off


def direction(words, ndim):
    """The unit vector that the words name; 0 degrees points right, 90 up."""
    if words in SIDES:
        return np.array(SIDES[words], float)
    if match := re.fullmatch(r"at ([\d.]+) degrees?", words):
        turn = np.deg2rad(float(match[1]))
        return np.array([-np.sin(turn), np.cos(turn)])
    if match := re.fullmatch(r"along \((.*?)\)", words):
        return np.array([float(v) for v in match[1].split(",")])
    axis = re.search(r"axis (\d+)", words)
    way = np.zeros(ndim)
    way[int(axis[1]) if axis else 0] = -1 if words.startswith("against") else 1
    return way


def same_way(words, way, signed=True):
    """Whether `way` points where the words say, to a tenth of a degree."""
    said, way = direction(words, len(way)), way / np.abs(way).max()
    cosine = said @ way / np.linalg.norm(said) / np.linalg.norm(way)
    cosine = cosine if signed else abs(cosine)
    return np.degrees(np.arccos(min(cosine, 1))) <= DEGREES


def by_axis(words, ndim):
    """One number an axis."""
    found = re.findall(NUMBER + r"(?: samples?)?(?: along (each axis|axis \d+))?", words)
    values = np.full(ndim, np.nan)
    for number, where in found:
        values[slice(None) if where in ("", "each axis") else int(where.split()[-1])] = float(
            number
        )
    return values


def through(k, signal_of):
    """The answer at one sample, amid a signal given as a function of the offset from it."""
    offsets = np.meshgrid(
        *[at - np.arange(n) for n, at in zip(k.shape, k.origin, strict=True)], indexing="ij"
    )
    return (k.taps * signal_of(*offsets)).sum()


def near(value, text, scale):
    stated = float(text)
    return abs(value - stated) <= DIGITS * abs(stated) + 1e-6 * scale


def gain(k, frequency):
    """``|K|`` by a sinusoid that goes through."""
    return abs(
        through(
            k,
            lambda *at: np.exp(2j * np.pi * sum(f * n for f, n in zip(frequency, at, strict=True))),
        )
    )


def gains(k, times=4):
    """``|K|`` on a grid, with the distance of each frequency from 0."""
    least = {1: 256, 2: 64, 3: 16}.get(k.ndim, 2)
    shape = [1 if n == 1 else max(least, times * n if k.ndim < 4 else n) for n in k.shape]
    found = np.abs(np.fft.fftn(k.taps, shape, range(k.ndim)))
    grid = np.meshgrid(*[np.fft.fftfreq(n) for n in shape], indexing="ij")
    return found, np.sqrt(sum(f**2 for f in grid))


def slope_of(k):
    """The direction in which a ramp gives most."""
    return np.array([through(k, lambda *at, a=a: at[a]) for a in range(k.ndim)])


def curvature_of(k, middle=None):
    """Answers to ``n_a n_b`` about the middle of the taps."""
    away = [
        (n - 1) / 2 - at if middle is None else middle[a]
        for a, (n, at) in enumerate(zip(k.shape, k.origin, strict=True))
    ]
    return np.array(
        [
            [
                through(k, lambda *at, a=a, b=b: (at[a] + away[a]) * (at[b] + away[b]))
                for b in range(k.ndim)
            ]
            for a in range(k.ndim)
        ]
    )


def inner(k):
    """The taps without an outer rim of zeros, and where the first of them lay."""
    taps = np.asarray(k.taps, complex if k.dtype.kind == "c" else float)
    kept = np.argwhere(np.abs(taps) > 1e-9 * np.abs(taps).max())
    low, high = kept.min(0), kept.max(0)
    return taps[tuple(slice(a, b + 1) for a, b in zip(low, high, strict=True))], low


def explained(taps, template):
    """The fraction of the energy of `taps` that a multiple of `template` explains."""
    taps = taps / np.abs(taps).max()
    template = template / np.abs(template).max()
    product = np.vdot(template, taps)
    return abs(product) ** 2 / (np.vdot(taps, taps) * np.vdot(template, template)).real
