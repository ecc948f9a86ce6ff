"""How far draws lie from their expectation: exact, without drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from intertwine.base import threads as threading
from intertwine.base.checks import native
from intertwine.engine import sampling
from intertwine.kernel import Kernel
from intertwine.stochastic.call import Array, Call, draw_count, is_density


def variance(
    x: ArrayLike,
    k: Kernel | ArrayLike,
    *,
    axes: int | Sequence[int] | None = None,
    boundary: str | Sequence[str] = "symmetric",
    cval: complex = 0.0,
    threads: int | None = None,
) -> Array:
    """Return the variance of one gathered draw, ``Var[Y] = k * x**2 - (k * x)**2``.

    A kernel that is no density is split as in `sample`: ``Var[Y] = S+**2 Var[Y+] + S-**2 Var[Y-]``.
    Computed as ``sum_j p[j] (x_j - m)**2`` with ``m = sum_j p[j] x_j``, in float64: never negative,
    and exact where the samples of a window differ little at any height. Complex `x`: the variance
    of the real part plus that of the imaginary part. Parameters as in `sample`.

    Returns
    -------
    real array
        Of the type of a convolution with a float kernel; float32 for float16.

    Examples
    --------
    >>> from intertwine.stochastic import variance
    >>> variance([1e9, 1e9, 1e9 + 4, 1e9 + 4], [0.25, 0.5, 0.25])
    array([0., 3., 3., 0.])
    """
    return _variance("variance", x, k, axes, boundary, cval, threads)


def standard_error(
    x: ArrayLike,
    k: Kernel | ArrayLike,
    draws: int = 1,
    *,
    axes: int | Sequence[int] | None = None,
    boundary: str | Sequence[str] = "symmetric",
    cval: complex = 0.0,
    threads: int | None = None,
) -> Array:
    """Return the error map of `sample`: ``sqrt(Var[Y] / draws)`` at every output.

    It is exact: the standard deviation of ``sample(x, k, draws=draws)`` around its expectation.
    Parameters and types as in `variance`.

    Examples
    --------
    >>> from intertwine.stochastic import standard_error
    >>> standard_error([0.0, 0.0, 4.0, 4.0], [0.25, 0.5, 0.25], draws=3)
    array([0., 1., 1., 0.])
    """
    count = draw_count("standard_error", draws)
    spread = _variance("standard_error", x, k, axes, boundary, cval, threads)
    spread /= count
    return np.sqrt(spread, out=spread)


def _variance(
    caller: str, x: Any, k: Any, axes: Any, boundary: Any, cval: Any, threads: Any
) -> Array:
    call = Call(caller, x, k, axes, boundary, cval, threads)
    problem = call.problem()
    real = np.dtype(problem.result.char.lower() if call.x.dtype.kind == "c" else problem.result)
    result = np.result_type(real, np.float32)
    if call.x.size == 0:
        return np.empty(call.x.shape, result)
    found = sampling.parts(call.k.taps)
    windows = sampling.Windows(
        problem, call.axes, scales=[1.0] if is_density(call.k, found) else None
    )
    data = native(call.x)
    outside, count = complex(call.cval), threading.resolve(threads)
    spread = windows.variance(data.real, result, outside.real, count)
    if data.dtype.kind == "c":
        spread += windows.variance(data.imag, result, outside.imag, count)
    return spread
