"""How much each shift explains: overlaps correlated octave by octave, and what chance would do.

Over the overlap at shift `s`, with `a` and `b` an octave of each picture and sums by transforms of
twice the size, so that nothing wraps around (Padfield, 2012):

    r(s) = sum a b / sqrt(sum a^2 sum b^2)          the correlation
    n(s) = k sum a^2 sum b^2 / sum a^2 b^2          the number of independent samples
    e(s) = -n(s) / 2 log(1 - r(s)^2)                the evidence, in nats

`n` counts only what both show: a few bright pixels that lie on each other are few samples. `k` is
how many of them are independent, from the autocorrelations of both (Bartlett, 1946). The evidence
of octaves adds up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # type: ignore[import-untyped]
from numpy.typing import NDArray

from intertwine.registration.bands import Band

Array = NDArray[Any]

#: Pictures vary in contrast, which makes them seem more alike to themselves than chance finds them:
#: over photos and textures, agreement by chance tells of so many times the independent samples.
_INFLATION = 1.5

#: What even equal pictures leave unexplained, for interpolation and compression.
_UNEXPLAINED = 0.01

#: Overlaps with less than this share of either side's energy say nothing.
_LEAST_SHARE = 0.01

#: Overlaps that hold this share of either side's energy are compared as a whole.
_MUCH = 0.4

#: Degrees of freedom that a correlation by chance uses up.
_USED = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Transforms:
    """Of an octave: its values, their squares, its mask."""

    values: Array
    squares: Array
    mask: Array
    shape: tuple[int, ...]
    padded: tuple[int, ...]


def transforms(band: Band, other: tuple[int, ...] | None = None) -> Transforms:
    """With room for every shift against a picture of the shape `other`."""
    shape = band.values.shape
    padded = tuple(
        scipy.fft.next_fast_len(n + m - 1, real=True)
        for n, m in zip(shape, other or shape, strict=True)
    )
    three = (band.values, band.values**2, band.mask)
    values, squares, mask = (scipy.fft.rfftn(x, padded) for x in three)
    return Transforms(values, squares, mask, shape, padded)


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """The evidence for every shift, and the samples that are independent in each octave."""

    nats: Array
    independent: list[float]


def evidence(one: list[Transforms], other: list[Transforms]) -> Surface:
    """The evidence for every shift from ``-(n - 1)`` to ``m - 1`` on each axis, in nats."""
    total: Array | None = None
    independent: list[float] = []
    common = min(len(one), len(other))
    for mine, theirs in zip(one[:common][::-1], other[:common][::-1], strict=True):
        octave, share = _of_octave(mine, theirs)
        independent.insert(0, share)
        total = octave if total is None else octave + _finer(total, octave.shape, mine.shape)
    assert total is not None
    return Surface(total, independent)


def _of_octave(one: Transforms, other: Transforms) -> tuple[Array, float]:
    products, mine, theirs = _overlaps(one, other)
    both = _correlated(one.squares, other.squares, one)
    energy = _floored(mine) * _floored(theirs)
    both = np.maximum(both, 1e-6 * both.max() + 1e-12)
    telling = (mine > _LEAST_SHARE * mine.max()) & (theirs > _LEAST_SHARE * theirs.max())
    independent = _independent(one, other)
    left = np.maximum(1 - products * products / energy, _UNEXPLAINED)
    counted = independent * energy / both
    counted *= counted / (counted + _USED)
    nats = np.where(telling & (products > 0), -0.5 * counted * np.log(left), 0)
    return _in_order(nats, one, other), independent


def _independent(one: Transforms, other: Transforms) -> float:
    """Samples that are independent, of those there are: 1 over the sum of ``rho_a rho_b``.

    With Parseval, that sum over all lags of both autocorrelations is one over frequencies.
    """
    mine, theirs = (np.abs(x.values).astype(float) ** 2 for x in (one, other))
    both = float((mine * theirs).sum()) * mine.size
    return min(1.0, _INFLATION * float(mine.sum()) * float(theirs.sum()) / max(both, 1e-30))


def agreement(one: Transforms, other: Transforms) -> Array:
    """The square of the correlation, where overlaps hold much of both and it is positive."""
    products, mine, theirs = _overlaps(one, other)
    much = (mine > _MUCH * mine.max()) & (theirs > _MUCH * theirs.max()) & (products > 0)
    energy = _floored(mine) * _floored(theirs)
    explained = np.where(much, np.minimum(products * products / energy, 1), 0)
    return _in_order(explained, one, other)


def _overlaps(one: Transforms, other: Transforms) -> tuple[Array, Array, Array]:
    """Over the overlap at each shift: ``sum a b``, ``sum a^2`` and ``sum b^2``."""
    return (
        _correlated(one.values, other.values, one),
        _correlated(one.squares, other.mask, one),
        _correlated(one.mask, other.squares, one),
    )


def _floored(energy: Array) -> Array:
    floored: Array = np.maximum(energy, 1e-5 * energy.max() + 1e-12)
    return floored


def _correlated(mine: Array, theirs: Array, one: Transforms) -> Array:
    """``sum a(n) b(n + s)`` at ``s``, counted from the end where it is negative."""
    full: Array = scipy.fft.irfftn(np.conj(mine) * theirs, one.padded)
    return full


def _in_order(full: Array, one: Transforms, other: Transforms) -> Array:
    """From the least shift to the largest."""
    back = tuple(n - 1 for n in one.shape)
    rolled = np.roll(full, back, axis=tuple(range(full.ndim)))
    part = tuple(slice(0, n + m - 1) for n, m in zip(one.shape, other.shape, strict=True))
    ordered: Array = rolled[part]
    return ordered


def _finer(surface: Array, shape: tuple[int, ...], one: tuple[int, ...]) -> Array:
    """A surface over shifts of two samples as one over shifts of one, linearly interpolated."""
    for axis, (size, back) in enumerate(zip(shape, one, strict=True)):
        at = (np.arange(size) - (back - 1)) / 2 + ((back + 1) // 2 - 1)
        at = np.clip(at, 0, surface.shape[axis] - 1)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, surface.shape[axis] - 1)
        part = np.expand_dims(
            (at - low).astype(np.float32), [i for i in range(len(shape)) if i != axis]
        )
        surface = np.take(surface, low, axis) * (1 - part) + np.take(surface, high, axis) * part
    return surface


@dataclass(frozen=True, slots=True)
class Peak:
    """A shift in whole samples, and its evidence."""

    shift: tuple[int, ...]
    nats: float


def peaks(surface: Array, one: tuple[int, ...], most: int, apart: int = 3) -> list[Peak]:
    """The highest local maxima, best first."""
    local = surface == scipy.ndimage.maximum_filter(surface, 2 * apart + 1, mode="nearest")
    places = np.flatnonzero(local & (surface > 0))
    best = places[np.argsort(surface.ravel()[places])[::-1][:most]]
    return [
        Peak(
            tuple(
                int(at) - (n - 1)
                for at, n in zip(np.unravel_index(i, surface.shape), one, strict=True)
            ),
            float(surface.ravel()[i]),
        )
        for i in best
    ]
