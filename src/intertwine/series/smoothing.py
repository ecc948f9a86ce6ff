"""Exponential smoothing and Holt-Winters: ARIMA models whose MA taps follow few weights.

With errors e, weights a, b, c and a season of m samples, level, trend and season move by a, b and c
times the last error, and

  ``x / e = 1 + a B / (1 - B) + b B / (1 - B)^2 + c B^m / (1 - B^m)``.

Times the differences in the denominators that is a polynomial: theta, linear in the weights
(Box and Jenkins 1976; Hyndman et al. 2008, chapter 11). So the exact likelihood of ARIMA models,
gaps and intervals hold for smoothing too, and no starting level has to be guessed.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.checks import flag, integer
from intertwine.engine.recursions import Taps
from intertwine.kernel import Kernel
from intertwine.series.arima import ARIMA
from intertwine.series.polynomials import differencing

Array = NDArray[Any]


class Weights:
    """The structure of smoothing: MA taps that are linear in the weights."""

    def __init__(self, trend: bool, season: int | None) -> None:
        self.season = season or 1
        self.differences = differencing(_d(trend, season), int(bool(season)), self.season)
        terms: list[tuple[str, Kernel, Kernel]] = [("alpha", Kernel([0, 1], 0), differencing(1))]
        if trend:
            terms.append(("beta", Kernel([0, 1], 0), differencing(2)))
        if season:
            shift = np.zeros(season + 1, int)
            shift[-1] = 1
            terms.append(("gamma", Kernel(shift, 0), differencing(0, 1, season)))
        self.names = [name for name, _, _ in terms]
        self.size = len(terms)
        rows = [_quotient(self.differences, below) for _, _, below in terms]
        length = self.differences.size
        self._rows = np.zeros((self.size, length))
        for row, (_, above, _), rest in zip(self._rows, terms, rows, strict=True):
            taps = np.convolve(above.taps, rest)[:length]
            row[: taps.size] = taps
        self._base = self.differences.taps[1:].astype(float)
        self._lags = np.arange(1, length, dtype=np.int64)
        self.is_ar = np.zeros(self.size, bool)
        self.is_dense = True
        self.counts = (0, self.size, 0, 0)

    def taps(self, params: Array, jacobian: Array | None = None) -> tuple[Taps, Taps]:
        """No AR taps, and those of theta; with derivatives along rows of `jacobian`."""
        values = (self._base + params @ self._rows[:, 1:])[None]
        if jacobian is not None:
            values = np.concatenate([values, jacobian @ self._rows[:, 1:]])
        none = Taps(np.empty(0, np.int64), np.empty((len(values), 0)))
        kept = np.flatnonzero(values.any(axis=0))
        return none, Taps(self._lags[kept], np.ascontiguousarray(values[:, kept]))

    def box(self) -> SmoothingBox:
        """Where the search for weights takes place."""
        return SmoothingBox(self)

    def factors(self, params: Array) -> list[Array]:
        """The MA polynomial, all in one."""
        nothing = np.empty(0)
        return [nothing, self._base + params @ self._rows[:, 1:], nothing, nothing]


def _quotient(whole: Kernel, part: Kernel) -> Array:
    found, rest = np.polydiv(whole.taps[::-1].astype(float), part.taps[::-1].astype(float))
    assert not rest.any()
    return np.asarray(found[::-1])


def _d(trend: bool, season: int | None) -> int:
    """Differences beside a seasonal one, which takes a level away by itself."""
    return int(trend) + (0 if season else 1)


class SmoothingBox:
    """Weights between 0 and 1: b as a fraction of a, c as one of 1 - a."""

    def __init__(self, structure: Weights) -> None:
        self.structure = structure
        self.bounds = [(1e-4, 1 - 1e-4)] + [(0.0, 1 - 1e-4)] * (structure.size - 1)

    def params(self, point: Array) -> tuple[Array, Array]:
        """Weights at a point, and their derivatives: row i along ``point[i]``."""
        found, rows = point.copy(), np.eye(point.size)
        for i, name in enumerate(self.structure.names):
            if name == "beta":
                found[i] = point[0] * point[i]
                rows[i, i], rows[0, i] = point[0], point[i]
            elif name == "gamma":
                found[i] = (1 - point[0]) * point[i]
                rows[i, i], rows[0, i] = 1 - point[0], -point[i]
        return found, rows

    def guess(self, w: Array) -> Array:
        """A usual beginning, whatever the series."""
        return np.array([0.3, 0.1, 0.1])[: self.structure.size]

    def others(self) -> list[Array]:
        """Slow, quick and middling weights."""
        return [np.full(self.structure.size, weight) for weight in (0.05, 0.5, 0.9)]

    def notes(self, point: Array) -> list[str]:
        """What weights at an end of their range say."""
        found = []
        for name, at, (low, high) in zip(self.structure.names, point, self.bounds, strict=True):
            if at >= high - 1e-6:
                found.append(f"{name} is as large as it may be: the last sample tells all.")
            elif at <= low + 1e-6:
                what = {"alpha": "level", "beta": "slope", "gamma": "season"}[name]
                found.append(f"{name} is 0: the {what} does not change.")
        return found


class ExponentialSmoothing(ARIMA):
    """A level that follows the series, with `trend` (Holt) and `season` (Holt-Winters, additive).

    Parameters
    ----------
    trend : bool
        Whether the level has a slope of its own.
    season : int, optional
        Samples of a season.
    box_cox : float, "log", "auto" or None
        As in `ARIMA`; "log" makes season and trend multiply.

    Examples
    --------
    >>> model = ExponentialSmoothing().fit([3.0, 5, 9, 20, 18, 17, 22, 25, 24])
    >>> model.param_names
    ['alpha', 'sigma2']
    """

    def __init__(
        self,
        trend: bool = False,
        season: int | None = None,
        box_cox: float | str | None = None,
    ) -> None:
        self._slope = flag("ExponentialSmoothing", "trend", trend)
        if season is not None:
            season = integer("ExponentialSmoothing", "season", season, 2)
        d = _d(self._slope, season)
        length = season or 0
        super().__init__((0, d, 0), (0, int(bool(season)), 0, length), "n", "ml", box_cox)

    @cached_property
    def structure(self) -> Any:
        """Smoothing weights in the place of taps."""
        return Weights(self._slope, self.season if self.season > 1 else None)

    def __repr__(self) -> str:
        parts = [f"trend={self._slope}"]
        if self.season > 1:
            parts.append(f"season={self.season}")
        if self.box_cox is not None:
            parts.append(f"box_cox={self.box_cox!r}")
        return f"ExponentialSmoothing({', '.join(parts)})"


def smoothing_kernel(alpha: float, count: int) -> Kernel:
    """``alpha (1 - alpha)^j``: what simple exponential smoothing weighs the past with.

    >>> smoothing_kernel(0.5, 3).taps
    array([0.5  , 0.25 , 0.125])
    """
    return Kernel(alpha * (1 - alpha) ** np.arange(count), origin=0, name="exponential")
