"""Families whose taps a formula gives for every size: cosines, polynomials, compass masks.

A kernel is of such a family when the formula's taps, times one factor, explain all of its energy
but a millionth.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from intertwine.algebra.description.answer import Description, towards
from intertwine.algebra.description.measure import Measures
from intertwine.algebra.frame import Array
from intertwine.base.errors import counted
from intertwine.base.text import in_range

_ALL = 1 - 1e-6
_LEAST_COSINES = 4  # shorter ones are differences
_LONGEST = 101
_RING = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))


def share(taps: Array, template: Array) -> float:
    """The fraction of the energy of `taps` that a multiple of `template` explains."""
    product = float((taps * template).sum())
    return product**2 / float((taps**2).sum() * (template**2).sum())


def cosine(found: Measures) -> Description | None:
    """A basis function of the discrete cosine transform, but for the constant one."""
    k = found.kernel
    if np.iscomplexobj(found.taps) or k.ndim > 2:
        return None
    if any(n > 1 and n < _LEAST_COSINES for n in k.shape) or max(k.shape) > 64:
        return None
    spectrum = found.taps
    for axis, n in enumerate(k.shape):
        spectrum = np.moveaxis(np.tensordot(_cosines(n), spectrum, axes=(1, axis)), 0, axis)
    at = np.unravel_index(int(np.abs(spectrum).argmax()), spectrum.shape)
    explained = float(spectrum[at] ** 2 / (found.taps**2).sum())
    if explained < _ALL or not any(at):
        return None
    orders = tuple(int(i) for i in at)
    where = [f" along axis {axis}" for axis in range(k.ndim)] if k.ndim > 1 else [""]
    each = [
        f"{counted(order, 'half period')}{side}"
        for order, side in zip(orders, where, strict=True)
        if order
    ]
    return Description(
        "DCT basis function",
        f"A DCT basis function: a cosine of {' times one of '.join(each)}",
        {"orders": orders, "share": explained},
    )


@lru_cache(32)
def _cosines(n: int) -> Array:
    at = np.arange(n)
    basis = np.cos(np.pi * (at + 0.5) * at[:, None] / n) * math.sqrt(2 / n)
    basis[0] /= math.sqrt(2)
    return basis


def polynomial(found: Measures) -> Description | None:
    """Savitzky and Golay's least-squares polynomials and Henderson's averages."""
    k = found.kernel
    if k.ndim != 1 or np.iscomplexobj(found.taps) or not 5 <= k.size <= _LONGEST or k.size % 2 == 0:
        return None
    for order, degree, taps in _polynomials(k.size):
        explained = share(found.taps, taps)
        if explained >= _ALL:
            return _least_squares(found, order, degree, taps, explained)
    explained = share(found.taps, henderson(k.size))
    if explained >= _ALL:
        numbers = {"share": explained, "keeps": 3}
        times = _times(found.sized(found.total))
        text = f"A smoother: Henderson's average of {k.size} terms{times}"
        return Description("smoother", text, numbers)
    whole = abs(found.sized(found.total) - 1) < 1e-6  # Lanczos' windowed sinc keeps no sum of 1
    keeps = found.parity == 1 and whole and abs(found.second.item()) < 1e-6
    if keeps and found.gain.max() <= 1.02 * found.total:
        return Description("smoother", "A smoother: cubics stay", {"keeps": 3})
    return None


def _least_squares(
    found: Measures, order: int, degree: int, taps: Array, explained: float
) -> Description:
    kind = ("smoother", "edge detector", "Laplacian")[order]
    what = ("A smoother: the value", "An edge detector: the slope", "A Laplacian: the curvature")
    numbers: dict[str, object] = {"share": explained, "order": order, "degree": degree}
    factor = found.sized(float((found.taps * taps).sum() / (taps**2).sum()))
    text = (
        f"{what[order]}, in the middle, of the polynomial of degree {degree} that fits "
        f"{found.kernel.size} samples best (Savitzky-Golay){_times(factor)}"
    )
    return Description(kind, text, numbers)


def _times(factor: float) -> str:
    return "" if abs(factor - 1) < 1e-6 else f", times {in_range(factor)}"


@lru_cache(64)
def _polynomials(size: int) -> tuple[tuple[int, int, Array], ...]:
    """Order of the derivative, degree, taps; the lowest degree of those that agree."""
    at = np.arange(size) - size // 2
    made = []
    for degree in range(1, min(size - 2, 8) + 1):
        powers = np.linalg.pinv(np.vander(at / at[-1], degree + 1, increasing=True))
        made += [  # a convolution turns the taps round
            (order, degree, powers[order] * math.factorial(order) / (-at[-1]) ** order)
            for order in range(3)
            if degree % 2 == order % 2 and degree >= max(1, order)
        ]
    return tuple(made)


@lru_cache(64)
def henderson(size: int) -> Array:
    """The average of `size` terms that keeps cubics and is smoothest (Henderson, 1916)."""
    n = (size + 3) / 2
    j = np.arange(size) - size // 2
    weights = ((n - 1) ** 2 - j**2) * (n**2 - j**2) * ((n + 1) ** 2 - j**2)
    taps = np.asarray(weights * (3 * n**2 - 16 - 11 * j**2))
    return np.asarray(taps / taps.sum())


def compass(found: Measures) -> Description | None:
    """Kirsch's masks (1971), and the ripples of Frei and Chen (1977)."""
    if found.kernel.shape != (3, 3) or np.iscomplexobj(found.taps):
        return None
    for kind, taps in _masks():
        explained = share(found.taps, taps)
        if explained >= _ALL:
            if kind == "ripple":
                text = (
                    "A ripple of Frei and Chen: odd taps of a 3 x 3 window, orthogonal to their "
                    "two gradients"
                )
            else:
                way = towards(-found.first)
                text = f"An edge detector of slopes {way}: a compass mask of Kirsch"
            return Description(kind, text, {"share": explained})
    return None


@lru_cache(1)
def _masks() -> tuple[tuple[str, Array], ...]:
    made: list[tuple[str, Array]] = []
    for turn in range(8):
        taps = np.zeros((3, 3))
        for place, value in zip(_RING, np.roll([5, 5, 5, -3, -3, -3, -3, -3], turn), strict=True):
            taps[place] = value
        made.append(("edge detector", taps))
    root = math.sqrt(2)
    ripple = np.array([[0, -1, root], [1, 0, -1], [-root, 1, 0]])
    return (*made, ("ripple", ripple), ("ripple", ripple[:, ::-1]))


def binomial(found: Measures) -> Description | None:
    """Differences of binomial smoothing, ``(1 + z)**(N-1-p) (1 - z)**p`` along each axis.

    Sobel's, Laws' and the central differences are of this family.
    """
    k = found.kernel
    if k.ndim != 2 or np.iscomplexobj(found.taps) or max(k.shape) > 9:
        return None
    for orders, taps in _differences(k.shape):
        explained = share(found.taps, taps)
        if explained >= _ALL:
            return _mixed(orders, explained)
    return None


def _mixed(orders: tuple[int, int], explained: float) -> Description | None:
    total = sum(orders)
    numbers: dict[str, object] = {"order": total, "powers": orders, "share": explained}
    if total < 2 or (total == 2 and 2 in orders):
        return None  # slopes and lines are found at any angle
    if orders == (1, 1):
        return Description("saddle detector", "A saddle detector: a slope of slopes", numbers)
    parts = [f"order {p} along axis {axis}" for axis, p in enumerate(orders) if p]
    text = f"A mixed derivative: differences of {' and '.join(parts)} of a binomial"
    return Description("mixed derivative", text, numbers)


@lru_cache(32)
def _differences(shape: tuple[int, int]) -> tuple[tuple[tuple[int, int], Array], ...]:
    return tuple(
        ((p, q), np.outer(_difference(shape[0], p), _difference(shape[1], q)))
        for p, q in itertools.product(range(shape[0]), range(shape[1]))
    )


def _difference(size: int, order: int) -> Array:
    line = np.ones(1)
    for step in itertools.chain(*_steps(size, order)):
        line = np.convolve(line, (1, step))
    return line


def _steps(size: int, order: int) -> Iterator[list[int]]:
    yield [1] * (size - 1 - order)
    yield [-1] * order
