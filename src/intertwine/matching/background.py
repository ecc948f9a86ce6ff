r"""What a surface does by chance, read from the surface itself.

Tables for independent samples are far off on photos and music, whose neighbours are alike: the
largest of a million correlated scores is not that of a million independent ones. So the surface is
its own yardstick:

* ``z = (score - median) / (1.4826 * median |score - median|)``, robust against the hits;
* the surface is cut into blocks as large as the pattern or larger; what each block's best score
  does follows an extreme value law. With Gumbel's, ``F(s) = exp(-exp(-(s - u) / b))``, fitted by
  L-moments (Hosking 1990) to the blocks that hold no hit, the probability that chance alone does as
  well anywhere on a surface of B blocks is ``1 - F(score)^B``.

Scores are bounded, so that their true tail is lighter than Gumbel's and the estimate errs on the
side of caution. It is one for a surface that looks alike all over: where half of a photo is sky, the
other half sets the level of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

#: With fewer blocks than this no law is fitted.
LEAST_BLOCKS = 12

#: Blocks wanted; each is at least as large as the pattern.
BLOCKS = 400

#: Scores looked at for the median: so many of a larger surface, drawn at random.
SAMPLE = 1 << 18

_EULER = 0.5772156649015329


@dataclass(frozen=True, slots=True)
class Background:
    """Median and spread of a surface, and the extreme value law of its blocks.

    Attributes
    ----------
    median, spread : float
        Of all scores; the spread is 1.4826 times their median deviation.
    location, width : float
        Of Gumbel's law for the best score in a block (of the negative, for distances).
    blocks : int
        How many blocks the surface has.
    """

    median: float
    spread: float
    location: float
    width: float
    blocks: int
    sign: float

    @classmethod
    def of(
        cls,
        surface: Array,
        hits: Array,
        window: tuple[int, ...],
        lower_is_better: bool,
        rng: Any = None,
    ) -> Background:
        """Read a surface; `hits` are the (n, d) places that are no background."""
        sign = -1.0 if lower_is_better else 1.0
        some = surface.reshape(-1)
        if some.size > SAMPLE:
            draw = np.random.default_rng(0 if rng is None else rng)
            some = some[draw.integers(some.size, size=SAMPLE)]
        some = some.astype(np.float64)
        some = some[np.isfinite(some)]
        median = float(np.median(some)) if some.size else np.nan
        spread = 1.4826 * float(np.median(np.abs(some - median))) if some.size else np.nan
        best, total = _block_maxima(surface, hits, window, sign)
        location, width = _gumbel(best)
        return cls(median, spread, location, width, total, sign)

    def z(self, score: Array) -> NDArray[np.float64]:
        """How far scores stand above the median, in spreads."""
        with np.errstate(divide="ignore", invalid="ignore"):
            z: NDArray[np.float64] = self.sign * (np.asarray(score, float) - self.median)
            return z / self.spread

    def false_alarm(self, score: Array) -> NDArray[np.float64]:
        """``1 - F(score)^B``; NaN where the surface has too few blocks."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            reduced = (self.sign * np.asarray(score, float) - self.location) / self.width
            chance: NDArray[np.float64] = -np.expm1(-self.blocks * np.exp(-reduced))
        return chance


def _block_maxima(
    surface: Array, hits: Array, window: tuple[int, ...], sign: float
) -> tuple[Array, int]:
    """The best of each block without a hit, and how many blocks there are with scores."""
    ndim = surface.ndim
    per_axis = BLOCKS ** (1 / ndim)
    size = [max(1, k, int(m / per_axis)) for k, m in zip(window, surface.shape, strict=True)]
    size = [min(s, m) for s, m in zip(size, surface.shape, strict=True)]
    counts = [m // s for m, s in zip(surface.shape, size, strict=True)]
    whole = surface[tuple(slice(0, c * s) for c, s in zip(counts, size, strict=True))]
    cells = whole.reshape([n for pair in zip(counts, size, strict=True) for n in pair])
    inner = tuple(range(1, 2 * ndim, 2))
    extreme = np.fmax.reduce if sign > 0 else np.fmin.reduce
    best = sign * np.asarray(extreme(cells, axis=inner), float)
    total = int(np.count_nonzero(~np.isnan(best)))
    for hit in hits:  # a peak reaches as far as the pattern
        reach = [
            slice(max(0, (int(h) - k) // s), (int(h) + k) // s + 1)
            for h, k, s in zip(hit, window, size, strict=True)
        ]
        best[tuple(reach)] = np.nan
    return best[~np.isnan(best)], total


def _gumbel(best: Array) -> tuple[float, float]:
    """Location and width by L-moments; NaN for too few or equal numbers."""
    count = len(best)
    if count < LEAST_BLOCKS:
        return np.nan, np.nan
    ordered = np.sort(best)
    weights = np.arange(count) / (count - 1)
    first, second = ordered.mean(), (weights * ordered).mean()
    width = (2 * second - first) / np.log(2)
    if not width > 0:
        return np.nan, np.nan
    return float(first - _EULER * width), float(width)
