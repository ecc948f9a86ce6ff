"""The Fourier view of convolution: spectra, filters, and what few waves can say.

The convolution theorem, ``F(k * x) = F(k) F(x)``, joins this package to the operator: each tool here
multiplies or weighs frequencies, which is what a kernel does.

>>> from intertwine import fourier
>>> bool(fourier.theorem_gap([1.0, 2.0, 3.0], [1.0, 2.0]) < 1e-15)
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intertwine.fourier.compression.compressed import Compressed, compress
    from intertwine.fourier.quality import psnr, ssim

__all__ = [
    "Compressed",
    "compress",
    "psnr",
    "ssim",
]

_HOMES = {
    "Compressed": "compression.compressed",
    "compress": "compression.compressed",
    "psnr": "quality",
    "ssim": "quality",
}


def __getattr__(name: str) -> Any:
    """Load a tool when it is first named."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"intertwine.fourier.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'intertwine.fourier' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
