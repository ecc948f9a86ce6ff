"""The Box-Cox transform: logarithms at lambda 0, nothing at 1, roots between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar  # type: ignore[import-untyped]

from intertwine.base.checks import real
from intertwine.base.errors import OptionError, shown

Array = NDArray[Any]


@dataclass(frozen=True)
class BoxCox:
    """``(x^l - 1) / l``, or ``log x`` where l is 0 (Box and Cox 1964)."""

    l: float  # noqa: E741 - the field's letter

    def forward(self, x: Array) -> Array:
        """To the scale of the model."""
        with np.errstate(invalid="ignore"):
            return np.log(x) if self.l == 0 else (x**self.l - 1) / self.l

    def backward(self, y: Array) -> Array:
        """Back to the scale of the data; quantiles stay quantiles.

        What lies beyond the transform's range becomes its end: 0, or infinity under negative l.
        """
        with np.errstate(divide="ignore", over="ignore"):
            if self.l == 0:
                return np.exp(y)
            return np.maximum(self.l * y + 1, 0.0) ** (1 / self.l)

    def mean(self, y: Array, variance: Array) -> Array:
        """The mean on the scale of the data: exact for logarithms, else to second order."""
        middle = self.backward(y)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if self.l == 0:
                return middle * np.exp(variance / 2)
            bend = (1 - self.l) / (2 * middle ** (2 * self.l))
            return np.asarray(middle * (1 + variance * bend))


def read(caller: str, value: Any, x: Array, season: int) -> BoxCox | None:
    """Return the transform that `value` names: None, a number, "log" or "auto"."""
    if value is None:
        return None
    number = {"log": 0.0, "auto": 1.0}.get(value) if isinstance(value, str) else real(value)
    if number is None or not -5 <= number <= 5:
        raise OptionError(
            f"{caller}: `box_cox={shown(value)}` is not known.\n"
            "  Pass a number from -5 to 5, 'log', 'auto' or None."
        )
    least = float(np.nanmin(x))
    if least <= 0:
        raise OptionError(
            f"{caller}: `box_cox={shown(value)}` needs positive samples, the smallest is "
            f"{least:g}.\n  Pass box_cox=None, or shift the series: x + {1 - least:g}."
        )
    return BoxCox(guerrero(x, season) if isinstance(value, str) and value == "auto" else number)


def guerrero(x: Array, season: int) -> float:
    """The lambda that makes the spread of seasons follow their level least (Guerrero 1993)."""
    period = max(2, season)
    blocks = x[x.size % period :].reshape(-1, period)
    blocks = blocks[np.isfinite(blocks).sum(axis=1) > 1]
    if len(blocks) < 2:
        return 1.0
    level, spread = np.nanmean(blocks, axis=1), np.nanstd(blocks, axis=1, ddof=1)

    def variation(power: float) -> float:
        ratio = spread / level ** (1 - power)
        return float(np.nanstd(ratio, ddof=1) / np.nanmean(ratio))

    if not spread.any():
        return 1.0
    return float(minimize_scalar(variation, bounds=(-1, 2), method="bounded").x)
