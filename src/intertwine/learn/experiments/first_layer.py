"""How far a net's first layer goes: its kernels' spectra, and answers from its output alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from intertwine.learn.experiments.nets import tensors
from intertwine.learn.training.nets import HierarchicalNet

Array = NDArray[Any]

#: Spectra are computed on a square of this side.
_SIDE = 64

#: Bins of orientation over half a circle: spectra of real kernels are even. With a multiple of 4,
#: axes and diagonals lie in the middle of their bins.
_BINS = 16

#: The output is averaged over cells of so many pixels before a linear rule sees it.
_CELL = 7


def kernels_of(net: nn.Module) -> Array:
    """The kernels of the first convolution: (count, side, side)."""
    first = next(each for each in net.modules() if isinstance(each, nn.Conv2d))
    return np.asarray(first.weight.detach().numpy().mean(axis=1), float)


def orientation_histogram(kernels: Array) -> Array:
    """Return which fraction of the spectral energy lies at each orientation: (bins,), sum 1.

    Frequencies from 0 to half the sampling rate count, constant and corners do not. Bin 0 holds
    frequency vectors along x, so edges along y; the rest follows counter-clockwise.
    """
    power = (np.abs(np.fft.fft2(kernels, (_SIDE, _SIDE))) ** 2).sum(axis=0)
    y, x = np.meshgrid(*[np.fft.fftfreq(_SIDE)] * 2, indexing="ij")
    radius = np.hypot(x, y)
    inside = (radius > 0) & (radius <= 0.5)
    bins = np.round(np.arctan2(-y, x) / (np.pi / _BINS)).astype(int) % _BINS
    # A square grid has not equally many frequencies in each bin: means, not sums.
    count = np.bincount(bins[inside], minlength=_BINS)
    energy = np.bincount(bins[inside], power[inside], _BINS) / count
    return np.asarray(energy / energy.sum())


def coverage(histogram: Array) -> float:
    """Return the effective fraction of orientations: 1 for equal energy, 1 / bins for one only.

    The exponential of the histogram's entropy over the number of its bins.

    >>> round(coverage(np.array([0.5, 0.5, 0.0, 0.0])), 3)
    0.5
    """
    held = histogram[histogram > 0]
    return float(np.exp(-(held * np.log(held)).sum()) / len(histogram))


def closure(kernels: Array) -> float:
    """Return how well the layer holds its own kernels rotated by 90 degrees: 1 for all.

    The magnitude spectrum without its mean of each rotated kernel is compared with those of all
    kernels: the mean of the largest correlation coefficients. Shifts of a kernel do not count.
    """
    known = _magnitudes(kernels)
    rotated = _magnitudes(np.rot90(kernels, axes=(1, 2)))
    return float((rotated @ known.T).max(axis=1).mean())


def _magnitudes(kernels: Array) -> Array:
    rows = np.abs(np.fft.fft2(kernels, (_SIDE, _SIDE))).reshape(len(kernels), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))


def features_of(net: HierarchicalNet) -> Callable[[Array], Array]:
    """The first layer's output after its ReLU, averaged over cells: what a linear rule is given."""

    def features(images: Array) -> Array:
        pictures = tensors(images, np.zeros(len(images), np.int64)).batch(slice(None))
        with torch.inference_mode():
            cells = nn.functional.avg_pool2d(net.stages[0](pictures), _CELL)
        return np.asarray(cells.flatten(1).numpy())

    net.eval()
    return features


def spectral_view(net: nn.Module) -> dict[str, Any]:
    """JSON: orientation coverage, closure under rotation, and the histogram."""
    kernels = kernels_of(net)
    histogram = orientation_histogram(kernels)
    return {
        "kernels": len(kernels),
        "orientation_coverage": round(coverage(histogram), 3),
        "closure_under_90_degrees": round(closure(kernels), 3),
        "orientation_histogram": [round(float(each), 4) for each in histogram],
    }
