"""Kernels along one line, read as models of the series that they see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intertwine.learn.reading.weights import ConvWeights

_MOST = 4  # kernels of a layer that are read


@dataclass(frozen=True)
class SeriesReading:
    """Sentences of `iw.series.read_layer` for some kernels, or why there are none."""

    kernels: tuple[int, ...]
    sentences: tuple[str, ...]


def read_series(layer: ConvWeights, order: list[int]) -> SeriesReading:
    """Read the strongest kernels of a layer, where each sees one line of one channel."""
    reason = _why_not(layer)
    if reason:
        return SeriesReading((), (reason,))
    from intertwine.series.layers import read_layer

    chosen = order[:_MOST]
    said = []
    axis = int(np.argmax(layer.size))
    stride = (layer.stride or (1,) * len(layer.size))[axis]
    for place in chosen:
        bias = 0.0 if layer.bias is None else float(layer.bias[place])
        reading = read_layer(layer.taps[place].ravel(), bias, stride=stride)
        said.append(f"Kernel {place}: {' '.join(reading.sentences[:-1])}")
    return SeriesReading(tuple(chosen), tuple(said))


def _why_not(layer: ConvWeights) -> str:
    start = "No reading as an autoregression"
    if layer.taps.shape[1] > 1:
        return f"{start}: each output sums {layer.taps.shape[1]} channels, a series is one."
    if sum(n > 1 for n in layer.size) > 1:
        size = " x ".join(map(str, layer.size))
        return f"{start}: a window of {size} taps is not one line of samples."
    if layer.transposed:
        return f"{start}: a transposed convolution spreads samples, it does not sum past ones."
    if layer.dilation is not None and max(layer.dilation) > 1:
        return f"{start}: dilation {max(layer.dilation)} leaves samples between the taps out."
    if layer.norm:
        return f"{start}: batch normalisation ({layer.norm}) adds a constant that is not read here."
    return ""
