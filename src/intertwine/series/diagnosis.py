"""Are residuals white and normal? Ljung and Box, their autocorrelations, Jarque and Bera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, jarque_bera  # type: ignore[import-untyped]

from intertwine.base.checks import integer

if TYPE_CHECKING:
    from intertwine.series.fitted import FittedARIMA

Array = NDArray[Any]

#: p-values below the first speak against a claim, above the second none does; it is open between.
_DOUBT, _SURE = 0.01, 0.05


@dataclass(frozen=True)
class Whiteness:
    """Ljung and Box (1978): ``n (n + 2) sum r_k^2 / (n - k)`` over `lags`, against chi-squared."""

    statistic: float
    p_value: float
    lags: int
    degrees: int

    @property
    def is_white(self) -> bool:
        """Whether nothing speaks against it at 1 %."""
        return not self.p_value < _DOUBT


def autocorrelation(x: Array, lags: int) -> Array:
    """Autocorrelations at lags 1 ... `lags`; pairs with a NaN are left out.

    >>> autocorrelation(np.array([1.0, -1.0, 1.0, -1.0]), 1)
    array([-0.75])
    """
    centred = x - np.nanmean(x)
    there = np.isfinite(centred)
    values = np.where(there, centred, 0.0)
    n, power = values.size, float(values @ values)
    if power == 0:
        return np.zeros(lags)
    return np.array([values[: n - k] @ values[k:] / power for k in range(1, lags + 1)])


def ljung_box(x: Array, lags: int, parameters: int = 0) -> Whiteness:
    """Test `x` for whiteness; `parameters` of a model that was fitted cost degrees of freedom."""
    n = int(np.isfinite(x).sum())
    r = autocorrelation(np.asarray(x, float), lags)
    statistic = float(n * (n + 2) * np.sum(r**2 / (n - np.arange(1, lags + 1))))
    degrees = max(1, lags - parameters)
    return Whiteness(statistic, float(chi2.sf(statistic, degrees)), lags, degrees)


@dataclass(frozen=True)
class Diagnosis:
    """What the residuals of a model look like, and in words what that means."""

    whiteness: Whiteness
    acf: Array
    bound: float
    skew: float
    kurtosis: float
    normality_p_value: float

    @property
    def sentences(self) -> list[str]:
        """One on whiteness, one on normality."""
        w = self.whiteness
        test = f"Ljung-Box over {w.lags} lags: {w.statistic:.4g}, p {w.p_value:.2g}"
        said = []
        if w.is_white:
            look = "look" if w.p_value >= _SURE else "may or may not be"
            said.append(f"The residuals {look} white ({test}).")
        else:
            worst = int(np.argmax(np.abs(self.acf))) + 1
            said.append(
                f"The residuals are not white ({test}): most at lag {worst}, "
                f"{self.acf[worst - 1]:+.2f}. Intervals may be too narrow."
            )
        shape = f"skewness {self.skew:.2g}, kurtosis {self.kurtosis:.2g}"
        test = f"Jarque-Bera p {self.normality_p_value:.2g}, {shape}"
        if self.normality_p_value < _DOUBT:
            said.append(f"They are not normal ({test}): take the ends of intervals with care.")
        else:
            look = "look" if self.normality_p_value >= _SURE else "may or may not be"
            said.append(f"They {look} normal ({test}).")
        return said

    def __str__(self) -> str:
        return "\n".join(self.sentences)


def usual_lags(n: int, season: int) -> int:
    """Ten, or two seasons; a fifth of the data at most."""
    return max(1, min(2 * season if season > 1 else 10, n // 5))


def diagnose(model: FittedARIMA, lags: int | None) -> Diagnosis:
    """Look at the standardized residuals of a model."""
    residuals = np.asarray(model.standardized_residuals, float)
    present = residuals[np.isfinite(residuals)]
    n, count = present.size, model.model.structure.size
    if lags is None:
        lags = max(usual_lags(n, model.model.season), min(count + 1, n - 1))
    lags = integer("diagnose", "lags", lags, 1, n - 1)
    shape = jarque_bera(present)
    centred = present - present.mean()
    sd = float(np.sqrt(np.mean(centred**2)))
    return Diagnosis(
        ljung_box(residuals, lags, count),
        autocorrelation(residuals, lags),
        float(1.96 / np.sqrt(n)),
        float(np.mean(centred**3) / sd**3),
        float(np.mean(centred**4) / sd**4),
        float(shape.pvalue),
    )
