"""A case: data, kernels and what lies outside. Every contender gets the same one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np


class Unfit(Exception):
    """A contender cannot take this case; the message says why."""


@dataclass(frozen=True)
class Contender:
    """One way to compute a case.

    Attributes
    ----------
    fresh : computes and returns a new array.
    reuse : computes into memory that was allocated before, and returns it; None if it cannot.
    boundary : what lies outside for this contender, which may be all that it offers.
    same : False when the answer is another one, as when it is rounded to integers. Such
        contenders are shown but never taken for the best peer.
    """

    fresh: Callable[[], np.ndarray]
    reuse: Callable[[], np.ndarray] | None = None
    boundary: str = "symmetric"
    same: bool = True


@dataclass(frozen=True)
class Taps:
    """Kernels (..., K1, ..., Kd), and what special functions may know about them."""

    array: np.ndarray
    ndim: int
    factors: tuple[np.ndarray, ...] = ()
    sigma: float = 0.0
    box: int = 0

    @property
    def size(self) -> tuple[int, ...]:
        """Taps along each axis."""
        return self.array.shape[-self.ndim :]

    @property
    def many(self) -> bool:
        """Whether there are several kernels, along the first axis."""
        return self.array.ndim > self.ndim


@dataclass(frozen=True)
class Case:
    """``y = x`` convolved with `taps` along `axes`, as large as `x`.

    `precision` is what ours is asked for, and what answers may then differ by. If `rounds`, answers
    are rounded and clipped to the type of the samples.
    """

    x: np.ndarray
    taps: Taps
    axes: tuple[int, ...]
    boundary: str = "symmetric"
    precision: float | None = None
    rounds: bool = False
    lengths: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lengths", tuple(self.x.shape[axis] for axis in self.axes))

    @property
    def result(self) -> np.dtype:
        """Type of the answer: that of `x`, and float32 for 8-bit samples that are not rounded."""
        wide = self.x.dtype == np.uint8 and not self.rounds
        return np.dtype(np.float32) if wide else self.x.dtype

    @property
    def out_shape(self) -> tuple[int, ...]:
        """Shape of the answer: one image for each kernel when there are several."""
        if not self.taps.many:
            return self.x.shape
        spatial = self.x.shape[-self.taps.ndim :]
        return np.broadcast_shapes(self.x.shape, self.taps.array.shape[:1] + spatial)

    def aligned(self) -> np.ndarray:
        """Return the kernels with their axes where `x` has its own, to be broadcast."""
        taps = self.taps.array
        taps = taps.reshape((1,) * (self.x.ndim - taps.ndim) + taps.shape)
        return np.moveaxis(taps, range(-self.taps.ndim, 0), self.axes)

    @property
    def products(self) -> int:
        """Multiply-adds of the plain sum."""
        return math.prod(self.out_shape) * math.prod(self.taps.size)

    def empty(self) -> np.ndarray:
        """Return memory for the answer; the warm-up touches it."""
        return np.empty(self.out_shape, self.result)

    def planes(self, out: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Yield (samples, taps, answer) one kernel and one image at a time."""
        last = range(-self.taps.ndim, 0)
        x, y = (np.moveaxis(array, self.axes, last) for array in (self.x, out))
        batch = y.shape[: -self.taps.ndim]
        x = np.broadcast_to(x, y.shape)
        taps = np.broadcast_to(self.taps.array, batch + self.taps.size)
        for index in np.ndindex(batch):
            yield x[index], taps[index], y[index]
