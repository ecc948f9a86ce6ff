"""Pairs with their normal equations: what every step of a fit asks of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.learn.fitting.equations import Equations, equations, predicted, sum_moments
from intertwine.learn.fitting.pairs import Pair, Window

Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """``target[n] ~ sum_u taps[u] source[n + u]`` for all pairs."""

    pairs: Sequence[Pair]
    window: Window
    equations: Equations

    @classmethod
    def of(cls, pairs: Sequence[Pair], window: Window) -> System:
        """Sum the equations."""
        return cls(pairs, window, equations(pairs, window))

    def fits(self, taps: Array) -> list[Array]:
        """What the taps make of each source."""
        return predicted(self.pairs, taps, self.window)

    def residuals(self, fits: Sequence[Array]) -> list[Array]:
        """What they leave of each target."""
        return [pair.target - fit for pair, fit in zip(self.pairs, fits, strict=True)]

    def moment(self, targets: Sequence[Array]) -> Array:
        """``A' target`` for any targets that are 0 where they do not count."""
        return sum_moments(self.pairs, targets, self.window)

    def gradient(self, taps: Array) -> Array:
        """``A' (target - A taps)``."""
        return self.moment(self.residuals(self.fits(taps)))

    def variance(self, residuals: Sequence[Array], decided: float) -> tuple[float, float]:
        """The variance of the noise, and the freedom it is known by: samples less taps decided."""
        freedom = max(self.equations.rows - decided, 1.0)
        return square_sum(residuals) / freedom, freedom

    def as_kernel(self, values: Array) -> Array:
        """Windows are numbered from their first sample, taps from their last: turn them round."""
        return np.flip(values.reshape(self.window.shape))


def square_sum(arrays: Sequence[Array]) -> float:
    """The sum of squares of all arrays."""
    return float(sum((each**2).sum() for each in arrays))
