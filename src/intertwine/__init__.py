"""Intertwine: one convolution operator, every viewpoint.

>>> import intertwine as iw
>>> iw.convolve([0, 0, 1, 0, 0], [1, 2, 3])
array([0, 1, 2, 3, 0])
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from intertwine.convolution import convolve, correlate, plan
from intertwine.engine.errors import (
    DTypeError,
    IntertwineError,
    MissingExtraError,
    OptionError,
    ShapeError,
)
from intertwine.engine.threads import set_threads

if TYPE_CHECKING:
    from intertwine import kernels, wisdom
    from intertwine.kernel import Kernel
    from intertwine.matching import find

__version__ = "0.1.0"

__all__ = [
    "DTypeError",
    "IntertwineError",
    "Kernel",
    "MissingExtraError",
    "OptionError",
    "ShapeError",
    "convolve",
    "correlate",
    "find",
    "kernels",
    "plan",
    "set_threads",
    "wisdom",
]


def __getattr__(name: str) -> Any:
    """Load the parts that not every program needs when they are first named."""
    if name == "Kernel":
        return importlib.import_module("intertwine.kernel").Kernel
    if name == "find":
        return importlib.import_module("intertwine.matching").find
    if name in ("kernels", "wisdom"):
        return importlib.import_module(f"intertwine.{name}")
    raise AttributeError(f"module 'intertwine' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
