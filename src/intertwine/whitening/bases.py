"""What an estimator is made of: scikit-learn's bases where it is installed, else the same in small.

With scikit-learn (the extra `search`) a `Whitener` stands in its pipelines and searches; without,
fit, transform and the parameters work all the same.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from intertwine.base.checks import as_array
from intertwine.base.errors import OptionError, ShapeError

__all__ = [
    "BaseEstimator",
    "ClassNamePrefixFeaturesOutMixin",
    "TransformerMixin",
    "check_is_fitted",
    "validate_data",
]

try:
    from sklearn.base import (  # type: ignore[import-untyped]
        BaseEstimator,
        ClassNamePrefixFeaturesOutMixin,
        TransformerMixin,
    )
    from sklearn.utils.validation import (  # type: ignore[import-untyped]
        check_is_fitted,
        validate_data,
    )
except ImportError:

    class BaseEstimator:  # type: ignore[no-redef]
        """Parameters are the arguments of ``__init__``."""

        def get_params(self, deep: bool = True) -> dict[str, Any]:
            """All parameters."""
            return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

        def set_params(self, **params: Any) -> Any:
            """Set some of them."""
            for name, value in params.items():
                if name not in self.get_params():
                    raise OptionError(
                        f"Whitener: `{name}` is not a parameter.\n"
                        f"  Known: {', '.join(self.get_params())}."
                    )
                setattr(self, name, value)
            return self

    class TransformerMixin:  # type: ignore[no-redef]
        """Fit and transform in one."""

        def fit_transform(self, X: Any, y: Any = None) -> Any:
            """Fit to `X` and whiten it."""
            return self.fit(X, y).transform(X)  # type: ignore[attr-defined]

    class ClassNamePrefixFeaturesOutMixin:  # type: ignore[no-redef]
        """Names of the columns that come out."""

    def check_is_fitted(estimator: Any) -> None:
        """Refuse to transform before a fit."""
        if not hasattr(estimator, "components_"):
            raise OptionError("Whitener: not fitted yet.\n  Call fit first.")

    def validate_data(estimator: Any, X: Any, *, reset: bool = True, **options: Any) -> Any:
        """A table of finite numbers with as many columns as were fitted."""
        array = as_array("Whitener", "X", X)
        if array.ndim != 2:
            raise ShapeError(
                f"Whitener: `X` has {array.ndim} axes; a table has 2.\n"
                "  Pass X.reshape(-1, 1) for a single column."
            )
        if not np.isfinite(array).all():
            raise OptionError(
                "Whitener: `X` holds NaN or infinite values.\n  Leave those rows out, or fill them."
            )
        if not reset and array.shape[1] != estimator.n_features_in_:
            raise ShapeError(
                f"Whitener: `X` has {array.shape[1]} columns, {estimator.n_features_in_} were "
                "fitted.\n  Pass the same columns."
            )
        estimator.n_features_in_ = array.shape[1]
        return array
