"""From what a caller wrote to one canonical Problem: every check on arguments lives here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral, Number, Real
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from intertwine.engine import types
from intertwine.engine.boundary import BOUNDARIES, FILLED, check_boundary
from intertwine.engine.errors import DTypeError, OptionError, ShapeError, did_you_mean
from intertwine.engine.problem import Axis, Problem, Taps

Array = NDArray[Any]

MODES = ("full", "same", "valid")
NAN_POLICIES = ("propagate", "ignore", "raise")

#: Below this share of ``sum|k|`` a weight is no weight: nothing sensible can be divided by it.
LEAST_WEIGHT = 1e-9

_MAX_LENGTH = 1 << 62


@dataclass(frozen=True, slots=True)
class Options:
    """The keyword arguments of `convolve` and `correlate`, as written by the caller."""

    axes: int | Sequence[int] | None = None
    mode: str | Sequence[str] = "same"
    boundary: str | Sequence[str] = "symmetric"
    cval: complex = 0.0
    nan: str = "propagate"
    mask: Any = None
    dtype: Any = None
    stride: int | Sequence[int] = 1
    dilation: int | Sequence[int] = 1
    precision: float | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """Arguments made plain: the data, which of them are present, and the problem."""

    x: Array
    mask: NDArray[np.bool_] | None
    problem: Problem


def as_array(caller: str, name: str, value: Any) -> Array:
    """Return `value` as a NumPy array of numbers with at least one axis."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:
        raise DTypeError(
            f"{caller}: `{name}` ({type(value).__name__}) cannot be read as an array: {error}\n"
            f"  Pass a NumPy array, or nested lists of numbers with rows of equal length."
        ) from error
    types.check_numeric(caller, name, array.dtype)
    if array.ndim == 0:
        raise ShapeError(
            f"{caller}: `{name}` is a single number, shape ().\n"
            f"  Pass an array with at least one axis, such as [{array[()]}]."
        )
    return array


def describe(name: str, array: Array) -> str:
    """One line about an array for an error message: ``x: float32 (512, 512, 3)``."""
    return f"{name}: {array.dtype} {array.shape}"


def _taps(caller: str, k: Any) -> tuple[Array, tuple[int, ...] | None]:
    """Taps and, for a kernel object, its origin."""
    origin = getattr(k, "origin", None) if hasattr(k, "taps") else None
    taps = as_array(caller, "k", k.taps if hasattr(k, "taps") else k)
    if taps.size == 0:
        raise ShapeError(
            f"{caller}: `k` has no taps, shape {taps.shape}.\n  Pass at least one tap on each axis."
        )
    if taps.dtype.kind in "fc" and not np.isfinite(taps).all():
        bad = int(np.count_nonzero(~np.isfinite(taps)))
        raise OptionError(
            f"{caller}: `k` has {bad} taps of {taps.size} that are NaN or infinite.\n"
            f"  A kernel must be finite: replace them, for example with np.nan_to_num(k)."
        )
    if taps.dtype.kind == "b":
        taps = taps.view(np.uint8)
    elif taps.dtype == np.float16:
        taps = taps.astype(np.float32)
    return taps.astype(taps.dtype.newbyteorder("="), copy=False), origin


def _integer(caller: str, name: str, value: Any, least: int) -> int:
    if isinstance(value, Integral) and not isinstance(value, bool):
        number = int(value)
        if number >= least:
            if number > _MAX_LENGTH:
                raise OptionError(f"{caller}: `{name}={number}` is beyond {_MAX_LENGTH}.")
            return number
    raise OptionError(f"{caller}: `{name}={value!r}` must be an integer of at least {least}.")


def _axes(caller: str, x: Array, taps: Array, axes: Any) -> tuple[int, ...]:
    both = f"  {describe('x', x)}    {describe('k', taps)}"
    if axes is None:
        if taps.ndim == x.ndim:
            return tuple(range(x.ndim))
        if taps.ndim > x.ndim:
            raise ShapeError(
                f"{caller}: `k` has {taps.ndim} axes but `x` only {x.ndim}.\n{both}\n"
                f"  Drop an axis of k, or add one to x."
            )
        first, last = tuple(range(taps.ndim)), tuple(range(x.ndim - taps.ndim, x.ndim))
        raise ShapeError(
            f"{caller}: `k` has {taps.ndim} axes and `x` has {x.ndim}: say which it works along.\n"
            f"{both}\n"
            f"  Pass axes={first} (first, as for an image with channels last) or axes={last} (last)."
        )
    named = (axes,) if isinstance(axes, Integral) else axes
    if isinstance(named, (str, bytes)) or not isinstance(named, (Sequence, np.ndarray)):
        raise OptionError(f"{caller}: `axes={axes!r}` must be an integer or a tuple of integers.")
    if len(named) != taps.ndim:
        raise ShapeError(
            f"{caller}: `k` has {taps.ndim} axes but `axes={tuple(named)}` names {len(named)}.\n"
            f"{both}\n  Name one axis of x for each axis of k."
        )
    result = []
    for axis in named:
        if not isinstance(axis, Integral) or isinstance(axis, bool):
            raise OptionError(f"{caller}: `axes={axes!r}` must hold integers.")
        if not -x.ndim <= axis < x.ndim:
            raise ShapeError(
                f"{caller}: `axes` names axis {axis} but `x` has {x.ndim} axes, "
                f"{-x.ndim} to {x.ndim - 1}.\n{both}"
            )
        result.append(int(axis) % x.ndim)
    if len(set(result)) != len(result):
        raise ShapeError(f"{caller}: `axes={tuple(named)}` names an axis of `x` twice.\n{both}")
    return tuple(result)


def _per_axis(
    caller: str, name: str, value: Any, count: int, check: Callable[[Any], Any]
) -> tuple[Any, ...]:
    """One value for every axis, or one for each."""
    if isinstance(value, (str, bytes)) or not isinstance(value, (Sequence, np.ndarray)):
        return (check(value),) * count
    if len(value) != count:
        raise ShapeError(
            f"{caller}: `{name}={tuple(value)}` has {len(value)} entries "
            f"but the kernel works along {count} axes.\n"
            f"  Pass one for all, or one for each axis."
        )
    return tuple(check(v) for v in value)


def _check_word(caller: str, name: str, word: Any, known: Sequence[str]) -> str:
    if not isinstance(word, str) or word not in known:
        raise OptionError(
            f"{caller}: `{name}={word!r}` is not known.{did_you_mean(word, known)}\n"
            f"  Known: {', '.join(known)}."
        )
    return word


def _origin(origin: Any, taps: Array, flip: bool) -> tuple[int, ...]:
    """The kernel's own origin, or the default that agrees with NumPy and scipy.signal."""
    if origin is not None:
        return tuple(origin)
    return tuple((k - 1) // 2 if flip else k // 2 for k in taps.shape)


def _axis(caller: str, n: int, k: int, start: int, stride: int, dilation: int, boundary: str,
          mode: str) -> Axis:  # fmt: skip
    reach = (k - 1) * dilation + 1
    if reach > _MAX_LENGTH:
        raise ShapeError(f"{caller}: {k} taps with dilation {dilation} reach beyond {_MAX_LENGTH}.")
    if mode == "full":
        start, m = 1 - reach, n + reach - 1
    elif mode == "valid":
        if 0 < n < reach:
            raise ShapeError(
                f"{caller}: mode='valid' leaves nothing: the kernel reaches over {reach} samples "
                f"but `x` has {n} on that axis.\n"
                f"  Use mode='same' or mode='full', or a shorter kernel."
            )
        start, m = 0, n - reach + 1
    else:
        m = n
    m = 0 if n == 0 else -(-m // stride)
    return Axis(n=n, m=m, k=k, start=start, stride=stride, dilation=dilation, boundary=boundary)


def _check_cval(caller: str, cval: Any, boundaries: Sequence[str], x: Array) -> complex:
    if not isinstance(cval, Number) or isinstance(cval, bool):
        raise OptionError(f"{caller}: `cval={cval!r}` must be a number.")
    value = complex(cast(complex, cval))
    if value != 0 and "constant" not in boundaries:
        raise OptionError(
            f"{caller}: `cval={cval}` has no effect with boundary={boundaries[0]!r}.\n"
            f"  Pass boundary='constant', or leave cval out."
        )
    if value.imag != 0 and x.dtype.kind != "c":
        raise DTypeError(f"{caller}: `cval={cval}` is complex but `x` is {x.dtype}.")
    return value


def _value_range(x: Array, cval: complex, measured: bool) -> tuple[int, int]:
    """Bounds on integer samples: those of the type; for 64 bits those of the data if known.

    Measured bounds are widened to powers of two, so that similar data share a plan.
    """
    low, high = types.integer_limits(x.dtype)
    if measured and x.dtype.itemsize == 8 and x.size:
        least, most = int(x.min()), int(x.max())
        high = min(high, (1 << max(most, 0).bit_length()) - 1)
        low = max(low, -(1 << max(-least, 0).bit_length())) if least < 0 else 0
    fill = int(cval.real) if cval.real.is_integer() else 0
    return min(low, fill, 0), max(high, fill, 0)


def _integer_types(
    caller: str, x: Array, taps: Array, asked: np.dtype[Any] | None, span: tuple[int, int]
) -> tuple[np.dtype[Any], str]:
    least, largest, partial = types.integer_bounds(taps, *span)
    if asked is not None and asked.kind in "fc":
        exact = asked.kind == "f" and asked.itemsize == 4 and partial <= types.EXACT_FLOAT32
        return asked, "float32" if exact else "float64"
    if asked is None:
        result = types.integer_result(caller, x.dtype, least, largest)
    else:
        types.check_integer_dtype(caller, asked, least, largest)
        result = asked
    return result, types.integer_compute(partial)


def _types(
    caller: str, x: Array, taps: Array, options: Options, weighted: bool, span: tuple[int, int]
) -> tuple[np.dtype[Any], str]:
    """Result type and compute type."""
    try:
        asked = None if options.dtype is None else np.dtype(options.dtype).newbyteorder("=")
    except TypeError as error:
        raise DTypeError(f"{caller}: `dtype={options.dtype!r}` is no dtype: {error}") from error
    if asked is not None:
        types.check_numeric(caller, "dtype", asked)
    integers = x.dtype.kind in "biu" and taps.dtype.kind in "iu"
    if integers and not weighted:
        return _integer_types(caller, x, taps, asked, span)
    tap_type = np.dtype(np.float64) if integers else taps.dtype
    natural = types.float_result(x.dtype, tap_type)
    if asked is not None:
        types.check_float_dtype(caller, asked, natural, x.dtype, taps.dtype)
    result = natural if asked is None else asked
    return result, types.float_compute(x.dtype, result)


def _check_precision(caller: str, precision: Any, result: np.dtype[Any]) -> float | None:
    if precision is None:
        return None
    if not isinstance(precision, Real) or isinstance(precision, bool) or not 0 < precision < 1:
        raise OptionError(
            f"{caller}: `precision={precision!r}` must be a number between 0 and 1, "
            f"a bound on |error| / (sum|k| * max|x|)."
        )
    if result.kind in "fc":
        least = float(np.finfo(result).eps)  # the final rounding alone takes half of it
        if precision < least:
            wider = "" if result in ("f8", "c16") else "dtype=np.float64, or "
            raise OptionError(
                f"{caller}: `precision={precision:.3g}` cannot be met in {result}, "
                f"whose own spacing is {least:.3g}.\n"
                f"  Pass {wider}a precision of at least {least:.3g}."
            )
    return float(precision)


def _mask(caller: str, x: Any, array: Array, mask: Any) -> NDArray[np.bool_] | None:
    """Which samples are present: `mask`, and what a masked array shows."""
    present = None
    if isinstance(x, np.ma.MaskedArray) and x.mask is not np.ma.nomask:
        present = ~np.ma.getmaskarray(x)
    if mask is None:
        return present
    given = np.asarray(mask)
    if given.dtype.kind != "b":
        raise DTypeError(
            f"{caller}: `mask` has dtype {given.dtype}, not bool.\n"
            f"  True marks a sample that counts: pass for example mask=(weights > 0)."
        )
    try:
        given = np.broadcast_to(given, array.shape)
    except ValueError:
        raise ShapeError(
            f"{caller}: `mask` of shape {given.shape} does not fit `x` of shape {array.shape}.\n"
            f"  Pass one truth value for each sample of x, or a shape that broadcasts to it."
        ) from None
    return given if present is None else given & present


def _check_weight(caller: str, taps: Array, why: str) -> None:
    """A kernel whose taps cancel has no weight to divide by."""
    total, size = complex(taps.sum()), float(np.abs(taps).sum(dtype=np.float64))
    if abs(total) > LEAST_WEIGHT * size:
        return
    raise OptionError(
        f"{caller}: {why} divides by the weight that is present, "
        f"but the taps sum to {abs(total):.3g} (sum of |taps| {size:.3g}): there is none.\n"
        f"  For a zero-sum kernel fill the missing samples first "
        f"(np.nan_to_num, or a blur with nan='ignore'), or use nan='propagate' "
        f"with another boundary."
    )


def _why_weighted(nan: str, boundaries: Sequence[str], masked: bool) -> str | None:
    if "renormalize" in boundaries:
        return "boundary='renormalize'"
    if nan == "ignore":
        return "nan='ignore'"
    return "a mask" if masked else None


def parse(caller: str, x: Any, k: Any, options: Options, *, flip: bool,
          measured: bool = True) -> Request:  # fmt: skip
    """Check every argument and return the canonical request.

    `flip` tells convolution from correlation; `measured` says that `x` holds the data and not
    only their shape and type.
    """
    array = as_array(caller, "x", x)
    taps, own_origin = _taps(caller, k)
    axes = _axes(caller, array, taps, options.axes)
    count = taps.ndim
    modes = _per_axis(caller, "mode", options.mode, count,
                      lambda w: _check_word(caller, "mode", w, MODES))  # fmt: skip
    boundaries = _per_axis(caller, "boundary", options.boundary, count,
                           lambda w: check_boundary(caller, w))  # fmt: skip
    strides = _per_axis(caller, "stride", options.stride, count,
                        lambda v: _integer(caller, "stride", v, 1))  # fmt: skip
    dilations = _per_axis(caller, "dilation", options.dilation, count,
                          lambda v: _integer(caller, "dilation", v, 1))  # fmt: skip
    nan = _check_word(caller, "nan", options.nan, NAN_POLICIES)
    if array.dtype.kind in "biu":  # integers have no NaN: every policy means the same
        nan = "propagate"
    cval = _check_cval(caller, options.cval, boundaries, array)
    mask = _mask(caller, x, array, options.mask)
    why = _why_weighted(nan, boundaries, mask is not None)
    if why is not None:
        _check_weight(caller, taps, why)

    integral = array.dtype.kind in "biu"
    if integral and taps.dtype.kind in "iu" and not cval.real.is_integer():
        raise DTypeError(
            f"{caller}: `cval={options.cval}` is no integer but `x` ({array.dtype}) and `k` "
            f"({taps.dtype}) are.\n  Pass a whole cval, or convert x to float."
        )
    span = _value_range(array, cval, measured) if integral else (0, 0)
    result, compute = _types(caller, array, taps, options, why is not None, span)
    _check_range(caller, taps, compute)

    origin = _origin(own_origin, taps, flip)
    lines = [Axis(n=n, m=n) for n in array.shape]
    for i, axis in enumerate(axes):
        size, c, d = taps.shape[i], origin[i], dilations[i]
        start = -(size - 1 - c) * d if flip else -c * d
        lines[axis] = _axis(caller, array.shape[axis], size, start, strides[i], d,
                            boundaries[i], modes[i])  # fmt: skip
    problem = Problem(
        axes=tuple(lines),
        taps=Taps(_oriented(taps, axes, array.ndim, flip)),
        dtype=array.dtype.newbyteorder("="),
        result=result,
        compute=compute,
        cval=cval if any(b in FILLED for b in boundaries) else 0j,
        value_range=span if result.kind in "iu" else None,
        missing=nan,
        masked=mask is not None,
        precision=_check_precision(caller, options.precision, result),
    )
    return Request(array, mask, problem)


def _check_range(caller: str, taps: Array, compute: str) -> None:
    if compute != "float32" or taps.dtype.kind not in "fc":
        return
    largest, limit = float(np.abs(taps).max()), float(np.finfo(np.float32).max)
    if largest > limit:
        raise DTypeError(
            f"{caller}: the largest tap, {largest:.3g}, is beyond float32 ({limit:.3g}), "
            f"in which this problem is summed.\n  Pass dtype=np.float64, or scale the kernel."
        )


def _oriented(taps: Array, axes: tuple[int, ...], ndim: int, flip: bool) -> Array:
    """Taps in correlation order with one axis per axis of `x`."""
    plain = taps[(slice(None, None, -1),) * taps.ndim] if flip else taps.conj()
    order = sorted(range(taps.ndim), key=lambda i: axes[i])
    shape = [1] * ndim
    for i in order:
        shape[axes[i]] = taps.shape[i]
    return plain.transpose(order).reshape(shape)


__all__ = ["BOUNDARIES", "MODES", "NAN_POLICIES", "Options", "Request", "as_array", "parse"]
