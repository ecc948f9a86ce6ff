"""Which coefficients are kept, and how finely they are written.

Rounding a coefficient to a multiple of `step` adds ``step^2 / 12`` to its squared error. For a
given share of coefficients the step is so fine that this adds a 100,000th to what is lost already;
for a given PSNR it is as coarse as the PSNR allows, which takes a fraction of the bytes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from intertwine.fourier.compression.bases import Basis, Indices, pair_sizes
from intertwine.fourier.compression.coder import Whole
from intertwine.fourier.images import Levels

#: The share of the error that rounding may add for a given `keep`.
_FINE = 1e-5
#: The error that rounding may always add, in squared levels: a 100th of a level.
_LEAST = 1e-4
#: Rounding makes this share of the loss outside a circle when bytes count: between 0.2 and 2 the
#: bytes for a PSNR differ by about a tenth.
_COARSE = 0.5
#: Coefficients below this many steps become 0: a little more than half, since zeros cost least.
_DEAD = 0.67
_HALVINGS = 14


@dataclass(frozen=True)
class Chosen:
    """`numbers` (C, coded): coefficients in steps, lowest frequencies first; `kept` count."""

    numbers: Whole
    step: float
    kept: int

    @property
    def coded(self) -> int:
        """How many coefficients of each plane are written."""
        return int(self.numbers.shape[1])


@dataclass(frozen=True)
class Waves:
    """All coefficients of a picture in order of their frequency."""

    basis: Basis
    ordered: Levels  # (C, size)
    radii: Indices  # (size,), rising
    sizes: Levels  # (C, size), what decides on keeping

    @staticmethod
    def of(basis: Basis, planes: Levels) -> Waves:
        """Transform the planes (C, H, W) of a picture."""
        waves, radii = basis.analyse(planes), basis.radii()
        order = basis.order(radii)
        sizes = waves if basis.name == "circle" else pair_sizes(basis, waves)
        return Waves(basis, waves[:, order], radii[order], sizes[:, order])


def by_share(waves: Waves, keep: float) -> Chosen:
    """Keep this share of the coefficients, so finely that rounding hardly shows."""
    if waves.basis.name == "circle":
        count = circle_count(waves, keep)
        inside, kept = waves.ordered[:, :count], count * len(waves.ordered)
    else:
        kept = max(1, round(keep * waves.sizes.size))
        least = np.partition(waves.sizes, waves.sizes.size - kept, axis=None)[-kept]
        wanted = (waves.sizes >= least) & (waves.sizes > 0)
        inside, kept = np.where(wanted, waves.ordered, 0.0), int(wanted.sum())
    share = max(kept, 1) / waves.ordered.size
    noise = max(_FINE * _lost(waves, inside), _LEAST)
    step = math.sqrt(12 * noise / share)
    return Chosen(np.rint(inside / step).astype(np.int64), step, kept)


def circle_count(waves: Waves, keep: float) -> int:
    """How many coefficients lie in the disk of area ``keep * H * W`` around frequency 0.

    A disk larger than pi / 4 of the square would reach beyond its sides; there it is the smallest
    that holds the share.
    """
    size = waves.radii.size
    if keep <= math.pi / 4:
        limit = keep / math.pi * size**2
    else:
        limit = float(waves.radii[math.ceil(keep * size) - 1])
    return int(np.searchsorted(waves.radii, limit, side="right"))


def by_step(waves: Waves, step: float) -> Chosen:
    """Round to multiples of `step`; what becomes 0 is not kept. Not for circles."""
    scaled = waves.ordered / step
    whole = np.sign(scaled) * np.floor(np.abs(scaled) + (1 - _DEAD))
    return Chosen(whole.astype(np.int64), step, int(np.count_nonzero(whole)))


def by_radius(waves: Waves, keep: float) -> Chosen:
    """A circle whose coefficients are as coarse as what is left out makes sensible."""
    count = circle_count(waves, keep)
    inside = waves.ordered[:, :count]
    share = count / waves.radii.size
    step = math.sqrt(12 * max(_COARSE * _lost(waves, inside), _LEAST) / share)
    return Chosen(np.rint(inside / step).astype(np.int64), step, count * len(waves.ordered))


def _lost(waves: Waves, inside: Levels) -> float:
    """The mean squared error, in levels, of leaving all other coefficients out."""
    everything = float(np.square(waves.ordered).sum())
    return max(everything - float(np.square(inside).sum()), 0.0) / waves.ordered.size


def by_psnr(waves: Waves, target: float, measure: Callable[[Chosen], float]) -> Chosen:
    """The coarsest choice whose measured PSNR reaches the target, by halving in the logarithm."""
    if waves.basis.name == "circle":
        poor, good = math.log(1 / waves.radii.size), 0.0
    else:
        largest = float(np.abs(waves.ordered).max())
        poor, good = math.log(max(2 * largest, 1.0)), math.log(1e-3)

    def chosen(at: float) -> Chosen:
        make = by_radius if waves.basis.name == "circle" else by_step
        return make(waves, math.exp(at))

    best = chosen(good)
    if waves.basis.name == "circle" and measure(best) < target:
        return by_share(waves, 1.0)
    for _ in range(_HALVINGS):
        middle = (poor + good) / 2
        trial = chosen(middle)
        if measure(trial) >= target:
            best, good = trial, middle
        else:
            poor = middle
    return best
