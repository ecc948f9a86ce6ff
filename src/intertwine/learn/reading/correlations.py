"""How feature maps of one layer go together: predicted for white input, and measured.

Of white input ``x``, outputs ``y_i = k_i . x`` have the covariance ``E[y_i[n] y_j[n + m]] =
(k_i * ~k_j)[m]``: convolution makes correlated outputs of uncorrelated input. Maps of different
groups see different channels, which are independent if white.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.learn.reading.weights import ConvWeights

Array = NDArray[np.float64]

#: Maps of a layer whose correlations are drawn and listed: the strongest.
SHOWN = 48
_PAIRS = 5


@dataclass(frozen=True)
class Pair:
    """Two maps, the distance in samples of the output at which they go together most."""

    first: int
    second: int
    lag: tuple[int, ...]
    predicted: float
    measured: float | None = None


@dataclass(frozen=True, eq=False)
class Correlations:
    """Correlations of the strongest maps of a layer.

    Attributes
    ----------
    maps : (n,) which maps, the strongest first.
    predicted : (n, n) at lag 0, for white input.
    neighbours : the mean correlation of a map with itself one output further along each axis.
    pairs : the pairs that go together most at any lag.
    """

    maps: NDArray[np.int64]
    predicted: Array
    neighbours: tuple[float, ...]
    pairs: tuple[Pair, ...]

    @property
    def mean(self) -> float:
        """The mean size of the correlations between different maps."""
        return off_diagonal(self.predicted)


def off_diagonal(matrix: Array) -> float:
    """The mean size of a matrix's entries beside its diagonal; 0 for one map.

    >>> off_diagonal(np.array([[1.0, -0.5], [-0.5, 1.0]]))
    0.5
    """
    n = len(matrix)
    return (
        0.0
        if n < 2
        else float((np.abs(matrix).sum() - np.abs(np.diag(matrix)).sum()) / n / (n - 1))
    )


def predicted(layer: ConvWeights, strength: Array) -> Correlations | None:
    """Of a layer for white input; None where the output has no one correlation (transposed)."""
    if layer.transposed:
        return None
    maps = np.argsort(-strength, kind="stable")[:SHOWN]
    filters = layer.taps[maps] / np.maximum(strength[maps], 1e-300).reshape(
        -1, *[1] * (layer.taps.ndim - 1)
    )
    stride = layer.stride or (1,) * len(layer.size)
    dilation = layer.dilation or (1,) * len(layer.size)
    products = _products(filters)
    groups = layer.groups or (len(layer.taps) if layer.kind.startswith("depthwise") else 1)
    group = maps // (len(layer.taps) // groups)
    together = group[:, None] == group[None, :]
    zero = (0,) * len(layer.size)
    matrix = np.where(together, _at_lag(products, zero), 0.0)
    neighbours = tuple(
        _autocorrelation(products, axis, s, d)
        for axis, (s, d) in enumerate(zip(stride, dilation, strict=True))
    )
    pairs = _pairs(products, together, maps, layer.size, stride, dilation)
    return Correlations(maps, matrix, neighbours, pairs)


def _products(filters: Array) -> Array:
    """``(k_i * ~k_j)[m]`` summed over channels: (n, n, lags), lag 0 first, negative ones last."""
    size = filters.shape[2:]
    axes = tuple(range(2, filters.ndim))
    spectrum = np.fft.rfftn(filters, [2 * n for n in size], axes=axes)
    # E[y_i[n] y_j[n + m]] = sum_u w_i[u] w_j[u - m]
    flat = spectrum.reshape(*spectrum.shape[:2], -1).transpose(2, 0, 1)
    crossed = flat @ np.conj(flat.transpose(0, 2, 1))
    shape = (*spectrum.shape[2:], len(filters), len(filters))
    crossed = np.moveaxis(crossed.reshape(shape), (-2, -1), (0, 1))
    return np.asarray(np.fft.irfftn(crossed, [2 * n for n in size], axes=axes))


def _at_lag(products: Array, lag: tuple[int, ...]) -> Array:
    places: tuple[Any, ...] = (..., *lag)
    return np.asarray(products[places])


def _autocorrelation(products: Array, axis: int, stride: int, dilation: int) -> float:
    """The mean over maps of their own correlation at one output further along an axis."""
    if stride % dilation or stride // dilation >= products.shape[2 + axis] // 2:
        return 0.0
    lag = [0] * (products.ndim - 2)
    lag[axis] = stride // dilation
    return float(np.diagonal(_at_lag(products, tuple(lag))).mean())


def _pairs(
    products: Array,
    together: NDArray[np.bool_],
    maps: NDArray[np.int64],
    size: tuple[int, ...],
    stride: tuple[int, ...],
    dilation: tuple[int, ...],
) -> tuple[Pair, ...]:
    """The largest products of two maps at lags that outputs have."""
    upper = np.triu(together, 1)
    if not upper.any():
        return ()
    lines = [
        [m for m in range(1 - n, n) if m * d % s == 0]
        for n, s, d in zip(size, stride, dilation, strict=True)
    ]
    lags = list(itertools.product(*lines))
    at_lags = np.stack([_at_lag(products, lag) for lag in lags], axis=-1)
    best = np.abs(at_lags).argmax(axis=-1)
    values = np.take_along_axis(at_lags, best[..., None], axis=-1)[..., 0]
    order = np.argsort(-np.where(upper, np.abs(values), -1.0), axis=None)[:_PAIRS]
    found = []
    for i, j in zip(*np.unravel_index(order, upper.shape), strict=True):
        if upper[i, j]:
            lag = lags[best[i, j]]
            out = tuple(m * d // s for m, s, d in zip(lag, stride, dilation, strict=True))
            found.append(Pair(int(maps[i]), int(maps[j]), out, float(values[i, j])))
    return tuple(found)


def measured_matrix(maps: Array) -> Array:
    """Correlations of maps (n, H, W) at lag 0; those of a constant map are 0."""
    flat = maps.reshape(len(maps), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    size = np.linalg.norm(flat, axis=1, keepdims=True)
    flat = np.divide(
        flat, size, out=np.zeros_like(flat), where=size > 1e-12 * max(size.max(), 1e-300)
    )
    return np.asarray(flat @ flat.T)


def measured_at(first: Array, second: Array, lag: tuple[int, ...]) -> float:
    """The correlation of ``first[n]`` and ``second[n + lag]``; NaN where no two are."""
    here = tuple(slice(max(0, -m), n - max(0, m)) for m, n in zip(lag, first.shape, strict=True))
    there = tuple(slice(max(0, m), n - max(0, -m)) for m, n in zip(lag, first.shape, strict=True))
    a, b = first[here], second[there]
    if a.size < 2:
        return float("nan")
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum() / size) if size > 0 else 0.0
