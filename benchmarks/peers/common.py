"""What the peers share: flips, limits, spectra."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.case import Case, Unfit


def refuse(unfit: bool, reason: str) -> None:
    """Raise `Unfit` with a reason."""
    if unfit:
        raise Unfit(reason)


def at_most(case: Case, products: float) -> None:
    """Refuse plain sums that would take many seconds."""
    refuse(case.products > products, f"plain sums, {case.products:.1e} products: too slow to wait")


def flipped(taps: np.ndarray) -> np.ndarray:
    """Turn the kernel around, for functions that correlate."""
    return np.ascontiguousarray(np.flip(taps))


def transform_shape(case: Case, good: Callable[[int], int]) -> tuple[int, ...]:
    """Return the least lengths whose wrapped-around part misses ``mode="same"``."""
    sizes = zip(case.lengths, case.taps.size, strict=True)
    return tuple(good(max(n + k // 2, k)) for n, k in sizes)


def wrapped(case: Case, shape: tuple[int, ...]) -> np.ndarray:
    """Put the kernels into arrays of these lengths, their origin at index 0."""
    taps = case.aligned()
    full = list(taps.shape)
    for axis, n in zip(case.axes, shape, strict=True):
        full[axis] = n
    padded = np.zeros(full, taps.dtype)
    padded[tuple(slice(n) for n in taps.shape)] = taps
    origin = [-((k - 1) // 2) for k in case.taps.size]
    return np.roll(padded, origin, [axis % taps.ndim for axis in case.axes])


def region(case: Case, ndim: int) -> tuple[slice, ...]:
    """Select the first samples along the convolved axes, all along the others."""
    index = [slice(None)] * ndim
    for axis, n in zip(case.axes, case.lengths, strict=True):
        index[axis] = slice(n)
    return tuple(index)
