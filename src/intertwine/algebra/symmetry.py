"""What turning a kernel about its origin by half a turn changes, and other yes-or-no questions.

Each answer allows for rounding: shares of ``sum |k|`` below 1e-9 (or the rounding of the taps' own
type, where that is coarser) do not count.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from intertwine.algebra.frame import TINY, Array, inexact, scale, together

if TYPE_CHECKING:
    from intertwine.kernel import Kernel


def rounding(k: Kernel) -> float:
    """The share of ``sum |k|`` that is rounding."""
    eps = float(np.finfo(k.dtype).eps) if k.dtype.kind in "fc" else 0.0
    return max(TINY, 4 * eps)


def _moderate(k: Kernel) -> Kernel:
    """`k`, or 2**-64 of it where sums of its taps leave the range of float64: shares stay."""
    return k if math.isfinite(scale(k)) else type(k)(inexact(k) * 2.0**-64, k.origin)


def with_its_mirror(k: Kernel) -> tuple[Array, Array]:
    """The taps and the taps turned by half a turn about the origin, on the same places."""
    origin = tuple(size - 1 - at for size, at in zip(k.shape, k.origin, strict=True))
    mine, mirror, _ = together(k, type(k)(np.flip(k.taps), origin), inexact(k).dtype)
    return mine, mirror


def is_symmetric(k: Kernel) -> bool:
    """Whether ``k[-n] == k[n]``, n counted from the origin."""
    k = _moderate(k)
    mine, mirror = with_its_mirror(k)
    return bool(np.abs(mine - mirror).max() <= rounding(k) * scale(k))


def is_antisymmetric(k: Kernel) -> bool:
    """Whether ``k[-n] == -k[n]``, n counted from the origin."""
    k = _moderate(k)
    mine, mirror = with_its_mirror(k)
    return bool(np.abs(mine + mirror).max() <= rounding(k) * scale(k))


def is_hermitian(k: Kernel) -> bool:
    """Whether ``~k == k``: the spectrum is real."""
    k = _moderate(k)
    mine, mirror = with_its_mirror(k)
    return bool(np.abs(mine - mirror.conj()).max() <= rounding(k) * scale(k))


def is_zero_sum(k: Kernel) -> bool:
    """Whether the taps add up to 0: flat areas vanish."""
    k = _moderate(k)
    return abs(k.sum) <= rounding(k) * scale(k)


def is_normalized(k: Kernel) -> bool:
    """Whether the taps add up to 1: flat areas stay."""
    k = _moderate(k)
    return abs(k.sum - 1) <= rounding(k) * max(1.0, scale(k))


def is_nonnegative(k: Kernel) -> bool:
    """Whether no tap is negative or complex: a weighted sum of neighbours."""
    taps = inexact(k)
    return bool((taps.real >= 0).all() and (taps.imag == 0).all())


def is_causal(k: Kernel) -> bool:
    """Whether only the sample itself and those before it count, along every axis."""
    used = np.nonzero(k.taps)
    return all(bool((index >= at).all()) for index, at in zip(used, k.origin, strict=True))
