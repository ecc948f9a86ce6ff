"""Calls made before: equal arguments lead to the same plan without being read again.

Reading and checking a call takes longer than filtering a small image. A signature holds all that
a plan depends on; calls without one (other array types, masks, 64-bit integers whose range counts)
are read in full each time.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np

from intertwine.engine.arguments import Options

#: Kernels of more bytes than this are not worth comparing.
MOST_BYTES = 1 << 16

_NAMES = tuple(Options.__dataclass_fields__)
_PLAIN_TYPES = frozenset({int, float, complex, bool, str, type(None), type, np.dtype})


def _said(options: Options) -> str | None:
    """The options written out, since 1, 1.0 and True are equal but not all of them a stride."""
    for name in _NAMES:
        value = getattr(options, name)
        for part in value if type(value) is tuple else (value,):
            if type(part) not in _PLAIN_TYPES:
                return None
    return repr(options)


def signature(x: Any, k: Any, options: Options, flip: bool, method: Any) -> Hashable | None:
    """What the plan for this call depends on, or None."""
    origin = None
    if type(k) is not np.ndarray:
        origin, k = getattr(k, "origin", None), getattr(k, "taps", None)
    if type(x) is not np.ndarray or type(k) is not np.ndarray or type(method) is not str:
        return None
    if not x.dtype.isnative or k.nbytes > MOST_BYTES or k.dtype.hasobject:
        return None
    if x.dtype.kind in "iu" and x.dtype.itemsize == 8:
        return None
    said = _said(options)
    if said is None:
        return None
    return flip, method, x.shape, x.dtype, k.shape, k.dtype.str, k.tobytes(), origin, said
