r"""The matrix profile of a series: how far every stretch is from the one that is most like it.

With ``d(i, j)`` the z-normalised Euclidean distance of the stretches ``x[i : i + m]`` and
``x[j : j + m]``, ::

    profile[i] = min over |i - j| >= exclusion of d(i, j)

(Yeh et al., "Matrix Profile I", ICDM 2016). Its lowest points are *motifs*, stretches that come
again; its highest are *discords*, stretches like no other. Stretches that overlap much are alike
for that reason alone, hence the exclusion.

Every stretch is laid on the whole series, many of them in one correlation with a bank of kernels.
That costs O(n^2 log n) time, in memory of a few rows: ten thousand samples take seconds, a hundred
thousand minutes. The recurrences of STOMP (Zhu et al., "Matrix Profile II", ICDM 2016) and its kin
are O(n^2), but carry their rounding along. Here means and norms come from each stretch's own
samples (`stretches`), and so do the distances to all stretches that may be the nearest (`nearest`):
they are right at any level of the data, near zero too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base import checks
from intertwine.base.errors import OptionError
from intertwine.matching import profile_arguments
from intertwine.matching.nearest import nearest
from intertwine.matching.profile_arguments import CALLER

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Motif:
    """Two stretches that are alike: where they start, the earlier one first, and how far apart.

    Of two series, the place in the first one is first.
    """

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
    """The nearest neighbours of every stretch; ``places = n - m + 1`` of them.

    Attributes
    ----------
    distance : (places,) array
        The distance to the nearest; NaN for stretches that are constant, hold a missing sample
        or have no neighbour. (places, k) for several neighbours, nearest first. (d, places) or
        (d, places, k) for d series at once: row l is over the ``l + 1`` series that agree best.
    neighbour : int array like `distance`
        Where it starts; -1 where `distance` is NaN.
    left_distance, left_neighbour, right_distance, right_neighbour : (places,) or (d, places) arrays
        The nearest of those that start earlier, and of those that start later. None where `other`
        was given.
    m, exclusion, k : int
        Samples in a stretch; stretches that start nearer than `exclusion` are not neighbours (of
        two series: motifs and discords keep so far apart); neighbours of each.
    """

    distance: Array
    neighbour: NDArray[np.intp]
    left_distance: Array | None
    left_neighbour: NDArray[np.intp] | None
    right_distance: Array | None
    right_neighbour: NDArray[np.intp] | None
    m: int
    exclusion: int
    k: int

    def motifs(self, count: int = 3, *, dimensions: int | None = None) -> list[Motif]:
        """The best pairs, nearest first; both stretches keep `exclusion` from those before.

        Fewer than `count` come back where the series has no more. `dimensions` is how many of
        several series must agree: all by default.
        """
        count = checks.integer("motifs", "count", count, 1)
        left, neighbours = self._nearest("motifs", dimensions)
        joined = self.left_neighbour is None
        taken: list[int] = []  # in the other series
        found: list[Motif] = []
        while len(found) < count and not np.isnan(left).all():
            start = int(np.nanargmin(left))
            other = int(neighbours[start])
            near = any(abs(other - at) < self.exclusion for at in taken)
            if near if joined else np.isnan(left[other]):  # its neighbour went with a better pair
                left[start] = np.nan
                continue
            starts = (start, other) if joined else (min(start, other), max(start, other))
            found.append(Motif(starts, float(left[start])))
            taken.append(other)
            for at in starts[:1] if joined else starts:
                left[self._around(at)] = np.nan
        return found

    def discords(self, count: int = 3, *, dimensions: int | None = None) -> list[Discord]:
        """The stretches farthest from their nearest neighbours, farthest first.

        They keep `exclusion` from each other. `dimensions` as in `motifs`.
        """
        count = checks.integer("discords", "count", count, 1)
        left, neighbours = self._nearest("discords", dimensions)
        found: list[Discord] = []
        while len(found) < count and not np.isnan(left).all():
            start = int(np.nanargmax(left))
            found.append(Discord(start, int(neighbours[start]), float(left[start])))
            left[self._around(start)] = np.nan
        return found

    def _nearest(self, caller: str, dimensions: int | None) -> tuple[Array, NDArray[np.intp]]:
        """Distance and place of the nearest, over so many series: copies (places,)."""
        distance, neighbour = self.distance, self.neighbour
        if self.k > 1:
            distance, neighbour = distance[..., 0], neighbour[..., 0]
        most = len(distance) if distance.ndim == 2 else 1
        if dimensions is not None:
            checks.integer(caller, "dimensions", dimensions, 1, most)
        if distance.ndim == 2:
            row = (dimensions or most) - 1
            distance, neighbour = distance[row], neighbour[row]
        return distance.astype(np.float64), neighbour

    def _around(self, at: int) -> slice:
        return slice(max(0, at - self.exclusion + 1), at + self.exclusion)


def matrix_profile(
    series: Any,
    m: int,
    other: Any = None,
    *,
    k: int = 1,
    exclusion: int | None = None,
    normalize: bool = True,
    constant: Any = None,
) -> MatrixProfile:
    """How far each stretch of `m` samples is from the one most like it elsewhere.

    ``profile[i] = min over |i - j| >= exclusion of d(i, j)``, with ``d`` the z-normalised Euclidean
    distance (Yeh et al., ICDM 2016). Costs O(n^2 log n) time: seconds for 10,000 samples.

    Parameters
    ----------
    series : (n,) or (d, n) array
        Real numbers. NaN and infinities are missing samples: stretches that hold one have no
        distance, all others are as if they were not there. float32 gives a float32 profile.
        Of d series at once (n > m) the distance over l of them is the mean of the l smallest
        single ones, l = 1 to d (mSTAMP: Yeh, Kavantzas and Keogh, ICDM 2017).
    m : int
        Samples in a stretch, 3 at least.
    other : (n2,) or (d, n2) array, optional
        Look for the neighbours in this series (an AB-join), of any length from `m`.
    k : int
        Neighbours of each stretch, nearest first. Where there are fewer, NaN and -1.
    exclusion : int, optional
        Stretches must start so many samples apart to be compared. By default half of `m`. Not
        for two series.
    normalize : bool
        False: the plain Euclidean distance of the samples.
    constant : bool array (places,) or (d, places), or function, optional
        Which stretches count as constant: these are 0 from each other and ``sqrt(m)`` from all
        others. A function is given stretches (P, m) and returns P bools; with `other` pass one,
        or two arrays. By default stretches without contrast, or less than 1e-15 of their largest
        sample, have no distance, and so have those that `constant` leaves.

    Returns
    -------
    MatrixProfile
        `distance`, `neighbour`, both also to the left and to the right, and the methods `motifs`
        and `discords`.

    Examples
    --------
    >>> import numpy as np
    >>> from intertwine.matching import matrix_profile
    >>> noise = np.random.default_rng(0).standard_normal(300)
    >>> noise[200:220] = 5 * noise[40:60] + 7
    >>> matrix_profile(noise, 20).motifs(1)[0].starts
    (40, 200)
    >>> matrix_profile(noise[100:], 20, noise[:100]).motifs(1)[0].starts
    (100, 40)
    """
    ours = profile_arguments.numbers("series", series)
    theirs = ours if other is None else profile_arguments.numbers("other", other)
    m = checks.integer(CALLER, "m", m, 3)
    apart = profile_arguments.apart_of(m, exclusion, other is not None)
    profile_arguments.check_lengths(ours, theirs, m, apart, other is not None)
    k = checks.integer(CALLER, "k", k, 1, theirs.shape[-1] - m + 1)
    if not checks.flag(CALLER, "normalize", normalize):
        if constant is not None:
            raise OptionError(
                f"{CALLER}: `constant` has no effect with normalize=False.\n"
                f"  Leave one of them out."
            )
        mine, others, scale = profile_arguments.plain(ours, None if other is None else theirs, m)
    else:
        rules = profile_arguments.rules_of(constant, other is not None)
        mine, scale = profile_arguments.normalized("series", ours, m, rules[0]), 1.0
        others = (
            mine if other is None else profile_arguments.normalized("other", theirs, m, rules[1])
        )
    found = nearest(mine, others, apart if other is None else None, k)
    narrow = all(x.dtype.kind == "f" and x.dtype.itemsize <= 4 for x in (ours, theirs))
    kind = np.float32 if narrow else np.float64
    arrays: list[Any] = []
    for number, each in enumerate(found):
        pair: list[Array] = [(each.distance * scale).astype(kind), each.place]
        if number or k == 1:
            pair = [array[..., 0] for array in pair]
        arrays += pair if ours.ndim == 2 else [array[0] for array in pair]
    distance, neighbour, *sides = arrays
    left_distance, left, right_distance, right = sides or (None,) * 4
    return MatrixProfile(
        distance, neighbour, left_distance, left, right_distance, right, m, apart, k
    )
