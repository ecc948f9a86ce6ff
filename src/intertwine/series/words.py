"""Models in words: how long shocks last, what cycles they leave, whether they can be read off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from intertwine.base.errors import counted

if TYPE_CHECKING:
    from intertwine.series.arma import ARMA
    from intertwine.series.fitted import FittedARIMA

#: Roots nearer to the unit circle than this are said to lie on it.
NEAR = 0.01

#: Fewer samples than this do not show that nothing depends on the past.
_FEW = 20


def described_fit(fitted: FittedARIMA) -> str:
    """The same about a series, whose differences are what the rational kernel makes."""
    model = fitted.model
    times = model.d + model.seasonal_d
    if times:
        stays = f"A shock stays in the series for ever ({counted(times, 'difference')})."
        return f"{stays} {described(fitted.arma, 'in the differences ')}"
    if not any(taps.reach for taps in fitted.arma._taps) and fitted.nobs < _FEW:
        return (
            f"No model of how samples depend on each other was found in so few samples "
            f"({fitted.nobs}), which does not show that there is none."
        )
    return described(fitted.arma)


def described(model: ARMA, where: str = "") -> str:
    """Two or three sentences about a rational kernel; `where` it acts, if not in the series."""
    p, q = model._taps[0].reach, model._taps[1].reach
    if p == q == 0:
        return f"White noise: {where}no sample tells anything about another."
    kind = (
        f"an autoregression on {counted(p, 'past sample')}" if q == 0
        else f"a moving average of {counted(q, 'past shock')}" if p == 0
        else f"an autoregression of order {p} with a moving average of order {q}"
    )  # fmt: skip
    return " ".join([f"{kind[0].upper()}{kind[1:]}.", *_memory(model, where), *_invertible(model)])


def _memory(model: ARMA, where: str) -> list[str]:
    if not model._taps[0].reach:
        gone = f"{where}a shock is gone after {counted(model._taps[1].reach, 'sample')}."
        return [gone[0].upper() + gone[1:]]
    near = model.ar_roots
    root = near[np.argmin(np.abs(near))]
    size = float(abs(root))
    if size <= 1:
        return [f"Not stationary: a root of phi lies at {size:.4g}, shocks never die away."]
    half = np.log(2) / np.log(size)
    said = [f"Stationary: {where}a shock halves in about {half:.3g} samples."]
    if size < 1 + NEAR:
        said.append(f"It is close to a unit root ({size:.4g}): differencing may serve better.")
    if abs(root.imag) > 1e-6:
        period = 2 * np.pi / abs(np.angle(root))
        said.append(f"Its slowest part swings with a period of {period:.3g} samples.")
    return said


def _invertible(model: ARMA) -> list[str]:
    if not model._taps[1].reach:
        return []
    size = float(np.abs(model.ma_roots).min())
    if size < 1 - 1e-9:
        return [
            f"Not invertible: a root of theta lies at {size:.4g}, shocks cannot be read off the "
            "past; the model with the inverse root has the same autocorrelations."
        ]
    if size < 1 + NEAR:
        return [
            f"A root of theta lies at {size:.4g}, on the edge of invertibility: often a sign of "
            "one difference too many."
        ]
    return ["Invertible: shocks can be read off the past."]
