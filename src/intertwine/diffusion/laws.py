"""The two laws of displacement that solve the heat equation, each as a spectrum and as a kernel.

Both are densities on cells: never negative, of sum 1. `Gaussian` is the continuous heat kernel on
evenly filled cells, `Jumps` the walk between neighbouring cells whose generator is the grid
Laplacian. A law covers one axis, or several that are coupled by mixed terms.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from intertwine._gaussians import block_spectrum, block_taps, cell_line, line_spectrum
from intertwine.base.errors import OptionError
from intertwine.kernel import Kernel
from intertwine.propagator.flows import MOST_TAPS, exponent_at, flow_kernel, reach

Array = NDArray[Any]

_LOG_ODDS = 42.0  # exp(-42) = 6e-19 may be left out on each side


class Law(Protocol):
    """How far things have moved after the time that is asked for."""

    @property
    def still(self) -> bool:
        """Whether nothing moves at all."""

    @property
    def even(self) -> bool:
        """Whether the law along its one axis is the same to both sides."""

    def spectrum(self, frequencies: list[Array]) -> Array:
        """The transform at angular frequencies that broadcast against each other."""

    def half_widths(self) -> list[int]:
        """How many cells the kernel reaches along each axis, about."""

    def kernel(self, limits: list[int | None]) -> Kernel:
        """The taps; beyond a limit, all that is left is put on the last one."""


@dataclass(frozen=True)
class Gaussian:
    """The continuous heat kernel: covariance ``2 D t`` and mean ``v t``, in cells."""

    covariance: Array
    shift: tuple[float, ...]

    @property
    def still(self) -> bool:
        return not (self.covariance.any() or any(self.shift))

    @property
    def even(self) -> bool:
        return len(self.shift) == 1 and self.shift[0] == 0

    def spectrum(self, frequencies: list[Array]) -> Array:
        if len(self.shift) == 1:
            return line_spectrum(float(self.covariance[0, 0]), frequencies[0], self.shift[0])
        return block_spectrum(self.covariance, frequencies, list(self.shift))

    def half_widths(self) -> list[int]:
        return [
            math.ceil(abs(s) + 9 * math.sqrt(v)) + 1
            for s, v in zip(self.shift, np.diag(self.covariance), strict=True)
        ]

    def kernel(self, limits: list[int | None]) -> Kernel:
        if len(self.shift) == 1:
            (radius,), (limit,) = self.half_widths(), limits
            _check_size([radius if limit is None else min(radius, limit)])
            taps, at = cell_line(float(self.covariance[0, 0]), self.shift[0], limits[0])
            return Kernel(taps, at, "heat")
        _check_size(self.half_widths())
        taps, origin = block_taps(self.covariance, list(self.shift))
        return _folded(taps, origin, limits)


@dataclass(frozen=True)
class Jumps:
    """The walk that jumps to a neighbour at the rates of a stencil: ``exp(rate (k - delta))``."""

    step: Kernel  # a density of three taps on each axis
    mean_steps: float

    @property
    def still(self) -> bool:
        return self.mean_steps == 0

    @property
    def even(self) -> bool:
        return self.step.ndim == 1 and bool(self.step.taps[0] == self.step.taps[-1])

    @property
    def _even_rate(self) -> float:
        """The mean number of jumps, to both sides together, of a law that is `even`."""
        return 2 * float(self.step.taps[0]) * self.mean_steps

    def spectrum(self, frequencies: list[Array]) -> Array:
        if self.even:
            return np.exp(-2 * self._even_rate * np.sin(frequencies[0] / 2) ** 2)
        return np.exp(self.mean_steps * exponent_at(self.step, frequencies))

    def half_widths(self) -> list[int]:
        if self.even:
            return [_bessel_reach(self._even_rate)]
        below, above = reach(self.step, self.mean_steps)
        return [max(pair) for pair in zip(below, above, strict=True)]

    def kernel(self, limits: list[int | None]) -> Kernel:
        _check_size(self.half_widths())
        if self.even:
            return _bessel_kernel(self._even_rate, limits)
        walked = flow_kernel(self.step, self.mean_steps)
        return _folded(walked.taps, list(walked.origin), limits)


def _bessel_reach(rate: float) -> int:
    """The least n with ``n asinh(n / rate) - (hypot(n, rate) - rate) >= 42``: Chernoff's bound."""

    def beyond(n: int) -> bool:
        return n * math.asinh(n / rate) - n * n / (math.hypot(n, rate) + rate) >= _LOG_ODDS

    high = 1
    while not beyond(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if beyond(middle) else (middle, high)
    return high


def _bessel_kernel(rate: float, limits: list[int | None]) -> Kernel:
    """``exp(-rate) I_n(rate)``, of sum 1."""
    from scipy.special import ive  # type: ignore[import-untyped]

    reached = _bessel_reach(rate)
    side = ive(np.arange(reached + 1), rate)
    taps = np.concatenate((side[:0:-1], side))
    return _folded(taps / math.fsum(taps.tolist()), [reached], limits)


def _check_size(half_widths: list[int]) -> None:
    size = math.prod(2 * r + 1 for r in half_widths)
    if size > MOST_TAPS:
        raise OptionError(
            f"diffuse: the kernel would have {size:.3g} taps, more than {MOST_TAPS:,}.\n"
            "  Use boundary='symmetric' or 'wrap', which need none, or a shorter time."
        )


def _folded(taps: Array, origin: list[int], limits: list[int | None]) -> Kernel:
    """Put what lies beyond a limit on the tap at the limit."""
    for axis, limit in enumerate(limits):
        if limit is None:
            continue
        places = np.clip(np.arange(taps.shape[axis]) - origin[axis], -limit, limit)
        first = int(places[0])
        line = np.moveaxis(taps, axis, 0)
        folded = np.zeros((int(places[-1]) - first + 1, *line.shape[1:]))
        np.add.at(folded, places - first, line)
        taps, origin[axis] = np.moveaxis(folded, 0, axis), -first
    return Kernel(taps, origin, "heat")


def gaussian(diffusivity: Array, drift: Array, time: float) -> Gaussian:
    """The law of the continuous equation, for quantities measured in cells."""
    return Gaussian(2 * time * diffusivity, tuple(float(s) for s in time * drift))


def jumps(diffusivity: Array, drift: Array, time: float) -> Jumps:
    """The law of the grid's own equation: central differences in space, exact in time.

    A jump along axis i has the rate ``D_ii - sum_j |D_ij| +- v_i / 2``, one along a diagonal of
    axes i and j the rate ``|D_ij|``. Mean and covariance are exact: ``v t`` and ``2 D t``.
    """
    ndim = len(drift)
    stencil = np.zeros((3,) * ndim)
    coupled = np.abs(diffusivity).sum(axis=1) - np.abs(np.diag(diffusivity))
    for axis in range(ndim):
        straight = diffusivity[axis, axis] - coupled[axis]
        for side in (-1, 1):
            rate = straight + side * drift[axis] / 2
            if rate < -1e-12 * diffusivity[axis, axis]:
                raise OptionError(_negative_rate(diffusivity, drift, coupled, axis))
            stencil[_at(ndim, {axis: side})] = max(rate, 0.0)
    for i, j in itertools.combinations(range(ndim), 2):
        turn = 1 if diffusivity[i, j] > 0 else -1
        for side in (-1, 1):
            stencil[_at(ndim, {i: side, j: turn * side})] = abs(diffusivity[i, j])
    total = math.fsum(stencil.ravel().tolist())
    if total == 0:
        stencil[(1,) * ndim] = 1
        return Jumps(Kernel(stencil), 0.0)
    return Jumps(Kernel(stencil / total), total * time)


def _at(ndim: int, sides: dict[int, int]) -> tuple[int, ...]:
    return tuple(1 + sides.get(axis, 0) for axis in range(ndim))


def _negative_rate(diffusivity: Array, drift: Array, coupled: Array, axis: int) -> str:
    own = diffusivity[axis, axis]
    if coupled[axis] > own:
        return (
            f"diffuse: discrete=True needs a diffusivity whose mixed terms stay below the straight "
            f"ones, but along axis {axis} of the tensor they are {coupled[axis]:.4g} against "
            f"{own:.4g} (in cells).\n  A walk on the grid would need negative probabilities. "
            "Pass discrete=False."
        )
    return (
        "diffuse: discrete=True needs |drift| * spacing <= 2 * diffusivity on each axis, but along "
        f"axis {axis} it is {abs(drift[axis]):.4g} against {2 * (own - coupled[axis]):.4g} (in "
        "cells).\n  A walk on the grid would need negative probabilities. Pass discrete=False, "
        "or take a finer grid."
    )
