"""What a kernel with error bars does: as `describe` says it of the plainest kernel within them.

Noise leaves no kernel symmetric and no tap at 0, and `describe` takes taps for what they are. So
what the errors do not tell from a symmetric (or antisymmetric) kernel is made one, and in a second
try the taps that the errors do not tell from 0 are taken out. One tap that stands out alone comes
before all. Each tap may be told from 0 by none of them and all together well: a plainer kernel
answers only where it is as likely as 1 in 20 and holds 80 % of the energy that is no noise, the
fraction from which `describe` names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.algebra.description import Description
from intertwine.algebra.description.degrees import NAMED
from intertwine.kernel import Kernel

Array = NDArray[Any]

NOTHING = "none of these"
_UNLIKELY = 0.05


def described(kernel: Kernel, error: Array) -> Description:
    """The first answer that is one: of the kernel itself, then of plainer ones."""
    near = (each for each in _plainer(kernel, error) if _likely(kernel.taps, each.taps, error))
    answers = (each.describe() for each in near)
    return next((answer for answer in answers if answer.kind != NOTHING), kernel.describe())


def largest_of_noise(count: int) -> float:
    """What the largest of `count` normal deviations stays below, save once in hundreds of cases."""
    return float(np.sqrt(2 * np.log(max(count, 2)) + 6))


def _plainer(kernel: Kernel, error: Array) -> Iterator[Kernel]:
    even = _evened(kernel.taps, error)
    plain = np.where(np.abs(even) <= largest_of_noise(even.size) * error, 0.0, even)
    if np.count_nonzero(plain) == 1:  # a copy, which is no blur of 0.01 samples
        yield Kernel(plain, kernel.origin)
    yield kernel
    yield Kernel(even, kernel.origin)
    yield Kernel(plain, kernel.origin)


def _likely(taps: Array, plain: Array, error: Array) -> bool:
    """Whether noise of these errors may have made `taps` of `plain`, and `plain` holds most."""
    from scipy.stats import chi2  # type: ignore[import-untyped]

    missed = np.square(taps - plain)
    noise = np.square(error)
    known = noise > 0
    if (missed[~known] > 0).any():
        return False
    signal = max(float(np.square(taps).sum() - noise[known].sum()), 0.0)
    if float(missed.sum()) > (1 - NAMED) * signal + float(noise[known].sum()):
        return False
    squares = float((missed[known] / noise[known]).sum())
    return squares <= float(chi2.ppf(1 - _UNLIKELY, taps.size))


def _evened(taps: Array, error: Array) -> Array:
    """The taps and their mirror image averaged, where the errors do not tell the two apart."""
    mirror = np.flip(taps)
    bound = largest_of_noise(taps.size) * np.hypot(error, np.flip(error))
    away = np.arange(taps.size).reshape(taps.shape) != taps.size // 2  # an emboss keeps its middle
    if (np.abs(taps - mirror) <= bound).all():
        return np.asarray((taps + mirror) / 2)
    if taps.size % 2 and (np.abs(taps + mirror) <= bound)[away].all():
        return np.where(away, (taps - mirror) / 2, taps)
    return taps
