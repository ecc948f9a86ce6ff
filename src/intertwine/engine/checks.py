"""Checks of what only the operator takes: kernels, masks, what lies outside, precision."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Number
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from intertwine.base.checks import as_array, describe, is_masked, number, refuse_hidden
from intertwine.base.errors import DTypeError, OptionError, ShapeError, counted, shown

Array = NDArray[Any]

#: Below this share of ``sum|k|`` a weight is no weight: nothing sensible can be divided by it.
LEAST_WEIGHT = 1e-9


def both(x: Array, taps: Array) -> str:
    """The line of an error message about the samples and the taps."""
    return f"  {describe('x', x)}    {describe('k', taps)}"


def kernel(caller: str, k: Any, gaps: bool = False) -> tuple[Array, tuple[int, ...] | None]:
    """Return the taps in native byte order and, for a kernel object, its origin.

    With `gaps`, taps of an array may be missing: they are zero, and weigh nothing.
    """
    if not hasattr(k, "taps"):
        return _taps(caller, k, gaps), None
    taps = _taps(caller, k.taps)
    given = getattr(k, "origin", None)
    return taps, None if given is None else origin(caller, given, taps)


def _taps(caller: str, k: Any, gaps: bool = False) -> Array:
    taps = as_array(caller, "k", k)
    if taps.size == 0:
        raise ShapeError(
            f"{caller}: `k` has no taps, shape {taps.shape}.\n  Pass at least one tap on each axis."
        )
    if taps.dtype.kind in "fc" and not np.isfinite(taps).all():
        if gaps and np.isfinite(taps).any():
            return _taps(caller, np.where(np.isfinite(taps), taps, taps.dtype.type(0)))
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


def refused_cval(caller: str, cval: complex) -> OptionError:
    """The error about a number outside that is not finite, under nan='raise'."""
    number = cval.real if cval.imag == 0 else cval
    return OptionError(
        f"{caller}: `cval={number}` is not finite, and nan='raise' refuses what lies outside, "
        f"too.\n"
        f"  Pass a finite cval, boundary='renormalize' to count only what is inside, or "
        f"nan='propagate' to let it show."
    )


def min_weight(caller: str, value: Any, why: str | None) -> float | None:
    """Return the least fraction of the weight that must be present; `why` some can be missing."""
    if value is None:
        return None
    real = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not real or not 0 <= value <= 1:
        raise OptionError(
            f"{caller}: `min_weight={shown(value)}` must be a number from 0 to 1, "
            f"the fraction of sum|k| that must be present."
        )
    if why is None:
        raise OptionError(
            f"{caller}: `min_weight={shown(value)}` has no effect where nothing can be missing.\n"
            f"  Pass nan='ignore', a mask or boundary='renormalize', or leave min_weight out."
        )
    return float(value)


def precision(caller: str, value: Any, result: np.dtype[Any]) -> float | None:
    """Return the asked bound on the error, if the result's type can keep to it."""
    if value is None:
        return None
    wanted = "a number between 0 and 1, a bound on |error| / (sum|k| * max|x|)"
    bound = number(caller, "precision", value, lambda v: 0 < v < 1, wanted)
    if result.kind in "fc":
        least = float(np.finfo(result).eps)  # the final rounding alone takes half of it
        if bound < least:
            wider = "" if result in ("f8", "c16") else "dtype=np.float64, or "
            raise OptionError(
                f"{caller}: `precision={bound:.3g}` cannot be met in {result}, "
                f"whose own spacing is {least:.3g}.\n"
                f"  Pass {wider}a precision of at least {least:.3g}."
            )
    return bound


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
    for row in np.flatnonzero(totals <= LEAST_WEIGHT * sizes):
        total, size = totals[row], sizes[row]
        whose = "" if len(kernels) == 1 else f" of kernel {row}"
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
    for name, given in (("the largest tap", largest), ("`cval`", outside)):
        if np.isfinite(given) and given > limit:
            raise DTypeError(
                f"{caller}: {name}, {given:.3g}, is beyond float32 ({limit:.3g}), "
                f"in which this problem is summed.\n"
                f"  Pass dtype=np.float64, or scale the kernel and the data."
            )
    if 0 < largest < least:
        raise DTypeError(
            f"{caller}: the largest tap, {largest:.3g}, is too small for float32 ({least:.3g}), "
            f"in which this problem is summed.\n"
            f"  Pass dtype=np.float64, or scale the kernel and the data."
        )
