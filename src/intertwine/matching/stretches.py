r"""The stretches of one series, as vectors whose plain distances are those of a matrix profile.

z-normalised, a stretch is ``sqrt(m) (w - mean) / |w - mean|``, of squared length m; one that counts
as constant is zero. Then two constant ones are 0 apart and a constant one is ``sqrt(m)`` from any
other, as in stumpy. Not normalised, a stretch is its samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Places = NDArray[np.intp]

#: A stretch whose contrast is less than this part of its level holds rounding, not shape.
LEAST_CONTRAST = 1e-15

#: Beside the largest sample of its series, the squares of a fainter contrast underflow.
FAINTEST = 1e-140

#: Numbers held at a time, about.
HELD = 1 << 19


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """All stretches of `m` samples of the series `x` (n,); ``places = n - m + 1`` of them.

    Attributes
    ----------
    shifted : (n,) array
        The series near zero, for correlations.
    live : (places,) bool array
        Which have distances at all.
    factor : (places,) array
        What turns the product of a vector with a stretch of `shifted` into one of two vectors.
    square : (places,) array
        Squared lengths of the vectors, where these go with `shifted`.
    normalize : bool
    """

    x: Array
    shifted: Array
    m: int
    live: NDArray[np.bool_]
    factor: Array
    square: Array
    normalize: bool

    def vectors(self, starts: Places) -> NDArray[np.float64]:
        """Vectors (P, m), from the stretches' own samples: right however high their level."""
        if not self.normalize:
            return windows(self.x, self.m)[starts]
        vectors = centred(self.x, starts, self.m)
        vectors *= self.factor[starts, None]
        return vectors

    def kernels(self, starts: Places) -> NDArray[np.float64]:
        """Vectors that go with `shifted` in a correlation."""
        return self.vectors(starts) if self.normalize else windows(self.shifted, self.m)[starts]


def windows(x: Array, m: int) -> NDArray[np.float64]:
    """All stretches (places, m), without a copy."""
    view: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(x, m)
    return view


def centred(x: Array, starts: Places, m: int) -> NDArray[np.float64]:
    """Stretches (P, m) without their means."""
    stretches = windows(x, m)[starts]
    fresh: NDArray[np.float64] = stretches - stretches[:, :1]
    fresh -= fresh.mean(1, keepdims=True)
    return fresh


def plain(x: Array, present: Array, m: int, centre: float) -> Stretches:
    """Stretches as they are; `centre` lies near both series."""
    shifted = x - centre
    square = np.empty(len(x) - m + 1)
    for some in batches(len(square), m):
        square[some] = (windows(shifted, m)[some] ** 2).sum(1)
    live = windows(present, m).min(1) > 0
    return Stretches(x, shifted, m, live, np.ones(len(square)), square, normalize=False)


def normalized(x: Array, present: Array, m: int, flat: NDArray[np.bool_]) -> Stretches:
    """Stretches z-normalised; those that are `flat` count as constant."""
    norms, level = np.empty(len(flat)), np.empty(len(flat))
    for some in batches(len(flat), m):
        norms[some] = np.linalg.norm(centred(x, some, m), axis=1)
        level[some] = np.abs(windows(x, m)[some]).max(1)
    least = np.sqrt(m) * np.maximum(LEAST_CONTRAST * level, FAINTEST)
    varied = (norms > least) & ~flat
    factor = np.divide(np.sqrt(m), norms, out=np.zeros(len(flat)), where=varied)
    live: NDArray[np.bool_] = windows(present, m).all(1) & (varied | flat)
    return Stretches(x, x - x.mean(), m, live, factor, np.where(varied, m, 0.0), normalize=True)


def batches(count: int, width: int) -> list[Places]:
    """0 to `count` in pieces that hold about `HELD` numbers when each is `width` of them."""
    step = max(1, HELD // width)
    return [np.arange(begin, min(begin + step, count)) for begin in range(0, count, step)]
