"""Numbers as whitening takes them: real, finite, of sizes whose squares can be taken."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.checks import as_array
from intertwine.base.errors import DTypeError, OptionError

_TINY, _HUGE = 1e-100, 1e100


def real_array(caller: str, name: str, value: Any, advice: str) -> NDArray[Any]:
    """`value` as an array of finite real numbers; `advice` says what to do about gaps."""
    array = as_array(caller, name, value)
    if array.dtype.kind == "c":
        raise DTypeError(
            f"{caller}: `{name}` is complex ({array.dtype}); real numbers are needed.\n"
            f"  Pass its real part, its imaginary part, or np.abs({name})."
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise OptionError(f"{caller}: `{name}` holds NaN or infinite values.\n  {advice}")
    check_sizes(caller, name, array)
    return array


def check_sizes(caller: str, name: str, array: NDArray[Any]) -> None:
    """Refuse numbers that are too large, and arrays of nothing but tiny ones."""
    most = float(np.abs(array).max(initial=0)) if array.dtype.kind == "f" else 0.0
    if most and not _TINY < most < _HUGE:
        raise OptionError(
            f"{caller}: the largest number of `{name}` has size {most:.3g}; from {_TINY:g} to "
            f"{_HUGE:g} squares can be taken.\n  Pass `{name}` in another unit."
        )
