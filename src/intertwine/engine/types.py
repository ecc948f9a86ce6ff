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
                                                   type; 64-bit x: the range of the data counts
==========================  =====================  ==========================================

Sums run in float32 for results of 32 bits and less, otherwise in float64; integers run in
whichever of float32, float64 and int64 is exact for them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intertwine.engine.errors import DTypeError

COMPLEX_OF = {"e": np.complex64, "f": np.complex64, "d": np.complex128}
FLOATS = {np.dtype(t) for t in (np.float16, np.float32, np.float64)}
COMPLEXES = {np.dtype(t) for t in (np.complex64, np.complex128)}

#: Largest integers up to which every integer is a float32, a float64.
EXACT_FLOAT32, EXACT_FLOAT64 = 1 << 24, 1 << 53


def check_numeric(caller: str, name: str, dtype: np.dtype[np.generic]) -> None:
    """Refuse types that are no numbers, or that no method computes in."""
    if dtype.kind in "biu" or dtype in FLOATS or dtype in COMPLEXES:
        return
    if dtype.kind in "fc":
        hint = f"Convert it with {name}.astype(np.{'float64' if dtype.kind == 'f' else 'complex128'})."
    elif dtype.kind == "O":
        hint = "It holds Python objects (rows of unequal length, or None?): make it numeric first."
    else:
        hint = "Convolution needs numbers: bool, integer, float or complex."
    raise DTypeError(f"{caller}: `{name}` has dtype {dtype}, which cannot be convolved.\n  {hint}")


def integer_limits(dtype: np.dtype[np.generic]) -> tuple[int, int]:
    """Least and largest value of an integer or bool type."""
    if dtype.kind == "b":
        return 0, 1
    info = np.iinfo(dtype)  # type: ignore[type-var]
    return int(info.min), int(info.max)


def _exact_sum(taps: NDArray[np.generic]) -> int:
    return int(taps.astype(object).sum()) if taps.itemsize == 8 else int(taps.sum(dtype=np.int64))


def integer_bounds(taps: NDArray[np.generic], low: int, high: int) -> tuple[int, int, int]:
    """Least and largest possible sum, and the largest partial sum in magnitude."""
    positive = _exact_sum(taps[taps > 0])  # type: ignore[operator]
    negative = _exact_sum(taps[taps < 0]) if taps.dtype.kind == "i" else 0  # type: ignore[operator]
    least = positive * low + negative * high
    largest = positive * high + negative * low
    magnitude = max(abs(low), abs(high), 1)
    return least, largest, (positive - negative) * magnitude


def integer_result(caller: str, x: np.dtype[np.generic], least: int, largest: int) -> np.dtype[np.generic]:
    """The narrowest integer type, no narrower than `x`, that holds ``least..largest``."""
    kinds = ["u", "i"] if x.kind in "ub" else ["i"]
    for size in (1, 2, 4, 8):
        for kind in kinds:
            candidate = np.dtype(f"{kind}{size}")
            lo, hi = integer_limits(candidate)
            if size >= x.itemsize and lo <= least and largest <= hi:
                return candidate
    extreme = largest if largest > -least else least
    lo, hi = integer_limits(np.dtype(np.int64 if kinds == ["i"] or least < 0 else np.uint64))
    raise DTypeError(
        f"{caller}: {x} data under these integer taps may reach {extreme:.4g}, "
        f"beyond 64-bit integers ({lo if extreme < 0 else hi:.4g}).\n"
        f"  Pass dtype=np.float64 (exact up to 2**53, about 9.007e+15), or scale the data down."
    )


def check_integer_dtype(
    caller: str, asked: np.dtype[np.generic], least: int, largest: int
) -> None:
    """Refuse an integer `dtype=` that cannot hold every possible sum."""
    lo, hi = integer_limits(asked)
    if lo <= least and largest <= hi:
        return
    raise DTypeError(
        f"{caller}: dtype={asked} holds {lo} to {hi}, "
        f"but this kernel can give {least} to {largest}.\n"
        f"  Leave `dtype` out, or pass a wider type."
    )


def integer_compute(partial: int) -> str:
    """The fastest type in which sums up to `partial` in magnitude are exact."""
    if partial <= EXACT_FLOAT32:
        return "float32"
    return "float64" if partial <= EXACT_FLOAT64 else "int64"


def float_result(x: np.dtype[np.generic], taps: np.dtype[np.generic]) -> np.dtype[np.generic]:
    """The result's type when `x` or the taps are not integers."""
    real: np.dtype[np.generic]
    if x.kind == "c":
        return x
    if x.kind == "f":
        real = x
    else:
        real = np.dtype(np.float32 if x.itemsize <= 2 else np.float64)
    return np.dtype(COMPLEX_OF[real.char]) if taps.kind == "c" else real


def float_compute(x: np.dtype[np.generic], result: np.dtype[np.generic]) -> str:
    """float64 when the data or the answer have more than float32's 24 bits, else float32."""
    wide_integer = x.kind in "iu" and x.itemsize > 2
    wide_float = x in (np.dtype(np.float64), np.dtype(np.complex128))
    wide_result = result in (np.dtype(np.float64), np.dtype(np.complex128))
    return "float64" if wide_integer or wide_float or wide_result else "float32"


def check_float_dtype(
    caller: str,
    asked: np.dtype[np.generic],
    natural: np.dtype[np.generic],
    x: np.dtype[np.generic],
    taps: np.dtype[np.generic],
) -> None:
    """Refuse a `dtype=` that would throw away fractions or an imaginary part."""
    if asked.kind in "iub" and natural.kind in "fc":
        raise DTypeError(
            f"{caller}: dtype={asked} cannot hold the answer of {x} data under {taps} taps, "
            f"which is {natural}.\n"
            f"  Leave `dtype` out and round the result: np.rint(y).astype(np.{asked})."
        )
    if natural.kind == "c" and asked.kind != "c":
        raise DTypeError(
            f"{caller}: dtype={asked} would drop the imaginary part "
            f"({x} data, {taps} taps).\n  Pass a complex dtype, or take y.real."
        )
