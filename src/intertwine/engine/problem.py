"""The canonical problem: every spelling of a convolution becomes one hashable value.

Everything behind this file accepts this one spelling and trusts it. In its terms the work is a
correlation over all axes of `x`::

    y[n] = sum_j taps[j] * x[n * stride + start + j * dilation]        (on each axis)

A convolution arrives with its taps already reversed, a correlation with its taps conjugated, an
axis that is not filtered with one tap. Modes and origins are all told by `start` and `m`.

A bank is one problem too. Its kernels share all the geometry and lie along axes that are not
filtered: each place on such an axis has taps of its own, over samples of its own (as many as
places) or over the same samples as all the others (one).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import product
from math import isfinite, prod
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, ref

import numpy as np
from numpy.typing import NDArray

from intertwine.engine.factor import absolute_sum
from intertwine.engine.types import integer_bounds

#: The taps of a mean may sum to so many units in the last place more or less than one.
MOST_UNITS = 8


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: `n` samples in, `m` out, `k` taps; or `kernels` of a bank, one for each out."""

    n: int
    m: int
    k: int = 1
    start: int = 0
    stride: int = 1
    dilation: int = 1
    boundary: str = "zero"
    kernels: int = 1

    @property
    def reach(self) -> int:
        """Samples from the first tap to the last, both counted: the window's length."""
        return (self.k - 1) * self.dilation + 1

    @property
    def filtered(self) -> bool:
        """Whether samples along this axis are mixed, moved or dropped."""
        if self.kernels > 1:
            return False
        return self.k > 1 or self.start != 0 or self.stride > 1 or self.m != self.n


#: Bytes in the middle of a kernel by which it is looked up: reading all of a large one takes long.
HASHED_BYTES = 1 << 16

ALL = slice(None)
Index = tuple[int | slice, ...]


class Place(NamedTuple):
    """Where one kernel of a bank has its samples; where its taps and its results are."""

    samples: Index
    kernel: Index


class Taps:
    """Kernel weights in correlation order, an axis for each of the problem's; compared by value.

    Along an axis that kernels of a bank lie on, there is one entry for each of them.
    """

    def __init__(self, array: NDArray[np.generic]) -> None:
        own = array.tobytes()  # the caller may write into the array later
        self.array = np.frombuffer(own, array.dtype).reshape(array.shape)
        self._key = (array.shape, array.dtype.str, own)
        first = max(0, len(own) - HASHED_BYTES) // 2  # what differs beyond is found by comparing
        self._hash = hash((array.shape, own[first : first + HASHED_BYTES]))
        #: What was found out about them.
        self.findings: dict[Any, Any] = {}

    @classmethod
    def of(cls, array: NDArray[np.generic]) -> Taps:
        """The taps with these weights: the same object for as long as one is in use."""
        made = cls(array)
        known = _IN_USE.get(made)
        shared = None if known is None else known()
        if shared is None:
            _IN_USE[made] = ref(made)
            return made
        return shared

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Taps) and self._hash == other._hash and self._key == other._key

    def __reduce__(self) -> tuple[Any, ...]:
        return Taps, (self.array,)

    def __repr__(self) -> str:
        return f"Taps({self.array.shape}, {self.array.dtype})"


_IN_USE: WeakKeyDictionary[Taps, ref[Taps]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Problem:
    """What is to be computed. Hashable: equal problems share one plan.

    Attributes
    ----------
    axes : one Axis per axis of the result.
    dtype, result : type of the samples, type of the answer (both in native byte order).
    compute : "float32", "float64" or "int64", the type in which real products are summed.
    value_range : for exact integers the least and largest sample for which `result` is exact.
    missing : "propagate", "ignore" or "raise";  masked : whether a mask comes with the data.
    min_weight : fraction of ``sum|k|`` below which an output is NaN, or None: next to nothing.
    precision : asked bound on ``|error| / (sum|k| * max|x|)``, or None.
    added : how many of the first axes the data do not have: kernels of a bank lie there.
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
    min_weight: float | None = None
    precision: float | None = None
    added: int = 0

    def __reduce__(self) -> tuple[Any, ...]:
        return Problem, tuple(getattr(self, field.name) for field in fields(self))

    @cached_property
    def findings(self) -> dict[Any, Any]:
        """What was found out about it."""
        return {}

    @cached_property
    def shape(self) -> tuple[int, ...]:
        return tuple(a.n for a in self.axes[self.added :])

    @cached_property
    def out_shape(self) -> tuple[int, ...]:
        return tuple(a.m for a in self.axes)

    @cached_property
    def out_size(self) -> int:
        return prod(self.out_shape)

    @cached_property
    def exact(self) -> bool:
        """Whether integers are summed to an integer, so that no error at all is allowed."""
        kinds = self.result.kind + self.dtype.kind + self.taps.array.dtype.kind
        return set(kinds) <= set("biu") and not self.weighted

    @cached_property
    def sum_range(self) -> tuple[int, int]:
        """The least and the largest sum of integers, before any is clipped to `result`."""
        low, high = self.value_range or (0, 0)
        least, largest, _ = integer_bounds(self.kernels, low, high)
        return least, largest

    @property
    def rounded(self) -> bool:
        """Whether results are floating-point sums, rounded to an integer and clipped."""
        return self.result.kind in "iu" and not self.exact

    @property  # not kept: of most problems it is the problem itself
    def summed(self) -> Problem:
        """The problem with results as they are summed, if they are not rounded as they are written.

        Weights come before rounding, and so does NaN: integers hold none.
        """
        finite = self.dtype.kind in "biu" and isfinite(self.cval.real)
        if not self.rounded or (finite and not self.weighted):
            return self
        return replace(self, result=np.dtype(self.compute))

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

    @cached_property
    def bank(self) -> tuple[int, ...]:
        """The axes along which kernels differ."""
        return tuple(i for i, a in enumerate(self.axes) if a.kernels > 1)

    @cached_property
    def kernel_count(self) -> int:
        return prod(a.kernels for a in self.axes)

    @cached_property
    def kernel_size(self) -> int:
        """Taps of one kernel."""
        return prod(a.k for a in self.axes)

    @property
    def kernels(self) -> NDArray[np.generic]:
        """The kernels of the bank, in C order, as rows of taps."""
        first = np.moveaxis(self.taps.array, self.bank, range(len(self.bank)))
        return first.reshape(self.kernel_count, -1)

    @cached_property
    def absolute_sum(self) -> float:
        """``sum |k|``, the scale of every error bound: the largest of a bank's."""
        kernels = self.kernels
        if len(kernels) == 1:
            return absolute_sum(kernels[0])
        return float(np.abs(kernels).sum(axis=1, dtype=np.float64).max())

    @cached_property
    def means(self) -> tuple[bool, ...]:
        """Whether each kernel makes real means of samples: taps not negative that sum to one.

        Empty where none does. What a single tap makes is no sum, and float16 is summed as float32.
        """
        taps, kinds = self.taps.array, self.result.kind + self.dtype.kind
        if self.result.kind != "f" or "c" in kinds + taps.dtype.kind or self.kernel_size < 2:
            return ()
        slack = MOST_UNITS * min(np.finfo(np.float32).eps, np.finfo(self.result).eps)
        kernels = self.kernels
        sums = kernels.sum(axis=1, dtype=np.float64)
        found = (kernels.min(axis=1) >= 0) & (np.abs(sums - 1) <= slack)
        return tuple(found.tolist()) if found.any() else ()

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Where each kernel of the bank is at work, in C order."""
        along: list[list[int | slice]] = [
            list(range(a.kernels)) if a.kernels > 1 else [ALL] for a in self.axes
        ]
        shared = [a.n == 1 and a.kernels > 1 for a in self.axes]
        return tuple(
            Place(tuple(0 if same else i for i, same in zip(kernel, shared, strict=True)), kernel)
            for kernel in product(*along)
        )

    @cached_property
    def singles(self) -> tuple[Problem, ...]:
        """One problem for each kernel of the bank, in C order, without the bank's axes."""
        axes = tuple(a for a in self.axes if a.kernels == 1)
        return tuple(
            replace(self, axes=axes, taps=Taps(self.taps.array[place.kernel]), added=0)
            for place in self.places
        )
