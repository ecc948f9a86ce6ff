"""Intertwine: one convolution operator, every viewpoint.

>>> import intertwine as iw
>>> iw.convolve([0, 0, 1, 0, 0], [1, 2, 3])
array([0, 1, 2, 3, 0])
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from intertwine.base.errors import (
    DTypeError,
    IntertwineError,
    MissingExtraError,
    OptionError,
    ShapeError,
)
from intertwine.base.threads import set_threads
from intertwine.convolution import convolve, correlate, plan
from intertwine.engine.memory import release_memory, set_memory_limit

if TYPE_CHECKING:
    from intertwine import fourier, kernels, learn, series, stochastic, style, wisdom
    from intertwine.diffusion import diffuse, diffuse_radial
    from intertwine.fourier.compression.compressed import compress
    from intertwine.fourier.spectra import spectrum
    from intertwine.kernel import Kernel
    from intertwine.matching import find
    from intertwine.propagator import Propagator
    from intertwine.registration import deskew, orientation, rotation
    from intertwine.significance import chance
    from intertwine.whitening import Whitener, is_white, whiten, whitening_kernel

__version__ = "0.1.0"

__all__ = [
    "DTypeError",
    "IntertwineError",
    "Kernel",
    "MissingExtraError",
    "OptionError",
    "Propagator",
    "ShapeError",
    "Whitener",
    "chance",
    "compress",
    "convolve",
    "correlate",
    "deskew",
    "diffuse",
    "diffuse_radial",
    "find",
    "fourier",
    "is_white",
    "kernels",
    "learn",
    "orientation",
    "plan",
    "release_memory",
    "rotation",
    "series",
    "set_memory_limit",
    "set_threads",
    "spectrum",
    "stochastic",
    "style",
    "whiten",
    "whitening_kernel",
    "wisdom",
]

#: Names that load with the first use -> the module that has them.
_LATER = {
    "Kernel": "kernel",
    "Propagator": "propagator",
    "diffuse": "diffusion",
    "diffuse_radial": "diffusion",
    "find": "matching",
    "compress": "fourier",
    "spectrum": "fourier",
    "deskew": "registration",
    "orientation": "registration",
    "rotation": "registration",
    "chance": "significance",
    "Whitener": "whitening",
    "is_white": "whitening",
    "whiten": "whitening",
    "whitening_kernel": "whitening",
}


def __getattr__(name: str) -> Any:
    """Load the parts that not every program needs when they are first named."""
    if name in _LATER:
        return getattr(importlib.import_module(f"intertwine.{_LATER[name]}"), name)
    if name in ("fourier", "kernels", "learn", "series", "stochastic", "style", "wisdom"):
        return importlib.import_module(f"intertwine.{name}")
    raise AttributeError(f"module 'intertwine' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
