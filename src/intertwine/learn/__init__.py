"""Kernels that data choose: the kernel that turns one array into another, found by least squares.

The theorem behind it: a convolution is linear in its kernel, so the kernel that explains a pair
best solves normal equations, and these hold nothing but correlations of the pair.

>>> import numpy as np
>>> import intertwine as iw
>>> from intertwine import learn
>>> before = np.random.default_rng(0).random((40, 50))
>>> found = learn.fit_kernel(before, iw.convolve(before, iw.kernels.sobel()), 3)
>>> bool(np.allclose(found.kernel.taps, iw.kernels.sobel().taps))
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intertwine.learn.fitting import KernelFit, fit_kernel

__all__ = ["KernelFit", "fit_kernel"]

#: Names that load with the first use -> the module of this folder that has them.
_LATER = {
    "KernelFit": "fitting",
    "fit_kernel": "fitting",
}


def __getattr__(name: str) -> Any:
    """Load what is named: fitting needs no torch, and what needs it says so."""
    if name in _LATER:
        return getattr(importlib.import_module(f"intertwine.learn.{_LATER[name]}"), name)
    raise AttributeError(f"module 'intertwine.learn' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
