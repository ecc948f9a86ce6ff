"""The shape of a model: which lags have taps, what they are called, how factors multiply.

The parameters of ``phi(B) Phi(B^s) w = theta(B) Theta(B^s) e`` stand in one vector: AR, MA,
seasonal AR, seasonal MA. Products of factors are linear in sums of products of parameters, so one
matrix makes the taps of all lags, and their derivatives, at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.engine.recursions import Taps

Array = NDArray[Any]


class Product:
    """The taps of one factor times a seasonal one, as a function of their parameters."""

    def __init__(self, lags: Array, seasonal_lags: Array, sign: int) -> None:
        self.count, self.seasonal_count, self.sign = lags.size, seasonal_lags.size, sign
        every = np.concatenate([lags, seasonal_lags, np.add.outer(lags, seasonal_lags).ravel()])
        self.lags, place = np.unique(every.astype(np.int64), return_inverse=True)
        self.scatter = np.zeros((every.size, self.lags.size))
        self.scatter[np.arange(every.size), place] = 1.0

    def taps(self, own: Array, seasonal: Array) -> Array:
        """The taps at `lags`. AR taps are those of ``1 - ...``: their product changes sign."""
        terms = np.concatenate([own, seasonal, self.sign * np.outer(own, seasonal).ravel()])
        return terms @ self.scatter

    def derivatives(self, own: Array, seasonal: Array, rows: Array, seasonal_rows: Array) -> Array:
        """Derivatives of the taps along rows of changes of the parameters."""
        cross = rows[:, :, None] * seasonal[None, None, :]
        cross = cross + own[None, :, None] * seasonal_rows[:, None, :]
        terms = np.concatenate(
            [rows, seasonal_rows, self.sign * cross.reshape(len(rows), -1)], axis=1
        )
        return terms @ self.scatter


@dataclass(frozen=True)
class Structure:
    """Lags of the four factors; seasonal ones are counted in seasons."""

    ar: tuple[int, ...]
    ma: tuple[int, ...]
    seasonal_ar: tuple[int, ...] = ()
    seasonal_ma: tuple[int, ...] = ()
    season: int = 1

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Parameters of each factor."""
        return len(self.ar), len(self.ma), len(self.seasonal_ar), len(self.seasonal_ma)

    @property
    def size(self) -> int:
        """Parameters in all."""
        return sum(self.counts)

    @property
    def is_dense(self) -> bool:
        """Whether every factor has a tap at each lag up to its last."""
        return all(
            lags == tuple(range(1, len(lags) + 1))
            for lags in (self.ar, self.ma, self.seasonal_ar, self.seasonal_ma)
        )

    @property
    def names(self) -> list[str]:
        """As statsmodels calls them."""
        s = self.season
        return [
            *(f"ar.L{lag}" for lag in self.ar),
            *(f"ma.L{lag}" for lag in self.ma),
            *(f"ar.S.L{s * lag}" for lag in self.seasonal_ar),
            *(f"ma.S.L{s * lag}" for lag in self.seasonal_ma),
        ]

    @property
    def is_ar(self) -> Array:
        """Of each parameter whether it is one of an AR factor."""
        return np.repeat([True, False, True, False], self.counts)

    @cached_property
    def _products(self) -> tuple[Product, Product]:
        s = self.season
        ar, ma = np.array(self.ar, np.int64), np.array(self.ma, np.int64)
        seasonal_ar = s * np.array(self.seasonal_ar, np.int64)
        seasonal_ma = s * np.array(self.seasonal_ma, np.int64)
        return Product(ar, seasonal_ar, -1), Product(ma, seasonal_ma, 1)

    def box(self) -> Any:
        """Where the search for parameters takes place."""
        from intertwine.series.estimate import Box

        return Box(self)

    def split(self, params: Array) -> list[Array]:
        """AR, MA, seasonal AR, seasonal MA, along the last axis."""
        ends = np.cumsum(self.counts)
        return [
            params[..., a:b] for a, b in zip([0, *ends[:3].tolist()], ends.tolist(), strict=True)
        ]

    def taps(self, params: Array, jacobian: Array | None = None) -> tuple[Taps, Taps]:
        """The taps of both polynomials; with derivatives along each row of `jacobian`."""
        parts = self.split(params)
        made = []
        for which, product in enumerate(self._products):
            own, seasonal = parts[which], parts[which + 2]
            values = product.taps(own, seasonal)[None]
            if jacobian is not None:
                rows = self.split(jacobian)
                derived = product.derivatives(own, seasonal, rows[which], rows[which + 2])
                values = np.concatenate([values, derived])
            made.append(Taps(product.lags, np.ascontiguousarray(values)))
        return made[0], made[1]

    def factors(self, params: Array) -> list[Array]:
        """Taps of the four factors at lags 1, 2, ..., gaps as zeros."""
        made = []
        lags = (self.ar, self.ma, self.seasonal_ar, self.seasonal_ma)
        for own, part in zip(lags, self.split(params), strict=True):
            dense = np.zeros(own[-1] if own else 0)
            dense[[lag - 1 for lag in own]] = part
            made.append(dense)
        return made


def lags_of(order: int | Sequence[int]) -> tuple[int, ...]:
    """``3`` is lags 1, 2, 3; a list names them itself."""
    return tuple(range(1, order + 1)) if isinstance(order, int) else tuple(order)
