"""From what a caller wrote to one canonical Problem: the checks of arguments in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intertwine.base import boundaries as outside
from intertwine.base.axes import axes_along
from intertwine.base.boundaries import check_boundary
from intertwine.base.checks import MOST, as_array, as_dtype, integer, per_axis, word
from intertwine.base.errors import DTypeError, OptionError, ShapeError
from intertwine.engine import checks, stack, types
from intertwine.engine.boundary import FILLED
from intertwine.engine.problem import Axis, Problem, Taps

Array = NDArray[Any]

MODES = ("full", "same", "valid")
NAN_POLICIES = ("propagate", "ignore", "raise")
OVERFLOWS = ("raise", "saturate")


class Options(NamedTuple):
    """The keyword arguments of `convolve` and `correlate`, as written by the caller."""

    axes: int | Sequence[int] | None = None
    mode: str | Sequence[str] = "same"
    boundary: str | Sequence[str] = "symmetric"
    cval: complex = 0.0
    nan: str = "propagate"
    mask: Any = None
    min_weight: float | None = None
    dtype: Any = None
    overflow: str = "raise"
    stride: int | Sequence[int] = 1
    dilation: int | Sequence[int] = 1
    method: str = "auto"
    precision: float | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """Arguments made plain: the data, which of them are present, and the problem."""

    x: Array
    mask: NDArray[np.bool_] | None
    problem: Problem


def parse(
    caller: str, x: Any, k: Any, options: Options, *, flip: bool, measured: bool = True
) -> Request:
    """Check every argument and return the canonical request.

    `flip` tells convolution from correlation; `measured` says that `x` holds the data and not
    only their shape and type.
    """
    array = as_array(caller, "x", x, masks=True)
    left_out = isinstance(options.nan, str) and options.nan == "ignore"
    kernels = stack.read(caller, k, left_out)
    axes = axes_along(
        caller, array, kernels.taps, kernels.ndim, options.axes, getattr(k, "name", None)
    )
    layout = stack.layout(array, kernels.taps, axes)
    lines = _lines(caller, array, kernels, layout, options, flip)
    boundaries = [lines[axis].boundary for axis in layout.axes]
    nan = word(caller, "nan", options.nan, NAN_POLICIES)
    cval = checks.constant(caller, options.cval, boundaries, array)
    if not np.isfinite(cval) and nan != "propagate":  # what lies outside obeys the policy, too
        cval, lines = _without_cval(caller, cval, nan, lines)
        boundaries = [lines[axis].boundary for axis in layout.axes]
    mask = checks.mask(caller, x, array, options.mask)
    least = checks.min_weight(
        caller, options.min_weight, _why_weighted(nan, boundaries, mask is not None)
    )
    if array.dtype.kind in "biu":  # integers have no NaN: every policy means the same
        nan = "propagate"
    why = _why_weighted(nan, boundaries, mask is not None)
    rows = kernels.taps.reshape(prod(kernels.taps.shape[: len(layout.bank)]), -1)
    if why is not None:
        checks.weight(caller, rows, why)
    asked = None if options.dtype is None else as_dtype(caller, options.dtype)
    span = types.value_range(array, cval, measured)
    native = array.dtype.newbyteorder("=")
    saturate = word(caller, "overflow", options.overflow, OVERFLOWS) == "saturate"
    if saturate:
        asked = types.saturated(caller, native, rows.dtype, asked)
    rules = cval, why is not None, saturate
    try:
        result, compute = types.choose(caller, native, rows, asked, span, *rules)
    except DTypeError:  # the widened range may be at fault: what the data hold decides
        span = types.value_range(array, cval, measured, exactly=True)
        result, compute = types.choose(caller, native, rows, asked, span, *rules)
    if compute == "float32":
        checks.single_precision(caller, rows, cval)
    whole = native.kind in "biu" and rows.dtype.kind in "biu" and why is None
    problem = Problem(
        axes=lines,
        taps=Taps.of(layout.spread(_oriented(kernels.taps, len(axes), flip))),
        dtype=native,
        result=result,
        compute=compute,
        cval=cval if FILLED.intersection(boundaries) else 0j,
        value_range=span if result.kind in "iub" and whole else None,
        missing=nan,
        masked=mask is not None,
        min_weight=None if why is None else least,
        precision=checks.precision(caller, options.precision, result),
        added=layout.added,
    )
    return Request(array, mask, problem)


def _why_weighted(nan: str, boundaries: Sequence[str], masked: bool) -> str | None:
    if "renormalize" in boundaries:
        return "boundary='renormalize'"
    if nan == "ignore":
        return "nan='ignore'"
    return "a mask" if masked else None


def _without_cval(
    caller: str, cval: complex, nan: str, lines: tuple[Axis, ...]
) -> tuple[complex, tuple[Axis, ...]]:
    """A number outside that is NaN or infinite is refused, or left out: nothing lies there."""
    if nan == "raise":
        raise checks.refused_cval(caller, cval)
    kept = (replace(a, boundary="renormalize") if a.boundary == "constant" else a for a in lines)
    return 0j, tuple(kept)


def _lines(
    caller: str,
    x: Array,
    kernels: stack.Kernels,
    layout: stack.Layout,
    options: Options,
    flip: bool,
) -> tuple[Axis, ...]:
    """Return the geometry along every axis of the result."""
    count = len(layout.axes)

    def each(name: str, check: Any) -> tuple[Any, ...]:
        return per_axis(caller, name, getattr(options, name), count, check)

    modes = each("mode", lambda w: _mode(caller, w))
    boundaries = each("boundary", lambda w: check_boundary(caller, w))
    strides = each("stride", lambda v: integer(caller, "stride", v, 1))
    dilations = each("dilation", lambda v: integer(caller, "dilation", v, 1))
    size = kernels.taps.shape[len(layout.bank) :]
    origin = kernels.origin
    if origin is None:  # the default agrees with NumPy and scipy.signal
        origin = tuple((k - 1) // 2 if flip else k // 2 for k in size)
    lines = stack.lines(caller, x, kernels.taps, layout)
    for axis, mode, boundary, stride, d, k, c in zip(
        layout.axes, modes, boundaries, strides, dilations, size, origin, strict=True
    ):
        n = lines[axis].n
        start, m = outputs_along(caller, mode, n, k, d, (k - 1 - c) if flip else c)
        m = -(-m // stride)
        lines[axis] = Axis(n, m, k, start, stride, d, boundary)
    return tuple(lines)


def _mode(caller: str, value: Any) -> str:
    """Return the mode; scipy.ndimage and numpy.pad call the boundary so."""
    lines = outside.advice(value) if isinstance(value, str) and value not in MODES else []
    if lines:
        raise OptionError(
            f"{caller}: `mode={value!r}` names a boundary, but `mode` chooses the outputs: "
            f"{', '.join(MODES)}.\n" + "\n".join(lines)
        )
    return word(caller, "mode", value, MODES)


def outputs_along(
    caller: str, mode: str, n: int, k: int, dilation: int, still: int
) -> tuple[int, int]:
    """Where the first window starts and how many there are; tap `still` lies on the output."""
    reach = (k - 1) * dilation + 1
    if reach > MOST:
        raise ShapeError(
            f"{caller}: {k} taps with dilation {dilation} reach beyond {MOST} samples.\n"
            f"  Pass a smaller dilation."
        )
    if n == 0:
        return 0, 0
    if mode == "full":
        return 1 - reach, n + reach - 1
    if mode == "same":
        return -still * dilation, n
    if n < reach:
        raise ShapeError(
            f"{caller}: mode='valid' leaves nothing: the kernel reaches over {reach} samples "
            f"but `x` has {n} on that axis.\n"
            f"  Use mode='same' or mode='full', or a shorter kernel."
        )
    return 0, n - reach + 1


def _oriented(taps: Array, ndim: int, flip: bool) -> Array:
    """Taps in correlation order; the last `ndim` axes are those of a kernel."""
    backwards: tuple[Any, ...] = (slice(None, None, -1),) * ndim
    return taps[..., *backwards] if flip else taps.conj()


__all__ = ["MODES", "NAN_POLICIES", "Options", "Request", "outputs_along", "parse"]
