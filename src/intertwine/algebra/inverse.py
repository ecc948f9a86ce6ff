"""Kernels that undo a kernel: exactly, regularised, or as well as noise allows.

The inverse has the response ``1 / K`` and exists where K vanishes nowhere (Wiener, 1932). With a
regularisation r it is ``conj(K) / (|K|**2 + r max|K|**2)`` (Tikhonov, 1963), and the best linear
estimate of a white signal in white noise is ``conj(K) / (|K|**2 + 1 / snr)`` (Wiener, 1949).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from intertwine.algebra.checks import at_least
from intertwine.algebra.frame import Array, scale
from intertwine.algebra.response import grid_shape, kernel_with_response, refuse_zeros
from intertwine.base.errors import OptionError

if TYPE_CHECKING:
    from intertwine.kernel import Kernel


def inverse(
    k: Kernel, regularization: float = 0.0, shape: int | Sequence[int] | None = None
) -> Kernel:
    """The kernel that `k` composes to the identity with, as nearly as `regularization` allows."""
    weight = at_least("inverse", "regularization", regularization, 0.0)

    def answer(response: Array) -> Array:
        if weight == 0:
            refuse_zeros("inverse", k, response, "Pass for example regularization=1e-3.")
            return np.divide(1, response)
        gain = np.abs(response)
        nearly: Array = response.conj() / (gain**2 + weight * gain.max() ** 2)
        return nearly

    _refuse_nothing("inverse", k)
    return kernel_with_response("inverse", k, answer, grid_shape("inverse", k, shape))


def wiener(k: Kernel, snr: float, shape: int | Sequence[int] | None = None) -> Kernel:
    """The kernel that estimates x best from ``k @ x + noise``, both white."""
    ratio = at_least("wiener", "snr", snr, 0.0, strictly=True)

    def answer(response: Array) -> Array:
        estimate: Array = response.conj() / (np.abs(response) ** 2 + 1 / ratio)
        return estimate

    _refuse_nothing("wiener", k)
    return kernel_with_response("wiener", k, answer, grid_shape("wiener", k, shape))


def _refuse_nothing(caller: str, k: Kernel) -> None:
    if scale(k) == 0:
        raise OptionError(f"{caller}: every tap is 0, and nothing can be found again after that.")
