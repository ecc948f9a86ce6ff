"""Patterns made ready: centred in their masks, scaled to unit norm, with their plans.

Patterns searched for together have one size. They are kept as ``(P, C, K1, ..., Kd)``: P patterns
of C channels. A plan is made once for each shape of block.
"""

from __future__ import annotations

from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.convolution import plan
from intertwine.matching.space import Space

Array = NDArray[Any]
Mask = NDArray[np.bool_]

#: Numbers below this are first brought to a size that has an inverse.
FAINT = 2.0**-900


#: Share of a pattern's samples that a window must have: with fewer, chance makes high scores.
LEAST_OVERLAP = 0.3


class Templates:
    """Patterns of one size and what the scores need of them.

    Parameters
    ----------
    patterns : (P, C, K1, ..., Kd) float64 or complex128 array
        Where a mask is False anything finite may stand.
    masks : bool array of that shape, or None
        Which samples count.
    centred : bool
        Whether each channel's mean is taken off, as zncc does.
    threads : int or None
        Threads for each convolution: 1 where blocks are shared out among threads already.
    least : float
        Share of a pattern's samples that must count in a window for a score.
    """

    def __init__(
        self, patterns: Array, masks: Mask | None, centred: bool, threads: int | None,
        least: float = LEAST_OVERLAP,
    ) -> None:  # fmt: skip
        self.masks = masks
        self.centred = centred
        self.threads = threads
        self.least = least
        self.count, self.channels = patterns.shape[:2]
        self.window: tuple[int, ...] = tuple(patterns.shape[2:])
        self.raw = patterns
        self.taps = _unit(patterns, masks, centred)
        self.space = Space()
        self._plans: dict[tuple[Any, ...], Any] = {}

    @property
    def size(self) -> int:
        """Samples under a window, all channels together."""
        return int(self.channels * prod(self.window))

    @cached_property
    def squares(self) -> Array:
        """``|k|^2`` of the unit patterns."""
        return np.abs(self.taps) ** 2

    @cached_property
    def counts(self) -> Array:
        """Samples that count in each channel: (P or 1, C or 1, 1, ..., 1)."""
        total: Array = self.weights.sum(tuple(range(2, self.weights.ndim)), keepdims=True)
        return total

    @cached_property
    def sizes(self) -> Array:
        """Samples that count in all channels: (P or 1, 1, ..., 1)."""
        total: Array = np.broadcast_to(
            self.counts, (len(self.counts), self.channels, *self.counts.shape[2:])
        ).sum(1)
        return total

    @cached_property
    def weights(self) -> Array:
        """One where a sample of the pattern counts, as taps; a box when all do."""
        if self.masks is None:
            return np.ones((1, 1, *self.window))
        weights = self.masks.astype(np.float64)
        if self.count > 1 and (weights == weights[:1]).all():
            weights = weights[:1]
        if self.channels > 1 and (weights == weights[:, :1]).all():
            weights = weights[:, :1]
        return weights

    def slide(self, x: Array, name: str, dtype: Any = None, out: Array | None = None) -> Array:
        """Correlate ``(C, R1, ..., Rd)`` samples with "taps", "weights", ...: (P, C, B1, ..., Bd).

        P and C are 1 where all patterns or channels have the same taps. With one channel, rows of
        `x` may be anything. The result is of type `dtype`, by default that of the samples.
        """
        key = name, x.shape, x.dtype, dtype
        chosen = self._plans.get(key)
        if chosen is None:
            axes = tuple(range(-len(self.window), 0))
            turned = np.flip(getattr(self, name), axes).conj()  # a plan convolves
            while turned.ndim > len(self.window) and len(turned) == 1:
                turned = turned[0]  # a lone kernel has more methods to choose from than a bank
            chosen = self._plans[key] = plan(x, turned, axes=axes, mode="valid", dtype=dtype)
        sums: Array = chosen(x, out=out, threads=self.threads)
        return sums.reshape(-1, *x.shape[:1], *sums.shape[-len(self.window) :])


def _unit(patterns: Array, masks: Mask | None, centred: bool) -> Array:
    """Patterns without their mean (of each channel), zero where masked, of norm 1."""
    axes = tuple(range(2, patterns.ndim))
    taps = patterns
    if masks is not None:
        taps = np.where(masks, patterns, 0)
    if centred:
        counts = prod(taps.shape[2:]) if masks is None else masks.sum(axes, keepdims=True)
        counts = np.maximum(counts, 1)
        for _ in range(2):  # the second pass takes off what rounding left
            taps = taps - taps.sum(axes, keepdims=True) / counts
            if masks is not None:
                taps = np.where(masks, taps, 0)
    every = tuple(range(1, patterns.ndim))
    taps = levelled(taps, every)
    norm = np.sqrt((np.abs(taps) ** 2).sum(every, keepdims=True))
    unit: Array = taps / np.where(norm > 0, norm, 1)
    return unit


def levelled(x: Array, axes: tuple[int, ...]) -> Array:
    """`x` over its largest magnitude along some axes; zeros stay."""
    largest = np.abs(x).max(axes, keepdims=True)
    faint = np.where(largest < FAINT, 1 / FAINT, 1.0)  # complex division by less overflows
    found: Array = x * faint / np.where(largest > 0, largest * faint, 1)
    return found
