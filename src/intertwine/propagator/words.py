"""A density in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intertwine.algebra.description.answer import along, towards
from intertwine.base.errors import counted

if TYPE_CHECKING:
    from intertwine.propagator import Propagator

Array = NDArray[Any]


def sentence(p: Propagator) -> str:
    """Where the weight is, where it goes on average, how it spreads."""
    return " ".join((_weight(p), _motion(p), _spread(p), _doubt(p)))


def _weight(p: Propagator) -> str:
    taps = p.taps.astype(float)
    top = np.unravel_index(int(np.argmax(taps)), p.shape)
    heaviest = float(taps[top])
    away = [int(i - c) for i, c in zip(top, p.origin, strict=True)]
    at = "at the centre" if not any(away) else f"{_steps(away)} from where it is"
    window = " x ".join(str(n) for n in p.shape)
    filled = taps[taps > 0]
    if filled.size == 1:
        return f"All of the weight is {at}."
    if heaviest >= 0.9:
        rest = np.delete(taps.ravel(), int(np.argmax(taps)))
        each = (
            f"{rest.max():.3g} for each other tap"
            if np.ptp(rest) <= 1e-9 * rest.max()
            else f"at most {rest.max():.3g} for any other tap"
        )
        return (
            f"Nearly everything in the window of {window} concentrates {at}: "
            f"{heaviest:.9g} of the weight, {each}."
        )
    if np.ptp(filled) <= 1e-9 * heaviest:
        return f"The weight is shared evenly by {counted(filled.size, 'tap')} of a {window} window."
    if any(away):
        at = f"{at}, the centre keeping {float(taps[p.origin]):.3g}"
    return (
        f"The heaviest of {counted(filled.size, 'tap')} in a window of {window} holds "
        f"{heaviest:.3g}, {at}."
    )


def _steps(away: list[int]) -> str:
    return "(" + ", ".join(f"{step:+d}" for step in away) + ")"


def _motion(p: Propagator) -> str:
    drift = p.drift
    if np.abs(drift).max() < 1e-9:
        return "On average nothing moves."
    shown = ", ".join(f"{d:+.4g}" for d in drift)
    way = f", {towards(drift)}" if p.ndim == 2 else ""
    return f"A step moves by ({shown}) samples on average{way}."


def _spread(p: Propagator) -> str:
    covariance = 2 * p.diffusion
    values, vectors = np.linalg.eigh(covariance)
    values = np.maximum(values, 0)
    if values.max() < 1e-18:
        return "Nothing spreads: it is a shift."
    widest, narrowest = math.sqrt(values[-1]), math.sqrt(values[0])
    if p.ndim == 1:
        return (
            f"It spreads with a standard deviation of {counted(f'{widest:.4g}', 'sample')} a step."
        )
    if f"{widest:.4g}" == f"{narrowest:.4g}":
        return (
            f"It spreads alike in all directions, with a standard deviation of "
            f"{counted(f'{widest:.4g}', 'sample')} a step."
        )
    return (
        f"It spreads most {along(vectors[:, -1])}, with a standard deviation of "
        f"{counted(f'{widest:.4g}', 'sample')} a step, and least across it, with {narrowest:.4g}."
    )


def _doubt(p: Propagator) -> str:
    most = math.log(p.taps.size)
    return f"Entropy {p.entropy:.4g} nats of at most {most:.4g}."
