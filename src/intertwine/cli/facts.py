"""What the kernel's own numbers say about it, gathered for its card."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intertwine.algebra.description.measure import Measures
from intertwine.algebra.frame import TINY as TINY
from intertwine.algebra.frame import Array, moderate, times_power_of_two
from intertwine.kernel import Kernel

#: Below this share of the scale a sum is too small for flat areas to be seen.
NEARLY = 0.01
_MOST_FREQUENCIES = 1 << 22


@dataclass(frozen=True)
class Facts:
    """Measured properties; every sentence of the card comes from here.

    Attributes
    ----------
    scale : ``sum |k|``.
    negative, positive : the sums of the negative and of the positive taps.
    rank : see `Kernel.rank`.
    factors : one line for each axis when the rank is 1.
    symmetric, antisymmetric : under turning by half a turn about the origin.
    shift : where the weight's centre lies from the origin, in samples; None for a zero sum.
    spread : standard deviation along each axis, when no tap is negative.
    slope : the answer to a ramp that rises 1 a sample along each axis, for a zero sum.
    curvature : the answer to n**2 / 2 along each axis, for a zero sum without slope.
    finest, strongest : gain at the highest frequency along any axis, and the largest gain.
    noise : standard deviation of the result for independent noise of standard deviation 1.
    """

    total: complex
    scale: float
    negative: float
    positive: float
    rank: int
    factors: tuple[Array, ...]
    symmetric: bool
    antisymmetric: bool
    shift: tuple[float, ...] | None
    spread: tuple[float, ...] | None
    slope: tuple[float, ...] | None
    curvature: tuple[float, ...] | None
    finest: float
    strongest: float | None
    noise: float

    @property
    def zero_sum(self) -> bool:
        return not self.total or abs(self.total) / self.scale <= TINY

    @property
    def nearly_zero_sum(self) -> bool:
        return not self.total or abs(self.total) / self.scale <= NEARLY

    @property
    def band(self) -> bool:
        """Whether middling waves come out twice as large as flat areas, which are weak."""
        weak = abs(self.total) <= 0.1 * self.scale
        least = max(abs(self.total), self.finest)
        return weak and self.strongest is not None and self.strongest > 2 * least


@np.errstate(over="ignore", invalid="ignore")
def facts(kernel: Kernel) -> Facts:
    """Ask `kernel` for its numbers; what leaves the range of float64 is infinite."""
    zero = kernel.is_zero_sum
    scale = kernel.norm(1)
    real = kernel if kernel.dtype.kind != "c" else Kernel(kernel.taps.real, kernel.origin)
    taps = real.taps.astype(float)
    small, exponent = moderate(real)
    first, second = (
        times_power_of_two(np.array(_along_axes(small, power, small.norm(1))), exponent).tolist()
        for power in (1, 2)
    )
    slope = tuple(0.0 - moment for moment in first)
    average = kernel.is_nonnegative and not zero and kernel.dtype.kind != "c"
    rank = kernel.rank
    finest, strongest = _gains(kernel)
    return Facts(
        total=0 if zero else complex(kernel.sum),
        scale=scale,
        negative=float(taps[taps < 0].sum()),
        positive=float(taps[taps > 0].sum()),
        rank=rank,
        factors=tuple(line.taps for line in kernel.separable().terms[0]) if rank == 1 else (),
        symmetric=kernel.is_symmetric,
        antisymmetric=kernel.is_antisymmetric,
        shift=None if zero else _shift(real),
        spread=_spread(kernel) if average else None,
        slope=slope if zero else None,
        curvature=tuple(m / 2 for m in second) if zero and not any(slope) else None,
        finest=finest,
        strongest=strongest,
        noise=kernel.norm(2),
    )


def _along_axes(kernel: Kernel, power: int, scale: float) -> tuple[float, ...]:
    """The raw moments of one power of each axis alone."""
    raw = kernel.moments(power).raw
    places = np.eye(kernel.ndim, dtype=int) * power
    return tuple(_snapped(float(raw[tuple(place)]), scale) for place in places)


def _shift(kernel: Kernel) -> tuple[float, ...]:
    k, _ = moderate(kernel)
    total = complex(k.sum).real
    return tuple(_snapped(m / total, 1.0) for m in _along_axes(k, 1, k.norm(1)))


def _spread(kernel: Kernel) -> tuple[float, ...]:
    return tuple(float(np.sqrt(max(0.0, v))) for v in kernel.moments(2).variance)


def _snapped(value: float, scale: float) -> float:
    """Zero where only rounding is left."""
    return 0.0 if abs(value) <= TINY * scale else value


def _gains(kernel: Kernel) -> tuple[float, float | None]:
    """The largest gain at the end of an axis's frequencies, and the largest of all if known."""
    shape = [n if n == 1 else 2 * max(n, min(32, 2 * n)) for n in kernel.shape]
    ends = kernel.spectrum([min(n, 2) for n in shape]).gain
    places = [
        tuple(place)
        for place, n in zip(np.eye(kernel.ndim, dtype=int), shape, strict=True)
        if n > 1
    ]
    finest = max((float(ends[place]) for place in places), default=0.0)
    if np.prod(shape, dtype=float) > _MOST_FREQUENCIES:
        return finest, None
    measures = Measures.of(kernel)
    return finest, float(measures.sized(measures.peaks[1]))
