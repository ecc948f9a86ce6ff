"""From the taps of any real kernel to a density: weights from 0 up that sum to 1."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.checks import number
from intertwine.base.errors import DTypeError, OptionError, counted, did_you_mean, shown

Array = NDArray[Any]

HOW = ("softmax", "abs", "clip")


def density_taps(taps: Array, how: Any, temperature: Any) -> Array:
    """Turn `taps` into a density, float64, of the same shape.

    ``softmax``: ``exp((k - max k) / T) / sum(...)``, so that the largest exponent is 0 and nothing
    overflows; ``abs``: ``|k| / sum|k|``; ``clip``: ``max(k, 0) / sum(...)``.
    """
    if taps.dtype.kind == "c":
        raise DTypeError(
            f"density: the taps are {taps.dtype}, and a density is real.\n"
            "  Take a real part of the kernel first: Kernel(np.abs(k.taps), k.origin)."
        )
    if not isinstance(how, str) or how not in HOW:
        raise OptionError(
            f"density: `how={shown(how)}` is not known.{did_you_mean(how, HOW)}\n"
            f"  Known: {', '.join(HOW)}."
        )
    heat = _temperature(temperature)
    if how != "softmax" and heat != 1:
        raise OptionError(
            f"density: `temperature={heat:g}` has no effect with how={how!r}.\n"
            "  Pass how='softmax', or leave temperature out."
        )
    values = taps.astype(np.float64)
    if how == "softmax":
        # Halved before the difference, which then stays finite for taps of opposite sign near the
        # largest double.
        with np.errstate(over="ignore"):
            gaps = (values / 2 - values.max() / 2) / heat
        return _normalized(np.exp(2 * np.maximum(gaps, -400.0)))
    weights = np.abs(values) if how == "abs" else np.maximum(values, 0)
    largest = float(weights.max())
    if largest == 0:
        raise OptionError(_no_weight(values, how))
    return _normalized(weights / largest)


def _temperature(value: Any) -> float:
    advice = "Small ones favour the largest taps, large ones even them out."
    wanted = "a finite number above 0"
    return number("density", "temperature", value, lambda t: 0 < t < math.inf, wanted, advice)


def _no_weight(values: Array, how: str) -> str:
    if not values.any():
        return (
            f"density: each of {counted(values.size, 'tap')} is 0, there is no weight to "
            "share out.\n  Pass how='softmax', which makes them equal."
        )
    return (
        f"density: how='clip' leaves nothing of {counted(values.size, 'tap')}, the largest is "
        f"{values.max():.6g}.\n  Pass how='abs' or how='softmax'."
    )


def _normalized(weights: Array) -> Array:
    density: Array = weights / math.fsum(weights.ravel().tolist())
    return density
