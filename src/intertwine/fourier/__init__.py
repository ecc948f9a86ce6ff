"""The Fourier view of convolution: spectra, filters, and what few waves can say.

The convolution theorem, ``F(k * x) = F(k) F(x)``, joins this package to the operator: each tool
here multiplies or weighs frequencies, which is what a kernel does.

>>> from intertwine import fourier
>>> bool(fourier.theorem_gap([1.0, 2.0, 3.0], [1.0, 2.0]) < 1e-15)
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intertwine.fourier.bands import Bands, Density, octave_bands, welch
    from intertwine.fourier.compression.compressed import Compressed, compress
    from intertwine.fourier.differentiation import derivative
    from intertwine.fourier.edges import even_extension, smooth_component
    from intertwine.fourier.filters import (
        FrequencyFilter,
        band_pass,
        high_pass,
        low_pass,
        notch,
        overshoot,
    )
    from intertwine.fourier.profiles import Profile
    from intertwine.fourier.quality import psnr, ssim
    from intertwine.fourier.spectra import Spectrum, spectrum
    from intertwine.fourier.theorem import Scheme, continuous_gap, padding_schemes, theorem_gap

__all__ = [
    "Bands",
    "Compressed",
    "Density",
    "FrequencyFilter",
    "Profile",
    "Scheme",
    "Spectrum",
    "band_pass",
    "compress",
    "continuous_gap",
    "derivative",
    "even_extension",
    "high_pass",
    "low_pass",
    "notch",
    "octave_bands",
    "overshoot",
    "padding_schemes",
    "psnr",
    "smooth_component",
    "spectrum",
    "ssim",
    "theorem_gap",
    "welch",
]

_HOMES = {
    "Bands": "bands",
    "Compressed": "compression.compressed",
    "Density": "bands",
    "FrequencyFilter": "filters",
    "Profile": "profiles",
    "Scheme": "theorem",
    "Spectrum": "spectra",
    "band_pass": "filters",
    "compress": "compression.compressed",
    "continuous_gap": "theorem",
    "derivative": "differentiation",
    "even_extension": "edges",
    "high_pass": "filters",
    "low_pass": "filters",
    "notch": "filters",
    "octave_bands": "bands",
    "overshoot": "filters",
    "padding_schemes": "theorem",
    "psnr": "quality",
    "smooth_component": "edges",
    "spectrum": "spectra",
    "ssim": "quality",
    "theorem_gap": "theorem",
    "welch": "bands",
}


def __getattr__(name: str) -> Any:
    """Load a tool when it is first named."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"intertwine.fourier.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'intertwine.fourier' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
