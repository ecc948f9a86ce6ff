"""`Whitener`: whitening in scikit-learn's way, for data larger than memory too."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.checks import is_integer, number, refuse_hidden, word
from intertwine.base.errors import OptionError, ShapeError
from intertwine.whitening.bases import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    check_is_fitted,
    validate_data,
)
from intertwine.whitening.factor import Factor
from intertwine.whitening.matrices import METHODS, whitening
from intertwine.whitening.reading import check_sizes

Array = NDArray[Any]

_FLOATS = [np.float64, np.float32]


class Whitener(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Rows with mean 0 and covariance the identity: ``z = W (x - mean)``.

    Parameters
    ----------
    method : {"pca", "zca", "pca-cor", "zca-cor", "chol"}
        Which of the matrices with ``W S W' = 1``; see `intertwine.whitening.matrices`.
    n_components : int, float or None
        Keep so many axes of largest variance, or the fewest that hold this fraction of it.
    shrinkage : float from 0 to 1
        Mix the covariance with this much of a multiple of the identity.

    Attributes
    ----------
    components_ : (k, p) array
        W.
    mixing_ : (k, p) array
        What `inverse_transform` multiplies with.
    mean_ : (p,) array
    explained_variance_ : array
        Variances along the live axes, largest first.
    rank_ : int
        Along how many directions the data vary by more than rounding.
    dead_directions_ : (p - rank, p) array
        The others. They come out as 0 and are not amplified.
    n_samples_seen_ : int

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(50, 3)) @ [[2, 1, 0], [0, 1, 0], [0, 3, 1]]
    >>> z = Whitener("zca").fit_transform(X)
    >>> np.allclose(np.cov(z.T), np.eye(3))
    True
    """

    def __init__(
        self,
        method: str = "pca",
        *,
        n_components: int | float | None = None,
        shrinkage: float = 0.0,
    ):
        self.method = method
        self.n_components = n_components
        self.shrinkage = shrinkage

    def fit(self, X: Any, y: Any = None) -> Whitener:
        """Fit to the rows of `X`, forgetting those before."""
        self._check()
        rows = self._rows(X, ensure_min_samples=2)
        if len(rows) < 2:
            raise ShapeError(f"Whitener: {len(rows)} row has no covariance.\n  Pass 2 at least.")
        self._factor = Factor.empty(rows.shape[1]).with_rows(rows.astype(np.float64))
        return self._solve()

    def partial_fit(self, X: Any, y: Any = None) -> Whitener:
        """Fit to the rows of `X` and all before."""
        self._check()
        first = not hasattr(self, "_factor")
        rows = self._rows(X, reset=first)
        factor = Factor.empty(rows.shape[1]) if first else self._factor
        self._factor = factor.with_rows(rows.astype(np.float64))
        return self._solve() if self._factor.count > 1 else self

    def transform(self, X: Any) -> Array:
        """Whiten the rows of `X`."""
        check_is_fitted(self)
        rows = self._rows(X, reset=False)
        white = (rows.astype(np.float64) - self.mean_) @ self.components_.T
        return np.asarray(white, rows.dtype if rows.dtype.kind == "f" else np.float64)

    def inverse_transform(self, X: Any) -> Array:
        """The rows that `transform` makes `X` of, on the directions that were kept."""
        check_is_fitted(self)
        white = np.asarray(X)
        if white.ndim != 2 or white.shape[1] != len(self.components_):
            raise ShapeError(
                f"Whitener: `X` has shape {white.shape}, rows of {len(self.components_)} are "
                "needed.\n  Pass what transform returned."
            )
        rows = white.astype(np.float64) @ self.mixing_ + self.mean_
        return np.asarray(rows, white.dtype if white.dtype.kind == "f" else np.float64)

    def _rows(self, X: Any, **options: Any) -> Array:
        refuse_hidden("Whitener", "X", X, "Leave those rows out, or fill them.")
        rows: Array = validate_data(self, X, dtype=_FLOATS, **options)
        check_sizes("Whitener", "X", rows)
        return rows

    def _solve(self) -> Whitener:
        found = whitening(self._factor, self.method, self.n_components, self.shrinkage)
        self.components_, self.mixing_ = found.components, found.mixing
        self.explained_variance_, self.rank_ = found.variances, found.rank
        self.dead_directions_ = found.dead
        self.mean_, self.n_samples_seen_ = self._factor.mean, self._factor.count
        return self

    def _check(self) -> None:
        word("Whitener", "method", self.method, METHODS)
        number(
            "Whitener", "shrinkage", self.shrinkage, lambda v: 0 <= v <= 1, "a number from 0 to 1"
        )
        wanted = self.n_components
        if wanted is None:
            return
        whole = is_integer(wanted) and wanted >= 1
        if not whole and not (isinstance(wanted, float) and 0 < wanted < 1):
            raise OptionError(
                f"Whitener: `n_components={wanted!r}` must be an integer from 1, or a fraction of "
                "the variance between 0 and 1."
            )

    @property
    def _n_features_out(self) -> int:
        return len(self.components_)
