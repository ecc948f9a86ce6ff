"""What a layer's filters could be replaced by, the multiplications that saves, and its error.

Errors are relative, ``|W - W'| / |W|``: what white input makes of the difference. No factorisation
here was trained again, and a net's answers may change less or more than this.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intertwine.learn.reading.weights import ConvWeights

Array = NDArray[np.float64]

#: Errors that factors of a low rank are asked for.
ERRORS = (0.01, 0.1)


@dataclass(frozen=True)
class Saving:
    """A replacement: in words, its relative error, and multiplications an output sample."""

    what: str
    error: float
    before: int
    after: int

    @property
    def factor(self) -> float:
        """Multiplications before, for each one after."""
        return self.before / self.after


def savings(layer: ConvWeights) -> tuple[Saving, ...]:
    """Replacements of a layer that take fewer multiplications."""
    taps = layer.taps
    if not taps.any() or len(layer.size) != 2 or min(layer.size) < 2:
        return ()
    if taps.shape[1] == 1:
        return (_products_of_lines(taps),)
    found = [_depthwise(taps, layer)] if (layer.groups or 1) == 1 else []
    if (layer.groups or 1) == 1:
        found += _low_ranks(taps)
    return tuple(saving for saving in found if saving.after < saving.before)


def _products_of_lines(taps: Array) -> Saving:
    """A column and a row for each kernel of a depthwise layer."""
    values = np.square(np.linalg.svd(taps[:, 0], compute_uv=False))
    error = math.sqrt(max(0.0, 1 - float(values[:, 0].sum() / values.sum())))
    count, (rows, columns) = len(taps), taps.shape[2:]
    what = "each kernel as one column after one row (rank 1)"
    return Saving(what, error, count * rows * columns, count * (rows + columns))


def _depthwise(taps: Array, layer: ConvWeights) -> Saving:
    """One kernel an input channel, then a pointwise layer: rank 1 of each channel's filters."""
    outputs, inputs, *size = taps.shape
    by_channel = np.moveaxis(taps.reshape(outputs, inputs, -1), 1, 0)
    values = np.square(np.linalg.svd(by_channel, compute_uv=False))
    error = math.sqrt(max(0.0, 1 - float(values[:, 0].sum() / values.sum())))
    area = math.prod(size)
    what = "depthwise and then pointwise, one kernel an input channel"
    return Saving(what, error, outputs * inputs * area, inputs * area + inputs * outputs)


def _low_ranks(taps: Array) -> list[Saving]:
    """Columns to a few maps, then rows from them (Jaderberg, Vedaldi, Zisserman 2014)."""
    outputs, inputs, rows, columns = taps.shape
    matrix = taps.transpose(1, 2, 0, 3).reshape(inputs * rows, outputs * columns)
    wide = matrix if len(matrix) <= matrix.shape[1] else matrix.T
    energy = np.maximum(np.linalg.eigvalsh(wide @ wide.T)[::-1], 0)  # squared singular values
    left = np.append(1 - np.cumsum(energy) / energy.sum(), 0.0)
    found = []
    for error in ERRORS:
        rank = min(int((left > error**2).sum()) + 1, len(energy))
        missed = math.sqrt(max(0.0, float(left[rank - 1])))
        after = rank * (inputs * rows + outputs * columns)
        what = f"{rank} columns and then rows (error below {100 * error:.0f} %)"
        found.append(Saving(what, missed, outputs * inputs * rows * columns, after))
    return found
