"""The canonical problem: every spelling of a convolution becomes one hashable value.

Everything behind this file accepts this one spelling and trusts it. In its terms the work is a
correlation over all axes of `x`::

    y[n] = sum_j taps[j] * x[n * stride + start + j * dilation]        (on each axis)

A convolution arrives with its taps already reversed, a correlation with its taps conjugated, an
axis that is not filtered with one tap. Modes and origins are all told by `start` and `m`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of `x`: `n` samples in, `m` out, `k` taps."""

    n: int
    m: int
    k: int = 1
    start: int = 0
    stride: int = 1
    dilation: int = 1
    boundary: str = "zero"

    @property
    def reach(self) -> int:
        """Samples from the first tap to the last, both counted: the window's length."""
        return (self.k - 1) * self.dilation + 1

    @property
    def filtered(self) -> bool:
        """Whether anything happens along this axis."""
        return self.k > 1 or self.start != 0 or self.stride > 1 or self.m != self.n


class Taps:
    """Kernel weights in correlation order, one axis per axis of `x`; compared by value."""

    def __init__(self, array: NDArray[np.generic]) -> None:
        self.array = np.ascontiguousarray(array)
        self.array.setflags(write=False)
        self._key = (self.array.shape, self.array.dtype.str, self.array.tobytes())
        self._hash = hash(self._key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Taps) and self._hash == other._hash and self._key == other._key

    def __repr__(self) -> str:
        return f"Taps({self.array.shape}, {self.array.dtype})"

    @cached_property
    def absolute_sum(self) -> float:
        """``sum |k|``, the scale of every error bound."""
        return float(np.abs(self.array).sum(dtype=np.float64))


@dataclass(frozen=True)
class Problem:
    """What is to be computed. Hashable: equal problems share one plan.

    Attributes
    ----------
    axes : one Axis per axis of `x`.
    dtype, result : type of the samples, type of the answer (both in native byte order).
    compute : "float32", "float64" or "int64", the type in which real products are summed.
    value_range : for integers the least and largest sample for which `result` is exact.
    missing : "propagate", "ignore" or "raise";  masked : whether a mask comes with the data.
    precision : asked bound on ``|error| / (sum|k| * max|x|)``, or None.
    """

    axes: tuple[Axis, ...]
    taps: Taps
    dtype: np.dtype[Any]
    result: np.dtype[Any]
    compute: str
    cval: complex = 0.0
    value_range: tuple[int, int] | None = None
    missing: str = "propagate"
    masked: bool = False
    precision: float | None = None

    @cached_property
    def shape(self) -> tuple[int, ...]:
        return tuple(a.n for a in self.axes)

    @cached_property
    def out_shape(self) -> tuple[int, ...]:
        return tuple(a.m for a in self.axes)

    @cached_property
    def out_size(self) -> int:
        return prod(self.out_shape)

    @cached_property
    def exact(self) -> bool:
        """Whether the answer is an integer, so that no error at all is allowed."""
        return bool(self.result.kind in "iub")

    @property
    def complex_data(self) -> bool:
        return self.dtype.kind == "c"

    @property
    def complex_taps(self) -> bool:
        return bool(self.taps.array.dtype.kind == "c")

    @property
    def renormalized(self) -> bool:
        """Whether some axis weighs only what is inside."""
        return any(a.boundary == "renormalize" for a in self.axes)

    @property
    def weighted(self) -> bool:
        """Whether outputs are divided by the weight that was present."""
        return self.renormalized or self.masked or self.missing == "ignore"

    @property
    def filtered(self) -> tuple[int, ...]:
        """The axes along which something happens."""
        return tuple(i for i, a in enumerate(self.axes) if a.filtered)
