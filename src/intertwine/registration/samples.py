"""Data checked once: real, finite, not constant; brought to mean 0 and standard deviation 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.base.checks import as_array
from intertwine.base.errors import DTypeError, OptionError, ShapeError

Array = NDArray[Any]

#: Shorter sides hold too little to measure anything on.
LEAST_SIDE = 16


def real_array(caller: str, name: str, value: ArrayLike) -> Array:
    """Return `value` as an array of real numbers, or raise DTypeError."""
    given = as_array(caller, name, value)
    if given.dtype.kind == "c":
        raise DTypeError(
            f"{caller}: `{name}` has dtype {given.dtype}, real numbers are needed.\n"
            f"  {name}: {given.dtype} {given.shape}\n"
            f"  Pass bool, integer or float samples."
        )
    return given


def check_finite(caller: str, name: str, given: Array) -> None:
    """Raise OptionError where a sample is NaN or Inf."""
    finite = np.isfinite(given)
    if not finite.all():
        first = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise OptionError(
            f"{caller}: {finite.size - np.count_nonzero(finite)} of {given.size} samples of "
            f"`{name}` are not finite; the first, at {first}, is {given[first]}.\n"
            f"  Fill them in first: np.where(np.isfinite({name}), {name}, np.nanmedian({name}))."
        )


def standardised(caller: str, name: str, values: Array, given: Array) -> NDArray[np.float32]:
    """Shift and scale to mean 0 and standard deviation 1, or say that samples are equal.

    So are those that differ by no more than the rounding of their own type: no noise is measured.

    `given` is what the caller passed, for the message.
    """
    largest = float(np.abs(values).max())
    values = values / largest if largest else values  # squares of 1e200 would overflow
    values = values - values.mean()
    spread = float(values.std())
    if spread <= _rounding(given.dtype):
        alike = bool((values == values.flat[0]).all())
        which = "every sample is" if alike else "but for rounding: samples are about"
        raise OptionError(
            f"{caller}: `{name}` is constant{',' if alike else ''} {which} {given.flat[0]}.\n"
            f"  {name}: {given.dtype} {given.shape}\n"
            f"  Nothing can be measured on it; pass data that show something."
        )
    return np.ascontiguousarray(values / spread, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Values of mean 0 and standard deviation 1, and which of them count: all, where None."""

    values: NDArray[np.float32]
    mask: NDArray[np.bool_] | None


def measured(
    caller: str, name: str, values: Array, given: Array, mask: ArrayLike | None, mask_name: str
) -> Samples:
    """Standardise what counts: samples that are not NaN, and that the mask does not leave out.

    Raises
    ------
    ShapeError, DTypeError, OptionError
        The mask does not fit; a sample is infinite; fewer than one in 100 are left, or all of
        these are equal.
    """
    counts = ~np.isnan(values)
    if mask is not None:
        counts &= _mask(caller, mask_name, mask, name, values.shape)
    check_finite(caller, name, np.where(counts, values, 0))
    if counts.all():
        return Samples(standardised(caller, name, values, given), None)
    left = int(np.count_nonzero(counts))
    if left < max(LEAST_SIDE, values.size // 100):
        raise OptionError(
            f"{caller}: {left} of {values.size} samples of `{name}` count, too few to measure on.\n"
            f"  {name}: {given.dtype} {given.shape}\n"
            f"  `{mask_name}` is True where a sample counts; NaN never does."
        )
    filled = np.zeros(values.shape, np.float32)
    filled[counts] = standardised(caller, name, values[counts], given)
    return Samples(filled, counts)


def _mask(
    caller: str, mask_name: str, mask: ArrayLike, name: str, shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    given = as_array(caller, mask_name, mask)
    if given.dtype != np.bool_:
        raise DTypeError(
            f"{caller}: `{mask_name}` has dtype {given.dtype}, bool is needed.\n"
            f"  True where a sample counts: pass {mask_name} > 0, or {mask_name} == 0."
        )
    if given.shape != shape:
        raise ShapeError(
            f"{caller}: `{mask_name}` has shape {given.shape} but `{name}` {shape}.\n"
            f"  Pass one bool for each sample."
        )
    return given


def _rounding(dtype: np.dtype[Any]) -> float:
    """The spread of equal samples, beside the largest, that rounding explains: of the mean too."""
    own = 2 * float(np.finfo(dtype).eps) if dtype.kind == "f" else 0.0
    return max(own, 16 * float(np.finfo(np.float64).eps))


def evened(
    caller: str, name: str, value: ArrayLike, mask: ArrayLike | None = None, mask_name: str = "mask"
) -> Samples:
    """A signal, picture or volume as float32 of mean 0 and standard deviation 1; NaN is missing.

    Raises
    ------
    ShapeError
        It has no axis or more than 3, or one shorter than 16 samples; the mask has another shape.
    DTypeError
        It does not hold real numbers, or the mask no booleans.
    OptionError
        A sample is infinite, all are equal, or too few are left.
    """
    given = real_array(caller, name, value)
    if not 1 <= given.ndim <= 3 or min(given.shape) < LEAST_SIDE:
        raise ShapeError(
            f"{caller}: `{name}` of shape {given.shape} does not do: 1 to 3 axes are needed, each "
            f"of at least {LEAST_SIDE} samples.\n"
            f"  Colours are compared one by one, or by their brightness."
        )
    return measured(caller, name, given.astype(np.float64), given, mask, mask_name)
