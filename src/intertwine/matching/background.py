r"""What a surface does by chance, read from the surface itself.

Tables for independent samples are far off on photos and music, whose neighbours are alike: the
largest of a million correlated scores is not that of a million independent ones. So the surface is
its own yardstick:

* ``z = (score - median) / (1.4826 * median |score - median|)``, robust against the hits;
* scores are brought to a scale ``q`` on which chance falls off exponentially:
  ``q = -log(1 - r^2)`` for those within -1 and 1 (of noise, r has a density that goes as
  ``(1 - r^2)^((m - 4) / 2)``), ``q = -2 log(d)`` for distances, ``q = z^2`` for others;
* the surface is cut into blocks as large as the pattern or larger; what each block's best q does
  follows an extreme value law, Gumbel's: ``F(q) = exp(-exp(-(q - u) / b))``, with u and b
  from the quartiles, which a few true hits do not move. The probability that chance alone does as
  well anywhere on a surface of B blocks is ``1 - F(q)^B``.

It is one law for a surface that looks alike all over: where half of a photo is sky, the other half
sets the level of both.
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


@dataclass(frozen=True, slots=True)
class Background:
    """Median and spread of a surface, and the extreme value law of its blocks.

    Attributes
    ----------
    median, spread : float
        Of all scores; the spread is 1.4826 times their median deviation.
    location, width : float
        Of Gumbel's law for the best q in a block.
    blocks : int
        How many blocks the surface has.
    """

    median: float
    spread: float
    location: float
    width: float
    blocks: int
    kind: str

    @classmethod
    def of(
        cls,
        surface: Array,
        window: tuple[int, ...],
        kind: str,
        rng: Any = None,
    ) -> Background:
        """Read a surface under a pattern's window; a few hits on it do not matter."""
        some = surface.reshape(-1)
        if some.size > SAMPLE:
            draw = np.random.default_rng(0 if rng is None else rng)
            some = some[draw.integers(some.size, size=SAMPLE)]
        best = _block_maxima(surface, window, -1 if kind == "distance" else 1)
        return cls.read(some, best, kind)

    @classmethod
    def read(cls, some: Array, best: Array, kind: str) -> Background:
        """Read a sample of the scores and the best of each block (NaN: it has none)."""
        some = some.astype(np.float64)
        some = some[np.isfinite(some)]
        median = float(np.median(some)) if some.size else np.nan
        spread = 1.4826 * float(np.median(np.abs(some - median))) if some.size else np.nan
        best = best[~np.isnan(best)]
        location, width = _gumbel(_exponential(best, kind, median, spread))
        return cls(median, spread, location, width, len(best), kind)

    def z(self, score: Array) -> NDArray[np.float64]:
        """How far scores stand above the median, in spreads."""
        with np.errstate(divide="ignore", invalid="ignore"):
            z: NDArray[np.float64] = (np.asarray(score, float) - self.median) / self.spread
        return -z if self.kind == "distance" else z

    def false_alarm(self, score: Array) -> NDArray[np.float64]:
        """``1 - F(q)^B``; NaN where the surface has too few blocks."""
        q = _exponential(np.asarray(score, float), self.kind, self.median, self.spread)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            reduced = (q - self.location) / self.width
            chance: NDArray[np.float64] = -np.expm1(-self.blocks * np.exp(-reduced))
        return chance


def _exponential(score: Array, kind: str, median: float, spread: float) -> NDArray[np.float64]:
    """Scores on the scale on which chance falls off exponentially."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind in ("zncc", "ncc", "phase"):
            q: NDArray[np.float64] = np.copysign(-np.log1p(-np.minimum(score**2, 1)), score)
            return q
        if kind == "distance":
            return np.asarray(-2 * np.log(score))
        z = (score - median) / spread
        return np.asarray(z * np.abs(z))


def _block_maxima(surface: Array, window: tuple[int, ...], sign: int) -> Array:
    """The best of each block; NaN where it has no score."""
    ndim = surface.ndim
    per_axis = BLOCKS ** (1 / ndim)
    size = [max(1, k, int(m / per_axis)) for k, m in zip(window, surface.shape, strict=True)]
    size = [min(s, m) for s, m in zip(size, surface.shape, strict=True)]
    counts = [m // s for m, s in zip(surface.shape, size, strict=True)]
    whole = surface[tuple(slice(0, c * s) for c, s in zip(counts, size, strict=True))]
    cells = whole.reshape([n for pair in zip(counts, size, strict=True) for n in pair])
    inner = tuple(range(1, 2 * ndim, 2))
    extreme = np.fmax.reduce if sign > 0 else np.fmin.reduce
    return np.asarray(extreme(cells, axis=inner), float).reshape(-1)


def _gumbel(best: Array) -> tuple[float, float]:
    """Location and width from the quartiles; NaN for too few or equal numbers."""
    if len(best) < LEAST_BLOCKS:
        return np.nan, np.nan
    low, middle, high = np.quantile(best, [0.25, 0.5, 0.75], method="hazen")
    width = (high - low) / (np.log(-np.log(0.25)) - np.log(-np.log(0.75)))
    if not width > 0:
        return np.nan, np.nan
    return float(middle + width * np.log(-np.log(0.5))), float(width)
