"""The R factor of centred data, updated batch by batch: nothing is ever squared.

For centred rows X the factor R has ``R'R = X'X``. A batch is centred by its own mean and stacked
under R, with one row more for the distance of the two means (Chan, Golub and LeVeque 1979); a QR
decomposition makes it a triangle again. Singular values of R are those of the data: of a matrix of
squares small ones would be lost at the square root of the rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Factor:
    """How many rows, their mean, and the triangle of the centred rows."""

    count: int
    mean: Array
    triangle: Array

    @classmethod
    def empty(cls, columns: int) -> Factor:
        """Of no rows yet."""
        return cls(0, np.zeros(columns), np.zeros((0, columns)))

    def with_rows(self, rows: Array) -> Factor:
        """The factor of all rows so far and these."""
        n, m = self.count, len(rows)
        mean = rows.mean(axis=0)
        centred = rows - mean
        mean = mean + centred.mean(axis=0)  # what rounding left of the mean
        centred -= centred.mean(axis=0)
        apart = (n * m / (n + m)) ** 0.5 * (mean - self.mean)
        stacked = np.vstack([self.triangle, apart[None], centred])
        triangle: Array = np.asarray(np.linalg.qr(stacked, mode="r"))
        return Factor(n + m, self.mean + (mean - self.mean) * (m / (n + m)), triangle)

    @property
    def of_means(self) -> Array:
        """How long a column of the triangle may be from rounding its mean alone."""
        eps = float(np.finfo(float).eps)
        return np.asarray(4 * eps * float(self.count) ** 0.5 * np.abs(self.mean))

    def relative_noise(self, size: float) -> float:
        """Singular values up to this are rounding of a triangle whose largest is `size`."""
        return float(np.finfo(float).eps) * max(self.count, self.mean.size) * size
