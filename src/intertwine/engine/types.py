"""Which type the answer has, and in which type it is summed.

The rule, in one table (``x`` the samples, ``k`` the taps):

==========================  =====================  ==========================================
x                           k                      result
==========================  =====================  ==========================================
float16, float32, float64   real                   the type of x
complex64, complex128       any                    the type of x
any real                    complex                the complex type of the real result
bool, 8- and 16-bit ints    float                  float32
32- and 64-bit ints         float                  float64
bool and ints               bool and ints          the narrowest integer, no narrower than x,
                                                   that holds ``sum k * x`` for every x of its
                                                   type; 64-bit x: the range of the data counts;
                                                   as under float taps where sums are divided by
                                                   weights (masks, ``boundary="renormalize"``)
==========================  =====================  ==========================================

With ``overflow="saturate"`` the result is an 8- or 16-bit integer, by default the type of x: sums
are rounded to the nearest integer, halves to even, and clipped to its range. Sums of integers under
integer taps are exact before they are clipped.

Sums run in float32 for results of 32 bits and less, otherwise in float64; integers run in
whichever of float32, float64 and int64 is exact for them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import DTypeError, beyond_64_bits

Array = NDArray[Any]
DType = np.dtype[Any]

COMPLEX_OF = {"e": np.complex64, "f": np.complex64, "d": np.complex128}

#: The types that results are rounded and clipped to.
NARROW = tuple(np.dtype(name) for name in ("uint8", "int8", "uint16", "int16"))

#: What to do where sums may leave such a type.
NARROWER = "Leave `dtype` out, pass a wider type, or pass overflow='saturate' to clip."

#: Largest integers up to which every integer is a float32, a float64.
EXACT_FLOAT32, EXACT_FLOAT64 = 1 << 24, 1 << 53


def integer_limits(dtype: DType) -> tuple[int, int]:
    """Least and largest value of an integer or bool type."""
    if dtype.kind == "b":
        return 0, 1
    info = np.iinfo(dtype)
    return int(info.min), int(info.max)


def _exact_sums(kernels: Array) -> list[int]:
    """The sum of each row, in Python's integers where 64 bits could be too few."""
    if kernels.itemsize == 8:
        kernels = kernels.astype(object)
        return [int(total) for total in kernels.sum(axis=1)]
    sums: list[int] = kernels.sum(axis=1, dtype=np.int64).tolist()
    return sums


def integer_bounds(kernels: Array, low: int, high: int) -> tuple[int, int, int]:
    """Least and largest possible sum, and the largest partial sum in magnitude, of all `kernels`.

    They come as rows of taps.
    """
    zero = kernels.dtype.type(0)
    positive = _exact_sums(np.maximum(kernels, zero))
    negative = _exact_sums(np.minimum(kernels, zero))
    signs = list(zip(positive, negative, strict=True))
    least = min(p * low + n * high for p, n in signs)
    largest = max(p * high + n * low for p, n in signs)
    magnitude = max(abs(low), abs(high), 1)
    return least, largest, max(p - n for p, n in signs) * magnitude


def integer_result(caller: str, x: DType, least: int, largest: int) -> DType:
    """The narrowest integer type, no narrower than `x`, that holds ``least..largest``."""
    kinds = ["u", "i"] if x.kind in "ub" else ["i"]
    for size in (1, 2, 4, 8):
        for kind in kinds:
            candidate = np.dtype(f"{kind}{size}")
            lo, hi = integer_limits(candidate)
            if size >= x.itemsize and lo <= least and largest <= hi:
                return candidate
    beyond = beyond_64_bits(least, largest, signed=kinds == ["i"] or least < 0)
    raise DTypeError(
        f"{caller}: {x} data under these integer taps may reach {beyond}.\n"
        f"  Pass dtype=np.float64 (exact up to 2**53, {EXACT_FLOAT64}), or scale the data down."
    )


def check_integer_dtype(caller: str, asked: DType, least: int, largest: int) -> None:
    """Refuse an integer `dtype=` that cannot hold every possible sum."""
    lo, hi = integer_limits(asked)
    if lo <= least and largest <= hi:
        return
    raise DTypeError(
        f"{caller}: dtype={asked} holds {lo} to {hi}, "
        f"but this kernel can give {least} to {largest}.\n"
        f"  {NARROWER if asked in NARROW else 'Leave `dtype` out, or pass a wider type.'}"
    )


def saturated(caller: str, x: DType, taps: DType, asked: DType | None) -> DType:
    """The type that results are rounded and clipped to: `asked`, or that of `x`."""
    if "c" in x.kind + taps.kind:
        raise DTypeError(
            f"{caller}: `overflow='saturate'` rounds real results, and those of {x} data under "
            f"{taps} taps are complex.\n  Leave overflow out, or pass x.real or k.real."
        )
    result = x if asked is None else asked
    if result in NARROW:
        return result
    names = ", ".join(map(str, NARROW))
    if asked is None:
        raise DTypeError(
            f"{caller}: `overflow='saturate'` gives 8- or 16-bit integers, and `x` is {x}.\n"
            f"  Pass dtype= with the type of the result ({names}), or leave overflow out."
        )
    raise DTypeError(
        f"{caller}: `overflow='saturate'` gives 8- or 16-bit integers, not {asked}.\n"
        f"  Pass one of {names}, or leave overflow out."
    )


def integer_compute(partial: int) -> str:
    """The fastest type in which sums up to `partial` in magnitude are exact."""
    if partial <= EXACT_FLOAT32:
        return "float32"
    return "float64" if partial <= EXACT_FLOAT64 else "int64"


def float_result(x: DType, taps: DType) -> DType:
    """The result's type when `x` or the taps are not integers."""
    if x.kind == "c":
        return x
    real = x if x.kind == "f" else np.dtype(np.float32 if x.itemsize <= 2 else np.float64)
    return np.dtype(COMPLEX_OF[real.char]) if taps.kind == "c" else real


def float_compute(x: DType, result: DType) -> str:
    """float64 when the data or the answer have more than float32's 24 bits, else float32."""
    wide_integer = x.kind in "iu" and x.itemsize > 2
    wide_float = x in (np.dtype(np.float64), np.dtype(np.complex128))
    wide_result = result in (np.dtype(np.float64), np.dtype(np.complex128))
    return "float64" if wide_integer or wide_float or wide_result else "float32"


def check_float_dtype(
    caller: str,
    asked: DType,
    natural: DType,
    x: DType,
    taps: DType,
) -> None:
    """Refuse a `dtype=` that would throw away fractions or an imaginary part."""
    if asked.kind in "iub" and natural.kind in "fc":
        rounds = f"Pass overflow='saturate' to round and clip to {asked}, or leave `dtype` out."
        wide = f"Leave `dtype` out and round the result: np.rint(y).astype(np.{asked})."
        narrow = asked in NARROW and natural.kind == "f"
        raise DTypeError(
            f"{caller}: dtype={asked} cannot hold the answer of {x} data under {taps} taps, "
            f"which is {natural}.\n  {rounds if narrow else wide}"
        )
    if natural.kind == "c" and asked.kind != "c":
        raise DTypeError(
            f"{caller}: dtype={asked} would drop the imaginary part "
            f"({x} data, {taps} taps).\n  Pass a complex dtype, or take y.real."
        )


def value_range(
    x: Array, cval: complex, measured: bool, *, exactly: bool = False
) -> tuple[int, int]:
    """Bounds on integer samples: those of the type; for 64 bits those of the data if known.

    Measured bounds are widened to powers of two, so that similar data share a plan, unless they
    are asked for `exactly`.
    """
    if x.dtype.kind not in "biu":
        return 0, 0
    low, high = integer_limits(x.dtype)
    if measured and x.dtype.itemsize == 8:
        least, most = (int(x.min()), int(x.max())) if x.size else (0, 0)
        if exactly:
            low, high = min(least, 0), max(most, 0)
        high = min(high, (1 << max(most, 0).bit_length()) - 1)
        low = max(low, -(1 << max(-least, 0).bit_length())) if least < 0 else 0
    fill = int(cval.real) if cval.real.is_integer() else 0
    return min(low, fill, 0), max(high, fill, 0)


def choose(
    caller: str,
    x: DType,
    kernels: Array,
    asked: DType | None,
    span: tuple[int, int],
    cval: complex,
    weighted: bool,
    saturate: bool = False,
) -> tuple[DType, str]:
    """Result type and compute type for `x` data under these rows of taps, one row a kernel.

    `asked` is the `dtype=`, which results are clipped to if they `saturate`. All kernels of a
    bank share the types that the largest needs.
    """
    integers = x.kind in "biu" and kernels.dtype.kind in "iu"
    if integers and not cval.real.is_integer():
        raise DTypeError(
            f"{caller}: `cval={cval.real}` is no integer but `x` ({x}) and `k` "
            f"({kernels.dtype}) are.\n  Pass a whole cval, or convert x to float."
        )
    if integers and not weighted:
        return _integers(caller, x, kernels, asked, span, saturate)
    natural = float_result(x, np.dtype(np.float64) if integers else kernels.dtype)
    if asked is not None and not saturate:
        check_float_dtype(caller, asked, natural, x, kernels.dtype)
    result = natural if asked is None else asked
    return result, float_compute(x, result)


def _integers(
    caller: str,
    x: DType,
    kernels: Array,
    asked: DType | None,
    span: tuple[int, int],
    saturate: bool,
) -> tuple[DType, str]:
    least, largest, partial = integer_bounds(kernels, *span)
    if asked is not None and asked.kind in "fc":
        exact = asked.kind == "f" and asked.itemsize == 4 and partial <= EXACT_FLOAT32
        return asked, "float32" if exact else "float64"
    if asked is None:
        result = integer_result(caller, x, least, largest)
    else:
        if saturate:
            _check_clipped(caller, x, partial)
        else:
            check_integer_dtype(caller, asked, least, largest)
        result = asked
    return result, integer_compute(partial)


def _check_clipped(caller: str, x: DType, partial: int) -> None:
    """Refuse sums that wrap before they can be clipped."""
    if partial >= 1 << 63:
        beyond = beyond_64_bits(0, partial, signed=True)
        raise DTypeError(
            f"{caller}: {x} data under these integer taps may reach {beyond}.\n"
            f"  Pass float taps, k.astype(np.float64), or scale the data down."
        )
