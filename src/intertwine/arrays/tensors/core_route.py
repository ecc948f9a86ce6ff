"""The operator and its two adjoints as problems for the engine, on NumPy arrays.

With ``y = F(x, w)`` linear in both arguments, all derivatives are made of three operators::

    forward           y[n] = sum_j w[j] * X[n*s + a + j*d]
    signal_gradient   v[i] = sum_j w[j] * g[n]   over all n, j with  n*s + a + j*d -> i
    kernel_gradient   u[j] = sum_n g[n] * X[n*s + a + j*d]

X is the signal with what lies outside it, ``->`` the sample that a boundary puts at a place, s the
stride, d the dilation and a where the first window starts. Each is a correlation itself:

* the signal's gradient is one of `g`, spread by the stride, with the mirrored kernel. What it
  says about places outside is added to the samples that the boundary had put there;
* the kernel's gradient is one of X with `g` as the kernel; stride and dilation change places.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.arrays.tensors.geometry import Geometry, Shape, lines
from intertwine.base.threads import resolve
from intertwine.engine import kernel_gradient as adjoint
from intertwine.engine.boundary import FILLED, fold
from intertwine.engine.memory import empty
from intertwine.engine.plan import CACHE, make
from intertwine.engine.problem import Axis, Problem, Taps

Array = NDArray[Any]


def forward(x: Array, w: Array, geometry: Geometry, method: str, threads: int) -> Array:
    """``F(x, w)``."""
    found = lines(geometry, x.shape, w.shape)
    taps = geometry.layout(x.ndim).spread(w)
    return _run(geometry, x, taps, found, method, threads, kept=True)


def signal_gradient(g: Array, w: Array, shape: Shape, geometry: Geometry, threads: int) -> Array:
    """The adjoint of ``x -> F(x, w)`` for a signal of this shape, applied to `g`."""
    layout = geometry.layout(g.ndim)
    found = lines(geometry, shape, w.shape)
    mirrored = np.flip(w, tuple(range(len(layout.bank), w.ndim)))
    axes = list(_bank(g.shape, w.shape, layout.bank))
    for axis in layout.axes:
        axes[axis] = _adjoint(found[axis])
    spread = _spread(g, {axis: found[axis].stride for axis in layout.axes})
    v = _run(geometry, spread, layout.spread(mirrored), tuple(axes), "auto", threads, kept=True)
    for axis in layout.axes:
        if found[axis].boundary not in FILLED:
            v = _folded(v, axis, found[axis])
    return _summed(v, shape)


def kernel_gradient(x: Array, g: Array, shape: Shape, geometry: Geometry, threads: int) -> Array:
    """The adjoint of ``w -> F(x, w)`` for a kernel of this shape, applied to `g`."""
    layout = geometry.layout(g.ndim)
    along, bank = layout.axes, layout.bank
    if not np.isfinite(g).all():  # no kernel holds NaN, and they reach every tap of theirs
        finite = np.isfinite(g)
        u = kernel_gradient(x, np.where(finite, g, g.dtype.type(0)), shape, geometry, threads)
        hit = ~finite.all(axis=along).reshape([g.shape[axis] for axis in bank])
        shared = tuple(i for i in range(len(bank)) if shape[i] == 1)
        u[np.broadcast_to(hit.any(axis=shared, keepdims=True), shape[: len(bank)])] = np.nan
        return u
    found = lines(geometry, x.shape, shape)
    wide = geometry.layout(g.ndim).spread(np.broadcast_to(np.zeros(()), shape)).shape
    count = resolve(threads or None)
    u = adjoint.kernel_gradient(x, g, found, along, wide, geometry.cval, count)
    if np.isfinite(u).all():
        return np.ascontiguousarray(u.transpose(*bank, *along))
    # A transform has carried NaN, infinities or an overflow further than their windows reach.
    axes = list(found)
    for place, axis in enumerate(bank):
        if shape[place] > 1 or g.shape[axis] == 1:
            axes[axis] = Axis(x.shape[axis], g.shape[axis], kernels=g.shape[axis])
        else:  # the kernels along this axis are one: a sum over it is one output of a window
            axes[axis] = Axis(g.shape[axis], 1, k=g.shape[axis])
    for axis in along:
        f = found[axis]
        axes[axis] = replace(f, m=f.k, k=f.m, stride=f.dilation, dilation=f.stride)
    u = _run(geometry, x, g, tuple(axes), "auto", threads, kept=False)
    order = u.transpose(*bank, *along)
    return np.ascontiguousarray(order)


def _run(
    geometry: Geometry,
    x: Array,
    taps: Array,
    axes: tuple[Axis, ...],
    method: str,
    threads: int,
    *,
    kept: bool,
) -> Array:
    """Solve one problem; a plan that is `kept` serves the next call with the same kernel."""
    filled = any(line.boundary == "constant" for line in axes)
    result = np.result_type(x, taps)
    if any(n == 0 for n in (*x.shape, *taps.shape)):
        return np.zeros([line.m for line in axes], result)
    problem = Problem(
        axes=axes,
        taps=(Taps.of if kept else Taps)(np.ascontiguousarray(taps)),
        dtype=x.dtype,
        result=result,
        compute="float64" if result.itemsize // (1 + (result.kind == "c")) == 8 else "float32",
        cval=geometry.cval if filled else 0j,
    )
    caller = geometry.caller
    plan = CACHE.get(problem, caller, method) if kept else make(problem, caller, method)
    out = empty(problem.out_shape, problem.result)
    count = min(resolve(threads or None), plan.most_threads)
    plan.execute(x, None, out, count, caller)
    return out


def _bank(g: Shape, w: Shape, bank: tuple[int, ...]) -> tuple[Axis, ...]:
    """Axes where kernels lie side by side, over a `g` that has a place for each."""
    found = [Axis(n, n) for n in g]
    for place, axis in enumerate(bank):
        if w[place] > 1:
            found[axis] = Axis(g[axis], w[place], kernels=w[place])
    return tuple(found)


def _adjoint(line: Axis) -> Axis:
    """From outputs, spread by the stride, back to samples; or to all places that windows reach."""
    outputs = max(0, (line.m - 1) * line.stride + 1)
    if line.boundary in FILLED:
        first, count = -line.start - (line.reach - 1), line.n
    else:
        first, count = -(line.reach - 1), outputs + line.reach - 1
    return Axis(outputs, count, line.k, first, 1, line.dilation, "zero")


def _spread(g: Array, strides: dict[int, int]) -> Array:
    """`g` with zeros between its entries along each axis, as many as the stride left out."""
    if all(stride == 1 for stride in strides.values()) or g.size == 0:
        return g
    shape, places = list(g.shape), [slice(None)] * g.ndim
    for axis, stride in strides.items():
        shape[axis] = (g.shape[axis] - 1) * stride + 1
        places[axis] = slice(None, None, stride)
    spread = np.zeros(shape, g.dtype)
    spread[tuple(places)] = g
    return spread


def _folded(v: Array, axis: int, line: Axis) -> Array:
    """Add what lies outside to the samples that the boundary puts there."""
    moved = np.moveaxis(v, axis, 0)
    places = np.arange(line.start, line.start + len(moved))
    result = np.zeros((line.n, *moved.shape[1:]), v.dtype)
    low, high = np.searchsorted(places, [0, line.n])
    result[places[low:high]] = moved[low:high]
    index = fold(places, line.n, line.boundary)
    if line.boundary == "nearest" or line.n == 1:
        result[0] += moved[:low].sum(axis=0)
        result[-1] += moved[high:].sum(axis=0)
        return np.moveaxis(result, 0, axis)
    period = line.n - (line.boundary == "mirror")  # places that meet different samples
    for end in range(low, 0, -period):
        run = slice(max(0, end - period), end)
        result[index[run]] += moved[run]
    for begin in range(high, len(moved), period):
        run = slice(begin, begin + period)
        result[index[run]] += moved[run]
    return np.moveaxis(result, 0, axis)


def _summed(v: Array, shape: Shape) -> Array:
    """Add up along the axes where one sample served several kernels."""
    shared = tuple(i for i, (m, n) in enumerate(zip(v.shape, shape, strict=True)) if m != n)
    return v.sum(axis=shared, keepdims=True) if shared else v
