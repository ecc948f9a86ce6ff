"""One check for each argument: return it in its one canonical form, or say what it must be."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from numbers import Integral, Number
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from intertwine.engine import types
from intertwine.engine.errors import (
    DTypeError,
    OptionError,
    ShapeError,
    counted,
    did_you_mean,
    shown,
)

Array = NDArray[Any]

#: Below this share of ``sum|k|`` a weight is no weight: nothing sensible can be divided by it.
LEAST_WEIGHT = 1e-9

#: NumPy holds an axis more, but does not index along them all.
MOST_AXES = 63

#: Lengths, steps and reaches stay below this, far from where 64-bit arithmetic would wrap.
MOST = 1 << 62


def is_integer(value: Any) -> bool:
    """Whether `value` is a whole number; True and a timedelta are none."""
    if type(value) is int:  # asked on every call
        return True
    return isinstance(value, Integral) and not isinstance(value, bool | np.timedelta64)


def as_array(caller: str, name: str, value: Any, *, masks: bool = False) -> Array:
    """Return `value` as a NumPy array of numbers with at least one axis.

    Entries that a masked array hides are refused, unless the caller reads `masks`.
    """
    try:
        array = np.asarray(value)
    except Exception as error:  # whatever an object raises while it turns itself into an array
        raise _unreadable(caller, name, value) from error
    if array.ndim == 0 and array.dtype.kind not in "biufc":
        raise _unreadable(caller, name, value)  # no array to NumPy: None, a set, a word, ...
    types.check_numeric(caller, name, array.dtype)
    if not masks:
        refuse_hidden(
            caller, name, value, f"Say what they are: pass {name}.filled(0), for example."
        )
    if array.ndim == 0:
        raise ShapeError(
            f"{caller}: `{name}` is a single number, shape ().\n"
            f"  Pass an array with at least one axis, such as [{array[()]}]."
        )
    if array.ndim > MOST_AXES:
        raise ShapeError(
            f"{caller}: `{name}` has {array.ndim} axes, at most {MOST_AXES} can be taken.\n"
            f"  Join axes with {name}.reshape(...), or drop those of length 1."
        )
    return array


def _unreadable(caller: str, name: str, value: Any) -> DTypeError:
    advice = "Pass a NumPy array, or nested lists of numbers with rows of equal length."
    if hasattr(value, "toarray"):  # sparse, of SciPy or others
        advice = f"Pass {name}.toarray(), if it fits in memory."
    elif name == "k" and isinstance(value, str):
        advice = "Named kernels are functions: intertwine.kernels.gaussian(2.0), for example."
    elif isinstance(value, Iterable) and not isinstance(value, Sequence):
        advice = "Pass what it holds as an array, or as a list of numbers."
    return DTypeError(
        f"{caller}: `{name}` ({type(value).__name__}) cannot be read as an array of numbers.\n"
        f"  {advice}"
    )


def as_dtype(caller: str, value: Any) -> np.dtype[Any]:
    """Return `value` as a native dtype that can be computed in."""
    try:
        dtype: np.dtype[Any] = np.dtype(value).newbyteorder("=")
    except Exception as error:  # NumPy raises TypeError, ValueError, SyntaxError, ...
        raise DTypeError(
            f"{caller}: `dtype={shown(value)}` is no dtype.\n  Pass for example dtype=np.float32."
        ) from error
    types.check_numeric(caller, "dtype", dtype)
    return dtype


def describe(name: str, array: Array) -> str:
    """One line about an array for an error message: ``x: float32 (512, 512, 3)``."""
    return f"{name}: {array.dtype} {array.shape}"


def both(x: Array, taps: Array) -> str:
    """The line of an error message about the samples and the taps."""
    return f"  {describe('x', x)}    {describe('k', taps)}"


def kernel(caller: str, k: Any) -> tuple[Array, tuple[int, ...] | None]:
    """Return the taps in native byte order and, for a kernel object, its origin."""
    if not hasattr(k, "taps"):
        return _taps(caller, k), None
    taps = _taps(caller, k.taps)
    given = getattr(k, "origin", None)
    return taps, None if given is None else origin(caller, given, taps)


def _taps(caller: str, k: Any) -> Array:
    taps = as_array(caller, "k", k)
    if taps.size == 0:
        raise ShapeError(
            f"{caller}: `k` has no taps, shape {taps.shape}.\n  Pass at least one tap on each axis."
        )
    if taps.dtype.kind in "fc" and not np.isfinite(taps).all():
        bad = int(np.count_nonzero(~np.isfinite(taps)))
        raise OptionError(
            f"{caller}: `k` has {counted(bad, 'NaN or infinite tap')} of {taps.size}.\n"
            f"  A kernel must be finite: replace them, for example with np.nan_to_num(k)."
        )
    if taps.dtype.kind == "b":
        taps = taps.view(np.uint8)
    elif taps.dtype.kind == "f" and taps.dtype.itemsize == 2:
        taps = taps.astype(np.float32)
    return taps.astype(taps.dtype.newbyteorder("="), copy=False)


def origin(caller: str, given: Any, taps: Array) -> tuple[int, ...]:
    """Return the index of the tap that is a kernel's origin."""
    inside = isinstance(given, Sequence) and len(given) == taps.ndim
    if not inside or not all(
        isinstance(c, Integral) and 0 <= int(c) < n for c, n in zip(given, taps.shape, strict=True)
    ):
        raise OptionError(
            f"{caller}: the origin {shown(given)} of `k` names no tap of shape {taps.shape}.\n"
            f"  It must be a tuple with an index from 0 to K - 1 for each axis."
        )
    return tuple(int(c) for c in given)


def integer(caller: str, name: str, value: Any, least: int) -> int:
    """Return `value` as an integer of at least `least`."""
    if is_integer(value) and least <= int(value) <= MOST:
        return int(value)
    raise OptionError(
        f"{caller}: `{name}={shown(value)}` must be an integer from {least} to 2**62."
    )


def word(caller: str, name: str, value: Any, known: Sequence[str]) -> str:
    """Return `value` if it is one of the `known` words."""
    if not isinstance(value, str) or value not in known:
        raise OptionError(
            f"{caller}: `{name}={shown(value)}` is not known.{did_you_mean(value, known)}\n"
            f"  Known: {', '.join(known)}."
        )
    return value


def is_listed(value: Any) -> bool:
    """Whether `value` is one for each, not one for all."""
    if isinstance(value, np.ndarray):
        return value.ndim > 0
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def per_axis(
    caller: str, name: str, value: Any, count: int, check: Callable[[Any], Any]
) -> tuple[Any, ...]:
    """Return one value for every axis, or one for each."""
    if not is_listed(value):
        return (check(value),) * count
    if len(value) != count:
        raise ShapeError(
            f"{caller}: `{name}={shown(tuple(value))}` has "
            f"{counted(len(value), 'entry', 'entries')} but the kernel works along "
            f"{counted(count, 'axis', 'axes')}.\n"
            f"  Pass one for all, or one for each axis."
        )
    return tuple(check(v) for v in value)


def constant(caller: str, cval: Any, boundaries: Sequence[str], x: Array) -> complex:
    """Return the number that lies outside."""
    value = _number(caller, cval)
    if value != 0 and "constant" not in boundaries:
        raise OptionError(
            f"{caller}: `cval={shown(cval)}` has no effect with boundary={boundaries[0]!r}.\n"
            f"  Pass boundary='constant', or leave cval out."
        )
    if value.imag != 0 and x.dtype.kind != "c":
        raise DTypeError(
            f"{caller}: `cval={shown(cval)}` is complex but `x` is {x.dtype}.\n"
            f"  Pass a real cval, or x.astype(complex)."
        )
    return value


def _number(caller: str, cval: Any) -> complex:
    if isinstance(cval, Number) and not isinstance(cval, bool):
        try:
            return complex(cast(complex, cval))
        except (TypeError, ValueError, OverflowError):
            pass
    raise OptionError(f"{caller}: `cval={shown(cval)}` must be a number that fits a float64.")


def precision(caller: str, value: Any, result: np.dtype[Any]) -> float | None:
    """Return the asked bound on the error, if the result's type can keep to it."""
    if value is None:
        return None
    real = isinstance(value, int | float | np.integer | np.floating)
    if not real or not 0 < value < 1:
        raise OptionError(
            f"{caller}: `precision={shown(value)}` must be a number between 0 and 1, "
            f"a bound on |error| / (sum|k| * max|x|)."
        )
    if result.kind in "fc":
        least = float(np.finfo(result).eps)  # the final rounding alone takes half of it
        if value < least:
            wider = "" if result in ("f8", "c16") else "dtype=np.float64, or "
            raise OptionError(
                f"{caller}: `precision={value:.3g}` cannot be met in {result}, "
                f"whose own spacing is {least:.3g}.\n"
                f"  Pass {wider}a precision of at least {least:.3g}."
            )
    return float(value)


def is_masked(array: Any) -> bool:
    """Whether `array` is one of NumPy's masked arrays, with entries hidden or not."""
    # Looking at np.ma loads it, which takes longer than planning; who has such an array has it.
    return "numpy.ma" in sys.modules and isinstance(array, np.ma.MaskedArray)


def refuse_hidden(caller: str, name: str, array: Any, advice: str) -> None:
    """Refuse a masked array where its mask has no meaning, if it hides anything."""
    hidden = np.count_nonzero(np.ma.getmaskarray(array)) if is_masked(array) else 0
    if hidden:
        raise OptionError(
            f"{caller}: `{name}` hides {hidden} of its {counted(array.size, 'entry', 'entries')} "
            f"behind a mask.\n  {advice}"
        )


def mask(caller: str, x: Any, array: Array, given: Any) -> NDArray[np.bool_] | None:
    """Return which samples are present: by `given`, and by what a masked array shows."""
    present = None
    if is_masked(x) and x.mask is not np.ma.nomask:
        present = ~np.ma.getmaskarray(x)
    if given is None:
        return present
    try:
        marks = np.asarray(given)
    except Exception as error:  # whatever an object raises while it turns itself into an array
        raise DTypeError(
            f"{caller}: `mask` ({type(given).__name__}) cannot be read as an array.\n"
            f"  Pass one truth value for each sample of x, or a shape that broadcasts to it."
        ) from error
    if marks.dtype.kind != "b":
        raise DTypeError(
            f"{caller}: `mask` has dtype {marks.dtype}, not bool.\n"
            f"  True marks a sample that counts: pass for example mask=(weights > 0)."
        )
    refuse_hidden(caller, "mask", given, "Say what counts: pass mask.filled(False), for example.")
    try:
        marks = np.broadcast_to(marks, array.shape)
    except ValueError:
        advice = "Pass one truth value for each sample of x, or a shape that broadcasts to it."
        if 0 < marks.ndim < array.ndim and marks.shape == array.shape[: marks.ndim]:
            missing = ", None" * (array.ndim - marks.ndim)
            advice = f"If it marks places along the first axes, pass mask[...{missing}]."
        raise ShapeError(
            f"{caller}: `mask` of shape {marks.shape} does not fit `x` of shape {array.shape}.\n"
            f"  {advice}"
        ) from None
    return marks if present is None else marks & present


def weight(caller: str, kernels: Array, why: str) -> None:
    """Refuse a kernel (a row of taps) whose taps cancel: it has no weight to divide by."""
    wide = np.result_type(kernels.dtype, np.float64)
    totals = np.abs(kernels.sum(axis=1, dtype=wide))
    sizes = np.abs(kernels).sum(axis=1, dtype=np.float64)
    for number in np.flatnonzero(totals <= LEAST_WEIGHT * sizes):
        total, size = totals[number], sizes[number]
        whose = "" if len(kernels) == 1 else f" of kernel {number}"
        advice = "Use another boundary, such as 'symmetric'."
        if "boundary" not in why:
            advice = (
                "For a zero-sum kernel fill the missing samples first (np.nan_to_num, or a blur "
                "with nan='ignore')."
            )
        raise OptionError(
            f"{caller}: {why} divides by the weight that is present, "
            f"but the taps{whose} sum to {total:.3g} (sum of |taps| {size:.3g}): there is none.\n"
            f"  {advice}"
        )


def _largest(taps: Array) -> float:
    """The largest magnitude."""
    if taps.dtype.kind == "c":
        return float(np.abs(taps).max())
    return max(float(taps.max()), -float(taps.min()))


def single_precision(caller: str, taps: Array, cval: complex) -> None:
    """Refuse numbers that a problem summed in float32 cannot hold."""
    limit, least = float(np.finfo(np.float32).max), float(np.finfo(np.float32).tiny)
    largest, outside = _largest(taps), max(abs(cval.real), abs(cval.imag))
    for name, number in (("the largest tap", largest), ("`cval`", outside)):
        if np.isfinite(number) and number > limit:
            raise DTypeError(
                f"{caller}: {name}, {number:.3g}, is beyond float32 ({limit:.3g}), "
                f"in which this problem is summed.\n"
                f"  Pass dtype=np.float64, or scale the kernel and the data."
            )
    if 0 < largest < least:
        raise DTypeError(
            f"{caller}: the largest tap, {largest:.3g}, is too small for float32 ({least:.3g}), "
            f"in which this problem is summed.\n"
            f"  Pass dtype=np.float64, or scale the kernel and the data."
        )
