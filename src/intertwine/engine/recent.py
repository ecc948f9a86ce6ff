"""Calls made before: equal arguments lead to the same plan without being read again.

Reading and checking a call takes longer than filtering a small image. A signature holds all that
a plan depends on; calls without one (other array types, masks, 64-bit integers whose range counts)
are read in full each time. It is made on every call, so it only gathers: what a plan may be
remembered for is checked once, by `lasting`.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy import ndarray

from intertwine.engine.arguments import Options

#: Kernels of more bytes than this are not worth comparing.
MOST_BYTES = 1 << 16

#: Values of these types are equal only when they mean the same.
_PLAIN_TYPES = frozenset({int, float, complex, bool, str, type(None), type, np.dtype})
_PLAIN_TYPES |= {type(np.dtype(char)) for char in np.typecodes["All"]}


def signature(x: Any, k: Any, said: tuple[Any, ...], flip: bool) -> Hashable | None:
    """What the plan for this call depends on, or None; `said` are its Options.

    Their types stand beside them: 1, 1.0 and True are equal, but not all are a stride.
    """
    origin = None
    if type(k) is not ndarray:
        origin, k = getattr(k, "origin", None), getattr(k, "taps", None)
    if type(x) is not ndarray or type(k) is not ndarray or k.nbytes > MOST_BYTES:
        return None
    kinds: tuple[Any, ...] = tuple(map(type, said))
    if tuple in kinds:
        kinds += tuple(tuple(map(type, each)) for each in said if type(each) is tuple)
    return kinds, flip, x.shape, x.dtype, k.shape, k.dtype, k.tobytes(), origin, said


def lasting(x: Any, options: Options) -> bool:
    """Whether equal signatures will always mean an equal plan."""
    if not x.dtype.isnative or (x.dtype.kind in "iu" and x.dtype.itemsize == 8):
        return False
    for value in options:
        for part in value if type(value) is tuple else (value,):
            if type(part) not in _PLAIN_TYPES:
                return False
    return True
