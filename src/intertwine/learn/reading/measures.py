"""What is measured of many kernels at once: noise gain, rank, spectrum, orientation, steps.

The kernels of one layer are an array (N, K1, ..., Kd). They are those that the operator convolves
with, so that a direction is one of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Frequencies along each axis, by the number of axes.
_GRID = {1: 64, 2: 32, 3: 16}

#: Singular values below this fraction of the largest are float32's rounding.
_ROUNDING = 2.0**-20


@dataclass(frozen=True, eq=False)
class Steps:
    """Kernels read as densities of steps: means and standard deviations along each axis, (N, d)."""

    drift: Array
    spread: Array


def noise_gains(filters: Array) -> Array:
    """``sum w**2`` of each filter (N, ...): the variance that white noise comes out with."""
    gains: Array = np.square(filters.reshape(len(filters), -1)).sum(axis=1)
    return gains


def ranks(kernels: Array) -> tuple[NDArray[np.int64], Array]:
    """The rank of each kernel, and the fraction of its energy in the best product of lines.

    Beyond two axes it is the largest rank of an unfolding, and the smallest such fraction: no
    product of lines has more.
    """
    count, *size = kernels.shape
    if len(size) == 1:
        alive = (np.abs(kernels).reshape(count, -1).max(axis=1) > 0).astype(np.int64)
        return alive, np.ones(count)
    rank, first = np.zeros(count, np.int64), np.ones(count)
    for axis in range(len(size) if len(size) > 2 else 1):
        unfolded = np.moveaxis(kernels, axis + 1, 1).reshape(count, size[axis], -1)
        values = np.linalg.svd(unfolded, compute_uv=False)
        least = np.maximum(_ROUNDING * values[:, :1], 1e-300)
        rank = np.maximum(rank, (values > least).sum(axis=1))
        energy = np.square(values)
        total = energy.sum(axis=1)
        one = np.divide(energy[:, 0], total, out=np.ones(count), where=total > 0)
        first = np.minimum(first, one)
    return rank, first


def powers(kernels: Array) -> Array:
    """``|K|**2`` at frequencies of a grid, zero frequency first: (N, F1, ..., Fd)."""
    ndim = kernels.ndim - 1
    shape = [max(_GRID[ndim], 2 * n) for n in kernels.shape[1:]]
    spectrum = np.fft.fftn(kernels, shape, axes=tuple(range(1, ndim + 1)))
    return np.asarray(np.square(np.abs(spectrum)))


def flatness(power: Array) -> float:
    """Geometric over arithmetic mean of a power spectrum: 1 for a single tap, towards 0 for waves.

    >>> flatness(np.ones(8))
    1.0
    """
    mean = float(power.mean())
    if mean == 0:
        return 1.0
    return float(np.exp(np.log(np.maximum(power, 1e-12 * power.max())).mean()) / mean)


def orientations(power: Array) -> tuple[Array, Array]:
    """The direction of change of each 2-D kernel in degrees, and how clear it is, from 0 to 1.

    From the second moments of the power spectrum; 0 degrees is along axis 1, 90 along axis 0.
    """
    rows, columns = (np.fft.fftfreq(n) for n in power.shape[1:])
    yy = np.einsum("nij,i->n", power, rows**2)
    xx = np.einsum("nij,j->n", power, columns**2)
    xy = np.einsum("nij,i,j->n", power, rows, columns)
    whole = yy + xx
    clear = np.hypot(xx - yy, 2 * xy)
    clear = np.divide(clear, whole, out=np.zeros_like(whole), where=whole > 0)
    angle = np.degrees(np.arctan2(-2 * xy, xx - yy) / 2) % 180
    return angle, clear


def steps(kernels: Array, origin: tuple[int, ...], how: str) -> Steps:
    """Drift and spread of each kernel as a density, as ``Kernel.density(how)`` has them."""
    flat = kernels.reshape(len(kernels), -1)
    highest = flat.max(axis=1, keepdims=True)
    weights = np.exp(flat - highest) if how == "softmax" else np.abs(flat)
    total = weights.sum(axis=1, keepdims=True)
    density = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    grid = np.meshgrid(
        *[np.arange(n) - c for n, c in zip(kernels.shape[1:], origin, strict=True)], indexing="ij"
    )
    places = np.stack([axis.ravel() for axis in grid], axis=1).astype(float)
    drift = density @ places
    squares = density @ places**2
    return Steps(drift, np.sqrt(np.maximum(squares - drift**2, 0)))
