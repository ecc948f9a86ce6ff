"""One check for each argument: return it in its one canonical form, or say what it must be."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import (
    DTypeError,
    OptionError,
    ShapeError,
    counted,
    did_you_mean,
    shown,
)

Array = NDArray[Any]

_FLOATING = {np.dtype(t) for t in (np.float16, np.float32, np.float64, np.complex64, np.complex128)}

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
    check_numeric(caller, name, array.dtype)
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


def native(array: Array) -> Array:
    """`array`, or a copy of it if its bytes do not lie as the processor reads numbers.

    Their order may be the other one, or numbers may begin at any byte.
    """
    if array.dtype.isnative and array.flags.aligned:
        return array
    return array.astype(array.dtype.newbyteorder("="))


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
    check_numeric(caller, "dtype", dtype)
    return dtype


def describe(name: str, array: Array) -> str:
    """One line about an array for an error message: ``x: float32 (512, 512, 3)``."""
    return f"{name}: {array.dtype} {array.shape}"


def integer(
    caller: str, name: str, value: Any, least: int, most: int = MOST, advice: str = ""
) -> int:
    """Return `value` as an integer from `least` to `most`."""
    if is_integer(value) and least <= int(value) <= most:
        return int(value)
    end = "2**62" if most == MOST else most
    raise _must_be(caller, name, value, f"an integer from {least} to {end}", advice)


def real(value: Any) -> float | None:
    """Return `value` as a float, or None where it is not one real number; True is none."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, bool | np.bool) or not isinstance(
        value, int | float | np.integer | np.floating
    ):
        return None
    try:
        return float(value)
    except OverflowError:  # an integer beyond float64
        return None


def number(
    caller: str,
    name: str,
    value: Any,
    accepts: Callable[[float], bool],
    wanted: str,
    advice: str = "",
) -> float:
    """Return `value` as a float that `accepts` takes, or say that it must be what is `wanted`."""
    found = real(value)
    if found is None or not accepts(found):
        raise _must_be(caller, name, value, wanted, advice)
    return found


def flag(caller: str, name: str, value: Any, advice: str = "") -> bool:
    """Return `value`, True or False."""
    if not isinstance(value, bool | np.bool):
        raise _must_be(caller, name, value, "True or False", advice)
    return bool(value)


def _must_be(caller: str, name: str, value: Any, wanted: str, advice: str) -> OptionError:
    text = f"{caller}: `{name}={shown(value)}` must be {wanted}."
    return OptionError(f"{text}\n  {advice}" if advice else text)


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


def check_numeric(caller: str, name: str, dtype: np.dtype[Any]) -> None:
    """Refuse types that are no numbers, or that no method computes in."""
    if dtype.kind in "biu" or dtype in _FLOATING or dtype.newbyteorder("=") in _FLOATING:
        return
    if name == "dtype":
        raise DTypeError(
            f"{caller}: `dtype={dtype}` cannot be computed in.\n"
            f"  Pass bool, an integer type, float16 to float64, complex64 or complex128."
        )
    raise DTypeError(
        f"{caller}: `{name}` has dtype {dtype}, which cannot be convolved.\n"
        f"  {_as_numbers(name, dtype)}"
    )


def _as_numbers(name: str, dtype: np.dtype[Any]) -> str:
    """How to make numbers of an array that can be read and holds none to compute with."""
    if dtype.kind == "f":
        return f"Convert it with {name}.astype(np.float64)."
    if dtype.kind == "c":
        return f"Convert it with {name}.astype(np.complex128)."
    if dtype.kind == "O":
        return (
            f"It holds Python objects. If all are numbers, pass np.asarray({name}, float); None "
            f"and rows of unequal length are none."
        )
    if dtype.names:
        return f"Its fields are arrays of their own: pass one of them, {name}[{dtype.names[0]!r}]."
    if dtype.kind in "mM":
        return f"Times are numbers in a unit: convert it with {name}.astype(np.int64)."
    if dtype.kind in "US":
        return f"It holds text. If that spells numbers, pass np.asarray({name}, float)."
    return "Convolution needs numbers: bool, integer, float or complex."
