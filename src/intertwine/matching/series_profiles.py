r"""The matrix profile of a series: how far every stretch is from the one that is most like it.

With ``d(i, j)`` the z-normalised Euclidean distance of the stretches ``x[i : i + m]`` and
``x[j : j + m]``, ::

    profile[i] = min over |i - j| >= exclusion of d(i, j)

(Yeh et al., "Matrix Profile I", ICDM 2016). Its lowest points are *motifs*, stretches that come
again; its highest are *discords*, stretches like no other. Stretches that overlap much are alike
for that reason alone, hence the exclusion.

Every stretch is laid on the whole series, many of them in one correlation with a bank of kernels.
That costs O(n^2 log n) time, in memory of a few rows: ten thousand samples take seconds, a hundred
thousand minutes. The recurrences of STOMP and its kin are O(n^2), but carry their rounding along.
Here means and norms come from each stretch's own samples, and so does the distance to the neighbour
that the correlation picks: it is right at any level of the data, near zero too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base import checks
from intertwine.base.errors import DTypeError, OptionError, ShapeError, counted
from intertwine.convolution import correlate

Array = NDArray[Any]

CALLER = "matrix_profile"

#: Distances held at a time, about.
HELD = 1 << 21

#: Patterns in one bank, at most.
BANK = 64


@dataclass(frozen=True, slots=True)
class Motif:
    """Two stretches that are alike: where they start, the earlier one first, and how far apart."""

    starts: tuple[int, int]
    distance: float


@dataclass(frozen=True, slots=True)
class Discord:
    """A stretch like no other: where it starts, its nearest neighbour, and how far that is."""

    start: int
    neighbour: int
    distance: float


@dataclass(frozen=True, slots=True, eq=False)
class MatrixProfile:
    """The nearest neighbour of every stretch.

    Attributes
    ----------
    distance : (n - m + 1,) array
        The z-normalised distance to it; NaN for stretches that are constant, hold a missing sample
        or have no neighbour.
    neighbour : (n - m + 1,) int array
        Where it starts; -1 where `distance` is NaN.
    m, exclusion : int
        Samples in a stretch; stretches that start nearer than `exclusion` are not neighbours.
    """

    distance: Array
    neighbour: NDArray[np.intp]
    m: int
    exclusion: int

    def motifs(self, count: int = 3) -> list[Motif]:
        """The best pairs, nearest first; both stretches keep `exclusion` from those before.

        Fewer than `count` come back where the series has no more.
        """
        count = checks.integer("motifs", "count", count, 1)
        left = self.distance.astype(np.float64)
        found: list[Motif] = []
        while len(found) < count and not np.isnan(left).all():
            start = int(np.nanargmin(left))
            other = int(self.neighbour[start])
            if np.isnan(left[other]):  # its neighbour went with a better pair
                left[start] = np.nan
                continue
            found.append(Motif((min(start, other), max(start, other)), float(left[start])))
            for at in (start, other):
                left[self._around(at)] = np.nan
        return found

    def discords(self, count: int = 3) -> list[Discord]:
        """The stretches farthest from their nearest neighbours, farthest first.

        They keep `exclusion` from each other.
        """
        count = checks.integer("discords", "count", count, 1)
        left = self.distance.astype(np.float64)
        found: list[Discord] = []
        while len(found) < count and not np.isnan(left).all():
            start = int(np.nanargmax(left))
            found.append(Discord(start, int(self.neighbour[start]), float(left[start])))
            left[self._around(start)] = np.nan
        return found

    def _around(self, at: int) -> slice:
        return slice(max(0, at - self.exclusion + 1), at + self.exclusion)


def matrix_profile(series: Any, m: int, *, exclusion: int | None = None) -> MatrixProfile:
    """How far each stretch of `m` samples is from the one most like it elsewhere.

    ``profile[i] = min over |i - j| >= exclusion of d(i, j)``, with ``d`` the z-normalised Euclidean
    distance. Costs O(n^2 log n) time: seconds for 10,000 samples.

    Parameters
    ----------
    series : (n,) array
        Real numbers. NaN and infinities are missing samples: stretches that hold one have no
        distance, all others are as if they were not there. float32 gives a float32 profile.
    m : int
        Samples in a stretch, 3 at least.
    exclusion : int, optional
        Stretches must start so many samples apart to be compared. By default half of `m`.

    Returns
    -------
    MatrixProfile
        `distance`, `neighbour`, and the methods `motifs` and `discords`.

    Examples
    --------
    >>> import numpy as np
    >>> from intertwine.matching import matrix_profile
    >>> noise = np.random.default_rng(0).standard_normal(300)
    >>> noise[200:220] = 5 * noise[40:60] + 7
    >>> matrix_profile(noise, 20).motifs(1)[0].starts
    (40, 200)
    """
    x = _series(series)
    m = checks.integer(CALLER, "m", m, 3)
    apart = (m + 1) // 2 if exclusion is None else exclusion
    apart = checks.integer(CALLER, "exclusion", apart, 1)
    places = len(x) - m + 1
    if places <= apart:
        raise ShapeError(
            f"{CALLER}: `series` has {counted(len(x), 'sample')}: no two stretches of {m} that "
            "start "
            f"{apart} apart.\n  It takes {m + apart} samples, or a smaller `m` or `exclusion`."
        )
    whole, live = _filled(x, m)
    narrow = x.dtype.kind == "f" and x.dtype.itemsize <= 4
    distance = np.full(places, np.nan, np.float32 if narrow else np.float64)
    neighbour = np.full(places, -1, np.intp)
    rows = np.nonzero(live)[0]
    level = whole - whole.mean()
    norms = np.full(places, np.nan)
    for some in _batches(rows, m):
        norms[some] = np.linalg.norm(_centred(whole, some, m), axis=1)
    for some in _batches(rows, max(m, places)):
        stretches = _centred(whole, some, m) / norms[some, None]
        likeness = correlate(level, stretches, axes=-1, mode="valid").reshape(len(some), -1)
        likeness /= norms
        for row, line in zip(some.tolist(), likeness, strict=True):
            line[max(0, row - apart + 1) : row + apart] = np.nan
        likeness = np.where(np.isnan(likeness), -np.inf, likeness)
        nearest = likeness.argmax(1)
        met = likeness[np.arange(len(some)), nearest] > -np.inf
        some, nearest = some[met], nearest[met]
        gaps = stretches[met] - _centred(whole, nearest, m) / norms[nearest, None]
        distance[some] = np.sqrt(m * (gaps**2).sum(1))  # no rounding of 1 - likeness
        neighbour[some] = nearest
    return MatrixProfile(distance, neighbour, m, apart)


def _batches(rows: NDArray[np.intp], width: int) -> Iterator[NDArray[np.intp]]:
    step = max(1, min(BANK, HELD // width))
    return (rows[begin : begin + step] for begin in range(0, len(rows), step))


def _centred(x: Array, starts: NDArray[np.intp], m: int) -> NDArray[np.float64]:
    """Stretches (P, m) without their means, however high the level."""
    stretches = np.lib.stride_tricks.sliding_window_view(x, m)[starts]
    fresh: NDArray[np.float64] = stretches - stretches[:, :1]
    fresh -= fresh.mean(1, keepdims=True)
    return fresh


def _series(series: Any) -> Array:
    x = checks.as_array(CALLER, "series", series)
    if x.ndim != 1:
        raise ShapeError(
            f"{CALLER}: `series` of shape {x.shape} has {counted(x.ndim, 'axis', 'axes')}, not 1.\n"
            f"  Pass one column of it."
        )
    if x.dtype.kind not in "fiu":
        raise DTypeError(f"{CALLER}: `series` has dtype {x.dtype}.\n  Pass real numbers.")
    return x


def _filled(x: Array, m: int) -> tuple[Array, NDArray[np.bool_]]:
    """The series in float64 without gaps, and which stretches count: whole and not constant."""
    present = np.isfinite(x)
    if not present.any():
        raise OptionError(
            f"{CALLER}: none of the {counted(len(x), 'sample')} of `series` is a number: "
            "nothing is left."
        )
    if not present.all():  # what stands in a gap only reaches stretches that do not count
        there = np.nonzero(present)[0]
        x = np.interp(np.arange(len(x)), there, x[there])
    windows = np.lib.stride_tricks.sliding_window_view
    live = windows(present, m).all(1)
    changes = np.append(0, np.cumsum(x[1:] != x[:-1]))
    varied: NDArray[np.bool_] = changes[m - 1 :] != changes[: len(x) - m + 1]
    return x.astype(np.float64), live & varied
