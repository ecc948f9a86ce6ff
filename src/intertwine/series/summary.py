"""A fitted model as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm  # type: ignore[import-untyped]

from intertwine.base.tables import aligned
from intertwine.series.polynomials import lag_kernel, text

if TYPE_CHECKING:
    from intertwine.series.fitted import FittedARIMA


def equation(fitted: FittedARIMA) -> str:
    """The model with its factors written out: ``(1 - 0.5 B) (1 - B) x = (1 + 0.2 B) e``."""
    model = fitted.model
    ar, ma, seasonal_ar, seasonal_ma = model.structure.factors(fitted._arma_params)
    left = [lag_kernel(-ar), lag_kernel(-seasonal_ar, model.season)]
    right = [lag_kernel(ma), lag_kernel(seasonal_ma, model.season)]
    differences = [(1, model.d), (model.season, model.seasonal_d)]
    words = [f"({text(k.taps)})" for k in left if k.size > 1]
    for lag, power in differences:
        if power:
            name = "(1 - B)" if lag == 1 else f"(1 - B^{lag})"
            words.append(name if power == 1 else f"{name}^{power}")
    moved = "x" if not fitted._data.names else "(x - Xb)"
    if model.box_cox is not None:
        moved = moved.replace("x", "y", 1)
    shocks = [f"({text(k.taps)})" for k in right if k.size > 1]
    return f"{' '.join([*words, moved])} = {' '.join([*shocks, 'e'])}"


def summary(fitted: FittedARIMA) -> str:
    """Title, equation, parameters with errors, criteria, diagnosis and notes."""
    lines = [repr(fitted.model), equation(fitted)]
    transform = fitted._data.transform
    if transform is not None:
        what = "log x" if transform.l == 0 else f"(x^{transform.l:.4g} - 1) / {transform.l:.4g}"
        lines.append(f"with y = {what}")
    lines.append("")
    head = ("", "estimate", "std. error", "z", "95 % interval")
    rows = []
    reach = float(norm.ppf(0.975))
    for name, value, error in zip(fitted.param_names, fitted.params, fitted.bse, strict=True):
        if not np.isfinite(error) or not fitted._is_fitted:
            rows.append((name, f"{value:.5g}", "", "", ""))
            continue
        low, high, z = value - reach * error, value + reach * error, f"{value / error:.2f}"
        if name == "sigma2":  # on the logarithm's scale: a variance is above 0
            factor, z = float(np.exp(reach * error / value)), ""
            low, high = value / factor, value * factor
        rows.append((name, f"{value:.5g}", f"{error:.3g}", z, f"{low:.4g} to {high:.4g}"))
    lines += aligned([head, *rows])
    lines += [
        "",
        f"{fitted.nobs} samples count, log-likelihood {fitted.llf:.4f}",
        f"AIC {fitted.aic:.3f}   AICc {fitted.aicc:.3f}   BIC {fitted.bic:.3f}",
    ]
    if fitted.nobs > 8:
        lines += ["", *fitted.diagnose().sentences]
    return "\n".join([*lines, *fitted.notes])
