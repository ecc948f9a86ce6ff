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

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intertwine.engine import results
from intertwine.engine.boundary import FILLED
from intertwine.engine.checks import LEAST_WEIGHT
from intertwine.engine.errors import OptionError, counted
from intertwine.engine.machine import Machine
from intertwine.engine.problem import Axis, Problem, Taps

if TYPE_CHECKING:
    from intertwine.engine.plan import Plan

Array = NDArray[Any]
Mask = NDArray[np.bool_]

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
    CACHE.get(problem, "convolve", "auto").compute(marks.view(np.uint8), None, counts, threads)
    return counts > 0


def _one_kernel(problem: Problem) -> Problem:
    """The problem with one kernel in the place of a bank's: all have the same window."""
    return replace(problem, axes=tuple(
        replace(a, m=a.n, kernels=1) if a.kernels > 1 else a for a in problem.axes
    ))  # fmt: skip


def _filled(axis: Axis, fill: float) -> Axis:
    """The same axis with its outside, if that is `cval`, given by `fill`."""
    if axis.boundary not in FILLED:
        return axis
    return replace(axis, boundary="constant" if fill and axis.boundary == "constant" else "zero")


def stamp(problem: Problem, x: Array, taps: Array, out: Array, cval: float, threads: int) -> None:
    """Add to `out` what NaN and infinities in `x` contribute: NaN, or an infinity with its sign.

    A tap of zero over an infinity gives NaN, as do two infinities of opposite sign.
    """
    one = _one_kernel(problem)
    every = np.ones([a.k for a in one.axes], bool)
    cval_counts = any(a.boundary == "constant" for a in problem.axes)
    fill = cval if cval_counts else 0.0

    nan = _touch(one, np.isnan(x), every, bool(np.isnan(fill)), threads)
    plus, minus = x == np.inf, x == -np.inf
    if plus.any() or minus.any() or np.isinf(fill):
        positive, negative, zero = taps > 0, taps < 0, taps == 0

        def met(marks: Mask, where: Array, outside: bool) -> Mask:
            if not where.any() or not (marks.any() or outside):
                return np.zeros(problem.out_shape, bool)
            return _touch(problem, marks, where, outside, threads)

        above, below = fill == np.inf, fill == -np.inf
        up = met(plus, positive, above) | met(minus, negative, below)
        down = met(plus, negative, above) | met(minus, positive, below)
        nan = nan | met(plus | minus, zero, above or below)
        out[up] += np.inf
        with np.errstate(invalid="ignore"):
            out[down] -= np.inf
    np.copyto(out, np.nan, where=nan)


def divide_by_weight(problem: Problem, present: Mask | None, out: Array, threads: int) -> None:
    """Rescale each output from the weight that was present to the kernel's full weight."""
    if present is None and not problem.renormalized:
        return
    kernels = problem.kernels
    total = _spread(problem, kernels.sum(axis=1, dtype=np.result_type(kernels.dtype, np.float64)))
    least = LEAST_WEIGHT * _spread(problem, np.abs(kernels).sum(axis=1, dtype=np.float64))
    plan = None if present is None else weighing(problem)
    inside = None if plan is None or present is None else _inside_weights(plan, present, threads)
    outside = _outside_weights(problem, whole=present is None)
    for slab in _slabs(problem.out_shape):
        weights = outside(slab) if inside is None else inside[slab] + outside(slab)
        _divide(out[slab], weights, total[slab], least[slab])


def dividing(problem: Problem, machine: Machine) -> float:
    """Predicted seconds to divide all outputs by weights."""
    return machine.weight * problem.out_size * (2 if problem.result.kind == "c" else 1)


def weighing(problem: Problem) -> Plan | None:
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
    return CACHE.get(weights, "convolve", "auto")


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


def _slabs(shape: tuple[int, ...]) -> list[slice]:
    """Cut an array along its first axis into pieces of about `SLAB` entries."""
    step = max(1, SLAB // max(1, prod(shape[1:])))
    return [slice(i, i + step) for i in range(0, shape[0], step)]


def _inside_weights(plan: Plan, present: Mask, threads: int) -> Array:
    """Weight of the present samples under the kernel, as if nothing lay outside."""
    weights = results.empty(plan.problem.out_shape, plan.problem.result)
    plan.compute(present.view(np.uint8), None, weights, threads)
    return weights


def _outside_weights(problem: Problem, whole: bool) -> Callable[[slice], Array]:
    """Weight of the taps that lie on numbers outside the data; `whole`: or on any sample.

    Outside an axis that is renormalised there is nothing, also where another axis says "zero".
    """
    renormalized = [i for i, a in enumerate(problem.axes) if a.boundary == "renormalize"]
    every = _Table(problem, renormalized)
    if whole:
        return every.rows
    filled = [i for i, a in enumerate(problem.axes) if a.boundary in FILLED and a.filtered]
    if not renormalized and not filled:
        return lambda slab: np.zeros(())
    covered = _Table(problem, filled)
    return lambda slab: every.rows(slab) - covered.rows(slab)


class _Table:
    """For each output the weight of the taps that lie inside the data on the given `axes`.

    It takes few values along each axis, one for each range of taps that can lie inside.
    """

    def __init__(self, problem: Problem, axes: Sequence[int]) -> None:
        taps = problem.taps.array
        table = taps.astype(np.result_type(taps.dtype, np.longdouble))
        self._places: list[NDArray[np.intp]] = []
        for axis, a in enumerate(problem.axes):
            if a.kernels > 1:
                self._places.append(np.arange(a.kernels))
                continue
            low, high = _inside(a) if axis in axes else (np.zeros(a.m, int), np.full(a.m, a.k))
            # Neither ever grows from output to output: equal ranges follow each other.
            first = np.ones(a.m, bool)
            first[1:] = (np.diff(low) != 0) | (np.diff(high) != 0)
            sums = np.cumsum(table, axis)
            sums = np.concatenate([np.zeros_like(sums.take([0], axis)), sums], axis)
            table = sums.take(high[first], axis) - sums.take(low[first], axis)
            self._places.append(np.cumsum(first) - 1)
        self._table: Array = table.astype(np.result_type(taps.dtype, np.float64))

    def rows(self, slab: slice) -> Array:
        """The weights of some rows of outputs."""
        first, *others = self._places
        return self._table[np.ix_(first[slab], *others)]


def _inside(a: Axis) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First tap that lies inside the data and the first after it that does not, by output."""
    first = np.arange(a.m) * a.stride + a.start
    low = np.clip(-(first // a.dilation), 0, a.k)
    high = np.clip(-((first - a.n) // a.dilation), 0, a.k)
    return low, np.maximum(low, high)


__all__ = ["clean", "divide_by_weight", "dividing", "stamp", "weighing"]
