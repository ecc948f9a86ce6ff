"""Missing data: NaN, infinities and masked samples, the same with every method.

Why this is hard: a transform or a running sum mixes all samples, so that one NaN would spoil
answers far away. Three rules keep it local:

* `clean` puts zeros where samples are missing, before any method sees them;
* a method that mixes samples leaves NaN and infinities out of its sums, and `stamp_planes`
  then puts them into exactly those outputs whose window holds one, as the plain formula would. An
  infinity counts for more than what finite samples sum to, also where that overflows the result's
  type;
* `divide_by_weight` rescales each output to the kernel's full weight::

      y[n] = sum(k) * sum_present k * x / sum_present k        (normalised convolution)

  after Knutsson and Westin (1993); `weights` does the division. Where less than 1e-9
  of ``sum|k|`` is present, or less than the problem's `min_weight`, y is NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intertwine import _core
from intertwine.base.errors import OptionError, counted
from intertwine.engine import planes
from intertwine.engine.boundary import FILLED
from intertwine.engine.lower import lower
from intertwine.engine.memory import empty
from intertwine.engine.problem import Axis, Problem, Taps
from intertwine.engine.weights import Division, dividing

if TYPE_CHECKING:
    from intertwine.engine.plan import Plan
    from intertwine.engine.shorten import Shortened

Array = NDArray[Any]
Mask = NDArray[np.bool_]


def clean(
    caller: str, problem: Problem, x: Array, present: Mask | None, threads: int
) -> tuple[Array, Mask | None]:
    """Return data fit for the sums, and which samples are present (None: all)."""
    if problem.missing == "raise":
        _refuse(caller, x, present)
    ignored = problem.missing == "ignore"
    if not ignored and present is None:
        return x, None
    if x.dtype.char in "fdFD" and x.flags.c_contiguous and x.flags.aligned:
        mask = None if present is None else np.ascontiguousarray(present)
        if not _core.put_aside(x, mask, ignored, None, None, threads):
            return x, None
        data, there = empty(x.shape, x.dtype), empty(x.shape, np.dtype(bool))
        _core.put_aside(x, mask, ignored, data, there, threads)
        return data, there
    if ignored:
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
        min_weight=None,
        precision=None,
        value_range=None,
        axes=tuple(_filled(a, 1.0 if outside else 0.0) for a in problem.axes),
    )
    counts = empty(problem.out_shape, np.dtype(np.int64))
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
    """Put what NaN and infinities mean into outputs whose sums left them out.

    `short` tells of the shorter kernels that were used.
    """
    lines = problem if short is None else short.problem
    geometry = lower(lines).geometry()
    for name in dict.fromkeys(product.target for product in products):
        target, met = planes.take(out, name), list[_Met]()
        for product in (each for each in products if each.target == name):
            cval = planes.number(problem.cval, product.source)
            if short is None or short.alike:
                plane = planes.take(lines.taps.array, product.factor)
                ends = plane, plane
            else:
                ends = short.extremes(planes.take(problem.taps.array, product.factor))
            met.append(_Met(planes.take(x, product.source), ends, cval))
        # NaN is put where it belongs at once. So is an infinity, if its sign is known and no other
        # product adds to it.
        alone = len(met) == 1 and met[0].positive
        known = _core.Missing(geometry, alone)
        infinite = [known.run(each.x, target, each.cval, False, threads) for each in met]
        if any(infinite):
            marks = np.zeros(target.shape, target.dtype)
            for each in met:
                _add(lines, each, marks, threads)
            np.copyto(target, marks, where=~np.isfinite(marks))


class _Met(NamedTuple):
    """Samples, and the taps that meet them: the least and the largest that each stands for."""

    x: Array
    taps: tuple[Array, Array]
    cval: float

    @property
    def positive(self) -> bool:
        return bool((self.taps[0] > 0).all())


def _add(problem: Problem, met: _Met, out: Array, threads: int) -> None:
    """Add to `out` what NaN and infinities contribute: NaN, or an infinity with its sign.

    A tap of zero over an infinity gives NaN, as do two infinities of opposite sign.
    """
    x, (low, high), cval = met
    known = _core.Missing(lower(problem).geometry(), met.positive)
    if not known.run(x, out, cval, True, threads):
        return
    fill = cval if any(a.boundary == "constant" for a in problem.axes) else 0.0
    plus, minus, above, below = x == np.inf, x == -np.inf, fill == np.inf, fill == -np.inf
    positive, negative, zero = high > 0, low < 0, (low <= 0) & (high >= 0)

    def under(marks: Mask, where: Array, outside: bool) -> Mask:
        if not where.any() or not (marks.any() or outside):
            return np.zeros(problem.out_shape, bool)
        return _touch(problem, marks, where, outside, threads)

    with np.errstate(invalid="ignore"):
        out[under(plus, positive, above) | under(minus, negative, below)] += np.inf
        out[under(plus, negative, above) | under(minus, positive, below)] -= np.inf
    out[under(plus | minus, zero, above or below)] = np.nan


def divide_by_weight(
    problem: Problem, division: Division, present: Mask | None, out: Array, threads: int
) -> None:
    """Rescale each output from the weight that was present to the kernel's full weight."""
    plan = None if present is None else weighing(problem, threads)
    if plan is None or present is None:
        division.near_ends(out, threads)
        return
    division.everywhere(out, _present_weights(plan, present, threads), threads)
    if division.sizes is not None:
        sizes = weighing(division.sizes, threads)
        assert sizes is not None  # of a problem that can miss the same samples
        division.blank(out, _present_weights(sizes, present, threads))


def _present_weights(plan: Plan, present: Mask, threads: int) -> Array:
    inside = empty(plan.problem.out_shape, plan.problem.result)
    plan.compute(present.view(np.uint8), None, inside, threads)
    return inside


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


__all__ = ["clean", "divide_by_weight", "dividing", "stamp_planes", "weighing"]
