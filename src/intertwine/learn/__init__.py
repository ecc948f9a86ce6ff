"""Kernels that data choose: layers for neural networks, nets, and kernels found by least squares.

Layers (`Conv2d` and its like), `train`, which makes a classifier from a folder of pictures, and
`read`, which says what a trained net's kernels do, need PyTorch:
``pip install 'intertwine[learn]'``. `fit_kernel` finds the kernel that turns one array into another
and needs nothing. The theorem behind it: a convolution is linear in its kernel, so the kernel that
explains a pair best solves normal equations, and these hold nothing but correlations of the pair.

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

from intertwine.base.libraries import need

if TYPE_CHECKING:
    from intertwine.learn.fitting import KernelFit, fit_kernel
    from intertwine.learn.layers import (
        Conv1d,
        Conv2d,
        Conv3d,
        Conversion,
        ConvTranspose1d,
        ConvTranspose2d,
        ConvTranspose3d,
        PropagatorConv2d,
        RotationPooled2d,
        StochasticConv2d,
        Swap,
        Whiten2d,
        convert,
    )
    from intertwine.learn.reading.call import read
    from intertwine.learn.reading.result import NetReading
    from intertwine.learn.training import Classifier, Prediction, Predictions, predict, train

__all__ = [
    "Classifier",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "Conversion",
    "KernelFit",
    "NetReading",
    "Prediction",
    "Predictions",
    "PropagatorConv2d",
    "RotationPooled2d",
    "StochasticConv2d",
    "Swap",
    "Whiten2d",
    "convert",
    "fit_kernel",
    "predict",
    "read",
    "train",
]

#: Names that load with the first use -> the module under this folder that has them: all the others
#: are layers.
_LATER = {
    "Classifier": "training",
    "KernelFit": "fitting",
    "NetReading": "reading.result",
    "Prediction": "training",
    "Predictions": "training",
    "fit_kernel": "fitting",
    "predict": "training",
    "read": "reading.call",
    "train": "training",
}


def __getattr__(name: str) -> Any:
    """Load what is named: fitting needs no torch, and what needs it says so."""
    if name not in __all__:
        raise AttributeError(f"module 'intertwine.learn' has no attribute {name!r}")
    folder = _LATER.get(name, "layers")
    if folder != "fitting":
        need("torch", f"learn.{name}")
    return getattr(importlib.import_module(f"intertwine.learn.{folder}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
