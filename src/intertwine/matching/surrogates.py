"""Patterns as like the one looked for as can be, and yet not it: what scores by chance.

The pattern mirrored, along each axis and along several; along one axis also with the sign of some
of its stretches changed, which hold an eighth of its energy each, so that these surrogates are
orthogonal to the pattern. All keep size, level and contrast; what they score on a scene without the
pattern, the pattern could have scored as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.matching.templates import levelled

Array = NDArray[Any]
Mask = NDArray[np.bool_]

#: Signs of eight stretches: Walsh's functions of one, two and three changes.
SIGNS = (
    (1, 1, 1, 1, -1, -1, -1, -1),
    (1, 1, -1, -1, -1, -1, 1, 1),
    (1, 1, -1, -1, 1, 1, -1, -1),
)

#: Surrogates with random phases.
SCRAMBLED = 4


def of(pattern: Array, mask: Mask | None) -> Iterator[tuple[Array, Mask | None]]:
    """Surrogates of a pattern ``(C, K1, ..., Kd)``, with their masks."""
    ndim = pattern.ndim - 1
    for flips in product((False, True), repeat=ndim):
        axes = tuple(axis for axis, flip in enumerate(flips, 1) if flip)
        if axes:
            own = np.ascontiguousarray(np.flip(pattern, axes))
            yield own, None if mask is None else np.flip(mask, axes)
    if ndim == 1:
        level, x = _level(pattern, mask)
        energy = np.cumsum(_energy(x))
        if energy[-1] > 0:
            stretch = np.minimum((energy / energy[-1] * 8).astype(int), 7)
            for signs in SIGNS:
                yield x * np.array(signs)[stretch] + level, mask


def scrambled(pattern: Array, mask: Mask | None) -> Iterator[tuple[Array, Mask | None]]:
    """Patterns of the same spectrum with random phases, the same in all channels."""
    axes = tuple(range(1, pattern.ndim))
    level, x = _level(pattern, mask)
    spectrum = np.fft.fftn(x, axes=axes)
    for seed in range(SCRAMBLED):
        noise = np.fft.fftn(np.random.default_rng(seed).standard_normal(pattern.shape[1:]))
        turned = np.fft.ifftn(spectrum * np.exp(1j * np.angle(noise)), axes=axes)
        yield (turned if pattern.dtype.kind == "c" else turned.real) + level, mask


def extent(pattern: Array, mask: Mask | None) -> tuple[int, ...]:
    """Along each axis, how long the part is that holds all but a hundredth of the energy."""
    _, x = _level(pattern, mask)
    energy = _energy(x)
    sizes = []
    for axis in range(energy.ndim):
        along = np.cumsum(energy.sum(tuple(a for a in range(energy.ndim) if a != axis)))
        first, last = np.searchsorted(along, np.array([0.005, 0.995]) * along[-1])
        sizes.append(int(last - first) + 1)
    return tuple(sizes)


def _level(pattern: Array, mask: Mask | None) -> tuple[Array, Array]:
    """Each channel's median, which padding does not move far, and what is above it."""
    counts = np.ones(pattern.shape, bool) if mask is None else mask
    rows = zip(pattern, counts, strict=True)
    level = np.array([np.median(own[used].real) if used.any() else 0.0 for own, used in rows])
    level = level.reshape(-1, *(1,) * (pattern.ndim - 1))
    return level, np.where(counts, pattern - level, 0)


def _energy(x: Array) -> Array:
    """That of all channels at each sample, in units of the largest."""
    energy: Array = (np.abs(levelled(x, tuple(range(x.ndim)))) ** 2).sum(0)
    return energy
