"""Weights: how much of a kernel met samples, and results rescaled to the kernel's full weight.

::

    y[n] = sum(k) * sum_present k * x / sum_present k

Where nothing is missing, what was present is a box of the kernel: its weight is a difference of
cumulative sums, one axis after the other, and it takes few values along each axis. A plan works
these out once and keeps them.

Outputs are NaN where ``sum_present |k|`` is below `min_weight` of ``sum |k|``. Rounding does not
decide: 1e-9 less is enough. Where no two taps differ in sign the weight itself says how much is
present; else the sizes of the taps are added up beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine import _core
from intertwine.engine.boundary import FILLED
from intertwine.engine.checks import LEAST_WEIGHT
from intertwine.engine.machine import Machine
from intertwine.engine.problem import Axis, Problem, Taps

Array = NDArray[Any]
Box = tuple[slice, ...]

#: Outputs handled at a time where a pass needs temporary arrays.
SLAB = 1 << 16

#: Larger tables are not kept but worked out in every call.
MOST_KEPT_BYTES = 32 << 20

#: More entries than any memory holds; NumPy refuses arrays of so many in words of its own.
_TOO_MANY = 1 << 50

#: Whole multiples of a unit whose sum has no more bits are added up exactly in int64.
_WHOLE_BITS = 61


class Division:
    """What outputs are rescaled by, as far as the problem alone tells it."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        kernels, shape = problem.kernels, [a.kernels for a in problem.axes]
        double = np.result_type(kernels.dtype, np.float64)
        total: Array = kernels.sum(axis=1, dtype=double)
        least: Array = np.abs(kernels).sum(axis=1, dtype=np.float64)
        self._total = total.reshape(shape)
        least = least.reshape(shape)
        enough = max(LEAST_WEIGHT, (problem.min_weight or 0.0) - LEAST_WEIGHT)
        signed = problem.complex_taps or (kernels.min() < 0 < kernels.max())
        #: The problem under the sizes of its taps, where these tell apart what their sums do not.
        self.sizes: Problem | None = None
        if signed and problem.min_weight:
            self.sizes = replace(problem, taps=Taps(np.abs(problem.taps.array)))
        self._enough = enough * least
        self._least = self._enough if self.sizes is None else LEAST_WEIGHT * least
        keeps = _table_size(problem) * double.itemsize <= MOST_KEPT_BYTES
        some = problem.masked or problem.missing == "ignore"
        self._near = self._factors() if keeps and problem.renormalized else None
        self._outside = Table(problem, *_outside_weights(problem)) if keeps and some else None
        #: Bytes that are kept.
        self.kept_bytes = sum(t.kept_bytes for t in (self._near, self._outside) if t is not None)

    @property
    def largest(self) -> float:
        """How much what sums round is enlarged near renormalised ends, at most."""
        if not self._problem.renormalized:
            return 1.0
        factors = self._near or self._factors()
        return factors.largest

    @property
    def core(self) -> _core.WeightTable | None:
        """What scales outputs where nothing is missing, if the core can and it is kept."""
        return None if self._near is None else self._near.core

    def near_ends(self, out: Array, threads: int) -> None:
        """Rescale outputs whose windows reach over a renormalised end; nothing is missing."""
        if self._problem.renormalized:
            factors = self._near or self._factors()
            factors.scale(out, _divided(self._problem, everywhere=False), threads)

    def everywhere(self, out: Array, inside: Array, threads: int) -> None:
        """Rescale all outputs, of whose windows samples of so much weight are present."""
        outside = self._outside or Table(self._problem, *_outside_weights(self._problem))
        outside.divide(out, inside, self._total, self._least, threads)

    def blank(self, out: Array, inside: Array) -> None:
        """Put NaN where taps of too little size, `inside` the data and outside, are present."""
        assert self.sizes is not None
        values, whole = _outside_weights(self.sizes)
        enough = np.broadcast_to(self._enough, out.shape)
        for box in _slabs(tuple(slice(0, n) for n in out.shape)):
            present = inside[box] + _at(values, whole, box)
            for plane in _planes(out[box]):
                plane[present <= enough[box]] = np.nan

    def _factors(self) -> Table:
        """What outputs near renormalised ends are multiplied with."""
        problem = self._problem
        renormalized = [i for i, a in enumerate(problem.axes) if a.boundary == "renormalize"]
        sums = _BoxSums(problem, renormalized)
        factors = _factor(sums.values, self._total, self._least)
        if self.sizes is not None:
            factors[_BoxSums(self.sizes, renormalized).values <= self._enough] = np.nan
        return Table(problem, factors, sums.whole)


class Table:
    """A number for each output: along each axis those between two places share theirs."""

    def __init__(self, problem: Problem, values: Array, whole: Sequence[tuple[int, int]]) -> None:
        self._whole = whole
        self.kept_bytes = values.nbytes
        found = np.abs(values[np.isfinite(values)])
        #: The largest of the numbers.
        self.largest = float(found.max()) if found.size else 1.0
        #: The same in the core, for results of types that it rescales.
        self.core: _core.WeightTable | None = None
        few = len(whole) < _core.max_axes
        if few and values.dtype == np.float64 and problem.result.char in "fdFD":
            begin, end = [begin for begin, _ in whole], [end for _, end in whole]
            self.core = _core.WeightTable(
                np.ascontiguousarray(values), problem.out_shape, begin, end
            )
        else:
            self._values = values

    def scale(self, out: Array, boxes: Sequence[Box], threads: int) -> None:
        """Multiply the outputs in `boxes`, which are those near the ends, with their numbers."""
        if self.core is not None:
            for plane in _planes(out):
                self.core.scale(plane, threads)
            return
        for box in (slab for each in boxes for slab in _slabs(each)):
            _multiply(out[box], _at(self._values, self._whole, box))

    def divide(self, out: Array, inside: Array, total: Array, least: Array, threads: int) -> None:
        """Multiply outputs with ``total / weight``: that is what is inside and their numbers."""
        if self.core is not None:
            for plane in _planes(out):
                self.core.divide(plane, inside, total, least, threads)
            return
        total, least = (np.broadcast_to(numbers, out.shape) for numbers in (total, least))
        for box in _slabs(tuple(slice(0, n) for n in out.shape)):
            numbers = _at(self._values, self._whole, box)
            _multiply(out[box], _factor(inside[box] + numbers, total[box], least[box]))


def _at(values: Array, whole: Sequence[tuple[int, int]], box: Box) -> Array:
    """The numbers that a table has for a box of outputs."""
    places = []
    for side, (begin, end) in zip(box, whole, strict=True):
        outputs = np.arange(side.start, side.stop)
        places.append(np.minimum(outputs, begin) + np.maximum(outputs - (end - 1), 0))
    numbers: Array = values[np.ix_(*places)]
    return numbers


def _outside_weights(problem: Problem) -> tuple[Array, list[tuple[int, int]]]:
    """Weight of the taps that lie on numbers outside the data: the table and what shares an entry.

    Outside an axis that is renormalised there is nothing, also where another says "zero".
    """
    filled = [i for i, a in enumerate(problem.axes) if a.boundary in FILLED and a.filtered]
    renormalized = [i for i in filled if problem.axes[i].boundary == "renormalize"]
    if filled == renormalized:
        none = _BoxSums(problem, [])
        return np.zeros_like(none.values), none.whole
    covered, every = _BoxSums(problem, filled), _BoxSums(problem, renormalized)
    return every.values - covered.values, covered.whole


class _BoxSums:
    """For each output the weight of the taps that lie inside the data on the given `axes`.

    It takes few values along each axis, one for each range of taps that can lie inside.
    """

    def __init__(self, problem: Problem, axes: Sequence[int]) -> None:
        #: Along each axis the outputs that share one value.
        self.whole = [_shared(a, axis in axes) for axis, a in enumerate(problem.axes)]
        self._boxes: list[tuple[int, NDArray[np.intp], NDArray[np.intp]]] = []
        for axis, a in enumerate(problem.axes):
            if a.kernels > 1 or (a.k == 1 and axis not in axes):
                continue
            begin, end = self.whole[axis]
            # All between `begin` and `end` are like the first of them.
            count = min(begin + 1, a.m) + a.m - end
            if count > _TOO_MANY:
                raise MemoryError(f"{count} outputs lie near the ends")
            outputs = np.r_[0 : min(begin + 1, a.m), end : a.m]
            ends = _inside(a, outputs) if axis in axes else (np.array([0]), np.array([a.k]))
            self._boxes.append((axis, *ends))
        taps = problem.taps.array
        most: Array = np.abs(problem.kernels).sum(axis=1, dtype=np.float64)
        bits = _WHOLE_BITS - np.frexp(most)[1].reshape([a.kernels for a in problem.axes])
        self.values: Array = self._sums(taps.real, bits)
        if problem.complex_taps:
            self.values = self.values + 1j * self._sums(taps.imag, bits)

    def _sums(self, taps: Array, bits: Array) -> Array:
        """Sums of taps in whole multiples of ``2**-bits``, which are exact, and of what is left."""
        scaled = _shifted(taps.astype(np.float64), bits)
        near = np.rint(scaled)
        whole, rest = near.astype(np.int64), scaled - near
        for axis, low, high in self._boxes:
            whole, rest = (_along(numbers, axis, low, high) for numbers in (whole, rest))
        return _shifted(whole + rest, -bits)


def _shifted(numbers: Array, bits: Array) -> Array:
    """Numbers times ``2**bits``, in two steps: the power may be larger than the largest number."""
    first = bits // 2
    shifted: Array = numbers * np.ldexp(1.0, first) * np.ldexp(1.0, bits - first)
    return shifted


def _along(numbers: Array, axis: int, low: NDArray[np.intp], high: NDArray[np.intp]) -> Array:
    """Sums along an axis over boxes from `low` to `high`."""
    shape = numbers.shape
    cube = np.ascontiguousarray(numbers).reshape(prod(shape[:axis]), shape[axis], -1)
    sums = np.empty((cube.shape[0], low.size, cube.shape[2]), cube.dtype)
    _core.box_sums(cube, low, high, sums)
    return sums.reshape(*shape[:axis], low.size, *shape[axis + 1 :])


def dividing(problem: Problem, machine: Machine, *, everywhere: bool) -> float:
    """Predicted seconds to divide outputs by weights: all of them, or those near the ends."""
    boxes = _divided(problem, everywhere=everywhere)
    size = sum(prod(side.stop - side.start for side in box) for box in boxes)
    planes = 2 if problem.result.kind == "c" else 1
    return float(machine.weight * size * planes)


def _divided(problem: Problem, *, everywhere: bool) -> list[Box]:
    """Boxes of the outputs that may lack weight: windows that reach over a renormalised end do.

    A complex weight divides all: it turns NaN in one plane into NaN in both.
    """
    boxes: list[Box] = []
    rest = [slice(0, n) for n in problem.out_shape]
    if everywhere or (problem.renormalized and problem.complex_taps):
        return [tuple(rest)]
    for axis, a in enumerate(problem.axes):
        if a.boundary == "renormalize":
            begin, end = _whole(a)
            before, after = rest[:axis], rest[axis + 1 :]
            boxes += [(*before, side, *after) for side in (slice(0, begin), slice(end, a.m))]
            rest[axis] = slice(begin, end)
    return boxes


def _table_size(problem: Problem) -> int:
    """Entries of a table that tells the ends of all filled axes apart."""
    ends = (_shared(a, a.boundary in FILLED) for a in problem.axes)
    sizes = (
        min(begin + 1 + a.m - end, a.m) for a, (begin, end) in zip(problem.axes, ends, strict=True)
    )
    return prod(sizes)


def _shared(a: Axis, told: bool) -> tuple[int, int]:
    """First output of those that share a number along an axis, and the first after them.

    They are those whose window lies inside the data, if those at the ends are `told` apart.
    """
    if a.kernels > 1:
        return a.m, a.m
    return _whole(a) if told else (0, a.m)


def _whole(a: Axis) -> tuple[int, int]:
    """First output whose window lies inside the data, and the first after it whose does not."""
    begin = min(max(-(a.start // a.stride), 0), a.m)
    last = a.n - 1 - (a.k - 1) * a.dilation - a.start
    end = min(last // a.stride + 1, a.m)
    return (begin, end) if begin < end else (a.m, a.m)


def _inside(a: Axis, outputs: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First tap that lies inside the data and the first after it that does not, by output."""
    first = outputs * a.stride + a.start
    low = np.clip(-(first // a.dilation), 0, a.k)
    high = np.clip(-((first - a.n) // a.dilation), 0, a.k)
    return low, np.maximum(low, high)


def _planes(out: Array) -> tuple[Array, ...]:
    return (out.real, out.imag) if out.dtype.kind == "c" else (out,)


def _factor(weights: Array, total: Array, least: Array) -> Array:
    """What rescales to the full weight; NaN where next to nothing is left."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        factor: Array = np.where(np.abs(weights) > least, total / weights, np.nan)
    return factor


def _multiply(out: Array, factor: Array) -> None:
    with np.errstate(invalid="ignore", over="ignore"):
        if factor.dtype.kind == "c":  # it turns both planes into each other, and NaN with them
            out[...] = np.where(np.isfinite(out), out * factor, complex(np.nan, np.nan))
            return
        for plane in _planes(out):
            plane[...] = plane * factor  # each by itself: NaN in one is no matter of the other


def _slabs(box: Box) -> Iterator[Box]:
    """Cut a box along its first axis into pieces of about `SLAB` entries."""
    first, *others = box
    step = max(1, SLAB // max(1, prod(side.stop - side.start for side in others)))
    for begin in range(first.start, first.stop, step):
        yield slice(begin, min(begin + step, first.stop)), *others


__all__ = ["Division", "dividing"]
