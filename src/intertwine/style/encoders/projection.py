"""Features to a code of few numbers: principal components, unwanted differences damped.

``code = W' (features - mean)``. Before the components are found, the directions in which features
change when a picture is rotated a little, mirrored or printed on are made shorter:
``A = (1 + sum_c damping_c N_c)**-1/2`` where ``N_c`` is the mean square of such a change, scaled to
a mean eigenvalue of 1. Component i, of variance v_i, is then divided by ``v_i**power``: 0 keeps the
features' cosines, 1/2 whitens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from intertwine.base.checks import Array
from intertwine.base.libraries import need
from intertwine.style.codes import MOST_NUMBERS

#: Rows that are multiplied together, filled up with zeros: BLAS may add in another order for
#: another number of rows.
BLOCK = 64

#: Components of less than this fraction of the largest variance are noise.
LEAST_VARIANCE = 1e-8


@dataclass(frozen=True)
class Projection:
    """A mean (d,) and a matrix (d, numbers), both float32."""

    mean: Array
    matrix: Array

    @classmethod
    def fit(
        cls,
        features: Array,
        changes: Sequence[tuple[Array, float]] = (),
        *,
        power: float = 0.0,
    ) -> Self:
        """Fit on features (n, d); `changes` are differences of features, each with its damping."""
        if (features == features[0]).all():  # nothing differs: compare with what all have
            return cls(np.zeros_like(features[0]), np.array(features[:1].T))
        damped = _Damped(changes)
        mean = features.mean(axis=0, dtype=float)
        components, variances = _components(damped(features - mean))
        matrix = damped(components).T * np.maximum(variances, 1e-30) ** -power
        return cls(mean.astype(np.float32), matrix.astype(np.float32))

    def __call__(self, features: Array) -> Array:
        """Return the codes of features, float32 (n, numbers), not normalised."""
        mean, matrix = self.mean.astype(float), self.matrix.astype(float)
        codes = np.empty((len(features), matrix.shape[1]), np.float32)
        block = np.zeros((BLOCK, len(mean)))
        for start in range(0, len(features), BLOCK):
            rows = features[start : start + BLOCK]
            block[: len(rows)] = rows - mean
            codes[start : start + BLOCK] = (block @ matrix)[: len(rows)]
        return codes

    def arrays(self, name: str) -> dict[str, Array]:
        """The mean and the matrix under names of their own."""
        return {f"{name}.mean": self.mean, f"{name}.matrix": self.matrix}

    @classmethod
    def restore(cls, arrays: Mapping[str, Array], name: str) -> Self:
        """The projection that `arrays` keep under `name`."""
        return cls(arrays[f"{name}.mean"], arrays[f"{name}.matrix"])


class _Damped:
    """The symmetric matrix ``A = (1 + R' R)**-1/2`` applied to rows, R the scaled changes."""

    def __init__(self, changes: Sequence[tuple[Array, float]]) -> None:
        scaled = []
        for rows, damping in changes:
            total = float((rows.astype(float) ** 2).sum())
            if total:
                scaled.append(rows * np.sqrt(damping * rows.shape[1] / total))
        self._vectors: Array | None = None
        if not scaled:
            return
        rows = np.concatenate(scaled)
        wide = rows.shape[0] < rows.shape[1]  # then the smaller of the two squares is R R'
        values, vectors = np.linalg.eigh(rows @ rows.T if wide else rows.T @ rows)
        kept = values > 1e-9 * values[-1]
        values, vectors = values[kept], vectors[:, kept]
        self._vectors = rows.T @ vectors / np.sqrt(values) if wide else vectors
        self._less = 1 - (1 + values) ** -0.5

    def __call__(self, rows: Array) -> Array:
        if self._vectors is None:
            return rows
        return np.asarray(rows - (rows @ self._vectors * self._less) @ self._vectors.T)


def _components(centred: Array) -> tuple[Array, Array]:
    """Up to 64 principal components (numbers, d) and their variances."""
    decomposition = need("sklearn.decomposition", "Fitting an encoder")
    count = min(MOST_NUMBERS, *centred.shape)
    solver = "covariance_eigh" if centred.shape[0] > centred.shape[1] else "full"
    pca = decomposition.PCA(count, svd_solver=solver).fit(centred)
    variances = pca.explained_variance_
    kept = variances > LEAST_VARIANCE * variances[0]
    return pca.components_[kept], variances[kept]
