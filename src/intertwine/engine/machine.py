"""What this machine costs: the constants behind the planner's predictions.

They are seconds on one thread. The shipped values were measured on a 2.6 GHz AMD Milan with AVX2;
`intertwine calibrate` measures the machine at hand and keeps the result in the user's cache.
"""

from __future__ import annotations

from dataclasses import dataclass, field


def _default_product() -> Rates:
    return Rates(1.9e-11, 3.9e-11, 6e-10)


@dataclass(frozen=True, slots=True)
class Rates:
    """One figure for each type that sums run in."""

    float32: float
    float64: float
    int64: float

    def __getitem__(self, compute: str) -> float:
        return float(getattr(self, compute))


@dataclass(frozen=True, slots=True)
class Machine:
    """Seconds per elementary step.

    Attributes
    ----------
    call : entering the core at all.
    sample : reading or writing one sample.
    product : one multiply-add of `direct`, by compute type.
    product_1d : one multiply-add of `separable`, by compute type.
    pass_ : moving one sample through a pass of `separable`.
    running : one sample through a pass of `running_sum`.
    fft : one complex sample through one doubling of a float32 transform, there and back.
    tile : one complex sample in and out of a tile.
    double : how much longer transforms take in float64.
    gather : one tap on one sample in the NumPy reference.
    """

    call: float = 3e-6
    sample: float = 2.5e-10
    product: Rates = field(default_factory=_default_product)
    product_1d: Rates = field(default_factory=_default_product)
    pass_: float = 1e-10
    running: float = 6e-10
    fft: float = 3.2e-10
    tile: float = 1.5e-9
    double: float = 2.1
    gather: float = 8e-9


SHIPPED = Machine()


def current() -> Machine:
    """The calibrated constants if there are any, else the shipped ones."""
    return SHIPPED
