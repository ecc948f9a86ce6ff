"""What all functions of this package are asked, checked once and in one order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from intertwine.base import threads as threading
from intertwine.base.axes import axes_along
from intertwine.base.checks import as_array, integer, is_integer, native
from intertwine.base.errors import DTypeError, OptionError, counted, shown
from intertwine.engine import checks, sampling
from intertwine.engine.arguments import Options, parse
from intertwine.engine.problem import Problem
from intertwine.kernel import Kernel

Array = NDArray[Any]

HOW = ("gather", "scatter")

#: Counters are words of 32 bits.
_MOST_DRAWS = 2**32 - 1


@dataclass(frozen=True)
class Call:
    """The arguments that all functions have in common, checked in their order."""

    caller: str
    x: Any
    k: Any
    axes: Any
    boundary: Any
    cval: Any
    threads: Any

    def __post_init__(self) -> None:
        given = self.x
        kernel = self.k if isinstance(self.k, Kernel) else Kernel(self.k)
        if kernel.dtype.kind == "c":
            raise DTypeError(
                f"{self.caller}: `k` is {kernel.dtype}, and chances are real.\n"
                f"  Pass its real and imaginary part one after the other."
            )
        if not kernel.taps.any():
            raise OptionError(
                f"{self.caller}: each of {counted(kernel.size, 'tap')} of `k` is 0, so none can be "
                "drawn.\n"
                f"  Pass a kernel with at least one tap that is not 0."
            )
        with np.errstate(over="ignore"):
            if not np.isfinite(np.abs(kernel.taps, dtype=np.float64).sum()):
                raise OptionError(
                    f"{self.caller}: the sizes of the taps of `k` add up to more than a float64 "
                    f"holds.\n  Scale the kernel down."
                )
        threading.check(self.caller, self.threads)
        array = as_array(self.caller, "x", given, masks=True)
        if checks.mask(self.caller, given, array, None) is not None:
            raise OptionError(
                f"{self.caller}: `x` is a masked array, and what is missing cannot be drawn.\n"
                f"  Fill it first: x.filled(...)."
            )
        taps = Kernel(kernel.taps.astype(np.float64), kernel.origin)
        axes = axes_along(self.caller, array, taps.taps, taps.ndim, self.axes, kernel.name)
        listed = self.boundary if isinstance(self.boundary, list | tuple) else [self.boundary]
        if "renormalize" in listed:
            raise OptionError(
                f"{self.caller}: boundary='renormalize' would change the chances from place to "
                f"place.\n  Use another boundary, such as 'symmetric'."
            )
        object.__setattr__(self, "x", array)
        object.__setattr__(self, "k", kernel)
        object.__setattr__(self, "axes", axes)

    def problem(self) -> Problem:
        """The geometry, from the same checks that convolution makes."""
        taps = Kernel(self.k.taps.astype(np.float64), self.k.origin)
        options = Options(axes=self.axes, boundary=self.boundary, cval=self.cval)
        return parse(self.caller, self.x, taps, options, flip=True).problem

    def each_plane(self, result: np.dtype[Any], work: Any) -> Array:
        """Run `work(plane, its type, its outside)` on the real and on the imaginary part."""
        x = native(self.x)
        outside = complex(self.cval)
        if x.dtype.kind != "c":
            return cast(Array, work(x, result, outside.real))
        out = np.empty(x.shape, result)
        out.real = work(x.real, out.real.dtype, outside.real)
        out.imag = work(x.imag, out.real.dtype, outside.imag)
        return out


def is_density(k: Kernel, found: list[sampling.Part]) -> bool:
    """Whether no tap is negative and their sum is 1, but for the rounding of the taps' type."""
    if len(found) != 1:
        return False
    rounding = float(np.finfo(k.dtype).eps) if k.dtype.kind == "f" else 0.0
    return abs(found[0].mass - 1) <= rounding * max(4, k.size)


def draw_count(caller: str, value: Any) -> int:
    """Return how many draws are asked for."""
    return integer(caller, "draws", value, 1, _MOST_DRAWS)


def shared_axes(call: Call, value: Any) -> tuple[int, ...]:
    """Return the shared axes, from 0 up."""
    if value is None:
        return ()
    listed = tuple(value) if isinstance(value, list | tuple) else (value,)
    ndim = call.x.ndim
    if not all(is_integer(a) and -ndim <= a < ndim for a in listed):
        raise OptionError(
            f"sample: `shared={shown(value)}` must name axes of `x`, from {-ndim} to {ndim - 1}.\n"
            f"  x: {call.x.dtype} {call.x.shape}"
        )
    counted = tuple(sorted({int(a) % ndim for a in listed}))
    for axis in counted:
        if axis in call.axes:
            raise OptionError(
                f"sample: `shared` names axis {axis}, along which the kernel works "
                f"(axes={call.axes}).\n  Name only axes that are not filtered."
            )
    return counted


def seed_of(caller: str, rng: Any) -> int:
    """Return the key of the random words."""
    if is_integer(rng):
        if 0 <= int(rng) < 2**64:
            return int(rng)
    elif not isinstance(rng, bool | float | str):
        try:
            return int(np.random.default_rng(rng).integers(2**64, dtype=np.uint64))
        except (TypeError, ValueError):
            pass
    raise OptionError(
        f"{caller}: `rng={shown(rng)}` is no source of random numbers.\n"
        f"  Pass an integer from 0 to 2**64 - 1, a numpy.random.Generator, or None."
    )
