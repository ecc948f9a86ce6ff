"""The Gaussian that many steps tend to, how far from it they can be, and how far they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine._gaussians import block_taps, cell_line
from intertwine.base.errors import OptionError
from intertwine.kernel import Kernel
from intertwine.propagator import moments

Array = NDArray[Any]

#: Shevtsova (2011), arXiv:1111.6554: the least constant proved for equal summands. It cannot be
#: below (sqrt(10) + 3) / (6 sqrt(2 pi)) = 0.4097 (Esseen, 1956).
BERRY_ESSEEN = 0.4748


@dataclass(frozen=True)
class GaussianLimit:
    """What `n` steps look like when n is large.

    Attributes
    ----------
    n : the number of steps.
    mean, covariance : n times those of a step.
    kernel : the Gaussian with them, integrated over the cells of the grid.
    bound : 1-D: ``sup_x |F_n(x) - Phi(x)| <= 0.4748 rho / (sigma**3 sqrt(n))``, with rho the third
        absolute central moment of a step (Shevtsova 2011). N-D: the same over all convex sets,
        ``(42 d**(1/4) + 16) E|S**(-1/2) X|**3 / sqrt(n)`` (Raic 2019, Bernoulli 25(4A)); it holds,
        but its constant is far from sharp. Bounds above 1 say nothing.
    distance : measured: the largest difference between the distribution of n steps and that of the
        continuous Gaussian along an axis. In 1-D the left side of the bound itself; in N-D the
        largest over the axes, so over some of the convex sets.
    """

    n: int
    mean: Array
    covariance: Array
    kernel: Kernel
    bound: float
    distance: float


def gaussian_limit(step: Kernel, walked: Kernel, n: int) -> GaussianLimit:
    """Compare `walked`, the law of `n` steps, with its Gaussian."""
    covariance = moments.cumulant_tensor(step, 2)
    if not covariance.any():
        raise OptionError(
            "gaussian_limit: every step is the same, there is no spread to tend to a Gaussian.\n"
            "  The kernel has one tap that is not 0: n steps are a shift."
        )
    centre = moments.mean(step)
    mean, spread = n * centre, n * covariance
    return GaussianLimit(
        n, mean, spread, _gaussian(mean, spread), _bound(step, centre, covariance, n),
        max(_distance(walked, axis, mean[axis], spread[axis, axis]) for axis in range(step.ndim)),
    )  # fmt: skip


def _gaussian(mean: Array, covariance: Array) -> Kernel:
    coupled = (covariance - np.diag(np.diag(covariance))).any()
    if coupled:
        taps, origin = block_taps(covariance, mean.tolist())
        return Kernel(taps, origin, "gaussian limit")
    lines = [cell_line(float(v), float(m)) for v, m in zip(np.diag(covariance), mean, strict=True)]
    taps = np.ones(())
    for line, _ in lines:
        taps = np.multiply.outer(taps, line)
    return Kernel(taps, [at for _, at in lines], "gaussian limit")


def _bound(step: Kernel, centre: Array, covariance: Array, n: int) -> float:
    away = np.stack(
        np.broadcast_arrays(
            *(along - at for along, at in zip(moments.places(step), centre, strict=True))
        ),
        axis=-1,
    )
    values, vectors = np.linalg.eigh(covariance)
    alive = values > 1e-12 * values.max()  # directions without spread need no limit
    standard = (away @ vectors[:, alive]) / np.sqrt(values[alive])
    third = float((step.taps * np.linalg.norm(standard, axis=-1) ** 3).sum())
    d = int(np.count_nonzero(alive))
    constant = BERRY_ESSEEN if d == 1 else 42 * d**0.25 + 16
    return constant * third / math.sqrt(n)


def _distance(walked: Kernel, axis: int, mean: float, variance: float) -> float:
    """The Kolmogorov distance along an axis: looked at on both sides of every jump."""
    from scipy.special import ndtr  # type: ignore[import-untyped]

    if variance == 0:
        return 0.0
    others = tuple(a for a in range(walked.ndim) if a != axis)
    after = np.cumsum(walked.taps.sum(axis=others))
    before = np.concatenate(([0.0], after[:-1]))
    places = np.arange(after.size) - walked.origin[axis]
    smooth = ndtr((places - mean) / math.sqrt(variance))
    return float(max(np.abs(after - smooth).max(), np.abs(before - smooth).max()))
