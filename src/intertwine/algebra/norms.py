"""How large an answer can become, and what a kernel does to noise.

``|k @ x|_r <= |k|_p |x|_q`` with ``1/p = 1 + 1/r - 1/q`` (Young, 1912), outside which lies zero.
Independent noise of variance 1 comes out with variance ``sum |k|**2``, which is also the mean of
``|K|**2`` over all frequencies (Parseval, 1799).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from intertwine.algebra.frame import inexact
from intertwine.base.checks import number
from intertwine.base.errors import OptionError

if TYPE_CHECKING:
    from intertwine.kernel import Kernel


def norm(k: Kernel, p: float = 2) -> float:
    """``(sum |k|**p) ** (1/p)``, the largest |tap| for ``p=inf``."""
    power = _exponent("norm", "p", p)
    size = np.abs(inexact(k))
    peak = float(size.max())
    if peak == 0 or math.isinf(power):
        return peak
    shares = (size / peak) ** power  # none of which overflows
    return peak * float(math.fsum(shares.ravel().tolist()) ** (1 / power))


def gain_bound(k: Kernel, q: float = math.inf, r: float = math.inf) -> float:
    """The most that ``|k @ x|_r / |x|_q`` can be, by Young's inequality."""
    q, r = _exponent("gain_bound", "q", q), _exponent("gain_bound", "r", r)
    if q > r:
        raise OptionError(
            f"gain_bound: q={q:g} is above r={r:g}; a kernel has no such bound on a long signal.\n"
            "  Pass q <= r."
        )
    share = 1 + 1 / r - 1 / q  # 1 / p, from 0 to 1
    return norm(k, 1 / share if share else math.inf)


def noise_gain(k: Kernel) -> float:
    """The variance of the answer to independent noise of variance 1: ``sum |k|**2``."""
    length = norm(k, 2)
    return length * length


def _exponent(caller: str, word: str, value: Any) -> float:
    return number(caller, word, value, lambda p: p >= 1, "a number from 1 to inf")
