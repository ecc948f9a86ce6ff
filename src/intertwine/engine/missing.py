"""Missing data: NaN, infinities and masked samples, the same with every method.

Why this is hard: a transform or a running sum mixes all samples, so that one NaN would spoil
answers far away. Three rules keep it local:

* `clean` puts zeros where samples are missing, before any method sees them;
* a method that mixes samples leaves NaN and infinities out of its sums and says so, and `stamp`
  then adds them to exactly those outputs whose window holds one, as the plain formula would;
* `divide_by_weight` rescales each output to the kernel's full weight::

      y[n] = sum(k) * sum_present k * x / sum_present k        (normalised convolution)

  after Knutsson and Westin (1993). Where less than 1e-9 of ``sum|k|`` is present, y is NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intertwine import _core
from intertwine.engine import planes, results
from intertwine.engine.boundary import FILLED
from intertwine.engine.checks import LEAST_WEIGHT
from intertwine.engine.errors import OptionError, counted
from intertwine.engine.lower import lower
from intertwine.engine.machine import Machine
from intertwine.engine.problem import Axis, Problem, Taps

if TYPE_CHECKING:
    from intertwine.engine.plan import Plan
    from intertwine.engine.shorten import Shortened

Array = NDArray[Any]
Mask = NDArray[np.bool_]
Box = tuple[slice, ...]

#: Outputs handled at a time where a pass needs temporary arrays.
SLAB = 1 << 16


def clean(
    caller: str, problem: Problem, x: Array, present: Mask | None
) -> tuple[Array, Mask | None]:
    """Return data fit for the sums, and which samples are present (None: all)."""
    if problem.missing == "raise":
        _refuse(caller, x, present)
    if problem.missing == "ignore":
        finite = np.isfinite(x)
        if not finite.all():
            present = finite if present is None else present & finite
    if present is None or present.all():
        return x, None
    return np.where(present, x, x.dtype.type(0)), present


def _refuse(caller: str, x: Array, present: Mask | None) -> None:
    bad = ~np.isfinite(x)
    if present is not None:
        bad &= present
    count = int(np.count_nonzero(bad))
    if count:
        where = tuple(int(i) for i in np.unravel_index(int(bad.argmax()), bad.shape))
        raise OptionError(
            f"{caller}: `x` has {counted(count, 'NaN or infinite sample')} of {x.size}, "
            f"the first at {where}, and nan='raise' refuses them.\n"
            f"  Pass nan='ignore' to leave them out, or nan='propagate' to let them show."
        )


def _touch(
    problem: Problem, marks: Mask, taps: Array, outside: bool, threads: int
) -> NDArray[np.bool_]:
    """Outputs with a marked sample under a tap that is not zero in `taps`."""
    from intertwine.engine.plan import CACHE  # the engine asks itself; plan imports this module

    problem = replace(
        problem,
        taps=Taps(taps.astype(np.uint8)),
        dtype=np.dtype(np.uint8),
        result=np.dtype(np.int64),
        compute="float64",
        cval=complex(outside),
        missing="propagate",
        masked=False,
        precision=None,
        value_range=None,
        axes=tuple(_filled(a, 1.0 if outside else 0.0) for a in problem.axes),
    )
    counts = results.empty(problem.out_shape, np.dtype(np.int64))
    CACHE.get(problem, "convolve", "auto", threads).compute(
        marks.view(np.uint8), None, counts, threads
    )
    return counts > 0


def _filled(axis: Axis, fill: float) -> Axis:
    """The same axis with its outside, if that is `cval`, given by `fill`."""
    if axis.boundary not in FILLED:
        return axis
    return replace(axis, boundary="constant" if fill and axis.boundary == "constant" else "zero")


def stamp_planes(
    problem: Problem,
    short: Shortened | None,
    products: Sequence[planes.Product],
    x: Array,
    out: Array,
    threads: int,
) -> None:
    """`stamp` for each product of planes; `short` tells of the shorter kernels that were used."""
    lines = problem if short is None else short.problem
    for product in products:
        source, target = planes.take(x, product.source), planes.take(out, product.target)
        cval = planes.number(problem.cval, product.source)
        if short is None or short.alike:
            plane = planes.take(lines.taps.array, product.factor)
            ends = plane, plane
        else:
            ends = short.extremes(planes.take(problem.taps.array, product.factor))
        stamp(lines, source, ends, target, cval, threads)


def stamp(
    problem: Problem, x: Array, taps: tuple[Array, Array], out: Array, cval: float, threads: int
) -> None:
    """Add to `out` what NaN and infinities in `x` contribute: NaN, or an infinity with its sign.

    A tap of zero over an infinity gives NaN, as do two infinities of opposite sign. `taps` holds
    the least and the largest of the taps that each of the problem's stands for (see `shorten`).
    """
    low, high = taps
    known = _core.Missing(lower(problem).geometry(), bool((low > 0).all()))
    if not known.run(x, out, cval, False, threads):
        return
    fill = cval if any(a.boundary == "constant" for a in problem.axes) else 0.0
    plus, minus, above, below = x == np.inf, x == -np.inf, fill == np.inf, fill == -np.inf
    positive, negative, zero = high > 0, low < 0, (low <= 0) & (high >= 0)

    def met(marks: Mask, where: Array, outside: bool) -> Mask:
        if not where.any() or not (marks.any() or outside):
            return np.zeros(problem.out_shape, bool)
        return _touch(problem, marks, where, outside, threads)

    with np.errstate(invalid="ignore"):
        out[met(plus, positive, above) | met(minus, negative, below)] += np.inf
        out[met(plus, negative, above) | met(minus, positive, below)] -= np.inf
    out[met(plus | minus, zero, above or below)] = np.nan


def divide_by_weight(problem: Problem, present: Mask | None, out: Array, threads: int) -> None:
    """Rescale each output from the weight that was present to the kernel's full weight."""
    if present is None and not problem.renormalized:
        return
    kernels = problem.kernels
    total = _spread(problem, kernels.sum(axis=1, dtype=np.result_type(kernels.dtype, np.float64)))
    least = LEAST_WEIGHT * _spread(problem, np.abs(kernels).sum(axis=1, dtype=np.float64))
    plan = None if present is None else weighing(problem, threads)
    inside = None if plan is None or present is None else _inside_weights(plan, present, threads)
    outside = _outside_weights(problem, whole=present is None)
    boxes = _divided(problem, everywhere=present is not None)
    for box in (slab for each in boxes for slab in _slabs(each)):
        weights = outside(box) if inside is None else inside[box] + outside(box)
        _divide(out[box], weights, total[box], least[box])


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


def dividing(problem: Problem, machine: Machine, *, everywhere: bool) -> float:
    """Predicted seconds to divide outputs by weights: all of them, or those near the ends."""
    boxes = _divided(problem, everywhere=everywhere)
    size = sum(prod(side.stop - side.start for side in box) for box in boxes)
    planes = 2 if problem.result.kind == "c" else 1
    return float(machine.weight * size * planes)


def weighing(problem: Problem, threads: int | None = None) -> Plan | None:
    """The plan that adds up the weights of the samples that are present, if any can be missing."""
    from intertwine.engine.plan import CACHE  # the engine asks itself; plan imports this module

    if not problem.masked and problem.missing != "ignore":
        return None
    taps = problem.taps.array
    weights = Problem(
        axes=tuple(_filled(a, 0.0) for a in problem.axes),
        taps=problem.taps if taps.dtype.kind in "fc" else Taps(taps.astype(np.float64)),
        dtype=np.dtype(np.uint8),
        result=np.dtype(np.complex128 if taps.dtype.kind == "c" else np.float64),
        compute="float64",
    )
    return CACHE.get(weights, "convolve", "auto", threads)


def _spread(problem: Problem, numbers: Array) -> Array:
    """One number for each kernel, at all outputs of that kernel."""
    return np.broadcast_to(numbers.reshape([a.kernels for a in problem.axes]), problem.out_shape)


def _divide(out: Array, weights: Array, total: Array, least: Array) -> None:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        factor = np.where(np.abs(weights) > least, total / weights, np.nan)
        if factor.dtype.kind == "c":  # it turns both planes into each other, and NaN with them
            out[...] = np.where(np.isfinite(out), out * factor, complex(np.nan, np.nan))
            return
        for plane in (out.real, out.imag) if out.dtype.kind == "c" else (out,):
            plane[...] = plane * factor  # each by itself: NaN in one is no matter of the other


def _slabs(box: Box) -> Iterator[Box]:
    """Cut a box along its first axis into pieces of about `SLAB` entries."""
    first, *others = box
    step = max(1, SLAB // max(1, prod(side.stop - side.start for side in others)))
    for begin in range(first.start, first.stop, step):
        yield slice(begin, min(begin + step, first.stop)), *others


def _inside_weights(plan: Plan, present: Mask, threads: int) -> Array:
    """Weight of the present samples under the kernel, as if nothing lay outside."""
    weights = results.empty(plan.problem.out_shape, plan.problem.result)
    plan.compute(present.view(np.uint8), None, weights, threads)
    return weights


def _outside_weights(problem: Problem, whole: bool) -> Callable[[Box], Array]:
    """Weight of the taps that lie on numbers outside the data; `whole`: or on any sample.

    Outside an axis that is renormalised there is nothing, also where another axis says "zero".
    """
    renormalized = [i for i, a in enumerate(problem.axes) if a.boundary == "renormalize"]
    every = _Table(problem, renormalized)
    if whole:
        return every.at
    filled = [i for i, a in enumerate(problem.axes) if a.boundary in FILLED and a.filtered]
    if not renormalized and not filled:
        return lambda box: np.zeros(())
    covered = _Table(problem, filled)
    return lambda box: every.at(box) - covered.at(box)


class _Table:
    """For each output the weight of the taps that lie inside the data on the given `axes`.

    It takes few values along each axis, one for each range of taps that can lie inside.
    """

    def __init__(self, problem: Problem, axes: Sequence[int]) -> None:
        taps = problem.taps.array
        table = taps.astype(np.result_type(taps.dtype, np.longdouble))
        self._whole: list[tuple[int, int]] = []
        for axis, a in enumerate(problem.axes):
            if a.kernels > 1:
                self._whole.append((a.m, a.m))
                continue
            begin, end = _whole(a) if axis in axes else (0, a.m)
            self._whole.append((begin, end))
            # All between `begin` and `end` are like the first of them.
            outputs = np.r_[0 : min(begin + 1, a.m), end : a.m]
            low, high = _inside(a, outputs) if axis in axes else ([0], [a.k])
            sums = np.cumsum(table, axis)
            sums = np.concatenate([np.zeros_like(sums.take([0], axis)), sums], axis)
            table = sums.take(high, axis) - sums.take(low, axis)
        self._table: Array = table.astype(np.result_type(taps.dtype, np.float64))

    def at(self, box: Box) -> Array:
        """The weights of a box of outputs."""
        places = []
        for side, (begin, end) in zip(box, self._whole, strict=True):
            outputs = np.arange(side.start, side.stop)
            places.append(np.minimum(outputs, begin) + np.maximum(outputs - (end - 1), 0))
        weights: Array = self._table[np.ix_(*places)]
        return weights


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


__all__ = ["clean", "divide_by_weight", "dividing", "stamp_planes", "weighing"]
